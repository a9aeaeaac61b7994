import { basename } from 'node:path';
import { assertOneOf } from '../../src/core/assert.ts';
import { type Provider } from '../../src/models/lane-protocol.ts';
import { compactModels } from '../../src/pipelines/package-folder.ts';
import { barChart } from '../harness/bar-chart.ts';
import { formatRatio, formatSpread } from '../harness/format-spread.ts';
import { commandOf, conditionsLine, type Measured, measured } from '../harness/measured.ts';
import { integerOf, integersOf, textOf } from '../harness/option-values.ts';
import { type Scenario, type ScenarioOptions } from '../harness/scenario.ts';
import { spreadOf, type Spread } from '../harness/spread.ts';
import { runShapes, type ShapeRow } from './shapes.ts';

/** What `bench/results/shapes.json` holds. */
export interface ShapesResults extends Measured {
  readonly scenario: 'shapes';
  readonly what: string;
  readonly provider: Provider;
  readonly rows: readonly ShapeRow[];
}

const providers: readonly Provider[] = ['cpu', 'webgpu', 'cuda'];
const options: ScenarioOptions = {
  models: { type: 'string', default: compactModels },
  device: { type: 'string', default: 'cpu' },
  batches: { type: 'string', default: '1,4,16' },
  steady: { type: 'string', default: '5' },
  runs: { type: 'string', default: '5' },
};
const plotPath = 'benchmarks/shapes.svg';
/** Clips upright and lying, and pictures that are square or nearly so. */
const sizes = [
  [540, 960],
  [960, 540],
  [800, 800],
  [600, 800],
] as const;

/** `npm run bench -- shapes [--device cpu] [--batches 1,4,16] [--steady 5] [--runs 5]`. */
export const shapesScenario: Scenario<ShapesResults> = {
  summary: 'the first run of a new input shape of each model, against the next runs of that shape',
  options,
  async run({ values, write, say }) {
    const runs = integerOf(values, 'runs', 1)!;
    const steady = integerOf(values, 'steady', 1)!;
    const models = textOf(values, 'models');
    const provider = textOf(values, 'device');
    assertOneOf('--device', provider, providers);
    const batches = integersOf(values, 'batches', 1);
    const data = `models ${basename(models)}, batches of ${batches.join(', ')}, on ${provider}`;
    const results = await measured({ command: commandOf('shapes', values, options), data }, async () => {
      const rows = await runShapes({ models, provider, batches, sizes, steady, runs, say });
      return { provider, rows };
    });
    await write({
      scenario: 'shapes',
      what: 'the first run of a new input shape in an open session, against the next runs of the same shape',
      ...results,
    });
  },

  section(results) {
    const rows = [...byModel(results.rows)].map(([model, of]) => {
      const worst = of.reduce((a, b) => (b.ratio.median > a.ratio.median ? b : a));
      const apart = of.map(({ firstMs, steadyMs }) => firstMs.median - steadyMs.median);
      const cells = [model, of.length, formatSpread(overall(of)), `${formatRatio(spreadOf(apart).median)} ms`];
      const last = `${formatSpread(worst.ratio)} at ${worst.dims.join('×')} (${formatRatio(worst.steadyMs.median)} ms)`;
      return `| ${[...cells, last, worst.ratio.n].join(' | ')} |`;
    });
    return `What the first run of a new input shape costs against the next runs of that shape, in a lane whose session has run another shape before. The detector sees
clips and pictures of ${sizes.map(([width, height]) => `${width}x${height}`).join(', ')}, scaled as \`match\` scales them; each embedder all 12 sizes of crops; each in batches. The ratio of a
shape is one within a session, and the row has the median and quartiles of its shapes. Where it is 1, shapes may come as they are; on a device where
it is large, \`match\` pads to a few shapes and warms them up.

![First run over the next ones](${plotPath})

| model on ${results.provider} | shapes | first run over the next ones | more by | the largest | sessions |
|---|---|---|---|---|---|
${rows.join('\n')}

- ${conditionsLine(results)}
`;
  },

  plots({ rows, provider }) {
    const plot = barChart({
      title: `First run of a shape over the next ones, on ${provider}`,
      series: ['median and quartiles of all shapes'],
      groups: [...byModel(rows)].map(([label, of]) => ({ label, bars: [overall(of)] })),
    });
    return { [plotPath]: plot };
  },
};

function byModel(rows: readonly ShapeRow[]): ReadonlyMap<string, readonly ShapeRow[]> {
  const models = [...new Set(rows.map(({ model }) => model))];
  return new Map(models.map((model) => [model, rows.filter((row) => row.model === model)]));
}

function overall(rows: readonly ShapeRow[]): Spread {
  return spreadOf(rows.map(({ ratio }) => ratio.median));
}
