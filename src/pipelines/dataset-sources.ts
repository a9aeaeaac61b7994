import { type FrameRange } from '../core/defaults.ts';
import { type FrameSource } from '../core/frame-source.ts';
import { type Dataset, type DatasetItem } from '../io/dataset.ts';

/** The items of a data set, then its clips, as sources of frames. */
export function datasetSources({ items, clips }: Dataset, frames: FrameRange): readonly FrameSource[] {
  const wanted = Math.floor((frames.last - frames.first) / frames.step) + 1;
  return [
    ...itemSources(items),
    ...clips.map(({ id, path }) => ({
      owner: { side: 'gallery', id } as const,
      inputs: [{ name: id, path, wanted }],
    })),
  ];
}

/** Items as sources of frames: their pictures. */
export function itemSources(items: readonly DatasetItem[]): readonly FrameSource[] {
  return items.map(({ id, pictures }) => ({
    owner: { side: 'query', id } as const,
    inputs: pictures.map(({ name, path }) => ({ name, path, wanted: 1 })),
  }));
}
