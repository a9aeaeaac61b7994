import { join } from 'node:path';
import { type CocoPicture, cocoPictureSchema } from '../io/coco-file.ts';
import { openPartStore } from '../io/export-part.ts';
import { makeFolder } from '../io/make-folder.ts';
import { writePicture } from '../media/write-picture.ts';
import { type ExportTarget } from './export-target.ts';
import { unitPath } from './export-units.ts';
import { type Split } from './split-units.ts';

/** Files that are made of the parts, relative to the folder; the second only if something is for validation. */
export const cocoFiles: Readonly<Record<Split, string>> = {
  train: 'annotations/instances_train.json',
  validation: 'annotations/instances_validation.json',
};

/** Options of {@link cocoTarget}. */
export interface CocoTargetOptions {
  readonly folder: string;
  /** Quality of the JPEG files, 1 to 100. */
  readonly quality: number;
}

/** Every picture and every annotated frame, whole, as `images/<root key>/<side>/<owner>/<name>.jpg`; also those without a garment. */
export function cocoTarget({ folder, quality }: CocoTargetOptions): ExportTarget<CocoPicture> {
  const images = join(folder, 'images');
  return {
    settings: { quality },
    results: Object.values(cocoFiles).map((file) => join(folder, file)),
    parts: openPartStore({ folder: join(folder, '.parts', 'coco'), files: images, row: cocoPictureSchema }),
    folderOf: (unit) => join(images, unitPath(unit)),
    wants: () => true,
    async write({ unit, name, frameIndex, image, boxes }) {
      const fileName = frameIndex === undefined ? name : String(frameIndex).padStart(6, '0');
      const file = `${unitPath(unit)}/${fileName}.jpg`;
      await makeFolder(join(images, unitPath(unit)));
      await writePicture(join(images, file), image, { quality, chroma: '4:4:4' });
      const { width, height } = image;
      const garments = boxes.map(({ box, instanceId, label }) => ({ box, instanceId, label }));
      return [{ file, width, height, frameIndex, boxes: garments }];
    },
  };
}
