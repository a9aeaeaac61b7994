/** A rectangle `[x1, y1, x2, y2]` in pixels from the top left corner; `x2` and `y2` are exclusive edges. */
export type Box = readonly [x1: number, y1: number, x2: number, y2: number];

/** Area in square pixels; 0 for an empty or inverted box. */
export function boxArea([x1, y1, x2, y2]: Box): number {
  return Math.max(0, x2 - x1) * Math.max(0, y2 - y1);
}

/** Intersection over union, from 0 to 1; 0 when both boxes are empty. */
export function iou(a: Box, b: Box): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / (boxArea(a) + boxArea(b) - shared);
}

/** Corners truncated to integers and clamped to a picture of `width x height` (SPEC 4); undefined when nothing is left. */
export function pixelBox([x1, y1, x2, y2]: Box, width: number, height: number): Box | undefined {
  const left = Math.max(0, Math.trunc(x1));
  const top = Math.max(0, Math.trunc(y1));
  const right = Math.min(width, Math.trunc(x2));
  const bottom = Math.min(height, Math.trunc(y2));
  return right > left && bottom > top ? [left, top, right, bottom] : undefined;
}
