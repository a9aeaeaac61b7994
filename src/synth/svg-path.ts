/** A point in drawing units, y downwards. */
export type Point = readonly [x: number, y: number];

/** The number as short SVG text. */
export function num(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/**
 * Path text from a template with points or other paths in it. Only absolute M, L, Q, C and Z are used.
 *
 * @example path`M${start}Q${bend}${end}Z`
 */
export function path(text: readonly string[], ...values: readonly (Point | string)[]): string {
  const shown = values.map((value) => (typeof value === 'string' ? value : `${num(value[0])},${num(value[1])} `));
  return text.map((piece, index) => piece + (shown[index] ?? '')).join('');
}

/** The path mirrored at the vertical line through `x`. */
export function mirrored(d: string, x: number): string {
  return d.replaceAll(/(-?[\d.]+),(-?[\d.]+)/g, (_, px: string, py: string) => `${num(2 * x - Number(px))},${py}`);
}

/** Smallest box `[x1, y1, x2, y2]` around the control points of all `paths`. */
export function pathBounds(paths: readonly string[]): readonly [number, number, number, number] {
  const points = paths.flatMap((d) => [...d.matchAll(/(-?[\d.]+),(-?[\d.]+)/g)]);
  const xs = points.map((point) => Number(point[1]));
  const ys = points.map((point) => Number(point[2]));
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}
