import { type Box } from '../core/box.ts';
import { type RgbImage } from '../core/rgb-image.ts';
import { type PartRow, type PartStore } from '../io/export-part.ts';
import { type ExportUnit } from './export-units.ts';
import { type MarkedFrame } from './read-marks.ts';

/** A garment whose box is inside its picture. */
export interface FittedBox {
  /** Place in the list of annotations, from 0. */
  readonly number: number;
  /** Integers, inside the picture, not empty. */
  readonly box: Box;
  readonly label: string;
  /** 0 for a garment without counterpart. */
  readonly instanceId: number;
}

/** A decoded picture or frame and the garments in it. */
export interface FittedFrame {
  readonly unit: ExportUnit;
  readonly name: string;
  readonly frameIndex?: number | undefined;
  readonly image: RgbImage;
  readonly boxes: readonly FittedBox[];
}

/** One of the formats, on its way to a folder. */
export interface ExportTarget<R extends PartRow> {
  /** Options that its files depend on. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Files that are made of the parts when all are there. */
  readonly results: readonly string[];
  /** What was exported before, and will be kept. */
  readonly parts: PartStore<R>;
  /** Folder of the files of a unit, and of nothing else. */
  readonly folderOf: (unit: ExportUnit) => string;
  /** Whether anything is to be written of that picture or frame. */
  wants(frame: MarkedFrame): boolean;
  /**
   * Writes what is wanted of a frame into its unit's folder.
   *
   * @throws PipelineError `file-unwritable`.
   */
  write(frame: FittedFrame): Promise<readonly R[]>;
}
