import { map, type Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type Frame, type Owner } from '../../src/core/frame.ts';
import { type Detector } from '../../src/core/ports.ts';
import { detectBoxes, shareDetector } from '../../src/operators/detect-boxes.ts';
import { marbles } from '../helpers/marbles.ts';

const error = new Error('broken');

/** A frame whose first pixel says which it is. */
function frame(mark: number, { side = 'gallery', width = 2 }: { side?: Owner['side']; width?: number } = {}): Frame {
  const data = new Uint8Array(width * 3).fill(mark);
  return { owner: { side, id: '1' }, name: String(mark), image: { width, height: 1, data } };
}

const frames: Record<string, Frame> = {
  a: frame(1),
  b: frame(2),
  c: frame(3, { width: 3 }),
  d: frame(4, { side: 'query' }),
};

/** Finds one box in each image, as wide as its first pixel says, after as long as `work` takes. */
function detectorOf(work: Observable<unknown>, calls: string[]): Detector {
  return {
    detect: (images, side) => {
      calls.push(`${side} ${images.map(({ width, data }) => `${data[0]}:${width}`).join(' ')}`);
      return work.pipe(map(() => images.map(({ data }) => [{ box: [0, 0, data[0] ?? 0, 1], score: 0.5 }] as const)));
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

describe('detectBoxes', () => {
  it.each([
    {
      what: 'each frame with its own boxes',
      in: '-a---b|',
      out: '---a---(b|)',
      subs: '^-----!',
      calls: ['gallery 1:2', 'gallery 2:2'],
    },
    { what: 'frames of one size in one batch', in: '(ab|)', out: '--(ab|)', subs: '(^!)', calls: ['gallery 1:2 2:2'] },
    { what: 'sizes apart', in: '-(ac)|', out: '---a-(c|)', subs: '^----!', calls: ['gallery 1:2', 'gallery 3:3'] },
    {
      what: 'items and clips apart',
      in: '-(ad)|',
      out: '---a-(d|)',
      subs: '^----!',
      calls: ['gallery 1:2', 'query 4:2'],
    },
    { what: 'nothing of nothing', in: '-|', out: '-|', subs: '^!', calls: [] },
    { what: 'nothing of a source that never speaks', in: '-', out: '-', subs: '^', calls: [] },
    { what: 'an error of the source', in: '-a#', out: '--#', subs: '^-!', calls: ['gallery 1:2'] },
    { what: 'an error of the detector', in: '-a--', work: '-#', out: '--#', subs: '^-!', calls: ['gallery 1:2'] },
    { what: 'nothing after it is left', in: '-a--', stop: '--!', out: '--', subs: '^-!', calls: ['gallery 1:2'] },
  ])('emits $what', ({ in: input, work = '--x|', stop = null, out, subs, calls }) => {
    const seen: string[] = [];
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold(input, frames, error);
      const detector = detectorOf(cold(work, undefined, error), seen);
      const detect = shareDetector(detector, { maxBatch: 4, slots: 1 });
      const found = Object.fromEntries(
        Object.entries(frames).map(([key, one]) => [
          key,
          { frame: one, detections: [{ box: [0, 0, one.image.data[0] ?? 0, 1], score: 0.5 }] },
        ]),
      );
      expectObservable(source.pipe(detectBoxes(detect)), stop).toBe(out, found, error);
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
    expect(seen).toEqual(calls);
  });
});
