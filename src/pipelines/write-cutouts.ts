import { join } from 'node:path';
import { makeFolder } from '../io/make-folder.ts';
import { rasteriseSvg } from '../media/rasterise-svg.ts';
import { writePicture } from '../media/write-picture.ts';
import { drawCutoutPhoto } from '../synth/draw-cutout-photo.ts';
import { createGarment } from '../synth/garment.ts';
import { type GarmentEntry } from '../synth/garment-pool.ts';
import { createRandom } from '../synth/random.ts';
import { type SynthProgress, type SynthReport } from './synth-report.ts';

/** Options of {@link writeCutouts}. */
export interface WriteCutoutsOptions {
  readonly out: string;
  readonly entries: readonly GarmentEntry[];
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ((progress: SynthProgress) => void) | undefined;
}

/** Writes garments one by one in the layout of a photo set: `photos/<kind>/<key>.jpg` and `masks/<kind>/<key>.png`. */
export async function writeCutouts({ out, entries, signal, onProgress }: WriteCutoutsOptions): Promise<SynthReport> {
  const started = performance.now();
  let done = 0;
  for (const entry of entries) {
    const { key, kind } = entry;
    signal?.throwIfAborted();
    const { photo, mask } = await drawCutoutPhoto(createGarment(await entry.load()), {
      random: createRandom(`cutout ${key}`),
      rasterise: rasteriseSvg,
    });
    for (const part of ['photos', 'masks']) await makeFolder(join(out, part, kind));
    await writePicture(join(out, 'photos', kind, `${key}.jpg`), photo);
    await writePicture(join(out, 'masks', kind, `${key}.png`), mask);
    done += 1;
    const { length: total } = entries;
    const elapsedMs = performance.now() - started;
    onProgress?.({ done, skipped: 0, failed: 0, total, frames: done, framesTotal: total, elapsedMs });
  }
  return { items: done, clips: 0, pictures: done, frames: 0, missing: { items: 0, clips: 0 } };
}
