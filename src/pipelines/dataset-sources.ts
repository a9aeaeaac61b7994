import { type FrameRange } from '../core/defaults.ts';
import { type FrameSource } from '../core/frame-source.ts';
import { type Dataset } from '../io/dataset.ts';

/** The items of a data set, then its clips, as sources of frames. */
export function datasetSources({ items, clips }: Dataset, frames: FrameRange): readonly FrameSource[] {
  const wanted = Math.floor((frames.last - frames.first) / frames.step) + 1;
  return [
    ...items.map(({ id, pictures }) => ({
      owner: { side: 'query', id } as const,
      inputs: pictures.map(({ name, path }) => ({ name, path, wanted: 1 })),
    })),
    ...clips.map(({ id, path }) => ({
      owner: { side: 'gallery', id } as const,
      inputs: [{ name: id, path, wanted }],
    })),
  ];
}
