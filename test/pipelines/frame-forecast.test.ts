import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FrameSource, type InputOutcome } from '../../src/core/frame-source.ts';
import { type StoredSource } from '../../src/pipelines/box-graph.ts';
import { frameForecast } from '../../src/pipelines/frame-forecast.ts';

function item(id: string, pictures: number): FrameSource {
  const inputs = Array.from({ length: pictures }, (_, name) => ({ name: `${name}`, path: `${id}/${name}`, wanted: 1 }));
  return { owner: { side: 'query', id }, inputs };
}

function clip(id: string, wanted: number): FrameSource {
  return { owner: { side: 'gallery', id }, inputs: [{ name: id, path: id, wanted }] };
}

/** The source as it is when each of its inputs gave so many frames. */
function stored({ owner, inputs }: FrameSource, frames: number): StoredSource {
  const outcomes = inputs.map(
    ({ path, wanted }): InputOutcome => ({ owner, path, status: 'done', frames, missing: wanted - frames }),
  );
  return { owner, boxes: 0, frames: frames * inputs.length, emptyFrames: 0, droppedBoxes: 0, outcomes };
}

describe('frameForecast', () => {
  it('takes what is asked for until a clip has shown what there is', () => {
    const sources = [item('1', 4), clip('1', 5000), clip('2', 5000), clip('3', 5000)];
    const forecast = frameForecast(sources);
    expect(forecast()).toBe(15_004);
    expect(forecast(stored(sources[0]!, 1))).toBe(15_004);
    expect(forecast(stored(sources[1]!, 12))).toBe(40);
    expect(forecast(stored(sources[2]!, 14))).toBe(4 + 39);
    expect(forecast(stored(sources[3]!, 0))).toBe(30);
  });

  it('ends at the frames that there were', () => {
    const frames = fc.nat({ max: 40 });
    fc.assert(
      fc.property(fc.array(frames), fc.array(frames), (items, clips) => {
        const all = [
          ...items.map((given, id) => ({ source: item(`${id}`, 3), given })),
          ...clips.map((given, id) => ({ source: clip(`${id}`, 40), given })),
        ];
        const forecast = frameForecast(all.map(({ source }) => source));
        let frames = 0;
        for (const { source, given } of all) {
          const one = stored(source, given);
          frames += one.frames;
          expect(forecast(one)).toBeGreaterThanOrEqual(frames);
        }
        expect(forecast()).toBe(frames);
      }),
    );
  });
});
