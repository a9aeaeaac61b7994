import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { type ExportPart, type InputStatus, type PartRow, type UnitAccount } from '../io/export-part.ts';
import { type ExportTarget } from './export-target.ts';
import { type ExportUnit, unitPath } from './export-units.ts';

/** A target that a unit has still to be written to. */
export interface OpenTarget {
  readonly target: ExportTarget<PartRow>;
  /** For the part. */
  readonly digest: string;
}

/** What there is of a unit, and what there is not. */
export interface UnitParts {
  readonly open: readonly OpenTarget[];
  /** Parts of an earlier run that stand for the other targets. */
  readonly kept: readonly ExportPart<PartRow>[];
}

/** Looks which targets have a unit already, made with the same options of files that have not changed since. */
export async function findUnitParts(unit: ExportUnit, targets: readonly ExportTarget<PartRow>[]): Promise<UnitParts> {
  const inputs = await Promise.all(unit.inputs.map(stampsOf));
  const open: OpenTarget[] = [];
  const kept: ExportPart<PartRow>[] = [];
  for (const target of targets) {
    const digest = createHash('sha256')
      .update(JSON.stringify([target.settings, inputs]))
      .digest('hex');
    const part = await target.parts.readValid(unitPath(unit), digest);
    if (part) kept.push(part);
    else open.push({ target, digest });
  }
  return { open, kept };
}

async function stampsOf({ path, annotation, stills = [] }: ExportUnit['inputs'][number]): Promise<unknown> {
  return Promise.all([path, annotation, ...stills.map((still) => still.path)].map(stampOf));
}

/** Size and time of a file; they change when it does. A missing one has none. */
async function stampOf(path: string): Promise<readonly number[]> {
  return stat(path).then(
    ({ size, mtimeMs }) => [size, mtimeMs],
    () => [],
  );
}

const statusRank: readonly InputStatus[] = ['done', 'skipped', 'failed'];

/** What several targets know of one unit, taken together: each input is as bad as the worst of them says. */
export function joinAccounts([first, ...others]: readonly [UnitAccount, ...UnitAccount[]]): UnitAccount {
  return others.reduce(
    (joined, { statuses, isWhole, problems, clamped, dropped }) => ({
      statuses: joined.statuses.map((status, place) => worse(status, statuses[place] ?? status)),
      isWhole: joined.isWhole && isWhole,
      problems: [
        ...joined.problems,
        ...problems.filter(
          (one) => !joined.problems.some(({ path, problem }) => path === one.path && problem === one.problem),
        ),
      ],
      pieces: joined.pieces,
      clamped: Math.max(joined.clamped, clamped),
      dropped: Math.max(joined.dropped, dropped),
    }),
    first,
  );
}

function worse(a: InputStatus, b: InputStatus): InputStatus {
  return statusRank.indexOf(a) < statusRank.indexOf(b) ? b : a;
}
