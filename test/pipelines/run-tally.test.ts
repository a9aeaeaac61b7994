import { describe, expect, it } from 'vitest';
import { type InputOutcome } from '../../src/core/frame-source.ts';
import { type StoredSource } from '../../src/pipelines/box-graph.ts';
import { addSource, emptyTally, progressOf } from '../../src/pipelines/run-tally.ts';

const item = { side: 'query', id: '1' } as const;
const clip = { side: 'gallery', id: '1' } as const;
const done: InputOutcome = { owner: item, path: 'image/1/0.jpg', status: 'done', frames: 1, missing: 0 };
const failed: InputOutcome = {
  ...done,
  path: 'image/1/1.jpg',
  status: 'failed',
  frames: 0,
  missing: 1,
  reason: 'broken',
};
const skipped: InputOutcome = {
  owner: clip,
  path: 'video/1.mp4',
  status: 'skipped',
  frames: 0,
  missing: 16,
  reason: 'short',
};
const sources: readonly StoredSource[] = [
  { owner: item, boxes: 3, frames: 2, emptyFrames: 1, droppedBoxes: 4, outcomes: [done, failed] },
  { owner: clip, boxes: 5, frames: 7, emptyFrames: 2, droppedBoxes: 1, outcomes: [skipped] },
];

describe('addSource', () => {
  it('counts inputs, frames and boxes, and keeps what has a reason', () => {
    expect(sources.reduce(addSource, emptyTally)).toEqual({
      done: 1,
      failed: 1,
      skipped: 1,
      notable: [failed, skipped],
      frames: { read: 9, missing: 17, withoutBoxes: 3 },
      boxes: { items: 3, clips: 5, dropped: 5 },
    });
    expect(emptyTally.notable).toEqual([]);
  });
});

describe('progressOf', () => {
  it('says what a display shows', () => {
    expect(progressOf(sources.reduce(addSource, emptyTally), { total: 9, framesTotal: 30, elapsedMs: 12 })).toEqual({
      done: 1,
      failed: 1,
      skipped: 1,
      total: 9,
      frames: 9,
      framesTotal: 30,
      boxes: 8,
      elapsedMs: 12,
    });
  });
});
