import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { openDataset } from '../../src/io/dataset.ts';
import { compactInt8Models, compactModels, packageFolder } from '../../src/pipelines/package-folder.ts';
import { type FloorReport } from '../baselines/floor-report.ts';
import { asStarted } from '../harness/as-started.ts';
import { measured } from '../harness/measured.ts';
import { measureChild } from '../harness/measure-child.ts';
import { type Comparison, type LeftOut, spreadsOf, summarise } from '../harness/results.ts';
import { runPairs } from '../harness/run-pairs.ts';
import { type Cost, type Pair } from '../harness/spread.ts';
import { compareAnswers, compareItems } from './compare-answers.ts';

/** What `match` can be compared with. */
export const contenders = ['seed', 'script', 'floor', 'int8'] as const;
/** One of {@link contenders}. */
export type Contender = (typeof contenders)[number];

/** Options of {@link runPipeline}. */
export interface PipelineOptions {
  /** Folder in the layout of SPEC 1. */
  readonly root: string;
  readonly models: string;
  /** Frames of a clip, as `first:last:step`. */
  readonly frames: string;
  /** Pairs that count. */
  readonly runs: number;
  /** Lets the first round count too, where times do not matter: in tests. @defaultValue `false` */
  readonly countFirst?: boolean | undefined;
  /** Only so many clips, and so many items. */
  readonly clips?: number | undefined;
  /** A Python with what the script imports. */
  readonly python: string;
  /** The command that a reader can repeat. */
  readonly command: string;
  readonly say: (line: string) => void;
}

const built = join(packageFolder, 'dist');
const script = join(packageFolder, 'bench/baselines/usual_script.py');

/** A comparison that is ready to run. */
interface Contest {
  readonly title: string;
  /** What is above the line of the ratio. */
  readonly over: 'match' | 'other';
  readonly run: () => Promise<Cost>;
  /** Checks the last run. */
  readonly check: () => Promise<string>;
  /** Parts of the runs that count. */
  readonly parts?: () => Readonly<Record<string, readonly Cost[]>>;
  readonly notes?: () => Readonly<Record<string, unknown>>;
}

/** What every contender is given. */
interface Job {
  readonly root: string;
  /** Result of `match`. */
  readonly result: string;
  /** An empty folder. */
  readonly out: string;
  readonly options: PipelineOptions;
}

/** Compares `match` with one other way to do the same. Each run is a process of its own, and every other run's answers are checked. */
export async function runPipeline(contender: Contender, options: PipelineOptions): Promise<Comparison | LeftOut> {
  const { runs, countFirst, models, frames, command, say } = options;
  const folder = await mkdtemp(join(tmpdir(), 'vitrine-bench-'));
  try {
    const root = await shopOf(options, folder);
    const ours = join(folder, 'match');
    const out = join(folder, contender);
    const contest = await contests[contender]({ root, out, result: join(ours, 'result.json'), options });
    if ('leftOut' in contest) return contest;

    const match = async (): Promise<Cost> => costOf(await runMatch({ root, out: ours, models, frames }));
    let agreement = '';
    const other = async (): Promise<Cost> => {
      const cost = costOf(await contest.run());
      agreement = await contest.check();
      return cost;
    };
    const { title, over } = contest;
    const onPair = ({ match: a, other: b }: Pair, number: number): void =>
      say(
        `${contender} ${number === 0 ? 'warm-up' : `${number}/${runs}`}: match ${format(a)}, ${title} ${format(b)}, ${agreement}`,
      );

    const { items, clips } = await openDataset(root);
    const pictures = items.reduce((sum, item) => sum + item.pictures.length, 0);
    const data = `${basename(options.root)}: ${clips.length} clips, ${pictures} pictures of ${items.length} items, models ${basename(models)}`;
    const results = await measured({ command, data }, () => runPairs({ match, other, runs, countFirst, onPair }));
    return {
      title,
      ...results,
      agreement,
      ratio: over === 'match' ? `${title} / match` : `match / ${title}`,
      ...summarise(results.pairs, over),
      ...(contest.parts && {
        parts: Object.fromEntries(Object.entries(contest.parts()).map(([name, costs]) => [name, spreadsOf(costs)])),
      }),
      ...(contest.notes && { notes: contest.notes() }),
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** One run of `match` into a folder that is not there yet. */
async function runMatch({
  root,
  out,
  models,
  frames,
}: Record<'root' | 'out' | 'models' | 'frames', string>): Promise<Cost> {
  await rm(out, { recursive: true, force: true });
  return measureChild({
    command: await asStarted(join(built, 'bin/vitrine.js')),
    args: ['match', root, '--out', out, '--quiet', '--models', models, '--device', 'cpu', '--frames', frames],
  });
}

const contests: Readonly<Record<Contender, (job: Job) => Promise<Contest | LeftOut>>> = {
  seed: (job) => Promise.resolve(seedContest(job)),
  script: scriptContest,
  floor: floorContest,
  int8: (job) => Promise.resolve(int8Contest(job)),
};

/** `match` itself with the same embedders. The answers have to be the same ones; its boxes may lie elsewhere by a few pixels. */
function int8Contest({ root, out, result, options: { models, frames } }: Job): Contest | LeftOut {
  const title = 'match with compact-int8';
  if (resolve(models) !== compactModels) return { title, leftOut: `it is compared with compact, not with ${models}` };
  return {
    title,
    over: 'other',
    run: () => runMatch({ root, out, models: compactInt8Models, frames }),
    check: () => compareItems(result, join(out, 'result.json')),
  };
}

function seedContest({ root, out, result, options: { models, frames } }: Job): Contest {
  const args = [join(built, 'bench/baselines/seed-dataflow.js'), root, out, models, frames];
  return {
    title: 'the seed’s dataflow',
    over: 'match',
    run: () => measureChild({ command: process.execPath, args }),
    check: () => checked(result, out),
  };
}

async function scriptContest({
  root,
  out,
  result,
  options: { models, frames, python },
}: Job): Promise<Contest | LeftOut> {
  const title = 'the usual script';
  const ask =
    'import sys, cv2, numpy, onnxruntime, PIL; print(sys.version.split()[0], cv2.__version__, numpy.__version__, onnxruntime.__version__)';
  const answer = await promisify(execFile)(python, ['-c', ask]).catch((error: unknown) => String(error));
  if (typeof answer === 'string') {
    const last = answer.trim().split('\n').at(-1);
    return { title, leftOut: `${python} has not what the script needs (${last}); name one with --python` };
  }
  const [version, opencv, numpy, onnxruntime] = answer.stdout.trim().split(' ');
  return {
    title,
    over: 'match',
    run: () => measureChild({ command: python, args: [script, root, out, models, frames] }),
    check: () => checked(result, out),
    notes: () => ({ python: version, opencv, numpy, onnxruntime }),
  };
}

async function floorContest({ root, out, result, options: { models, frames, runs } }: Job): Promise<Contest> {
  const program = (name: string): readonly string[] => [
    join(built, `bench/baselines/${name}.js`),
    root,
    out,
    models,
    frames,
  ];
  await measureChild({ command: process.execPath, args: program('record-floor') });
  let report: FloorReport | undefined;
  const spent: FloorReport[] = [];
  return {
    title: 'the floor',
    over: 'other',
    run: async () => {
      const { stdout, wallSeconds, cpuSeconds } = await measureChild({
        command: process.execPath,
        args: program('floor'),
      });
      const one: FloorReport = JSON.parse(stdout);
      if (report && (report.boxes !== one.boxes || report.features !== one.features)) {
        throw new Error(`The floor gave other outputs than before: ${stdout}`);
      }
      report = one;
      spent.push(one);
      return { wallSeconds: wallSeconds - one.apart.wallSeconds, cpuSeconds: cpuSeconds - one.apart.cpuSeconds };
    },
    check: async () => `batches of a run with ${await checked(result, out)}`,
    parts: () => ({ 'its models': spent.slice(-runs).map(({ models: cost }) => costOf(cost)) }),
    notes: () => ({
      batches: report?.batches,
      boxes: report?.boxes,
      features: report?.features,
    }),
  };
}

async function checked(result: string, out: string): Promise<string> {
  return compareAnswers(result, join(out, 'result.json'));
}

/** The shop, or a folder of links to the first of its clips and items. */
export async function shopOf(
  { root, clips: wanted }: Pick<PipelineOptions, 'root' | 'clips'>,
  folder: string,
): Promise<string> {
  if (wanted === undefined) return resolve(root);
  const { items, clips } = await openDataset(root);
  const part = join(folder, 'shop');
  await Promise.all(['image', 'video'].map((name) => mkdir(join(part, name), { recursive: true })));
  const links = [
    ...items.slice(0, wanted).map(({ id }) => join('image', id)),
    ...clips.slice(0, wanted).map(({ path }) => join('video', basename(path))),
  ];
  await Promise.all(links.map((link) => symlink(resolve(root, link), join(part, link))));
  return part;
}

function costOf({ wallSeconds, cpuSeconds }: Cost): Cost {
  const rounded = (seconds: number): number => Number(seconds.toFixed(3));
  return { wallSeconds: rounded(wallSeconds), cpuSeconds: rounded(cpuSeconds) };
}

function format({ wallSeconds, cpuSeconds }: Cost): string {
  return `${wallSeconds.toFixed(1)} s (CPU ${cpuSeconds.toFixed(1)} s)`;
}
