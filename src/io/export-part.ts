import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type DataProblem } from '../core/data-problem.ts';
import { removeFolder } from './remove-folder.ts';
import { removeTemporaries, writeFileWhole } from './write-file-whole.ts';

/** What became of a picture or clip. */
export type InputStatus = 'done' | 'skipped' | 'failed';

/** What is known of one item or clip, beside what was written of it. */
export interface UnitAccount {
  /** One a picture, or one for the clip, in their order. */
  readonly statuses: readonly InputStatus[];
  /** Whether all of it was read to its end; what was not is tried again by the next run. */
  readonly isWhole: boolean;
  readonly problems: readonly DataProblem[];
  /** Each `instance_id` that its annotations have, 0 excepted, once and rising. */
  readonly pieces: readonly number[];
  /** Boxes that reached out of their picture. */
  readonly clamped: number;
  /** Boxes of which nothing was inside their picture. */
  readonly dropped: number;
}

/** Something that was written to a file of its own. */
export interface PartRow {
  /** Relative to the folder of the store's files, with forward slashes. */
  readonly file: string;
}

/** All that was exported of one item or clip. */
export interface ExportPart<R extends PartRow> extends UnitAccount {
  readonly format: 1;
  /** Of the options that its files depend on and of its inputs. */
  readonly digest: string;
  readonly rows: readonly R[];
}

/** Options of {@link openPartStore}. */
export interface PartStoreOptions<R extends PartRow> {
  /** Where the parts are. */
  readonly folder: string;
  /** Folder that the rows' files are relative to. */
  readonly files: string;
  readonly row: z.ZodType<R>;
}

/** Keeps what has been exported, item by item and clip by clip, so that a run can be resumed. */
export interface PartStore<R extends PartRow> {
  /** Removes what a run that was killed has left beside the parts. */
  tidy(): Promise<void>;
  /** The part of that name; undefined if there is none that can be read. */
  read(name: string): Promise<ExportPart<R> | undefined>;
  /** The part of that name, if it has this digest, is of whole inputs, and its files are all there. */
  readValid(name: string, digest: string): Promise<ExportPart<R> | undefined>;
  /**
   * Forgets the part of that name, to be called before its files are touched: it must not vouch for others.
   *
   * @throws PipelineError `file-unwritable`.
   */
  remove(name: string): Promise<void>;
  /**
   * Keeps a part; its files have to be there before.
   *
   * @throws PipelineError `file-unwritable`.
   */
  write(name: string, part: Omit<ExportPart<R>, 'format'>): Promise<void>;
}

/** Opens a folder of parts; it is made when the first is written. */
export function openPartStore<R extends PartRow>({ folder, files, row }: PartStoreOptions<R>): PartStore<R> {
  const schema = z.strictObject({
    format: z.literal(1),
    digest: z.string(),
    statuses: z.array(z.enum(['done', 'skipped', 'failed'])),
    isWhole: z.boolean(),
    problems: z.array(z.strictObject({ path: z.string(), problem: z.string() })),
    pieces: z.array(z.int()),
    clamped: z.int(),
    dropped: z.int(),
    rows: z.array(row),
  });
  const pathOf = (name: string): string => join(folder, `${name}.json`);
  const read = async (name: string): Promise<ExportPart<R> | undefined> => {
    const text = await readFile(pathOf(name), 'utf8').catch(() => undefined);
    try {
      return text === undefined ? undefined : schema.parse(JSON.parse(text));
    } catch {
      return undefined; // Of another version, or not ours.
    }
  };
  return {
    tidy: () => removeTemporaries(folder, { recursive: true }),
    read,
    async readValid(name, digest) {
      const part = await read(name);
      if (part === undefined || part.digest !== digest || !part.isWhole) return undefined;
      for (const { file } of part.rows) if (!(await hasContent(join(files, file)))) return undefined;
      return part;
    },
    remove: (name) => removeFolder(pathOf(name)),
    async write(name, part) {
      await writeFileWhole(pathOf(name), JSON.stringify({ format: 1, ...part }));
    },
  };
}

/** A machine that lost its power may have kept a file's name and not its bytes. */
async function hasContent(path: string): Promise<boolean> {
  return stat(path).then(
    ({ size }) => size > 0,
    () => false,
  );
}
