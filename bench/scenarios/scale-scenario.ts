import { basename, join } from 'node:path';
import { assertInteger } from '../../src/core/assert.ts';
import { compactModels } from '../../src/pipelines/package-folder.ts';
import { barChart } from '../harness/bar-chart.ts';
import { formatRatio, formatSpread } from '../harness/format-spread.ts';
import { commandOf, conditionsLine, type Measured, measured } from '../harness/measured.ts';
import { framesOf, integerOf, integersOf, textOf } from '../harness/option-values.ts';
import { type OptionValues, type Scenario, type ScenarioOptions } from '../harness/scenario.ts';
import { type Spread } from '../harness/spread.ts';
import { matchProgram } from './match-program.ts';
import { linkShop, runScale, type ScaleRun } from './scale.ts';
import { type ScaleRow, scaleRows } from './scale-rows.ts';

/** What `bench/results/scale.json` holds. */
export interface ScaleResults extends Measured {
  readonly scenario: 'scale';
  readonly what: string;
  readonly rows: readonly ScaleRow[];
  readonly warmUp: ScaleRun;
  readonly rounds: readonly (readonly ScaleRun[])[];
}

const options: ScenarioOptions = {
  root: { type: 'string', default: 'fixtures/shop' },
  models: { type: 'string', default: compactModels },
  frames: { type: 'string', default: '80:120:20' },
  clips: { type: 'string', default: '10,100,1000' },
  runs: { type: 'string', default: '3' },
};
const plotPath = 'benchmarks/scale.svg';

/** `npm run bench -- scale [--root <shop>] [--clips 10,100,1000] [--frames 80:120:20] [--runs 3]`. */
export const scaleScenario: Scenario<ScaleResults> = {
  summary: '`match` on shops that differ in the number of their clips alone: time, memory, open files',
  options,
  async run({ values, write, say }) {
    const runs = integerOf(values, 'runs', 1)!;
    const counts = countsOf(values);
    const root = textOf(values, 'root');
    const models = textOf(values, 'models');
    const frames = framesOf(values);
    const data = `the items of ${basename(root)} and ${counts[0]} of its clips over and over, frames ${frames}, models ${basename(models)}`;
    const results = await measured({ command: commandOf('scale', values, options), data }, async () => {
      const { warmUp, rounds } = await runScale({ root, models, frames, counts, runs, say });
      return { rows: scaleRows(rounds), warmUp, rounds };
    });
    await write({
      scenario: 'scale',
      what: '`match` on shops that differ in the number of their clips alone',
      ...results,
    });
  },

  /** Of the first number of clips alone, and of its time: memory and open files are what `run` looks at. */
  program(values) {
    const [count = 1] = countsOf(values);
    const { root = '', models = '' } = values;
    const frames = framesOf(values);
    const data = `the items of ${basename(root)} and ${count} of its clips, frames ${frames}`;
    const shop = async (shared: string): Promise<string> => {
      const linked = join(shared, 'shop');
      await linkShop(linked, { root, count, different: count });
      return linked;
    };
    return matchProgram({ models, frames, data, shop });
  },

  section(results) {
    const rows = results.rows.map((row) => {
      const { clips, wallSeconds, cpuSeconds, peakRssBytes, peakOpenFiles, firstBoxesSeconds, firstClipSeconds } = row;
      const { further, ratios } = row;
      const cells = [
        clips,
        `${seconds(wallSeconds)} (CPU ${seconds(cpuSeconds)})`,
        further ? `${milliseconds(further.wallSeconds)} (CPU ${milliseconds(further.cpuSeconds)})` : '',
        ratios?.furtherCpu ? `${formatSpread(ratios.furtherWall!)}, CPU ${formatSpread(ratios.furtherCpu)}` : '',
        `${(peakRssBytes.median / 1e6).toFixed(0)} MB`,
        ratios ? formatSpread(ratios.peakRssBytes) : '',
        peakOpenFiles.median,
        seconds(firstBoxesSeconds),
        seconds(firstClipSeconds),
        wallSeconds.n,
      ];
      return `| ${cells.join(' | ')} |`;
    });
    return `\`match\` on shops that differ in the number of their clips alone: the same items, and the same few clips over and over under new names, so that the mix is
the same in all. *A further clip* is what a row takes longer than the row above it, over the clips that it has more, so that starting, warming up and items
are not in it; its ratio, and that of the memory, is over the row above it. Memory and open files (pipes included) are those of the whole process tree, looked
at every 50 ms; the first boxes are those of an item, since items come first.

![Most memory in use at once, in MB](${plotPath})

| clips | time | a further clip | over the row above | memory | over the row above | open files | first boxes | first clip | n |
|---|---|---|---|---|---|---|---|---|---|
${rows.join('\n')}

- ${conditionsLine(results)}
`;
  },

  plots({ rows }) {
    const plot = barChart({
      title: 'Most memory in use at once, in MB',
      series: ['the process tree of match'],
      groups: rows.map(({ clips, peakRssBytes: { median, quartiles, n } }) => ({
        label: `${clips} clips`,
        bars: [{ median: median / 1e6, quartiles: [quartiles[0] / 1e6, quartiles[1] / 1e6], n }],
      })),
    });
    return { [plotPath]: plot };
  },
};

function countsOf(values: OptionValues): readonly number[] {
  const counts = integersOf(values, 'clips', 1);
  for (const [place, count] of counts.entries()) assertInteger('--clips', count, (counts[place - 1] ?? 0) + 1);
  return counts;
}

function seconds({ median }: Spread): string {
  return `${median.toFixed(1)} s`;
}

function milliseconds({ median }: Spread): string {
  return `${formatRatio(median * 1000)} ms`;
}
