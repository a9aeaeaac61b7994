import { describe, it } from 'vitest';
import { bucketAspects, type CropSize } from '../../src/core/bucket.ts';
import { type Frame } from '../../src/core/frame.ts';
import { cropBoxes } from '../../src/operators/crop-boxes.ts';
import { type DetectedFrame } from '../../src/operators/detect-boxes.ts';
import { marbles } from '../helpers/marbles.ts';

const error = new Error('broken');
const owner = { side: 'gallery', id: '1' } as const;
const frame: Frame = { owner, name: '80', image: { width: 20, height: 10, data: new Uint8Array(600) } };
const cropSizes = bucketAspects.map((_, bucket): CropSize => [bucket + 1, 100 + bucket]);
const detected: Record<string, DetectedFrame> = {
  a: {
    frame,
    detections: [
      { box: [0.9, 1.9, 10.9, 11.9], score: 0.7 },
      { box: [5.2, 0, 5.9, 9], score: 0.8 },
      { box: [0, 0, 4, 8], score: 0.9 },
    ],
  },
  n: { frame, detections: [] },
};
/** A crop is as large as was asked, and its first pixels are the box. */
const cropper = (_: unknown, box: readonly number[], [width, height]: CropSize) => {
  return { width, height, data: Uint8Array.from(box) };
};
const image = (box: readonly number[], bucket: number) => cropper(undefined, box, cropSizes[bucket] ?? [0, 0]);
const cropped = {
  a: {
    owner,
    name: '80',
    crops: [
      { owner, frame: '80', boxIndex: 0, box: [0, 0, 4, 8], score: 0.9, bucket: 3, image: image([0, 0, 4, 8], 3) },
      { owner, frame: '80', boxIndex: 1, box: [0, 1, 10, 10], score: 0.7, bucket: 7, image: image([0, 1, 10, 10], 7) },
    ],
    dropped: 1,
  },
  n: { owner, name: '80', crops: [], dropped: 0 },
};

describe('cropBoxes', () => {
  it.each([
    { what: 'the crops of each frame, by falling score', in: '-a-a|', out: '-a-a|', subs: '^---!' },
    { what: 'a frame without boxes', in: '-n-|', out: '-n-|', subs: '^--!' },
    { what: 'nothing of nothing', in: '|', out: '|', subs: '(^!)' },
    { what: 'nothing of a source that never speaks', in: '-', out: '-', subs: '^' },
    { what: 'an error', in: '-a#', out: '-a#', subs: '^-!' },
    { what: 'nothing after it is left', in: '-a-a', stop: '--!', out: '-a', subs: '^-!' },
    { what: 'a synchronous source', in: '(an|)', out: '(an|)', subs: '(^!)' },
  ])('emits $what', ({ in: input, stop = null, out, subs }) => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold(input, detected, error);
      expectObservable(source.pipe(cropBoxes({ cropper, cropSizes })), stop).toBe(out, cropped, error);
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });

  it.each([
    { what: 'the cropper throws', options: { cropper: throwing, cropSizes }, thrown: error },
    {
      what: 'a bucket has no size',
      options: { cropper, cropSizes: cropSizes.slice(0, 3) },
      thrown: new TypeError('Expected `cropSizes` to hold a size for each bucket, got none for 3'),
    },
  ])('fails when $what', ({ options, thrown }) => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a-', detected);
      expectObservable(source.pipe(cropBoxes(options))).toBe('-#', undefined, thrown);
      expectSubscriptions(source.subscriptions).toBe('^!');
    });
  });
});

function throwing(): never {
  throw error;
}
