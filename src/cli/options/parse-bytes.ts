import { UsageError } from '../usage-error.ts';

const units: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
};

/**
 * Bytes of a size such as `64MB`, `1.5 GiB` or `4096`; a unit's letters may be of either case.
 *
 * @throws UsageError when the text is no size.
 */
export function parseBytes(name: string, text: string): number {
  const [, digits = '', letters = ''] = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(text) ?? [];
  const unit = Object.keys(units).find((known) => known.toLowerCase() === (letters || 'b').toLowerCase());
  if (digits === '' || unit === undefined) {
    throw new UsageError(`Expected --${name} to be a size such as 64MB or 1GiB, got ${text}`);
  }
  return Math.round(Number(digits) * (units[unit] ?? 1));
}

/** Text of a size in the largest binary unit that keeps it whole: `256MiB`. */
export function formatBytes(bytes: number): string {
  const unit = ['GiB', 'MiB', 'KiB'].find((candidate) => bytes % (units[candidate] ?? 1) === 0);
  return unit === undefined || bytes === 0 ? String(bytes) : `${bytes / (units[unit] ?? 1)}${unit}`;
}
