import { PipelineError } from '../core/errors.ts';
import { type Damaged } from './feature-shard.ts';

/** The failure of a file of an item index that cannot be used. */
export const damagedIndex: Damaged = (path, why, cause) => {
  const message = `Item index: ${path} cannot be used: ${why}. Restore the file, or index the shop again into a new folder.`;
  return new PipelineError('store-invalid', message, { path, cause });
};
