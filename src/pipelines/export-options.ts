import { resolve } from 'node:path';
import { assertInteger, assertKeys, assertNumber, assertPath, type EveryKey } from '../core/assert.ts';
import { defaultExport, defaultFlow, type FlowOptions, type FrameRange } from '../core/defaults.ts';
import { assertFrames } from '../core/frame-selection.ts';
import { assertApart } from '../io/assert-apart.ts';
import { type ExportProgress } from './export-report.ts';
import { type ExportRoot, exportRoots } from './export-units.ts';
import { type SplitOptions } from './split-units.ts';

/** Options of `exportDataset`. */
export interface ExportDatasetOptions {
  /** Annotated folders in the layout of SPEC 1: at least one, here or in `validation`. Clips or pictures may be missing, but not both. */
  readonly roots: readonly string[];
  /** Folder for detection data in the COCO format, not a root itself; made if missing. This or `crops` is needed, or both. */
  readonly coco?: string;
  /** Folder for retrieval data, crops and a CSV, not a root itself; made if missing. May be the same as `coco`. */
  readonly crops?: string;
  /** Roots that are for validation, whether or not they are among `roots`. @defaultValue none */
  readonly validation?: readonly string[];
  /** Share of the items of other roots that are for validation too, with their clips, from 0 to 1. @defaultValue `0` */
  readonly validationShare?: number;
  /** One `instance_id` in two roots is one garment, as in the parts of the contest. @defaultValue `false` */
  readonly sharedIds?: boolean;
  /** Quality of the JPEG files: an integer from 1 to 100. @defaultValue `95` */
  readonly quality?: number;
  /** Frames of a clip whose boxes become crops. @defaultValue 80, 120, ..., 360 */
  readonly cropFrames?: Partial<FrameRange>;
  /** How much happens at once. @defaultValue `defaultFlow` */
  readonly flow?: Partial<Pick<FlowOptions, 'concurrency' | 'budgetBytes'>>;
  /** Stops the run: its children end, what is half written goes, and its reason comes out. A later run takes over what is done. */
  readonly signal?: AbortSignal;
  /** Told at the begin, and whenever an item or clip is done. */
  readonly onProgress?: (progress: ExportProgress) => void;
}

const optionKeys: EveryKey<ExportDatasetOptions> = {
  roots: true,
  coco: true,
  crops: true,
  validation: true,
  validationShare: true,
  sharedIds: true,
  quality: true,
  cropFrames: true,
  flow: true,
  signal: true,
  onProgress: true,
};

/** Options with nothing left open. */
export interface ExportSettings extends SplitOptions {
  readonly roots: readonly ExportRoot[];
  readonly quality: number;
  readonly cropFrames: FrameRange;
  readonly flow: Pick<FlowOptions, 'concurrency' | 'budgetBytes'>;
}

/**
 * Fills in the defaults.
 *
 * @throws TypeError when an option is out of range, before anything is read or written.
 * @throws PipelineError `options-invalid` when a folder to write into is among what is read.
 */
export function exportSettings(options: ExportDatasetOptions): ExportSettings {
  assertKeys('options', options, optionKeys);
  assertKeys('cropFrames', options.cropFrames ?? {}, defaultExport.cropFrames);
  assertKeys('flow', options.flow ?? {}, { concurrency: true, budgetBytes: true });
  const { coco, crops, validation = [], sharedIds = false } = options;
  const { quality = defaultExport.quality, validationShare = defaultExport.validationShare } = options;
  const cropFrames = { ...defaultExport.cropFrames, ...options.cropFrames };
  const { concurrency, budgetBytes } = { ...defaultFlow, ...options.flow };
  if (coco === undefined && crops === undefined) {
    throw new TypeError('Expected `coco` or `crops` to be a folder to write into, got neither');
  }
  for (const [name, path] of Object.entries({ coco, crops })) if (path !== undefined) assertPath(name, path);
  for (const root of options.roots) assertPath('roots', root);
  for (const root of validation) assertPath('validation', root);
  assertNumber('validationShare', validationShare, 0, 1);
  assertInteger('quality', quality, 1, 100);
  assertFrames('cropFrames', cropFrames);
  assertInteger('flow.concurrency', concurrency, 1, 1024);
  assertInteger('flow.budgetBytes', budgetBytes, 1);

  // A root that is given twice is one.
  const paths = new Map([...options.roots, ...validation].map((path) => [resolve(path), path]));
  assertInteger('roots.length', paths.size, 1);
  for (const [name, folder] of Object.entries({ coco, crops })) {
    if (folder === undefined) continue;
    for (const root of paths.values()) assertApart(folder, { name, root });
  }
  const roots = exportRoots([...paths.values()]);
  const judged = new Set(validation.map((path) => resolve(path)));
  const validationRoots = new Set(roots.filter(({ path }) => judged.has(resolve(path))).map(({ key }) => key));
  return {
    roots,
    validationRoots,
    validationShare,
    sharedIds,
    quality,
    cropFrames,
    flow: { concurrency, budgetBytes },
  };
}
