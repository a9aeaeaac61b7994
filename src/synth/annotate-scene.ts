import { type GarmentAnnotation } from '../core/annotation.ts';
import { type Canvas } from './canvas.ts';
import { ownedPixels, type Presence } from './scene.ts';

/** Least part of a garment that must be visible for it to be annotated. */
export const leastVisible = 0.35;

/** Least width and height of an annotated box, in pixels. */
export const leastSide = 24;

/**
 * The annotations of a finished scene: of each garment the tight box around its visible pixels, if at least {@link leastVisible} of it can
 * be seen and the box has {@link leastSide} pixels each way.
 */
export function annotateScene(canvas: Canvas, presences: readonly Presence[]): readonly GarmentAnnotation[] {
  const owned = ownedPixels(canvas);
  return presences.flatMap(({ id, garment, instanceId, display, viewpoint, area }) => {
    const seen = owned.get(id);
    if (!seen || seen.count < leastVisible * area) return [];
    const [x1, y1, x2, y2] = seen.box;
    if (x2 - x1 < leastSide || y2 - y1 < leastSide) return [];
    return [{ label: garment.label, viewpoint, display, instanceId, box: seen.box }];
  });
}
