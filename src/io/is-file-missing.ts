/** Whether something was thrown because there is no such file. */
export function isFileMissing(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT';
}
