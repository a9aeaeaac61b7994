import { map, type Observable, of, Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type Crop } from '../../src/core/crop.ts';
import { type Embedder } from '../../src/core/ports.ts';
import { type CroppedFrame } from '../../src/operators/crop-boxes.ts';
import { embedCrops, shareEmbedder } from '../../src/operators/embed-crops.ts';
import { marbles } from '../helpers/marbles.ts';

const error = new Error('broken');
const owner = { side: 'gallery', id: '1' } as const;

function crop(boxIndex: number, bucket: number): Crop {
  const image = { width: 1, height: 1, data: Uint8Array.of(10 * bucket + boxIndex, 0, 0) };
  return { owner, frame: '80', boxIndex, box: [0, 0, 1, 1], score: 0.5, bucket, image };
}

const cropped = (...crops: readonly Crop[]): CroppedFrame => ({ owner, name: '80', crops, dropped: 1 });
const frames: Record<string, CroppedFrame> = {
  a: cropped(crop(0, 1), crop(1, 2), crop(2, 1)),
  b: cropped(crop(0, 2)),
  n: cropped(),
};
const embedded = Object.fromEntries(
  Object.entries(frames).map(([key, { crops }]) => {
    const boxes = crops.map(({ owner: of, frame, boxIndex, box, score, image }) => {
      return { owner: of, frame, boxIndex, box, score, feature: Float32Array.of(image.data[0] ?? 0) };
    });
    return [key, { owner, name: '80', boxes, dropped: 1 }];
  }),
);

/** The feature of a crop is its first pixel. */
function embedderOf(work: Observable<unknown>, calls: string[]): Embedder {
  return {
    cropSizes: [],
    featureLength: 1,
    embed: (crops) => {
      calls.push(crops.map(({ data }) => data[0]).join(' '));
      return work.pipe(map(() => crops.map(({ data }) => Float32Array.of(data[0] ?? 0))));
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

describe('embedCrops', () => {
  it.each([
    {
      what: 'a frame when its last crop is embedded',
      in: '-a---|',
      out: '-----(a|)',
      subs: '^----!',
      calls: ['10 12', '21'],
    },
    {
      what: 'crops of two frames in one batch',
      in: '(ab|)',
      out: '----(ab|)',
      subs: '(^!)',
      calls: ['10 12', '21 20'],
    },
    { what: 'a frame without crops at once', in: '-n-|', out: '-n-|', subs: '^--!', calls: [] },
    { what: 'nothing of nothing', in: '-|', out: '-|', subs: '^!', calls: [] },
    { what: 'nothing of a source that never speaks', in: '-', out: '-', subs: '^', calls: [] },
    { what: 'an error of the source', in: '-b#', out: '--#', subs: '^-!', calls: ['20'] },
    { what: 'an error of the embedder', in: '-a--', work: '-#', out: '--#', subs: '^-!', calls: ['10 12'] },
    { what: 'nothing after it is left', in: '-a--', stop: '--!', out: '--', subs: '^-!', calls: ['10 12'] },
  ])('emits $what', ({ in: input, work = '--x|', stop = null, out, subs, calls }) => {
    const seen: string[] = [];
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold(input, frames, error);
      const embed = shareEmbedder(embedderOf(cold(work, undefined, error), seen), { maxBatch: 4, slots: 1 });
      expectObservable(source.pipe(embedCrops(embed)), stop).toBe(out, embedded, error);
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
    expect(seen).toEqual(calls);
  });

  it('tells of each crop that is embedded, and of none whose answer is not waited for', () => {
    const answers = [new Subject<Float32Array>(), new Subject<Float32Array>()];
    const done: number[] = [];
    const embedded$ = of(cropped(crop(0, 1), crop(1, 1))).pipe(
      embedCrops(
        ({ boxIndex }) => answers[boxIndex]!,
        ({ boxIndex }) => void done.push(boxIndex),
      ),
    );
    const subscription = embedded$.subscribe();
    expect(done).toEqual([]);
    answers[1]!.next(Float32Array.of(1));
    expect(done).toEqual([1]);
    subscription.unsubscribe();
    answers[0]!.next(Float32Array.of(1));
    expect(done).toEqual([1]);
  });
});
