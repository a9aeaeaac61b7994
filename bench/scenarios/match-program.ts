import { join } from 'node:path';
import { type ComparedProgram } from '../harness/scenario.ts';
import { compareAnswers } from './compare-answers.ts';

/** Options of {@link matchProgram}. */
export interface MatchProgramOptions {
  readonly models: string;
  /** Frames of a clip, as `first:last:step`. */
  readonly frames: string;
  /** The shop, in a few words. */
  readonly data: string;
  /** Makes the shop, in an empty folder or elsewhere, and tells where it is. */
  readonly shop: (shared: string) => Promise<string>;
}

/** `match` as what `--compare` runs. */
export function matchProgram({ models, frames, data, shop }: MatchProgramOptions): ComparedProgram {
  return {
    source: 'bin/vitrine.ts',
    data,
    async prepare(shared) {
      const root = await shop(shared);
      const settings = ['--models', models, '--device', 'cpu', '--frames', frames, '--quiet'];
      return {
        argsFor: (out) => ['match', root, '--out', out, ...settings],
        agree: ({ ours, theirs }) => compareAnswers(join(theirs.out, 'result.json'), join(ours.out, 'result.json')),
      };
    },
  };
}
