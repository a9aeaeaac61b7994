import { z } from 'zod';
import { type Box } from '../core/box.ts';
import { writeLinesWhole } from './write-lines-whole.ts';

/** A picture or frame and the garments in it. */
export interface CocoPicture {
  /** Relative to the folder of pictures, with forward slashes. */
  readonly file: string;
  readonly width: number;
  readonly height: number;
  /** Of a clip: index of the decoded frame, from 0. */
  readonly frameIndex?: number | undefined;
  readonly boxes: readonly CocoBox[];
}

/** A garment. */
export interface CocoBox {
  /** Integers, inside the picture, not empty. */
  readonly box: Box;
  /** 0 for a garment without counterpart. */
  readonly instanceId: number;
  /** Garment category. */
  readonly label: string;
}

/** A {@link CocoPicture} as it is kept between runs. */
export const cocoPictureSchema: z.ZodType<CocoPicture> = z.strictObject({
  file: z.string(),
  width: z.int().min(1),
  height: z.int().min(1),
  frameIndex: z.int().min(0).optional(),
  boxes: z.array(
    z.strictObject({
      box: z.tuple([z.int(), z.int(), z.int(), z.int()]),
      instanceId: z.int().min(0),
      label: z.string(),
    }),
  ),
});

/** Pictures of one item, or frames of one clip. */
export interface CocoUnit {
  readonly root: string;
  readonly side: 'picture' | 'clip';
  readonly owner: string;
  readonly rows: readonly CocoPicture[];
}

/** What a COCO file holds. */
export interface CocoCounts {
  readonly images: number;
  readonly annotations: number;
}

/**
 * Writes a COCO detection file with one category, `clothes`, whole or not at all: one image or annotation a line, ids from 1 in the order given. Holds
 * one unit at a time.
 *
 * @param units makes the sequence, which is gone through twice.
 * @throws PipelineError `file-unwritable`; what `units` throws comes out as it is.
 */
export async function writeCoco(path: string, units: () => AsyncIterable<CocoUnit>): Promise<CocoCounts> {
  const counts = { images: 0, annotations: 0 };

  async function* lines(): AsyncGenerator<string> {
    yield '{"images":[';
    for await (const { root, side, owner, rows } of units()) {
      for (const { file, width, height, frameIndex } of rows) {
        const place = { side, owner, root, ...(frameIndex !== undefined && { frame_index: frameIndex }) };
        yield line(counts.images, { id: counts.images + 1, file_name: file, width, height, ...place });
        counts.images += 1;
      }
    }
    yield '\n],\n"annotations":[';
    let imageId = 0;
    for await (const { rows } of units()) {
      for (const { boxes } of rows) {
        imageId += 1;
        for (const box of boxes) {
          const annotation = { id: counts.annotations + 1, image_id: imageId, category_id: 1, ...inCoco(box) };
          yield line(counts.annotations, annotation);
          counts.annotations += 1;
        }
      }
    }
    yield '\n],\n"categories":[{"id":1,"name":"clothes"}]}\n';
  }

  await writeLinesWhole(path, lines());
  return counts;
}

function line(place: number, value: unknown): string {
  return `${place === 0 ? '' : ','}\n${JSON.stringify(value)}`;
}

function inCoco({ box: [x1, y1, x2, y2], instanceId, label }: CocoBox): Record<string, unknown> {
  const [width, height] = [x2 - x1, y2 - y1];
  return { bbox: [x1, y1, width, height], area: width * height, iscrowd: 0, instance_id: instanceId, label };
}
