import { basename } from 'node:path';
import { assertOneOf } from '../../src/core/assert.ts';
import { type Provider } from '../../src/models/lane-protocol.ts';
import { compactModels } from '../../src/pipelines/package-folder.ts';
import { barChart } from '../harness/bar-chart.ts';
import { formatRatio, formatSpread } from '../harness/format-spread.ts';
import { commandOf, conditionsLine, type Measured, measured } from '../harness/measured.ts';
import { integerOf, integersOf, textOf } from '../harness/option-values.ts';
import { type OptionValues, type Scenario, type ScenarioOptions } from '../harness/scenario.ts';
import { spreadOf, type Spread } from '../harness/spread.ts';
import { agreeOnValues } from './agree-on-values.ts';
import { runShapes, type RunShapesOptions, seenSizes, shapeProviders, type ShapeRow } from './shapes.ts';

/** What `bench/results/shapes.json` holds. */
export interface ShapesResults extends Measured {
  readonly scenario: 'shapes';
  readonly what: string;
  readonly provider: Provider;
  readonly rows: readonly ShapeRow[];
}

const options: ScenarioOptions = {
  models: { type: 'string', default: compactModels },
  device: { type: 'string', default: 'cpu' },
  batches: { type: 'string', default: '1,4,16' },
  steady: { type: 'string', default: '5' },
  runs: { type: 'string', default: '5' },
};
const plotPath = 'benchmarks/shapes.svg';

/** `npm run bench -- shapes [--device cpu] [--batches 1,4,16] [--steady 5] [--runs 5]`. */
export const shapesScenario: Scenario<ShapesResults> = {
  summary: 'the first run of a new input shape of each model, against the next runs of that shape',
  options,
  async run({ values, write, say }) {
    const runs = integerOf(values, 'runs', 1)!;
    const { data, ...load } = loadOf(values);
    const results = await measured({ command: commandOf('shapes', values, options), data }, async () => {
      const rows = await runShapes({ ...load, runs, say });
      return { provider: load.provider, rows };
    });
    await write({
      scenario: 'shapes',
      what: 'the first run of a new input shape in an open session, against the next runs of the same shape',
      ...results,
    });
  },

  /** All sessions together, each opened once: opening them is part of it. */
  program(values) {
    const { models, provider, batches, steady, data } = loadOf(values);
    return {
      source: 'bench/programs/run-shapes.ts',
      data,
      prepare: () =>
        Promise.resolve({
          argsFor: () => [models, provider, batches.join(), `${steady}`],
          agree: (outputs) => agreeOnValues({ values: 'outputs', of: 'models', ...outputs }),
        }),
    };
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
clips and pictures of ${seenSizes.map(([width, height]) => `${width}x${height}`).join(', ')}, scaled as \`match\` scales them; each embedder all 12 sizes of crops; each in batches. The ratio of a
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

function loadOf(values: OptionValues): Omit<RunShapesOptions, 'runs' | 'say'> & { readonly data: string } {
  const models = textOf(values, 'models');
  const provider = textOf(values, 'device');
  assertOneOf('--device', provider, shapeProviders);
  const batches = integersOf(values, 'batches', 1);
  const data = `models ${basename(models)}, batches of ${batches.join(', ')}, on ${provider}`;
  return { models, provider, batches, steady: integerOf(values, 'steady', 1)!, data };
}

function byModel(rows: readonly ShapeRow[]): ReadonlyMap<string, readonly ShapeRow[]> {
  const models = [...new Set(rows.map(({ model }) => model))];
  return new Map(models.map((model) => [model, rows.filter((row) => row.model === model)]));
}

function overall(rows: readonly ShapeRow[]): Spread {
  return spreadOf(rows.map(({ ratio }) => ratio.median));
}
