import { createHash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** One run of a model, and where in the file of tensors its input is. */
export interface RecordedBatch {
  readonly model: string;
  readonly dims: readonly number[];
  readonly offset: number;
  readonly bytes: number;
}

/** A run of a model with its input in memory. */
export interface LoadedBatch extends RecordedBatch {
  readonly data: Uint8Array<ArrayBuffer>;
}

/** Writes batches as they come; the same tensor for four embedders is stored once. */
export function recordBatches(folder: string): {
  add(model: string, dims: readonly number[], data: Uint8Array): void;
  end(): Promise<void>;
} {
  const file = openSync(join(folder, 'tensors.bin'), 'w');
  const offsets = new Map<string, number>();
  const batches: RecordedBatch[] = [];
  let length = 0;
  return {
    add(model, dims, data) {
      const digest = createHash('sha256').update(data).digest('hex');
      let offset = offsets.get(digest);
      if (offset === undefined) {
        offset = length;
        for (let done = 0; done < data.length; ) done += writeSync(file, data, done, data.length - done);
        length += data.length;
        offsets.set(digest, offset);
      }
      batches.push({ model, dims, offset, bytes: data.length });
    },
    async end() {
      closeSync(file);
      await writeFile(join(folder, 'batches.json'), JSON.stringify(batches));
    },
  };
}

/** Reads all batches into memory, each in a buffer of its own, in the order in which they ran. */
export async function loadBatches(folder: string): Promise<readonly LoadedBatch[]> {
  const batches: readonly RecordedBatch[] = JSON.parse(await readFile(join(folder, 'batches.json'), 'utf8'));
  await using file = await open(join(folder, 'tensors.bin'));
  const loaded: LoadedBatch[] = [];
  for (const batch of batches) {
    const data = new Uint8Array(batch.bytes);
    await file.read(data, 0, batch.bytes, batch.offset);
    loaded.push({ ...batch, data });
  }
  return loaded;
}
