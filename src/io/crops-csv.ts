import { z } from 'zod';
import { writeLinesWhole } from './write-lines-whole.ts';

/** The pixels of one garment, in a file. */
export interface CropFile {
  /** Relative to the folder of the CSV, with forward slashes. */
  readonly file: string;
  /** Garment category. */
  readonly category: string;
  /** Index of the aspect bucket, 0 to 11. */
  readonly bucket: number;
  readonly instanceId: number;
  /** Of a clip: index of the decoded frame, from 0. */
  readonly frameIndex?: number | undefined;
}

/** A {@link CropFile} as it is kept between runs. */
export const cropFileSchema: z.ZodType<CropFile> = z.strictObject({
  file: z.string(),
  category: z.string(),
  bucket: z.int().min(0),
  instanceId: z.int().min(1),
  frameIndex: z.int().min(0).optional(),
});

/** Crops of one item or clip. */
export interface CropUnit {
  readonly root: string;
  readonly side: 'picture' | 'clip';
  readonly owner: string;
  readonly split: 'train' | 'validation';
  readonly rows: readonly CropFile[];
}

/** Options of {@link writeCropsCsv}. */
export interface CropsCsvOptions {
  /** Text that is the same for crops of one garment, and different for those of two. */
  readonly identityOf: (unit: CropUnit, crop: CropFile) => string;
}

/** What a CSV file of crops holds. */
export interface CropCounts {
  readonly crops: number;
  /** Different garments. */
  readonly identities: number;
}

const header = 'label,path,split,is_query,is_gallery,category,aspect_bucket,side,instance_id,owner,frame,root\n';

/**
 * Writes the CSV of open-metric-learning, whole or not at all. Labels count from 0 in the order in which their identities come, so they are
 * dense in each split that comes first. Of a validation split, crops of pictures are queries and crops of clips the gallery. Holds one unit at a
 * time, and the label of each identity.
 *
 * @throws PipelineError `file-unwritable`; what `units` throws comes out as it is.
 */
export async function writeCropsCsv(
  path: string,
  units: AsyncIterable<CropUnit>,
  { identityOf }: CropsCsvOptions,
): Promise<Readonly<Record<CropUnit['split'], CropCounts>>> {
  const labels = new Map<string, number>();
  const seen = { train: new Set<number>(), validation: new Set<number>() };
  const crops = { train: 0, validation: 0 };

  async function* lines(): AsyncGenerator<string> {
    yield header;
    for await (const unit of units) {
      const { split, side, owner, root, rows } = unit;
      const isJudged = split === 'validation';
      const roles = isJudged ? [side === 'picture' ? 'True' : 'False', side === 'clip' ? 'True' : 'False'] : ['', ''];
      for (const crop of rows) {
        const identity = identityOf(unit, crop);
        const label = labels.get(identity) ?? labels.size;
        labels.set(identity, label);
        seen[split].add(label);
        crops[split] += 1;
        const { file, category, bucket, instanceId, frameIndex = '' } = crop;
        yield row([label, file, split, ...roles, category, bucket, side, instanceId, owner, frameIndex, root]);
      }
    }
  }

  await writeLinesWhole(path, lines());
  return {
    train: { crops: crops.train, identities: seen.train.size },
    validation: { crops: crops.validation, identities: seen.validation.size },
  };
}

/** A line as RFC 4180 has it, but ended by a line feed. */
function row(fields: readonly (string | number)[]): string {
  return `${fields.map((field) => quoted(String(field))).join(',')}\n`;
}

function quoted(field: string): string {
  return /[",\r\n]/u.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
