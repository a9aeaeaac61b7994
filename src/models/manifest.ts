import { z } from 'zod';
import { bucketAspects } from '../core/bucket.ts';
import { PipelineError } from '../core/errors.ts';

/** How pictures or frames go into the detector, and which of its boxes count. */
export interface DetectorSide {
  /** The shorter side after resizing, in pixels, at least 16. */
  readonly shortSide: number;
  /** A box counts when its score is above this, from 0 to 1. */
  readonly scoreMin: number;
}

/** A model file and the digest that it must have. */
export interface ModelFile {
  /** Name of a file beside the manifest, or `../<folder>/<file>` for one of a set beside this one, which shares it. */
  readonly file: string;
  /** SHA-256 of the file, 64 lower-case hex digits. */
  readonly sha256: string;
}

/** The detector of a model set. */
export interface DetectorEntry extends ModelFile {
  readonly pictures: DetectorSide;
  readonly clips: DetectorSide;
  /** The longer side is never larger than this after resizing, in pixels. */
  readonly maxSide: number;
}

/** One of the embedders whose features are concatenated, in the order of the manifest. */
export interface EmbedderEntry {
  /** Text that is different for every embedder. */
  readonly name: string;
  /** Numbers in one feature. */
  readonly featureLength: number;
}

/** Embedders with a file each, or all in one file: a graph that joins their features by itself. */
export type EmbedderFiles =
  | { readonly embedders: readonly (EmbedderEntry & ModelFile)[]; readonly bundle?: undefined }
  | { readonly embedders: readonly EmbedderEntry[]; readonly bundle: ModelFile };

/** Contents of a `manifest.json`, format 1. */
export type Manifest = EmbedderFiles & {
  readonly format: 1;
  readonly name: string;
  readonly detector: DetectorEntry;
  /** Width and height of a crop for each of the 12 buckets, in pixels. */
  readonly crops: { readonly sizes: readonly (readonly [width: number, height: number])[] };
  /** Where the weights come from. Never read by the program, shown to people. */
  readonly provenance: {
    readonly data: string;
    readonly commit: string;
    readonly metrics: Readonly<Record<string, unknown>>;
  };
};

const file = {
  file: z
    .string()
    .regex(
      /^(?:\.\.\/[\w-][\w.-]*\/)?[\w-][\w.-]*$/,
      'must be the name of a file beside the manifest, or ../<folder>/<file> for one of a set beside this one',
    ),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits'),
};
const pixels = z.int().min(1).max(8192);
const side = z.strictObject({ shortSide: pixels.min(16), scoreMin: z.number().min(0).max(1) });

const shared = {
  format: z.literal(1),
  name: z.string().min(1),
  detector: z
    .strictObject({ ...file, pictures: side, clips: side, maxSide: pixels })
    .refine(({ pictures, clips, maxSide }) => maxSide >= Math.max(pictures.shortSide, clips.shortSide), {
      path: ['maxSide'],
      message: 'must be at least as large as each `shortSide`',
    }),
  crops: z.strictObject({
    sizes: z
      .array(z.tuple([pixels, pixels]))
      .length(bucketAspects.length, `must list ${bucketAspects.length} sizes, one a bucket`),
  }),
  provenance: z.strictObject({ data: z.string(), commit: z.string(), metrics: z.record(z.string(), z.unknown()) }),
};
const embedder = { name: z.string().min(1), featureLength: z.int().min(1).max(65_536) };
const separate = z.strictObject({ ...shared, embedders: embeddersOf(z.strictObject({ ...embedder, ...file })) });
const bundled = z.strictObject({
  ...shared,
  embedders: embeddersOf(z.strictObject(embedder)),
  bundle: z.strictObject(file),
});

function embeddersOf<T extends z.ZodType<EmbedderEntry>>(entry: T): z.ZodArray<T> {
  return z
    .array(entry)
    .min(1)
    .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, 'must have different names');
}

/**
 * The manifest that `json` holds; `path` is only used in messages.
 *
 * @throws PipelineError `manifest-invalid`, naming every key that is unknown, missing or out of range.
 */
export function parseManifest(json: string, path: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new PipelineError('manifest-invalid', `Model manifest ${path} is not JSON; restore it or export it again`, {
      path,
      cause,
    });
  }
  const isBundled = typeof value === 'object' && value !== null && 'bundle' in value;
  const { success, data, error } = (isBundled ? bundled : separate).safeParse(value);
  if (success) return data;
  const faults = error.issues.map(sentence).join('; ');
  throw new PipelineError('manifest-invalid', `Model manifest ${path} does not hold format 1: ${faults}`, { path });
}

function sentence(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `unknown key \`${dotted([...issue.path, key])}\``).join('; ');
  }
  return `\`${dotted(issue.path) || 'manifest'}\` ${issue.message.replace(/^Invalid input: /, '')}`;
}

function dotted(path: readonly PropertyKey[]): string {
  return path.map(String).join('.');
}
