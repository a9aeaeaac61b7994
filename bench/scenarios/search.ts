import { execFile } from 'node:child_process';
import { openSync, readSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type SearchReport } from '../baselines/search-report.ts';
import { measured } from '../harness/measured.ts';
import { drawnGallery, drawnQueries, vectorLength, writeVectors } from '../harness/draw-vectors.ts';
import { measureChild } from '../harness/measure-child.ts';
import { type Comparison, type LeftOut, summarise } from '../harness/results.ts';
import { runPairs } from '../harness/run-pairs.ts';
import { type Cost, type Pair, ratiosOf, type Spread, spreadOf } from '../harness/spread.ts';
import { compareRows } from './compare-rows.ts';

/** What the exact search can be compared with. */
export const searchContenders = ['faiss', 'usearch', 'numpy'] as const;
/** One of {@link searchContenders}. */
export type SearchContender = (typeof searchContenders)[number];

/** Queries and rows of the gallery. */
export interface SearchSize {
  readonly queries: number;
  readonly rows: number;
}

/** What the exact search was compared with, and what came of it. */
export interface SearchComparison extends Comparison {
  /** The search alone, without starting and, where it can be told apart, loading. */
  readonly search: { readonly pairs: readonly Pair[]; readonly cpuRatio: Spread };
  /** Largest resident sets, medians of the runs. */
  readonly memory: { readonly galleryMiB: number; readonly matchMiB: number; readonly otherMiB: number };
  /** Versions of Python and of what it imports, by name. */
  readonly notes: Readonly<Record<string, string>>;
}

/** Options of {@link runSearch}. */
export interface SearchScenarioOptions {
  readonly size: SearchSize;
  /** Where the vectors are written, and left for the next time. */
  readonly folder: string;
  /** Pairs that count. */
  readonly runs: number;
  /** A Python with NumPy and the library. */
  readonly python: string;
  /** The command that a reader can repeat. */
  readonly command: string;
  readonly say: (line: string) => void;
}

const built = fileURLToPath(new URL('../..', import.meta.url));
const script = resolve(built, '../bench/baselines/search_arrays.py');
const titles: Readonly<Record<SearchContender, string>> = {
  faiss: 'FAISS IndexFlatL2',
  usearch: 'usearch exact',
  numpy: 'NumPy',
};

/** The name of a size: `256x100000`. */
export function sizeName({ queries, rows }: SearchSize): string {
  return `${queries}x${rows}`;
}

/** A size in words. */
export function sizeText({ queries, rows }: SearchSize): string {
  return `${queries} queries and a gallery of ${rows} rows of ${vectorLength} float32`;
}

/** Vectors in files, and each of them by its number. */
export interface DrawnVectors {
  readonly folder: string;
  readonly queryAt: (query: number) => Float32Array;
  readonly rowAt: (row: number) => Float32Array;
}

/** Draws the vectors of a size, in a folder of their own below `parent`: so one that is cut short is not taken for another. */
export async function drawnVectors(size: SearchSize, parent: string): Promise<DrawnVectors> {
  const folder = join(parent, sizeName(size));
  await writeVectors(folder, 'gallery.f32', size.rows, drawnGallery());
  await writeVectors(folder, 'queries.f32', size.queries, drawnQueries(size.rows));
  const vectors = (name: string): ((row: number) => Float32Array) => {
    const file = openSync(join(folder, name), 'r');
    return (row) => {
      const vector = new Float32Array(vectorLength);
      readSync(file, vector, 0, vectorLength * 4, row * vectorLength * 4);
      return vector;
    };
  };
  return { folder, queryAt: vectors('queries.f32'), rowAt: vectors('gallery.f32') };
}

/** Compares the exact search of `match` with a library. Each run is a process of its own, and the rows that each run finds are compared. */
export async function runSearch(
  contender: SearchContender,
  options: SearchScenarioOptions,
): Promise<SearchComparison | LeftOut> {
  const { size, runs, python, command, say } = options;
  const title = `${titles[contender]}, ${size.queries} x ${size.rows}`;
  const library = contender === 'numpy' ? 'numpy' : `${contender}, numpy`;
  const ask = `import sys, ${library}; print(sys.version.split()[0], numpy.__version__, ${contender}.__version__)`;
  const answer = await promisify(execFile)(python, ['-c', ask]).catch((error: unknown) => String(error));
  if (typeof answer === 'string') {
    const last = answer.trim().split('\n').at(-1);
    return { title, leftOut: `${python} has not what it needs (${last}); name one with --python` };
  }
  const [version = '', numpy = '', own = ''] = answer.stdout.trim().split(' ');

  const { folder, queryAt, rowAt } = await drawnVectors(size, options.folder);
  const counts = [String(size.rows), String(size.queries)];
  const reports = { match: [] as SearchReport[], other: [] as SearchReport[] };
  const run = async (of: keyof typeof reports, program: string, args: readonly string[]): Promise<Cost> => {
    const { stdout, wallSeconds, cpuSeconds } = await measureChild({ command: program, args });
    const report: SearchReport = JSON.parse(stdout);
    reports[of].push(report);
    return { wallSeconds: round(wallSeconds), cpuSeconds: round(cpuSeconds) };
  };
  let agreement = '';
  const match = (): Promise<Cost> =>
    run('match', process.execPath, [join(built, 'bench/baselines/search-vitrine.js'), folder, ...counts]);
  const other = async (): Promise<Cost> => {
    const cost = await run('other', python, [script, contender, folder, ...counts]);
    const [ours, theirs] = [reports.match.at(-1)?.rows ?? [], reports.other.at(-1)?.rows ?? []];
    agreement = compareRows({ ours, theirs, queryAt, rowAt });
    return cost;
  };
  const onPair = ({ match: a, other: b }: Pair, number: number): void =>
    say(`${title} ${number === 0 ? 'warm-up' : `${number}/${runs}`}: ${format(a)} against ${format(b)}, ${agreement}`);

  const results = await measured({ command, data: sizeText(size) }, () => runPairs({ match, other, runs, onPair }));
  const { pairs } = results;
  const alone = pairs.map((_, place) => ({
    match: rounded(reports.match[place + 1]!.search),
    other: rounded(reports.other[place + 1]!.search),
  }));
  const peakMiB = (of: keyof typeof reports): number =>
    Math.round(spreadOf(reports[of].slice(1).map((report) => report.peakMiB)).median);
  return {
    title,
    ...results,
    agreement,
    ratio: `${titles[contender]} / match`,
    ...summarise(pairs, 'match'),
    search: { pairs: alone, cpuRatio: ratiosOf(alone, 'match', 'cpuSeconds') },
    memory: {
      galleryMiB: Math.round((size.rows * vectorLength * 4) / 2 ** 20),
      matchMiB: peakMiB('match'),
      otherMiB: peakMiB('other'),
    },
    notes: { python: version, numpy, ...(contender !== 'numpy' && { [contender]: own }) },
  };
}

function rounded({ wallSeconds, cpuSeconds }: Cost): Cost {
  return { wallSeconds: round(wallSeconds), cpuSeconds: round(cpuSeconds) };
}

function round(seconds: number): number {
  return Number(seconds.toFixed(3));
}

function format({ wallSeconds, cpuSeconds }: Cost): string {
  return `${wallSeconds.toFixed(1)} s (CPU ${cpuSeconds.toFixed(1)} s)`;
}
