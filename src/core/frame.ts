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

/** One decoded picture of an item or one decoded frame of a clip. */
export interface Frame {
  readonly owner: Owner;
  /** Picture name without extension (`"0"`), or the index of the decoded frame counted from 0, as text (`"80"`). */
  readonly name: string;
  readonly image: RgbImage;
}
