import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { compareIds } from '../core/compare-ids.ts';
import { codeOf, messageOf, PipelineError } from '../core/errors.ts';
import { isFileMissing } from '../io/is-file-missing.ts';
import { rasteriseSvg } from '../media/rasterise-svg.ts';
import { readCutout } from '../media/read-cutout.ts';
import { designGarment } from '../synth/garment-design.ts';
import { weaveCloth } from '../synth/garment-fabric.ts';
import { type GarmentKind, garmentKinds, labelOfKind } from '../synth/garment-kind.ts';
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
 * The validation part are the 200 photos with a mask whose hexadecimal SHA-1 of the file name sorts first over all kinds, also those that are of no use here; the rest is the
 * train part. `training/` holds out the same ones.
 *
 * @throws {@link PipelineError} `dataset-invalid` when the set cannot be read or the part is empty.
 */
export async function photographedGarments(
  root: string,
  split: PhotoSplit,
  random: Random,
): Promise<readonly GarmentEntry[]> {
  const files = (
    await Promise.all((await namesIn(join(root, 'photos'))).map(async (kind) => photosIn(root, kind)))
  ).flat();
  const hashed = files.map(({ kind, name }) => {
    return { kind, name, hash: createHash('sha1').update(name, 'utf8').digest('hex') };
  });
  hashed.sort((a, b) => compareIds(a.hash, b.hash) || compareIds(a.kind, b.kind));
  const parts = { all: hashed, validation: hashed.slice(0, validationCount), train: hashed.slice(validationCount) };
  const chosen = parts[split].flatMap(({ kind, name }) => (isGarmentKind(kind) ? [{ kind, name }] : []));
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

function isGarmentKind(kind: string): kind is GarmentKind {
  return (garmentKinds as readonly string[]).includes(kind);
}

/** Photos of a kind that have a mask. */
async function photosIn(
  root: string,
  kind: string,
): Promise<readonly { readonly kind: string; readonly name: string }[]> {
  const [photos, masks] = await Promise.all(['photos', 'masks'].map((part) => namesIn(join(root, part, kind))));
  const masked = new Set(masks);
  const found = photos?.filter((name) => name.endsWith('.jpg') && masked.has(`${parse(name).name}.png`)) ?? [];
  return found.map((name) => ({ kind, name }));
}

/** What is in a folder; nothing where there is none. */
async function namesIn(path: string): Promise<readonly string[]> {
  try {
    return await readdir(path);
  } catch (cause) {
    if (isFileMissing(cause) || codeOf(cause) === 'ENOTDIR') return [];
    throw new PipelineError('dataset-invalid', `Cannot list ${path}: ${messageOf(cause)}`, { path, cause });
  }
}
