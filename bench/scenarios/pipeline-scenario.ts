import { basename } from 'node:path';
import { formatFrames } from '../../src/cli/options/parse-frames.ts';
import { defaultFrames } from '../../src/core/defaults.ts';
import { compactModels } from '../../src/pipelines/package-folder.ts';
import { framesOf, integerOf, textOf, wordsOf } from '../harness/option-values.ts';
import { type PipelineResults } from '../harness/results.ts';
import { type OptionValues, type Scenario } from '../harness/scenario.ts';
import { matchProgram } from './match-program.ts';
import { type Contender, contenders, runPipeline, shopOf } from './pipeline.ts';
import { pipelinePlots, pipelineSection } from './pipeline-section.ts';

/** `npm run bench -- pipeline --root <shop> [--against seed,script,floor,int8] [--runs 5] [--clips <n>] [--python <python>]`. */
export const pipelineScenario: Scenario<PipelineResults> = {
  summary: '`match` against other ways to the same answers, each run a process of its own, in turn',
  options: {
    root: { type: 'string', default: 'fixtures/shop' },
    models: { type: 'string', default: compactModels },
    frames: { type: 'string', default: formatFrames(defaultFrames) },
    against: { type: 'string', default: contenders.join() },
    runs: { type: 'string', default: '5' },
    clips: { type: 'string' },
    python: { type: 'string', default: 'python3' },
  },

  async run({ values, read, write, say }) {
    const runs = integerOf(values, 'runs', 1)!;
    const clips = integerOf(values, 'clips', 1);
    const frames = framesOf(values);
    for (const contender of wordsOf(values, 'against', contenders)) {
      const comparison = await runPipeline(contender, {
        root: textOf(values, 'root'),
        models: textOf(values, 'models'),
        frames,
        python: textOf(values, 'python'),
        runs,
        clips,
        command: commandOf(contender, values),
        say,
      });
      // Each comparison tells by itself where and when it was made, so that one can be measured anew beside the others.
      const known = { ...(await read())?.comparisons, [contender]: comparison };
      await write({
        scenario: 'pipeline',
        what: '`vitrine match` against other ways to the same answers, each run a process of its own, in turn',
        comparisons: Object.fromEntries(contenders.flatMap((name) => (known[name] ? [[name, known[name]]] : []))),
      });
    }
  },
  program(values) {
    const { root = '', models = '' } = values;
    const frames = framesOf(values);
    const clips = integerOf(values, 'clips', 1);
    const data = `${clips === undefined ? '' : `${clips} clips of `}${basename(root)}, frames ${frames}`;
    return matchProgram({ models, frames, data, shop: (shared) => shopOf({ root, clips }, shared) });
  },
  section: pipelineSection,
  plots: pipelinePlots,
};

/** The command that a reader can repeat. */
function commandOf(contender: Contender, values: OptionValues): string {
  const { root = '', runs, clips, frames, models } = values;
  const shop = root.split(/[\\/]/u).findLast((part) => part !== '') ?? root;
  return [
    `npm run bench -- pipeline --root ${root.startsWith('fixtures/') ? root : shop} --against ${contender} --runs ${runs}`,
    ...(clips === undefined ? [] : [`--clips ${clips}`]),
    ...(frames === undefined || frames === formatFrames(defaultFrames) ? [] : [`--frames ${frames}`]),
    ...(models === undefined || models === compactModels ? [] : [`--models ${basename(models)}`]),
    ...(contender === 'script' ? ['--python <python>'] : []),
  ].join(' ');
}
