import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CropSize } from '../../src/core/bucket.ts';
import { type RgbImage } from '../../src/core/rgb-image.ts';

/** The model set that `fixtures/make-tiny-models.py` writes: boxes what is purely red, green or blue. */
export const tinyModels: string = fileURLToPath(new URL('../../fixtures/models/tiny', import.meta.url));

/** The same set with its embedders in one graph. */
export const tinyBundle: string = fileURLToPath(new URL('../../fixtures/models/tiny-bundle', import.meta.url));

/** A rectangle of one colour. */
export interface Patch {
  readonly box: readonly [x1: number, y1: number, x2: number, y2: number];
  readonly color: readonly [r: number, g: number, b: number];
}

/** A dark picture with rectangles on it. */
export function picture([width, height]: CropSize, patches: readonly Patch[] = []): RgbImage {
  const data = new Uint8Array(width * height * 3).fill(30);
  for (const {
    box: [x1, y1, x2, y2],
    color,
  } of patches) {
    for (let y = y1; y < y2; y += 1) for (let x = x1; x < x2; x += 1) data.set(color, (y * width + x) * 3);
  }
  return { width, height, data };
}

/** Scales by taking the nearest pixel, which is enough for rectangles. */
export function nearestResize(image: RgbImage, [width, height]: CropSize): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y += 1) {
    const row = Math.floor(((y + 0.5) * image.height) / height);
    for (let x = 0; x < width; x += 1) {
      const from = (row * image.width + Math.floor(((x + 0.5) * image.width) / width)) * 3;
      data.set(image.data.subarray(from, from + 3), (y * width + x) * 3);
    }
  }
  return { width, height, data };
}

/** A copy of the tiny set in a folder that goes away when disposed. */
export interface ModelsCopy extends AsyncDisposable {
  readonly folder: string;
  /** Rewrites the manifest. */
  edit(change: (manifest: ReturnType<typeof JSON.parse>) => void): Promise<void>;
  /** Replaces a file; its digest in the manifest follows unless `keepDigest`. */
  replace(file: string, bytes: Uint8Array, options?: { readonly keepDigest?: boolean }): Promise<void>;
}

/** Copies the tiny set, or another, for tests that break it. */
export async function copyTinyModels(from: string = tinyModels): Promise<ModelsCopy> {
  const folder = await mkdtemp(join(tmpdir(), 'vitrine-models-'));
  await cp(from, folder, { recursive: true });
  const path = join(folder, 'manifest.json');
  const edit: ModelsCopy['edit'] = async (change) => {
    const manifest = JSON.parse(await readFile(path, 'utf8'));
    change(manifest);
    await writeFile(path, JSON.stringify(manifest));
  };
  return {
    folder,
    edit,
    async replace(file, bytes, { keepDigest = false } = {}) {
      await writeFile(join(folder, file), bytes);
      if (keepDigest) return;
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      await edit(({ detector, embedders, bundle }) => {
        for (const entry of [detector, ...embedders, ...(bundle ? [bundle] : [])])
          if (entry.file === file) entry.sha256 = sha256;
      });
    },
    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true, force: true });
    },
  };
}
