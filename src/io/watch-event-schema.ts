import { z } from 'zod';
import { type WatchEvent } from '../core/watch-event.ts';

const count = z.int().min(0);
const share = z.number().min(0).max(1);
const box = z
  .tuple([z.int(), z.int(), z.int(), z.int()])
  .describe('[x1, y1, x2, y2] in pixels; x2 and y2 are exclusive');
const milliseconds = z.number().min(0);

const moment = {
  frame: count.describe('Index of the frame in the stream, from 0'),
  seconds: z.number().describe('Stream time of the frame'),
  at: z.iso.datetime().describe('Wall time at which the event was made, UTC'),
};

const candidate = {
  item: z.string().describe('Item id, as its folder in the shop is called'),
  picture: z.string().describe('Picture of the item, without extension'),
  pictureBox: box.describe('Garment in the picture'),
  distance: z
    .number()
    .min(0)
    .max(4)
    .describe(
      'Mean squared distance between the pooled feature of the track and those of the item’s two nearest pictures',
    ),
  confidence: share.describe('All items and "none of them" add up to 1'),
};

const finding = {
  show: z.int().min(1).describe('Number of the announcement; `revise` and `end` repeat it'),
  ...moment,
  latencyMs: milliseconds.describe('From the arrival of the frame to this event'),
  since: z.number().describe('Stream time at which the garment was first seen'),
  track: z.int().min(1),
  box: box.describe('Garment in the frame'),
  ...candidate,
  runnerUp: z.strictObject(candidate).nullable().describe('The next best item'),
};

/** One line of `vitrine watch`, as docs/schema/watch-event.schema.json publishes it. */
export const watchEventSchema: z.ZodType<WatchEvent> = z.discriminatedUnion('type', [
  z
    .strictObject({
      type: z.literal('frame'),
      ...moment,
      latencyMs: milliseconds,
      isCut: z.boolean().describe('The picture has changed as a whole; tracks end here'),
      boxes: z
        .array(
          z.strictObject({
            track: z.int().min(1),
            box,
            score: share.describe("The detector's"),
            nearest: z.strictObject(candidate).nullable().describe('The most likely item of the track so far'),
            feature: z.array(z.number()).exactOptional().describe('Unit vector of this box alone, where asked for'),
          }),
        )
        .describe('By falling score'),
    })
    .describe('A frame that was looked at'),
  z.strictObject({ type: z.literal('match'), ...finding }).describe('An item is on show from now on'),
  z
    .strictObject({ type: z.literal('revise'), was: z.string().describe('The item announced before'), ...finding })
    .describe('Later frames say that the garment is another item'),
  z
    .strictObject({
      type: z.literal('end'),
      show: z.int().min(1),
      item: z.string(),
      since: z.number(),
      until: z.number().describe('Stream time at which the garment was last seen'),
      reason: z.enum(['gone', 'cut', 'doubtful', 'merged', 'over']),
      ...moment,
    })
    .describe('An item is on show no more'),
  z
    .strictObject({
      type: z.literal('stats'),
      at: moment.at,
      isLast: z.boolean(),
      frames: z.strictObject({
        came: count,
        passedOver: count.describe('Not wanted by the sampling'),
        dropped: count.describe('Wanted, and given up because newer ones had come'),
        failed: count.describe('Could not be decoded'),
        processed: count,
        underWay: count,
      }),
      shows: count.describe('Announcements so far'),
      latencyMs: z.strictObject({ p50: milliseconds, p95: milliseconds, max: milliseconds }).nullable(),
      reconnects: count.describe('Times that a live source was opened again'),
    })
    .describe('What became of the frames so far'),
]);

/** The JSON Schema of one line. */
export function watchEventJsonSchema(): unknown {
  return { title: 'Vitrine watch event', ...z.toJSONSchema(watchEventSchema) };
}
