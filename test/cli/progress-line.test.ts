import { describe, expect, it } from 'vitest';
import { createPace } from '../../src/cli/pace.ts';
import { formatDuration, progressBar, progressLine } from '../../src/cli/progress-line.ts';

describe('progressLine', () => {
  it.each([
    { now: { done: 0, total: 0, elapsedMs: 0 }, line: '100%, 0/0 inputs' },
    { now: { done: 2, skipped: 0, failed: 0, total: 3, elapsedMs: 9 }, line: '66%, 2/3 inputs' },
    {
      now: {
        done: 2,
        skipped: 1,
        failed: 3,
        total: 12,
        frames: 40,
        boxes: 7,
        framesPerSec: 12.34,
        leftSec: 61.2,
        elapsedMs: 9,
      },
      line: '50%, 6/12 inputs, 1 skipped, 3 failed, 40 frames, 7 boxes, 12.3 frames/s, 1:02 left',
    },
    {
      now: { done: 1, total: 1, frames: 1, boxes: 1, elapsedMs: 9 },
      line: '100%, 1/1 inputs, 1 frame, 1 box',
    },
    { now: { done: 1, total: 4, elapsedMs: 9 }, of: 'items and clips', line: '25%, 1/4 items and clips' },
    { now: { done: 3, total: 4, frames: 3, framesTotal: 19, elapsedMs: 9 }, line: '15%, 3/4 inputs, 3 frames' },
    { now: { done: 3, total: 4, frames: 19, framesTotal: 19, elapsedMs: 9 }, line: '99%, 3/4 inputs, 19 frames' },
    { now: { done: 4, total: 4, frames: 3, framesTotal: 19, elapsedMs: 9 }, line: '100%, 4/4 inputs, 3 frames' },
  ])('reads $line', ({ now, of, line }) => {
    expect(progressLine(now, of)).toBe(line);
  });
});

describe('progressBar', () => {
  it.each([
    { share: -1, bar: '░░░░' },
    { share: 0, bar: '░░░░' },
    { share: 0.5, bar: '██░░' },
    { share: 0.625, bar: '██▌░' },
    { share: 1, bar: '████' },
    { share: 7, bar: '████' },
  ])('draws $share as $bar', ({ share, bar }) => {
    expect(progressBar(share, 4)).toBe(bar);
  });
});

describe('formatDuration', () => {
  it.each([
    { seconds: 0, text: '0:00' },
    { seconds: 59.1, text: '1:00' },
    { seconds: 3599, text: '59:59' },
    { seconds: 3661, text: '1:01:01' },
  ])('writes $seconds s as $text', ({ seconds, text }) => {
    expect(formatDuration(seconds)).toBe(text);
  });
});

describe('createPace', () => {
  it('says nothing in the first second', () => {
    const pace = createPace();
    pace({ done: 0, total: 10, frames: 0, elapsedMs: 0 });
    expect(pace({ done: 1, total: 10, frames: 16, elapsedMs: 900 })).toEqual({
      done: 1,
      total: 10,
      frames: 16,
      elapsedMs: 900,
    });
  });

  it('counts every input that is dealt with', () => {
    const pace = createPace();
    pace({ done: 0, total: 10, frames: 0, elapsedMs: 0 });
    const now = pace({ done: 2, skipped: 1, failed: 1, total: 10, frames: 32, elapsedMs: 2000 });
    expect(now).toMatchObject({ framesPerSec: 16, leftSec: 3 });
  });

  it('goes by frames where an input is not as much work as another', () => {
    const pace = createPace();
    pace({ done: 0, total: 10, frames: 0, framesTotal: 90, elapsedMs: 0 });
    const now = pace({ done: 8, total: 10, frames: 10, framesTotal: 42, elapsedMs: 2000 });
    expect(now).toMatchObject({ framesPerSec: 5, leftSec: 6.4 });
  });

  it('forgets what is older than its window', () => {
    const pace = createPace();
    for (let second = 0; second <= 60; second += 1) pace({ done: 0, total: 100, frames: 0, elapsedMs: second * 1000 });
    for (let second = 61; second <= 80; second += 1) {
      pace({ done: second - 60, total: 100, frames: (second - 60) * 10, elapsedMs: second * 1000 });
    }
    const now = pace({ done: 21, total: 100, frames: 210, elapsedMs: 81_000 });
    expect(now.framesPerSec).toBeCloseTo(10, 1);
    expect(now.leftSec).toBeCloseTo(79, 0);
  });

  it('knows no time left while nothing moves', () => {
    const pace = createPace();
    pace({ done: 0, total: 10, elapsedMs: 0 });
    expect(pace({ done: 0, total: 10, elapsedMs: 5000 })).toMatchObject({
      framesPerSec: undefined,
      leftSec: undefined,
    });
  });
});
