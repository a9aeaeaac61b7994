import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type SearchReport } from '../baselines/search-report.ts';
import { barChart } from '../harness/bar-chart.ts';
import { formatCost, formatSpread } from '../harness/format-spread.ts';
import { conditionsLine } from '../harness/measured.ts';
import { integerOf, sizesOf, textOf, wordsOf } from '../harness/option-values.ts';
import { isMeasured, type LeftOut } from '../harness/results.ts';
import { type ProgramOutput, type Scenario } from '../harness/scenario.ts';
import { ratiosOf, type Spread } from '../harness/spread.ts';
import { compareRows } from './compare-rows.ts';
import {
  drawnVectors,
  runSearch,
  type SearchComparison,
  searchContenders,
  type SearchSize,
  sizeName,
  sizeText,
} from './search.ts';

/** What `bench/results/search.json` holds. */
export interface SearchResults {
  readonly scenario: 'search';
  readonly what: string;
  /** By contender and size: `faiss 256x100000`. */
  readonly comparisons: Readonly<Record<string, SearchComparison | LeftOut>>;
}

const plotPath = 'benchmarks/search.svg';

/** `npm run bench -- search [--sizes 256x100000,...] [--against faiss,usearch,numpy] [--runs 5] [--folder <folder>] [--python <python>]`. */
export const searchScenario: Scenario<SearchResults> = {
  summary: 'the exact search of `match` against other exact searches',
  options: {
    sizes: { type: 'string', default: '256x100000,256x1000000,20000x100000' },
    against: { type: 'string', default: searchContenders.join() },
    runs: { type: 'string', default: '5' },
    folder: { type: 'string', default: join(tmpdir(), 'vitrine-search') },
    python: { type: 'string', default: 'python3' },
  },

  async run({ values, read, write, say }) {
    const runs = integerOf(values, 'runs', 1)!;
    const against = wordsOf(values, 'against', searchContenders);
    const [folder, python] = [textOf(values, 'folder'), textOf(values, 'python')];
    for (const [queries, rows] of sizesOf(values, 'sizes')) {
      const size: SearchSize = { queries, rows };
      for (const contender of against) {
        const name = sizeName(size);
        const command = `npm run bench -- search --sizes ${name} --against ${contender} --runs ${runs} --python <python>`;
        const comparison = await runSearch(contender, { size, folder, runs, python, command, say });
        // Each comparison tells by itself where and when it was made, so that one can be measured anew beside the others.
        await write({
          scenario: 'search',
          what: 'the exact search of `match` (SPEC 6 a: the nearest row of each query, the lowest of equally near ones) against other exact searches, each run a process of its own, in turn',
          comparisons: { ...(await read())?.comparisons, [`${contender} ${name}`]: comparison },
        });
      }
    }
  },

  /** Of the first size alone. */
  program(values) {
    const [[queries, rows] = [1, 1]] = sizesOf(values, 'sizes');
    const size: SearchSize = { queries, rows };
    return {
      source: 'bench/baselines/search-vitrine.ts',
      data: sizeText(size),
      async prepare() {
        const { folder, queryAt, rowAt } = await drawnVectors(size, textOf(values, 'folder'));
        const rowsOf = ({ stdout }: ProgramOutput): SearchReport['rows'] => {
          const report: SearchReport = JSON.parse(stdout);
          return report.rows;
        };
        return {
          argsFor: () => [folder, `${rows}`, `${queries}`],
          agree: ({ ours, theirs }) => compareRows({ ours: rowsOf(ours), theirs: rowsOf(theirs), queryAt, rowAt }),
        };
      },
    };
  },

  section({ comparisons }) {
    const all = Object.values(comparisons);
    return `The exact search of \`match\` (SPEC 6 a: the nearest row of each query, the lowest of equally near ones) against other exact searches, each run a process of its
own, in turn. *whole* is CPU time of the whole process: starting, loading and searching. *search* is CPU time of the search alone by the process’s own
clock; that of \`match\` reads the gallery and starts its threads meanwhile, so both are in it, while the others have their arrays and indexes ready. Each
program takes the threads that it takes by itself. Memory is the largest resident set, pages of mapped files among them: \`match\` streams the gallery, FAISS
copies it out of a mapped file. Every run’s rows are compared: where two programs differ, the distances are taken in float64, and the exact search has to
be nearer, or as near and lower. The vectors are drawn ([\`draw-vectors.ts\`](../bench/harness/draw-vectors.ts)): clusters, 1 row of 97 an exact copy of another,
every fifth query equal to rows.

![Time of each search as a multiple of that of match](${plotPath})

| compared | whole | search | wall | \`match\` | the other | memory, gallery | n | rows |
|---|---|---|---|---|---|---|---|---|
${all.map((one) => (isMeasured(one) ? row(one) : `| ${one.title} | left out: ${one.leftOut} | | | | | | | |`)).join('\n')}

Where, when and how:

${all.filter(isMeasured).map(conditions).join('\n')}
`;
  },

  plots({ comparisons }) {
    const one: Spread = { median: 1, quartiles: [1, 1], n: 1 };
    const plot = barChart({
      title: 'Time as a multiple of that of match (less is better)',
      series: ['wall', 'CPU', 'CPU of the search alone'],
      groups: [
        { label: 'match', bars: [one, one, one] },
        ...Object.entries(comparisons).flatMap(([label, other]) => {
          if (!isMeasured(other)) return [];
          const { pairs, search } = other;
          const whole = [ratiosOf(pairs, 'match', 'wallSeconds'), ratiosOf(pairs, 'match', 'cpuSeconds')];
          return [{ label, bars: [...whole, search.cpuRatio] }];
        }),
      ],
    });
    return { [plotPath]: plot };
  },
};

function row({ title, cpuRatio, search, wallRatio, match, other, memory, agreement }: SearchComparison): string {
  const room = `${memory.matchMiB} and ${memory.otherMiB} MiB, ${memory.galleryMiB} MiB`;
  const ratios = [cpuRatio, search.cpuRatio, wallRatio].map(formatSpread);
  const cells = [`${title} / match`, ...ratios, formatCost(match), formatCost(other), room, cpuRatio.n, agreement];
  return `| ${cells.join(' | ')} |`;
}

function conditions(comparison: SearchComparison): string {
  const { title, versions, notes } = comparison;
  return `- ${title}: ${conditionsLine({ ...comparison, versions: { ...versions, ...notes } })}`;
}
