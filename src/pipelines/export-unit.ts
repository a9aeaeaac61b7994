import { concat, defer, ignoreElements, mergeMap, type Observable, of } from 'rxjs';
import { type Frame } from '../core/frame.ts';
import { type FrameInput } from '../core/frame-source.ts';
import { type Credits } from '../flow/credits.ts';
import { leased } from '../flow/leased.ts';
import { type PartRow, type UnitAccount } from '../io/export-part.ts';
import { removeFolder } from '../io/remove-folder.ts';
import { type Decode, sampleFrames } from '../operators/sample-frames.ts';
import { type ExportTarget } from './export-target.ts';
import { type ExportUnit, unitPath } from './export-units.ts';
import { fitBoxes } from './fit-boxes.ts';
import { type PendingWork } from './pending-work.ts';
import { type MarkedFrame, readMarks } from './read-marks.ts';
import { stillsDecoder } from './stills-decoder.ts';
import { createUnitLedger } from './unit-ledger.ts';
import { findUnitParts, joinAccounts, type UnitParts } from './unit-parts.ts';

/** What units share. */
export interface ExportPorts {
  readonly targets: readonly ExportTarget<PartRow>[];
  readonly decode: Decode;
  /** Bytes of pixels that may be in flight. */
  readonly bytes: Credits;
  /** Units that may be decoded at once. */
  readonly decoders: Credits;
  /** Gets what cannot be cancelled half-way. */
  readonly pending: PendingWork;
}

/** An item or clip that all targets have. */
export interface ExportedUnit {
  readonly unit: ExportUnit;
  readonly account: UnitAccount;
  /** Pictures or frames that were decoded; 0 where an earlier run had done all. */
  readonly frames: number;
  readonly isTakenOver: boolean;
}

/**
 * Exports an item or clip to each target that does not have it yet: decodes it once, writes its files, and its parts last.
 *
 * Emits one value when the parts are on the disk, then completes. Holds the rows of the unit, and of pixels what `bytes` allows. A file
 * that cannot be read is in the account; one that cannot be written is an error.
 */
export function exportUnit(unit: ExportUnit, ports: ExportPorts): Observable<ExportedUnit> {
  return defer(() => ports.pending.track(findUnitParts(unit, ports.targets))).pipe(
    mergeMap((parts) => {
      const [first, ...others] = parts.kept;
      if (parts.open.length > 0 || !first) return writeUnit(unit, parts, ports);
      return of({ unit, account: joinAccounts([first, ...others]), frames: 0, isTakenOver: true });
    }),
  );
}

function writeUnit(unit: ExportUnit, { open, kept }: UnitParts, ports: ExportPorts): Observable<ExportedUnit> {
  const { bytes, decoders, pending } = ports;
  const targets = open.map(({ target }) => target);
  return defer(() => pending.track(readMarks(unit))).pipe(
    mergeMap((marks) => {
      const frames = marks.frames.filter((frame) => targets.some((target) => target.wants(frame)));
      const ledger = createUnitLedger(unit, marks, new Set(frames));
      const byName = new Map(frames.map((frame) => [frame.name, frame]));

      const write = async ({ name, image }: Frame): Promise<void> => {
        const frame = byName.get(name);
        if (!frame) throw new TypeError(`Expected a frame of ${unitPath(unit)} that is wanted, got ${name}`);
        const { boxes, ...faults } = fitBoxes(frame, image);
        const rows = new Map<ExportTarget<PartRow>, readonly PartRow[]>();
        for (const target of targets.filter((one) => one.wants(frame))) {
          rows.set(target, await target.write({ unit, name, frameIndex: frame.frameIndex, image, boxes }));
        }
        ledger.onFrame(frame, { ...faults, rows });
      };
      const finish = async (): Promise<ExportedUnit> => {
        const account = ledger.account();
        for (const { target, digest } of open) {
          await target.parts.write(unitPath(unit), { digest, ...account, rows: ledger.rowsOf(target) });
        }
        return { unit, account: joinAccounts([account, ...kept]), frames: ledger.frames, isTakenOver: false };
      };

      const isStills = unit.inputs.some(({ stills }) => stills !== undefined);
      const { onInput, onProblem } = ledger;
      const decode = isStills ? stillsDecoder({ decode: ports.decode, frames, onProblem }) : ports.decode;
      const source = {
        owner: { side: unit.side === 'picture' ? 'query' : 'gallery', id: unit.owner },
        inputs: inputsOf(unit, frames),
      } as const;
      return concat(
        defer(() => pending.track(clearFolders(unit, targets))),
        sampleFrames(source, { decode, bytes, decoders, onInput }).pipe(
          leased(mergeMap((frame) => pending.track(write(frame)))),
        ),
      ).pipe(ignoreElements(), (done$) =>
        concat(
          done$,
          defer(() => pending.track(finish())),
        ),
      );
    }),
  );
}

/** The files of which frames are wanted, each with these. */
function inputsOf(unit: ExportUnit, frames: readonly MarkedFrame[]): readonly FrameInput[] {
  return unit.inputs.flatMap((input) => {
    const wanted = frames.filter((frame) => frame.input === input);
    if (wanted.length === 0) return [];
    const { name, path } = input;
    const indices = wanted.flatMap(({ frameIndex }) => frameIndex ?? []);
    return [{ name, path, wanted: wanted.length, ...(indices.length > 0 && { frames: indices }) }];
  });
}

/** Removes what a run that was killed, or one with other options, has left of a unit; the part first, as it vouches for the files. */
async function clearFolders(unit: ExportUnit, targets: readonly ExportTarget<PartRow>[]): Promise<void> {
  for (const { parts, folderOf } of targets) {
    await parts.remove(unitPath(unit));
    await removeFolder(folderOf(unit));
  }
}
