import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { PipelineError } from '../core/errors.ts';
import { type BoxStore } from './open-box-store.ts';

const countsSchema = z.object({ items: z.int().min(0), clips: z.int().min(0) });

/**
 * Makes sure that a run's box store has a shard for each item and clip that its `run.json` counts: one that is missing would be matched as if it had never been.
 * Of a run without a `run.json` that can be read, nothing is known.
 *
 * @throws PipelineError `store-invalid`.
 */
export async function assertWholeRun(run: string, store: BoxStore): Promise<void> {
  const path = join(run, 'run.json');
  const counts = await readCounts(path);
  if (counts === undefined) return;
  const [items, clips] = await Promise.all([store.owners('query'), store.owners('gallery')]);
  if (items.length >= counts.items && clips.length >= counts.clips) return;
  const message =
    `Box store: ${store.folder} has files for ${items.length} of ${counts.items} items and ${clips.length} of ${counts.clips} clips of ${path}. ` +
    `Run \`vitrine match\` again, or name ${store.folder} to do with what is left.`;
  throw new PipelineError('store-invalid', message, { path: store.folder });
}

async function readCounts(path: string): Promise<z.infer<typeof countsSchema> | undefined> {
  try {
    return countsSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined;
  }
}
