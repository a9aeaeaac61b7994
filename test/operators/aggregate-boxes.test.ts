import { describe, it } from 'vitest';
import { type Owner } from '../../src/core/frame.ts';
import { aggregateBoxes } from '../../src/operators/aggregate-boxes.ts';
import { type FrameBoxes } from '../../src/operators/embed-crops.ts';
import { marbles } from '../helpers/marbles.ts';

const error = new Error('broken');

function boxesOf(
  owner: Owner,
  { name, count, dropped = 0 }: { name: string; count: number; dropped?: number },
): FrameBoxes {
  const boxes = Array.from({ length: count }, (_, boxIndex) => {
    return { owner, frame: name, boxIndex, box: [0, 0, 1, 1] as const, score: 0.5, feature: Float32Array.of(1) };
  });
  return { owner, name, boxes, dropped };
}

function framesOf(owner: Owner): Record<string, FrameBoxes> {
  return {
    a: boxesOf(owner, { name: '80', count: 2, dropped: 3 }),
    b: boxesOf(owner, { name: '100', count: 1, dropped: 4 }),
    n: boxesOf(owner, { name: '120', count: 0 }),
  };
}

describe('aggregateBoxes', () => {
  const clip = { side: 'gallery', id: '1' } as const;
  const item = { side: 'query', id: '1' } as const;
  const { a, b } = framesOf(clip);
  const all = {
    owner: clip,
    boxes: [...(a?.boxes ?? []), ...(b?.boxes ?? [])],
    frames: 3,
    emptyFrames: 1,
    droppedBoxes: 7,
  };
  const none = { owner: clip, boxes: [], frames: 0, emptyFrames: 0, droppedBoxes: 0 };

  it.each([
    { what: 'all boxes by number of the frame', in: '-a-b-n-|', out: '-------(x|)', subs: '^------!', x: all },
    { what: 'the same in whatever order they come', in: '-n-b-a-|', out: '-------(x|)', subs: '^------!', x: all },
    { what: 'an owner without frames', in: '--|', out: '--(x|)', subs: '^-!', x: none },
    { what: 'nothing of a source that never ends', in: '-a', out: '--', subs: '^', x: none },
    { what: 'an error, without the rest', in: '-a#', out: '--#', subs: '^-!', x: none },
    { what: 'nothing after it is left', in: '-a-|', stop: '--!', out: '--', subs: '^-!', x: none },
    { what: 'a synchronous source', in: '(bna|)', out: '(x|)', subs: '(^!)', x: all },
  ])('emits $what', ({ in: input, stop = null, out, subs, x }) => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold(input, framesOf(clip), error);
      expectObservable(source.pipe(aggregateBoxes(clip)), stop).toBe(out, { x }, error);
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });

  it('orders the pictures of an item by name, as the dataset lists them', () => {
    marbles(({ cold, expectObservable }) => {
      const frames = framesOf(item);
      const x = {
        owner: item,
        boxes: [...(frames['b']?.boxes ?? []), ...(frames['a']?.boxes ?? [])],
        frames: 2,
        emptyFrames: 0,
        droppedBoxes: 7,
      };
      expectObservable(cold('(ab|)', frames).pipe(aggregateBoxes(item))).toBe('(x|)', { x });
    });
  });
});
