import { describe, expect, it } from 'vitest';
import { type Candidate, type EndReason, type WatchEvent } from '../../src/core/watch-event.ts';
import { watchEventJsonSchema, watchEventSchema } from '../../src/io/watch-event-schema.ts';

const moment = { frame: 25, seconds: 1, at: '2026-08-21T10:00:00.000Z' };
const candidate: Candidate = {
  item: '000041',
  picture: '0',
  pictureBox: [1, 2, 30, 40],
  distance: 0.25,
  confidence: 0.95,
};
const finding = {
  ...moment,
  ...candidate,
  show: 1,
  since: 0.2,
  latencyMs: 40.5,
  track: 3,
  box: [5, 6, 70, 80] as const,
  runnerUp: { ...candidate, item: '7', confidence: 0.01 },
};
const frame = { type: 'frame', ...moment, latencyMs: 40.5, isCut: false } as const;
const end = { type: 'end', ...moment, show: 1, item: '000041', since: 0.2, until: 0.9 } as const;
const frames = { came: 30, passedOver: 20, dropped: 2, failed: 1, processed: 6, underWay: 1 };
const stats = { type: 'stats', at: moment.at, isLast: true, frames, shows: 1, reconnects: 0 } as const;

const reasons: readonly EndReason[] = ['gone', 'cut', 'doubtful', 'merged', 'over'];
const events: readonly WatchEvent[] = [
  { ...frame, boxes: [] },
  { ...frame, boxes: [{ track: 1, box: [1, 2, 3, 4], score: 0.9, nearest: candidate }] },
  { ...frame, boxes: [{ track: 1, box: [1, 2, 3, 4], score: 0.9, nearest: null }] },
  { type: 'match', ...finding },
  { type: 'match', ...finding, runnerUp: null },
  { type: 'revise', was: '7', ...finding },
  ...reasons.map((reason): WatchEvent => Object.assign({ reason }, end)),
  { ...stats, latencyMs: { p50: 40, p95: 80.5, max: 99 } },
  { ...stats, isLast: false, latencyMs: null },
];

describe('watchEventJsonSchema', () => {
  /** To write the file again after a change: `npx vitest run test/io/watch-event-schema.test.ts -u` */
  it('is what docs/schema/watch-event.schema.json publishes', async () => {
    const text = `${JSON.stringify(watchEventJsonSchema(), null, 2)}\n`;
    await expect(text).toMatchFileSnapshot('../../docs/schema/watch-event.schema.json');
  });
});

describe('watchEventSchema', () => {
  it.each(events)('takes $type of every kind, through JSON, as it is', (event) => {
    expect(watchEventSchema.parse(JSON.parse(JSON.stringify(event)))).toEqual(event);
  });

  it.each(events)('refuses $type with a key too many or one too few', (event) => {
    expect(watchEventSchema.safeParse({ ...event, other: 1 }).success).toBe(false);
    for (const key of Object.keys(event)) {
      const less = Object.fromEntries(Object.entries(event).filter(([name]) => name !== key));
      expect.soft(watchEventSchema.safeParse(less).success, key).toBe(false);
    }
  });

  it.each([
    { what: 'a type that is not known', event: { ...frame, type: 'guess', boxes: [] } },
    { what: 'a frame before the first', event: { ...frame, frame: -1, boxes: [] } },
    { what: 'a latency below 0', event: { ...frame, latencyMs: -1, boxes: [] } },
    { what: 'a wall time of another zone', event: { ...frame, at: '2026-08-21T10:00:00.000+02:00', boxes: [] } },
    { what: 'a confidence above 1', event: { type: 'match', ...finding, confidence: 1.01 } },
    { what: 'a show before the first', event: { type: 'match', ...finding, show: 0 } },
    { what: 'a box of three numbers', event: { type: 'match', ...finding, box: [1, 2, 3] } },
    { what: 'a box between pixels', event: { type: 'match', ...finding, box: [1, 2, 3, 4.5] } },
    { what: 'a reason that is not known', event: { ...end, reason: 'tired' } },
    { what: 'half a frame', event: { ...stats, latencyMs: null, frames: { ...frames, processed: 6.5 } } },
    { what: 'an unknown count', event: { ...stats, latencyMs: null, frames: { ...frames, lost: 0 } } },
  ])('refuses $what', ({ event }) => {
    expect(watchEventSchema.safeParse(event).success).toBe(false);
  });
});
