import { type Cost, type Spread, spreadOf } from '../harness/spread.ts';
import { type ScaleRun } from './scale.ts';

/** What so many clips take. */
export interface ScaleRow {
  readonly clips: number;
  readonly wallSeconds: Spread;
  readonly cpuSeconds: Spread;
  readonly peakRssBytes: Spread;
  readonly peakOpenFiles: Spread;
  readonly firstBoxesSeconds: Spread;
  readonly firstClipSeconds: Spread;
  /** What each clip adds beyond those of the row before: items, start and warm-up are in both and cancel out. Absent in the first row. */
  readonly further?: Readonly<Record<keyof Cost, Spread>>;
  /** Over the row before, round by round; `further` where that row has one too. */
  readonly ratios?: {
    readonly peakRssBytes: Spread;
    readonly furtherWall?: Spread;
    readonly furtherCpu?: Spread;
  };
}

/** A row without what it has of the one before. */
type PlainRow = Omit<ScaleRow, 'further' | 'ratios'>;

/** Everything that is computed from rounds, in each of which every number of clips was run once. */
export function scaleRows(rounds: readonly (readonly ScaleRun[])[]): readonly ScaleRow[] {
  const runsAt = (place: number): readonly ScaleRun[] => rounds.map((round) => round[place]!);
  return (rounds[0] ?? []).map((_, place) => {
    const row = plainRow(runsAt(place));
    if (place === 0) return row;
    const [few, many] = [runsAt(place - 1), runsAt(place)];
    return laterRow(row, { few, many, fewest: place > 1 ? runsAt(place - 2) : undefined });
  });
}

function plainRow(runs: readonly ScaleRun[]): PlainRow {
  const of = (key: keyof ScaleRun): Spread => spreadOf(runs.map((run) => run[key]));
  return {
    clips: runs[0]!.clips,
    wallSeconds: of('wallSeconds'),
    cpuSeconds: of('cpuSeconds'),
    peakRssBytes: of('peakRssBytes'),
    peakOpenFiles: of('peakOpenFiles'),
    firstBoxesSeconds: of('firstBoxesSeconds'),
    firstClipSeconds: of('firstClipSeconds'),
  };
}

interface Neighbours {
  /** Runs of this row, of the one before it, and of the one before that, round by round. */
  readonly many: readonly ScaleRun[];
  readonly few: readonly ScaleRun[];
  readonly fewest: readonly ScaleRun[] | undefined;
}

function laterRow(row: PlainRow, { few, many, fewest }: Neighbours): ScaleRow {
  const further = (key: keyof Cost): readonly number[] => many.map((run, round) => slope(few[round]!, run, key));
  const ratio = (key: keyof Cost, before: readonly ScaleRun[]): Spread =>
    spreadOf(further(key).map((value, round) => value / slope(before[round]!, few[round]!, key)));
  return {
    ...row,
    further: { wallSeconds: spreadOf(further('wallSeconds')), cpuSeconds: spreadOf(further('cpuSeconds')) },
    ratios: {
      peakRssBytes: spreadOf(many.map(({ peakRssBytes }, round) => peakRssBytes / few[round]!.peakRssBytes)),
      ...(fewest && { furtherWall: ratio('wallSeconds', fewest), furtherCpu: ratio('cpuSeconds', fewest) }),
    },
  };
}

/** Seconds that each clip takes which `many` has more than `few`. */
function slope(few: ScaleRun, many: ScaleRun, key: keyof Cost): number {
  return (many[key] - few[key]) / (many.clips - few.clips);
}
