import { barChart } from '../harness/bar-chart.ts';
import { formatCost, formatSpread } from '../harness/format-spread.ts';
import { conditionsLine } from '../harness/measured.ts';
import { type Comparison, isMeasured, type PipelineResults } from '../harness/results.ts';
import { ratiosOf, type Spread } from '../harness/spread.ts';

/** Where the plot lies, from the page. */
const plotPath = 'benchmarks/pipeline.svg';

/** What the page says of `pipeline`. */
export function pipelineSection({ what, comparisons }: PipelineResults): string {
  const all = Object.values(comparisons);
  const measured = all.filter(isMeasured);
  return `${sentence(what)}

Time is that of the whole process tree from start to end. The answers of every run are compared with those of \`match\`, and one that differs ends the
measurement.

- **the seed’s dataflow** ([\`seed-dataflow.ts\`](../bench/baselines/seed-dataflow.ts)): the same models on the same lanes, one model after the other over all
  of the data, detection at batch 1, every frame sought anew, every crop decoded again for each of the four embedders, features as JSON text, the
  full matrix of distances.
- **the usual script** ([\`usual_script.py\`](../bench/baselines/usual_script.py)): Python with an OpenCV read loop, onnxruntime with its own threads, a clip a
  batch, NumPy.
- **the floor** ([\`floor.ts\`](../bench/baselines/floor.ts)): each clip and picture decoded once and dropped, and then the batches of a run of \`match\`, already in memory,
  through the same sessions on all cores with nothing else to do. Starting, loading and warming up are not part of it; they are part of
  \`match\`, which leaves out coded pictures that nobody needs ([decision 16](decisions/0016-pictures-that-nobody-needs-are-not-decoded.md)), where the floor decodes all up to the last wanted one.
- **compact-int8** ([its card](../fixtures/models/compact-int8/README.md)): \`match\` with the same embedders and the detector in 8 bits. Its items have to be
  the same; its boxes may lie elsewhere by a few pixels.

![Time of each program as a multiple of that of match](${plotPath})

| compared | wall | CPU | \`match\` | the other | n | answers |
|---|---|---|---|---|---|---|
${all.map((one) => (isMeasured(one) ? row(one) : `| ${one.title} | left out: ${one.leftOut} | | | | | |`)).join('\n')}

Where, when and how; \`val\` is the shop that \`vitrine synth val --items 40 --photos <photos> --split validation --seed 99\` draws:

${measured.map(conditions).join('\n')}
`;
}

/** What each program takes, where \`match\` takes 1. */
export function pipelinePlots({ comparisons }: PipelineResults): Readonly<Record<string, string>> {
  const one: Spread = { median: 1, quartiles: [1, 1], n: 1 };
  const plot = barChart({
    title: 'Time as a multiple of that of match (less is better)',
    series: ['wall', 'CPU'],
    groups: [
      { label: 'match', bars: [one, one] },
      ...Object.values(comparisons)
        .filter(isMeasured)
        .map(({ title, pairs }) => ({
          label: title,
          bars: [ratiosOf(pairs, 'match', 'wallSeconds'), ratiosOf(pairs, 'match', 'cpuSeconds')],
        })),
    ],
  });
  return { [plotPath]: plot };
}

function row({ ratio, wallRatio, cpuRatio, match, other, agreement }: Comparison): string {
  const cells = [
    ratio,
    formatSpread(wallRatio),
    formatSpread(cpuRatio),
    formatCost(match),
    formatCost(other),
    wallRatio.n,
    agreement,
  ];
  return `| ${cells.join(' | ')} |`;
}

function conditions(comparison: Comparison): string {
  const { title, versions, notes, parts } = comparison;
  const python = ['python', 'onnxruntime', 'opencv', 'numpy'].flatMap((name): [string, string][] => {
    const version = notes?.[name];
    return typeof version === 'string' ? [[name, version]] : [];
  });
  const inside = Object.entries(parts ?? {}).map(([name, cost]) => ` Of ${title}, ${name} take ${formatCost(cost)}.`);
  const line = conditionsLine({ ...comparison, versions: { ...versions, ...Object.fromEntries(python) } });
  return `- ${title}: ${line}${inside.join('')}`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
