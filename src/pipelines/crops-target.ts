import { join } from 'node:path';
import { bucketOf } from '../core/bucket.ts';
import { type FrameRange } from '../core/defaults.ts';
import { frameTest } from '../core/frame-selection.ts';
import { type CropFile, cropFileSchema } from '../io/crops-csv.ts';
import { openPartStore } from '../io/export-part.ts';
import { makeFolder } from '../io/make-folder.ts';
import { cropResample } from '../media/crop-resample.ts';
import { writePicture } from '../media/write-picture.ts';
import { type ExportTarget } from './export-target.ts';
import { unitPath } from './export-units.ts';

/** File that is made of the parts, relative to the folder. */
export const cropsFile = 'crops.csv';

/** Options of {@link cropsTarget}. */
export interface CropsTargetOptions {
  readonly folder: string;
  /** Quality of the JPEG files, 1 to 100. */
  readonly quality: number;
  /** Frames of a clip whose boxes become crops. */
  readonly frames: FrameRange;
}

/** Every garment with a counterpart, at its own size, as `crops/<root key>/<side>/<owner>/<name>-<box number>.jpg`. */
export function cropsTarget({ folder, quality, frames }: CropsTargetOptions): ExportTarget<CropFile> {
  const crops = join(folder, 'crops');
  const isWanted = frameTest(frames);
  return {
    settings: { quality, frames },
    results: [join(folder, cropsFile)],
    parts: openPartStore({ folder: join(folder, '.parts', 'crops'), files: folder, row: cropFileSchema }),
    folderOf: (unit) => join(crops, unitPath(unit)),
    wants({ frameIndex, annotations }) {
      if (frameIndex !== undefined && !isWanted(frameIndex)) return false;
      return annotations.some(({ value }) => value.instanceId !== 0);
    },
    async write({ unit, name, frameIndex, image, boxes }) {
      const rows: CropFile[] = [];
      await makeFolder(join(crops, unitPath(unit)));
      // One after the other: a frame's credit has no room for copies of all of its boxes.
      for (const { number, box, label, instanceId } of boxes) {
        if (instanceId === 0) continue;
        const [width, height] = [box[2] - box[0], box[3] - box[1]];
        const file = `crops/${unitPath(unit)}/${name}-${number}.jpg`;
        const crop = cropResample(image, box, [width, height]); // At its own size this copies.
        await writePicture(join(folder, file), crop, { quality, chroma: '4:4:4' });
        rows.push({ file, category: label, bucket: bucketOf(width, height), instanceId, frameIndex });
      }
      return rows;
    },
  };
}
