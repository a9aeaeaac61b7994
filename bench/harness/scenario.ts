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

/** What a program that ran of a checkout gave. */
export interface ProgramOutput {
  /** What its last run printed. */
  readonly stdout: string;
  /** The folder that was for it to write to. */
  readonly out: string;
}

/** A program for which all is there that it reads. */
export interface PreparedProgram {
  /** Its arguments, with a folder of a checkout to write to. */
  readonly argsFor: (out: string) => readonly string[];
  /** Says in which sense both checkouts gave the same; throws what differs when they did not. */
  readonly agree: (outputs: {
    readonly ours: ProgramOutput;
    readonly theirs: ProgramOutput;
  }) => string | Promise<string>;
}

/** What `--compare` runs of each of two checkouts: that of the one is another program than that of the other, with the same arguments. */
export interface ComparedProgram {
  /** Its source, from the folder of the project: `bin/vitrine.ts`. */
  readonly source: string;
  /** What it is run on, in a few words. */
  readonly data: string;
  /** Makes in an empty folder what both checkouts read. */
  readonly prepare: (shared: string) => Promise<PreparedProgram>;
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
  /** What `--compare` runs of a checkout; throws as `run` does. */
  readonly program: (values: OptionValues) => ComparedProgram;
  /** Its part of the page, without its heading. */
  section(results: Results): string;
  /** Pictures of its part, as SVG, by their path from the page. */
  plots(results: Results): Readonly<Record<string, string>>;
}
