import { type ChildJob } from './measure-child.ts';

/** Options of the command line, as `parseArgs` takes them: each holds a text. */
export type ScenarioOptions = Readonly<Record<string, { readonly type: 'string'; readonly default?: string }>>;

/** What was given on the command line, by the name of the option; undefined where nothing was given and there is no default. */
export type OptionValues = Readonly<Record<string, string | undefined>>;

/** What a scenario is run with. */
export interface ScenarioJob<Results> {
  readonly values: OptionValues;
  /** What the file of results holds so far, for a scenario that measures parts of it anew; undefined when there is none. */
  readonly read: () => Promise<Results | undefined>;
  /** Replaces the file of results. */
  write(this: void, results: Results): Promise<void>;
  /** Tells whoever waits. */
  readonly say: (line: string) => void;
}

/** Where a program of a comparison finds and puts things. */
export interface ProgramPlace {
  /** The `dist` of the checkout. */
  readonly built: string;
  /** An empty folder for both checkouts, for what they read. */
  readonly shared: string;
  /** A folder of this checkout, for what it writes. */
  readonly out: string;
}

/** What is run of each of two checkouts, and the file with its answers. */
export interface Program {
  readonly job: ChildJob;
  readonly result: string;
}

/** Scenarios by their names, in the order of the page. */
export type Scenarios = Readonly<Record<string, Scenario>>;

/** Something that `npm run bench` measures, and how the page shows it. Its results are in `bench/results/<name>.json`. */
export interface Scenario<Results = unknown> {
  /** What it measures, in a line for `--help`. */
  readonly summary: string;
  readonly options: ScenarioOptions;
  /** Measures and writes; throws what `isUsage` tells when an option is out of range, before anything is run. */
  run(job: ScenarioJob<Results>): Promise<void>;
  /** What `--compare` runs of a checkout; absent where nothing can be compared. */
  readonly program?: (values: OptionValues, place: ProgramPlace) => Promise<Program>;
  /** Its part of the page, without its heading. */
  section(results: Results): string;
  /** Pictures of its part, as SVG, by their path from the page. */
  plots(results: Results): Readonly<Record<string, string>>;
}
