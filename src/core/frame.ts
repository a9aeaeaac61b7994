import { type RgbImage } from './rgb-image.ts';

/** Whose pixels these are: an item of the shop (`query`) or a clip (`gallery`). */
export interface Owner {
  readonly side: 'query' | 'gallery';
  /** Item id or video id, as its folder or file is called. */
  readonly id: string;
}

/** Text that is different for every owner, for maps and file names: `query/000041`. */
export function ownerKey({ side, id }: Owner): string {
  return `${side}/${id}`;
}

/**
 * A share of the byte budget that a value holds while it travels through the graph.
 *
 * The budget gets the bytes back when every share has been disposed. Disposing one share twice has no further effect.
 */
export interface Lease extends Disposable {
  /** Another share of the same bytes, to be disposed on its own. */
  share(): Lease;
}

/** One decoded picture of an item or one decoded frame of a clip. */
export interface Frame {
  readonly owner: Owner;
  /** Picture name without extension (`"0"`), or the index of the decoded frame counted from 0, as text (`"80"`). */
  readonly name: string;
  readonly image: RgbImage;
  /** Held until the last crop of the frame is embedded or the frame is known to have none. */
  readonly lease: Lease;
}
