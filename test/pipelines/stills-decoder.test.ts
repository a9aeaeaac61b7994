import { describe, expect, it } from 'vitest';
import { type DataProblem } from '../../src/core/data-problem.ts';
import { PipelineError } from '../../src/core/errors.ts';
import { type Decode } from '../../src/operators/sample-frames.ts';
import { type MarkedFrame } from '../../src/pipelines/read-marks.ts';
import { stillsDecoder } from '../../src/pipelines/stills-decoder.ts';

const image = { width: 1, height: 1, data: new Uint8Array(3) };
const door = { reserve: async () => undefined, signal: new AbortController().signal };
const broken = new PipelineError('picture-unreadable', 'Cannot read the picture');
const input = {
  name: 'a',
  path: 'a',
  annotation: 'a.json',
  stills: ['20', '000080', '100'].map((name) => ({ name, path: `a/${name}.jpg` })),
};
const wanted = (...indices: readonly number[]): readonly MarkedFrame[] =>
  indices.map((frameIndex) => ({
    input,
    name: String(frameIndex),
    frameIndex,
    annotations: [],
    at: [],
    problemAt: (problem) => ({ path: 'a.json', problem }),
  }));

/** Decodes with pictures of which those in `faults` throw. */
async function decode(frames: readonly MarkedFrame[], faults: Readonly<Record<string, Error>> = {}) {
  const problems: DataProblem[] = [];
  const names: string[] = [];
  const picture: Decode = async function* (_owner, { name, path }) {
    const fault = faults[path];
    if (fault) throw fault;
    yield { name, image };
  };
  const decoder = stillsDecoder({ decode: picture, frames, onProblem: (problem) => problems.push(problem) });
  const run = async (): Promise<void> => {
    const clip = { name: 'a', path: 'a', wanted: frames.length };
    for await (const { name } of decoder({ side: 'gallery', id: 'a' }, clip, door)) names.push(name);
  };
  const error: unknown = await run().catch((thrown: unknown) => thrown);
  return { names, problems, error };
}

describe('stillsDecoder', () => {
  it('gives the frames that are wanted, whatever zeros their files begin with, and passes over those without a file', async () => {
    expect(await decode(wanted(20, 60, 80))).toEqual({ names: ['20', '80'], problems: [], error: undefined });
  });

  it('tells of a picture that cannot be read, and goes on', async () => {
    const problems = [{ path: 'a/20.jpg', problem: broken.message }];
    expect(await decode(wanted(20, 80), { 'a/20.jpg': broken })).toEqual({ names: ['80'], problems, error: undefined });
  });

  it('fails when no picture can be read', async () => {
    const faults = { 'a/20.jpg': broken, 'a/000080.jpg': broken };
    expect(await decode(wanted(20, 80), faults)).toMatchObject({ names: [], error: broken });
  });

  it.each([new TypeError('mistaken'), new PipelineError('ffmpeg-missing', 'no ffmpeg')])(
    'passes %s on',
    async (fault) => {
      expect(await decode(wanted(20, 80), { 'a/20.jpg': fault })).toEqual({ names: [], problems: [], error: fault });
    },
  );
});
