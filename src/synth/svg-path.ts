/** A point in drawing units, y downwards. */
export type Point = readonly [x: number, y: number];

/** The number as short SVG text. */
export function num(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** Path text from commands and points: `path('M', a, 'Q', b, c, 'Z')`. Only absolute M, L, Q, C and Z are used. */
export function path(...steps: readonly (string | Point)[]): string {
  return steps.map((step) => (typeof step === 'string' ? step : `${num(step[0])},${num(step[1])}`)).join(' ');
}

/** The path mirrored at the vertical line through `x`. */
export function mirrored(d: string, x: number): string {
  return d.replaceAll(/(-?[\d.]+),(-?[\d.]+)/g, (_, px: string, py: string) => `${num(2 * x - Number(px))},${py}`);
}

/** Smallest box `[x1, y1, x2, y2]` around the control points of all `paths`. */
export function pathBounds(paths: readonly string[]): readonly [number, number, number, number] {
  const points = paths.flatMap((d) => [...d.matchAll(/(-?[\d.]+),(-?[\d.]+)/g)].map((found) => [Number(found[1]), Number(found[2])]));
  const xs = points.map((point) => point[0] ?? 0);
  const ys = points.map((point) => point[1] ?? 0);
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}
