import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CropSize } from '../core/bucket.ts';
import { messageOf, PipelineError } from '../core/errors.ts';
import {
  type DetectorSide,
  type EmbedderEntry,
  type EmbedderFiles,
  type Manifest,
  type ModelFile,
  parseManifest,
} from './manifest.ts';

/** A folder of models whose manifest is valid and whose files are the ones that it names. */
export interface ModelSet {
  readonly folder: string;
  readonly name: string;
  /**
   * SHA-256 over all that decides a box or a feature: digests of the files, input sizes, thresholds, crop sizes.
   * Features of two sets can be compared exactly when their fingerprints are equal.
   */
  readonly fingerprint: string;
  readonly detector: {
    readonly path: string;
    readonly pictures: DetectorSide;
    readonly clips: DetectorSide;
    readonly maxSide: number;
  };
  /** The graphs whose features are concatenated: one an embedder; a bundle is one graph, named after all of them. */
  readonly embedders: readonly { readonly name: string; readonly path: string; readonly featureLength: number }[];
  /** One size for each of the 12 buckets. */
  readonly cropSizes: readonly CropSize[];
  readonly provenance: Manifest['provenance'];
}

/**
 * Reads `manifest.json` of a folder and checks every file that it names against its SHA-256.
 *
 * @example const { name, cropSizes } = await loadManifest('fixtures/models/compact');
 * @throws PipelineError `manifest-invalid` when the manifest is missing or wrong, `model-invalid` when a model file is
 * missing or is another one than the manifest says.
 */
export async function loadManifest(folder: string): Promise<ModelSet> {
  const path = join(folder, 'manifest.json');
  const json = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new PipelineError(
      'manifest-invalid',
      `No model manifest at ${path} (${messageOf(cause)}); name a folder that holds a manifest.json`,
      { path, cause },
    );
  });
  const manifest = parseManifest(json, path);
  const { name, detector, crops, provenance } = manifest;
  const embedders = embedderGraphs(manifest);
  await Promise.all([detector, ...embedders].map((file) => checkDigest(folder, file)));
  return {
    folder,
    name,
    fingerprint: digest(
      JSON.stringify([
        [detector.sha256, detector.pictures, detector.clips, detector.maxSide],
        embedders.map(({ sha256, featureLength }) => [sha256, featureLength]),
        crops.sizes,
      ]),
    ),
    detector: {
      path: join(folder, detector.file),
      pictures: detector.pictures,
      clips: detector.clips,
      maxSide: detector.maxSide,
    },
    embedders: embedders.map(({ name: embedder, file, featureLength }) => ({
      name: embedder,
      path: join(folder, file),
      featureLength,
    })),
    cropSizes: crops.sizes,
    provenance,
  };
}

function embedderGraphs({ embedders, bundle }: EmbedderFiles): readonly (EmbedderEntry & ModelFile)[] {
  if (!bundle) return embedders;
  const name = embedders.map((embedder) => embedder.name).join('+');
  const featureLength = embedders.reduce((sum, embedder) => sum + embedder.featureLength, 0);
  return [{ name, featureLength, ...bundle }];
}

async function checkDigest(folder: string, { file, sha256 }: ModelFile): Promise<void> {
  const path = join(folder, file);
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new PipelineError('model-invalid', `Cannot read model ${path} (${messageOf(cause)}); restore the file`, {
      path,
      cause,
    });
  });
  const found = digest(bytes);
  if (found === sha256) return;
  throw new PipelineError(
    'model-invalid',
    `Model ${path} has SHA-256 ${found}, but its manifest says ${sha256}; restore the file or export the set again`,
    { path },
  );
}

function digest(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
