import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { addToPanel, emptyPanel, panelLines } from '../../src/cli/live-panel.ts';
import { type Candidate, type WatchEvent } from '../../src/core/watch-event.ts';

const best: Candidate = { item: '000041', picture: '2', pictureBox: [0, 0, 9, 9], distance: 0.61, confidence: 0.9 };
const second: Candidate = { item: '000007', picture: '0', pictureBox: [0, 0, 9, 9], distance: 1.2, confidence: 0.1 };
const at = '2026-01-01T00:00:00.000Z';
const frame = (seconds: number, nearest: Candidate): WatchEvent => ({
  type: 'frame',
  frame: seconds * 25,
  seconds,
  at,
  latencyMs: 123.4,
  isCut: false,
  boxes: [{ track: 3, box: [1, 2, 3, 4], score: 0.9, nearest }],
});
const shown: WatchEvent = {
  type: 'match',
  show: 1,
  ...best,
  frame: 100,
  seconds: 4,
  at,
  latencyMs: 100,
  since: 3,
  track: 3,
  box: [1, 2, 3, 4],
  runnerUp: second,
};

function linesAfter(columns: number, ...events: readonly WatchEvent[]): readonly string[] {
  const state = emptyPanel();
  for (const event of events) addToPanel(state, event);
  return panelLines(state, columns).map((line) => stripVTControlCharacters(line));
}

describe('panelLines', () => {
  it('says that nothing is on show', () => {
    expect(linesAfter(80)).toEqual(['Nothing of the shop is on show']);
  });

  it('shows what is on show, how sure that is by the newest frame, and how far behind we are', () => {
    expect(linesAfter(80, shown, frame(65, { ...best, confidence: 0.5, distance: 0.8 }))).toEqual([
      'On show',
      '  000041  ██████████░░░░░░░░░░ 50%  since 0:03',
      '    picture 2, distance 0.80; then 000007 at 1.20',
      '1:05 · 1 frame looked at · 0 dropped · 123 ms behind',
    ]);
  });

  it('lists what was shown before, the last first, and no more than five', () => {
    const ends = Array.from(
      { length: 7 },
      (_, place): WatchEvent => ({
        type: 'end',
        show: place + 1,
        item: `item ${place}`,
        reason: 'gone',
        since: place,
        until: place + 1,
        frame: 1,
        seconds: 1,
        at,
      }),
    );
    expect(linesAfter(80, shown, ...ends)).toEqual([
      'Nothing of the shop is on show',
      'Before',
      ...[6, 5, 4, 3, 2].map((place) => `  item ${place}  0:0${place} to 0:0${place + 1}  gone`),
    ]);
  });

  it('keeps to the width of the terminal', () => {
    const lines = linesAfter(30, shown, frame(5, best));
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(30);
  });
});
