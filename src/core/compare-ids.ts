/**
 * Order of item ids, video ids and picture names: by UTF-16 code unit, so that it is the same on every machine and locale.
 *
 * This is what "lower id" means wherever a tie is broken (SPEC 6). `"10"` is lower than `"9"`.
 */
export function compareIds(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
