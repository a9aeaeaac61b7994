import { expect, it } from 'vitest';
import { watchBeginning } from '../../src/cli/watch-summary.ts';
import { type WatchReady } from '../../src/pipelines/watch-stream.ts';

it.each([
  {
    counts: { items: 1, boxes: 1 },
    lanes: 1,
    line: '1 item, 1 box; cpu, 1 lane; frames that come too fast: wait',
  },
  {
    counts: { items: 2, boxes: 3 },
    lanes: 2,
    line: '2 items, 3 boxes; cpu, 2 lanes; frames that come too fast: wait',
  },
])('watchBeginning counts: $line', ({ counts, lanes, line }) => {
  const device: WatchReady['device'] = { asked: 'cpu', device: 'cpu', lanes, passedOver: [] };
  const ffmpeg = { path: 'ffmpeg', version: '7', origin: 'PATH' } as const;
  expect(watchBeginning({ ...counts, device, ffmpeg, approximate: undefined, whenBehind: 'wait' })).toBe(line);
});
