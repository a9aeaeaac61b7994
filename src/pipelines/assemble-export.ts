import { join } from 'node:path';
import { PipelineError } from '../core/errors.ts';
import { type CocoPicture, writeCoco } from '../io/coco-file.ts';
import { type CropFile, writeCropsCsv } from '../io/crops-csv.ts';
import { type PartRow } from '../io/export-part.ts';
import { cocoFiles } from './coco-target.ts';
import { cropsFile } from './crops-target.ts';
import { type ExportReport } from './export-report.ts';
import { type ExportTarget } from './export-target.ts';
import { type ExportUnit, unitPath } from './export-units.ts';
import { type Split } from './split-units.ts';

/** An item or clip that is exported, and which side it is on. */
export interface PlacedUnit {
  readonly unit: ExportUnit;
  readonly split: Split;
}

/** Options of {@link assembleCoco} and {@link assembleCrops}. */
export interface AssembleOptions<R extends PartRow> {
  readonly folder: string;
  readonly target: ExportTarget<R>;
  /** In the order of the rows. */
  readonly units: readonly PlacedUnit[];
  readonly signal: AbortSignal | undefined;
}

/** Makes the COCO files of the parts. Holds one part at a time. */
export async function assembleCoco(options: AssembleOptions<CocoPicture>): Promise<NonNullable<ExportReport['coco']>> {
  const { folder, units } = options;
  const write = (split: Split): ReturnType<typeof writeCoco> =>
    writeCoco(join(folder, cocoFiles[split]), () => partsOf(options, split));
  const isSplit = units.some(({ split }) => split === 'validation');
  const train = await write('train');
  const validation = isSplit ? await write('validation') : { images: 0, annotations: 0 };
  return { folder, train, validation };
}

/** Options of {@link assembleCrops}. */
export interface AssembleCropsOptions extends AssembleOptions<CropFile> {
  /** Whether one `instance_id` in two roots is one garment. */
  readonly sharedIds: boolean;
}

/** Makes the CSV file of the parts: rows for training first, so that their labels are dense. Holds one part at a time, and a label an identity. */
export async function assembleCrops(options: AssembleCropsOptions): Promise<NonNullable<ExportReport['crops']>> {
  const { folder, sharedIds } = options;
  async function* rows(): AsyncGenerator<PartOf<CropFile>> {
    yield* partsOf(options, 'train');
    yield* partsOf(options, 'validation');
  }
  const identityOf = ({ root }: PartOf<CropFile>, { instanceId }: CropFile): string =>
    sharedIds ? String(instanceId) : `${root}/${instanceId}`;
  const counts = await writeCropsCsv(join(folder, cropsFile), rows(), { identityOf });
  return { folder, ...counts };
}

interface PartOf<R> {
  readonly root: string;
  readonly side: ExportUnit['side'];
  readonly owner: string;
  readonly split: Split;
  readonly rows: readonly R[];
}

async function* partsOf<R extends PartRow>(
  { target, units, signal, folder }: AssembleOptions<R>,
  wanted: Split,
): AsyncGenerator<PartOf<R>> {
  for (const { unit, split } of units) {
    if (split !== wanted) continue;
    signal?.throwIfAborted();
    const part = await target.parts.read(unitPath(unit));
    if (!part) {
      const message = `The part of ${unitPath(unit)} under ${join(folder, '.parts')} has gone; run the export again`;
      throw new PipelineError('store-invalid', message, { path: folder });
    }
    yield { root: unit.root.key, side: unit.side, owner: unit.owner, split, rows: part.rows };
  }
}
