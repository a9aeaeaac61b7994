import { barChart } from '../harness/bar-chart.ts';
import { formatSpread } from '../harness/format-spread.ts';
import { commandOf, conditionsLine, type Measured, measured } from '../harness/measured.ts';
import { measureCall } from '../harness/measure-call.ts';
import { integerOf } from '../harness/option-values.ts';
import { ratioOf, type Round, runRounds } from '../harness/run-rounds.ts';
import { type Scenario, type ScenarioOptions } from '../harness/scenario.ts';
import { type Cost, type Spread, spreadOf } from '../harness/spread.ts';
import { agreeOnValues } from './agree-on-values.ts';
import { flowContests, InFlight } from './flow-contests.ts';

/** What one operator costs and holds, beside the operator of RxJS nearest to it. */
export interface FlowRow {
  readonly rxjs: string;
  /** Wall time, in nanoseconds an item. */
  readonly ours: Spread;
  readonly plain: Spread;
  /** Ours over that of RxJS, round by round. */
  readonly wallRatio: Spread;
  readonly cpuRatio: Spread;
  /** Most values that may be in flight, and that were with slow work and a fast source. */
  readonly budget: number;
  readonly inFlight: { readonly ours: number; readonly plain: number };
  readonly warmUp: Round<'ours' | 'plain', Cost>;
}

/** What `bench/results/flow.json` holds. */
export interface FlowResults extends Measured {
  readonly scenario: 'flow';
  readonly what: string;
  /** Values that went through in each run, and in the run that counts those in flight. */
  readonly items: number;
  readonly itemsInFlight: number;
  readonly operators: Readonly<Record<string, FlowRow>>;
}

const options: ScenarioOptions = {
  items: { type: 'string', default: '20000' },
  'in-flight': { type: 'string', default: '300' },
  runs: { type: 'string', default: '21' },
};
const plotPath = 'benchmarks/flow.svg';

/** `npm run bench -- flow [--items 20000] [--in-flight 300] [--runs 21]`. */
export const flowScenario: Scenario<FlowResults> = {
  summary: 'what each operator of src/flow costs an item, beside the operator of RxJS nearest to it',
  options,
  async run({ values, write, say }) {
    const items = integerOf(values, 'items', 1)!;
    const itemsInFlight = integerOf(values, 'in-flight', 1)!;
    const runs = integerOf(values, 'runs', 1)!;
    const data = `${items} numbers`;
    const results = await measured({ command: commandOf('flow', values, options), data }, async () => {
      const operators: Record<string, FlowRow> = {};
      for (const [name, { rxjs, budget, ours, plain, oursInFlight, plainInFlight }] of Object.entries(flowContests)) {
        const { warmUp, rounds } = await runRounds({
          each: { ours: () => measureCall(() => ours(items)), plain: () => measureCall(() => plain(items)) },
          runs,
        });
        const nanoseconds = (which: 'ours' | 'plain'): Spread =>
          spreadOf(rounds.map((round) => Math.round((round[which].wallSeconds / items) * 1e9)));
        const most = async (run: typeof oursInFlight): Promise<number> => {
          const inFlight = new InFlight();
          await run(itemsInFlight, inFlight);
          return inFlight.most;
        };
        const row: FlowRow = {
          rxjs,
          ours: nanoseconds('ours'),
          plain: nanoseconds('plain'),
          wallRatio: ratioOf(rounds, ['ours', 'plain'], 'wallSeconds'),
          cpuRatio: ratioOf(rounds, ['ours', 'plain'], 'cpuSeconds'),
          budget,
          inFlight: { ours: await most(oursInFlight), plain: await most(plainInFlight) },
          warmUp,
        };
        operators[name] = row;
        say(
          `${name}: ${row.ours.median} ns an item, ${rxjs} ${row.plain.median} ns; ${row.inFlight.ours} of ${budget} in flight, ${row.inFlight.plain}`,
        );
      }
      return { items, itemsInFlight, operators };
    });
    await write({
      scenario: 'flow',
      what: 'what each operator of src/flow costs an item, beside the operator of RxJS nearest to it, and how many values it lets be in flight',
      ...results,
    });
  },

  /** All operators together, without those of RxJS. Starting takes as long as 20,000 numbers do: more of them show more. */
  program(values) {
    const items = integerOf(values, 'items', 1)!;
    return {
      source: 'bench/programs/run-flow.ts',
      data: `${items} numbers`,
      prepare: () =>
        Promise.resolve({
          argsFor: () => [`${items}`],
          agree: (outputs) => agreeOnValues({ values: 'counts', of: 'operators', ...outputs }),
        }),
    };
  },

  section(results) {
    const { items, itemsInFlight, operators } = results;
    const rows = Object.entries(operators).map(([name, { rxjs, ours, plain, wallRatio, budget, inFlight }]) => {
      const cells = [`\`${name}\``, ours.median, `\`${rxjs}\``, plain.median, formatSpread(wallRatio), wallRatio.n];
      return `| ${[...cells, inFlight.ours, budget, inFlight.plain].join(' | ')} |`;
    });
    return `What each operator of \`src/flow\` costs an item, in nanoseconds of wall time, beside the operator of RxJS nearest to it, with ${items} numbers and no work. What
it buys is in the last columns: the most values in flight, taken from a source and not done with, when ${itemsInFlight} come from a source that gives at once
and each takes a few milliseconds. RxJS asks for everything, whatever its limit of what runs at once; and \`bufferCount\` hands on whole batches, where
\`batchWhileBusy\` gives each asker its own answer. Models and decoder spend tens of milliseconds on a frame: some microseconds of flow do not show.

![Time an item as a multiple of that of RxJS](${plotPath})

| operator | ns | nearest in RxJS | ns | ratio | n | in flight | budget | in flight with RxJS |
|---|---|---|---|---|---|---|---|---|
${rows.join('\n')}

- ${conditionsLine(results)}
`;
  },

  plots({ operators }) {
    const plot = barChart({
      title: 'Time an item as a multiple of that of RxJS',
      series: ['wall', 'CPU'],
      groups: Object.entries(operators).map(([label, { wallRatio, cpuRatio }]) => ({
        label,
        bars: [wallRatio, cpuRatio],
      })),
    });
    return { [plotPath]: plot };
  },
};
