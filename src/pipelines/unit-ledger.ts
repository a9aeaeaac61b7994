import { type DataProblem } from '../core/data-problem.ts';
import { type InputOutcome } from '../core/frame-source.ts';
import { type InputStatus, type PartRow, type UnitAccount } from '../io/export-part.ts';
import { type ExportTarget } from './export-target.ts';
import { type ExportUnit } from './export-units.ts';
import { type FittedBoxes } from './fit-boxes.ts';
import { type MarkedFrame, type UnitMarks } from './read-marks.ts';

/** What is known of a frame that was written. */
export interface WrittenFrame extends Pick<FittedBoxes, 'problems' | 'clamped' | 'dropped'> {
  /** What each target made of it. */
  readonly rows: ReadonlyMap<ExportTarget<PartRow>, readonly PartRow[]>;
}

/** Takes in what happens to the frames of a unit, in any order, and puts it in theirs. */
export interface UnitLedger {
  readonly onFrame: (frame: MarkedFrame, written: WrittenFrame) => void;
  readonly onInput: (outcome: InputOutcome) => void;
  readonly onProblem: (problem: DataProblem) => void;
  /** Frames that were written. */
  readonly frames: number;
  account(): UnitAccount;
  rowsOf(target: ExportTarget<PartRow>): readonly PartRow[];
}

/** Opens a ledger for a unit of which the frames `wanted` are on their way. */
export function createUnitLedger(unit: ExportUnit, marks: UnitMarks, wanted: ReadonlySet<MarkedFrame>): UnitLedger {
  const written = new Map<MarkedFrame, WrittenFrame>();
  const outcomes = new Map<string, InputOutcome>();
  const others: DataProblem[] = [];

  const problemsOf = (frame: MarkedFrame): readonly DataProblem[] => {
    const known = written.get(frame);
    if (known) return known.problems;
    const isExpected = wanted.has(frame) && outcomes.get(frame.input.path)?.status !== 'failed';
    if (!isExpected) return [];
    return [frame.problemAt(`${frame.input.path} gives no frame ${frame.name}; left out`, frame.at)];
  };
  const sum = (of: 'clamped' | 'dropped'): number => [...written.values()].reduce((total, one) => total + one[of], 0);
  const isAnyBroken = (): boolean => [...outcomes.values()].some(({ isBroken }) => isBroken === true);

  return {
    onFrame: (frame, what) => void written.set(frame, what),
    onInput: (outcome) => void outcomes.set(outcome.path, outcome),
    onProblem: (problem) => void others.push(problem),
    get frames() {
      return written.size;
    },
    account: () => ({
      statuses: unit.inputs.map((input): InputStatus => {
        return marks.gaps.get(input) ?? outcomes.get(input.path)?.status ?? 'done';
      }),
      // A picture among `others` is one that could not be read.
      isWhole: ![...marks.gaps.values()].includes('failed') && !isAnyBroken() && others.length === 0,
      problems: [
        ...marks.problems,
        ...marks.frames.flatMap(problemsOf),
        ...others,
        ...unit.inputs.flatMap(({ path }) => {
          const problem = outcomes.get(path)?.reason;
          return problem === undefined ? [] : [{ path, problem }];
        }),
      ],
      pieces: marks.pieces,
      clamped: sum('clamped'),
      dropped: sum('dropped'),
    }),
    rowsOf: (target) => marks.frames.flatMap((frame) => written.get(frame)?.rows.get(target) ?? []),
  };
}
