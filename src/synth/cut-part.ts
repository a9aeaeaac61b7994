import { type Point } from './svg-path.ts';

/** One piece of cloth of a garment that lies flat. */
export interface CutPart {
  readonly name: 'back' | 'body' | 'sleeve-left' | 'sleeve-right' | 'leg-left' | 'leg-right';
  /** Outline as SVG path text. */
  readonly d: string;
  /** Direction of the cloth's warp, in degrees clockwise from upright. */
  readonly grain: number;
}

/** Where trims find their place, in drawing units; the middle of every garment is at x = 500. */
export interface CutMarks {
  /** Height of the shoulders' inner ends, or of the waistband. */
  readonly top: number;
  readonly hem: number;
  /** Half of the neck's or the waistband's width. */
  readonly neck: number;
  /** How deep the neckline is. */
  readonly neckDepth: number;
  /** Half of the chest's or the hip's width. */
  readonly chest: number;
  readonly hemHalf: number;
  /** Height of the waist, or of the crotch. */
  readonly waist: number;
  readonly waistHalf: number;
  /** Outer and inner end of the right sleeve or leg; the left one mirrors it. */
  readonly cuff: readonly [Point, Point] | undefined;
  /** Direction of that end, a unit vector. */
  readonly cuffWay: Point;
}

/** The pieces in the order in which they are painted, and the marks for trims. */
export interface GarmentCut {
  readonly parts: readonly CutPart[];
  readonly marks: CutMarks;
}

/** x of the middle of every garment. */
export const middle = 500;

/** y of the shoulders' inner ends, or of the waistband. */
export const top = 100;
