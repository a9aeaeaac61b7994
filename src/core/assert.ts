/** Throws a `TypeError` unless `value` is an integer from `min` to `max`, both inclusive. */
export function assertInteger(name: string, value: number, min: number, max: number = Number.MAX_SAFE_INTEGER): void {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return;
  throw new TypeError(`Expected \`${name}\` to be an integer${range(min, max)}, got ${describe(value)}`);
}

/** Throws a `TypeError` unless `value` is a finite number from `min` to `max`, both inclusive. */
export function assertNumber(name: string, value: number, min: number, max: number = Number.MAX_VALUE): void {
  if (typeof value === 'number' && value >= min && value <= max) return;
  throw new TypeError(`Expected \`${name}\` to be a number${range(min, max)}, got ${describe(value)}`);
}

/** Throws a `TypeError` when `path` is no text, or the empty one, which would mean the current folder. */
export function assertPath(name: string, path: string): void {
  if (typeof path !== 'string') throw new TypeError(`Expected \`${name}\` to be a path, got ${describe(path)}`);
  if (path !== '') return;
  throw new TypeError(`Expected \`${name}\` to be a path, got the empty text; '.' means the current folder`);
}

/** Every key of some options, so that none is forgotten: a typo of one would leave its default without a word. */
export type EveryKey<T> = Readonly<Record<keyof T, true>>;

/** Throws a `TypeError` that names the first key of `options` which is not one of `known`. */
export function assertKeys(name: string, options: object, known: object): void {
  const keys = Object.keys(known);
  const unknown = Object.keys(options).find((key) => !keys.includes(key));
  if (unknown === undefined) return;
  throw new TypeError(`Expected the keys of \`${name}\` to be among ${keys.join(', ')}, got ${unknown}`);
}

/** Throws a `TypeError` unless `value` is one of `allowed`. */
export function assertOneOf<T extends string>(name: string, value: string, allowed: readonly T[]): asserts value is T {
  if ((allowed as readonly string[]).includes(value)) return;
  throw new TypeError(`Expected \`${name}\` to be one of ${allowed.join(', ')}, got ${describe(value)}`);
}

/** Both bounds, or those that say something. */
function range(min: number, max: number): string {
  if (max === Number.MAX_SAFE_INTEGER || max === Number.MAX_VALUE) return `, at least ${min}`;
  return min === Number.MIN_VALUE ? ` above 0, at most ${max}` : ` from ${min} to ${max}`;
}

function describe(value: unknown): string {
  const text = String(value);
  return value === null || value === undefined ? text : `${text} (${typeof value})`;
}
