import { codeOf } from '../core/errors.ts';

/** Whether something was thrown because there is no such file. */
export function isFileMissing(thrown: unknown): boolean {
  return codeOf(thrown) === 'ENOENT';
}
