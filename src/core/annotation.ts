import { type Box } from './box.ts';

/** One garment that a person marked in a picture or in a frame of a clip (SPEC 1). */
export interface GarmentAnnotation {
  /** One of the 23 categories, e.g. `"长袖上衣"`. */
  readonly label: string;
  /** 0 front, 1 back, 2 left, 3 right. */
  readonly viewpoint: number;
  /** 0 alone, 1 worn. Real data also has 2. */
  readonly display: number;
  /** 0 for a garment without counterpart on the other side, else the same number on both sides. */
  readonly instanceId: number;
  /** Integers. */
  readonly box: Box;
}

/** What is marked in one picture of an item. */
export interface PictureAnnotations {
  readonly itemId: string;
  /** Picture file with its extension, e.g. `"0.jpg"`. */
  readonly imgName: string;
  readonly annotations: readonly GarmentAnnotation[];
}

/** What is marked in one frame of a clip. */
export interface FrameAnnotations {
  /** Index of the decoded frame, from 0. */
  readonly frameIndex: number;
  readonly annotations: readonly GarmentAnnotation[];
}

/** What is marked in one clip. */
export interface ClipAnnotations {
  readonly videoId: string;
  /** The annotated frames by rising index; frames that nobody looked at are absent. */
  readonly frames: readonly FrameAnnotations[];
}

/** Everything that is known to be true about a data set. */
export interface Truth {
  /** Item id, then picture name without extension, then its garments. */
  readonly items: ReadonlyMap<string, ReadonlyMap<string, readonly GarmentAnnotation[]>>;
  /** Video id, then its annotated frames by rising index. */
  readonly clips: ReadonlyMap<string, readonly FrameAnnotations[]>;
}
