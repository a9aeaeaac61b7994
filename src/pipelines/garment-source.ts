import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { messageOf, PipelineError } from '../core/errors.ts';
import { isFileMissing } from '../io/is-file-missing.ts';
import { rasteriseSvg } from '../media/rasterise-svg.ts';
import { readCutout } from '../media/read-cutout.ts';
import { designGarment } from '../synth/garment-design.ts';
import { weaveCloth } from '../synth/garment-fabric.ts';
import { garmentKinds, labelOfKind } from '../synth/garment-kind.ts';
import { type GarmentEntry } from '../synth/garment-pool.ts';
import { drawGarment } from '../synth/garment-svg.ts';
import { type Random } from '../synth/random.ts';

/** Part of a photo set. */
export type PhotoSplit = 'all' | 'train' | 'validation';

/** Photos in the validation part of a set. */
const validationCount = 200;

/** Longer side of a photographed garment in pixels. */
const photoSide = 640;

/** `count` drawn garments, those with the seeds from `firstSeed` on. */
export function drawnGarments(firstSeed: number, count: number): readonly GarmentEntry[] {
  return Array.from({ length: count }, (_, index) => {
    const seed = firstSeed + index;
    const { kind, label } = designGarment(seed).shape;
    return {
      key: `drawn-${seed}`,
      kind,
      load: async () => {
        const { svg, width, height, design } = drawGarment(seed);
        return { kind, label, image: weaveCloth(await rasteriseSvg(svg, { width, height }), design) };
      },
    };
  });
}

/**
 * Lists the garments of a photo set, `<root>/photos/<kind>/<id>.jpg` with `<root>/masks/<kind>/<id>.png`, in an order of chance.
 *
 * The validation part are the 200 photos whose hexadecimal SHA-1 of the file name sorts first over all kinds; the rest is the train part.
 *
 * @throws {@link PipelineError} `dataset-invalid` when the set cannot be read or the part is empty.
 */
export async function photographedGarments(
  root: string,
  split: PhotoSplit,
  random: Random,
): Promise<readonly GarmentEntry[]> {
  const files = (
    await Promise.all(garmentKinds.map(async (kind) => (await photosIn(root, kind)).map((name) => ({ kind, name }))))
  ).flat();
  const hashed = files.map(({ kind, name }) => {
    return { kind, name, hash: createHash('sha1').update(name, 'utf8').digest('hex') };
  });
  hashed.sort((a, b) => (a.hash < b.hash ? -1 : 1));
  const chosen = { all: hashed, validation: hashed.slice(0, validationCount), train: hashed.slice(validationCount) }[
    split
  ];
  if (chosen.length === 0)
    throw new PipelineError(
      'dataset-invalid',
      `No photos in ${join(root, 'photos')} (split ${split}); it needs photos/<kind>/<id>.jpg and masks/<kind>/<id>.png`,
      { path: root },
    );
  return random.shuffle(chosen).map(({ kind, name }) => {
    const id = parse(name).name;
    return {
      key: id,
      kind,
      load: async () => ({
        kind,
        label: labelOfKind[kind],
        image: await readCutout(join(root, 'photos', kind, name), join(root, 'masks', kind, `${id}.png`), {
          maxSide: photoSide,
        }),
      }),
    };
  });
}

async function photosIn(root: string, kind: string): Promise<readonly string[]> {
  const path = join(root, 'photos', kind);
  try {
    return (await readdir(path)).filter((name) => name.endsWith('.jpg'));
  } catch (cause) {
    if (isFileMissing(cause)) return [];
    throw new PipelineError('dataset-invalid', `Cannot list ${path}: ${messageOf(cause)}`, { path, cause });
  }
}
