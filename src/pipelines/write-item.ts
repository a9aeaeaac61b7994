import { join } from 'node:path';
import { makeFolder } from '../io/make-folder.ts';
import { writePictureAnnotations, writeTitle } from '../io/write-annotations.ts';
import { rasteriseSvg } from '../media/rasterise-svg.ts';
import { writePicture } from '../media/write-picture.ts';
import { drawPicture, type PicturePlan, planPictures } from '../synth/draw-picture.ts';
import { type ShopEntry } from '../synth/plan-shop.ts';
import { type Random } from '../synth/random.ts';
import { titleFor } from '../synth/shop-text.ts';
import { loadHost, loadPieces, type Supply } from './garment-supply.ts';

/** What an item's pictures will be like. */
export function planItem(random: Random, scale: number): readonly PicturePlan[] {
  return planPictures(random.fork('pictures'), scale);
}

/**
 * Draws an item's pictures, `scale` times as large as usual, and writes them with annotations and title; answers their number.
 */
export async function writeItem(
  out: string,
  item: ShopEntry,
  { pool, random }: Supply,
  scale: number,
): Promise<number> {
  const pieces = await loadPieces(item);
  const plans = planItem(random, scale);
  const folder = join(out, 'image', item.id);
  await makeFolder(folder);
  for (const [index, plan] of plans.entries()) {
    const own = random.fork(`picture ${index}`);
    const host =
      plan.style === 'worn'
        ? await loadHost('picture', { pool, random: own.fork('host') })
        : { top: undefined, bottom: undefined };
    const { image, annotations } = await drawPicture(pieces, { ...plan, host, random: own, rasterise: rasteriseSvg });
    const imgName = `${index}.jpg`;
    await writePictureAnnotations(out, { itemId: item.id, imgName, annotations });
    await writePicture(join(folder, imgName), image, { quality: own.integer(78, 93) });
  }
  const kinds = item.pieces.map(({ entry }) => entry.kind);
  await writeTitle(out, item.id, titleFor(kinds, random.fork('title')));
  return plans.length;
}
