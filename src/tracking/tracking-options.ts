/** Bounds of {@link linkBoxes} and {@link announceItems}. Times are stream time. */
export interface TrackingOptions {
  /** Least overlap (IoU) of a box with a track's last box, 0 to 1. @defaultValue `0.2` */
  readonly minOverlap: number;
  /** Least cosine between a box's feature and a track's pooled one, -1 to 1. @defaultValue `0.4` */
  readonly minLikeness: number;
  /** Cosine above which a box continues a track without any overlap, -1 to 1. @defaultValue `0.8` */
  readonly sureLikeness: number;
  /** Seconds after which a box counts half in its track's pooled feature; above 0. @defaultValue `3` */
  readonly halfLifeSeconds: number;
  /** Seconds after which a garment that is not seen has left, if a frame in between has missed it; at least 0. @defaultValue `1.5` */
  readonly lingerSeconds: number;
  /** Mean squared distance to an item's two nearest pictures at which an item is as likely as "none of them", 0 to 4. @defaultValue `1` */
  readonly evenDistance: number;
  /** Distance that makes an item e times less likely; above 0. @defaultValue `0.1` */
  readonly temperature: number;
  /** Confidence from which an item may be announced, 0 to 1. @defaultValue `0.8` */
  readonly announceAt: number;
  /** Confidence below which an announced item is in doubt, 0 to `announceAt`. @defaultValue `0.4`, or `announceAt` if that is less */
  readonly doubtBelow: number;
  /** Seconds for which a track must say the same before it is announced, revised or doubted; at least 0. @defaultValue `0.4` */
  readonly holdSeconds: number;
  /** Boxes for which a track must say the same: an integer, at least 1. @defaultValue `3` */
  readonly holdBoxes: number;
}

/** Seconds by which stream times are rounded at most: a frame that is due by a bound is not to miss it for that. */
export const rounding = 1e-6;

/** Bounds that were chosen on drawn shops, for five frames a second. */
export const defaultTracking: TrackingOptions = {
  minOverlap: 0.2,
  minLikeness: 0.4,
  sureLikeness: 0.8,
  halfLifeSeconds: 3,
  lingerSeconds: 1.5,
  evenDistance: 1,
  temperature: 0.1,
  announceAt: 0.8,
  doubtBelow: 0.4,
  holdSeconds: 0.4,
  holdBoxes: 3,
};
