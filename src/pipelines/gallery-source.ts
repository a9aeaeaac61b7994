import { type BoxFeature } from '../core/box-feature.ts';
import { type Pool } from '../core/defaults.ts';
import { type Boxes } from '../io/open-boxes.ts';
import { type BoxSource } from '../matching/box-source.ts';
import { poolTracks } from '../tracking/pool-tracks.ts';

/** What of the clips takes part in matching. Can be gone through many times; holds what `boxes` does, and the garments of a clip. */
export function gallerySource(boxes: Boxes, pool: Pool): BoxSource {
  if (pool === 'none') return boxes.boxes('gallery');
  return { [Symbol.asyncIterator]: () => garments(boxes) };
}

async function* garments(boxes: Boxes): AsyncGenerator<readonly BoxFeature[]> {
  for await (const clip of boxes.byOwner('gallery')) yield poolTracks(clip);
}
