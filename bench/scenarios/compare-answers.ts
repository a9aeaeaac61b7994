import { type Answer } from '../../src/core/answer.ts';
import { readFile } from 'node:fs/promises';
import { readResult } from '../../src/io/result-file.ts';

/** Corners of boxes may lie this far apart where another decoder, runtime version or batch changes the last bits; in pixels. */
export const boxTolerance = 1;

/**
 * Checks that two result files say the same, and in which sense.
 *
 * @throws Error that lists the differences: items, frames or pictures that differ, or boxes by more than {@link boxTolerance}.
 */
export async function compareAnswers(ours: string, theirs: string): Promise<string> {
  const [a, b] = await Promise.all([readFile(ours, 'utf8'), readFile(theirs, 'utf8')]);
  if (a === b) return 'the same bytes';
  const [wanted, given] = await Promise.all([readResult(ours), readResult(theirs)]);
  const faults = differences(wanted, given);
  if (faults.length === 0) return `the same ${wanted.length} answers, boxes within ${boxTolerance} px`;
  throw new Error(`${theirs} does not answer as ${ours}: ${faults.join('; ')}`);
}

/**
 * Checks that two result files name the same item for each clip, where boxes, and frames and pictures with them, may be others.
 *
 * @throws Error that lists the clips with other items.
 */
export async function compareItems(ours: string, theirs: string): Promise<string> {
  const [wanted, given] = await Promise.all([readResult(ours), readResult(theirs)]);
  const itemsOf = (answers: readonly Answer[]): ReadonlyMap<string, string> =>
    new Map(answers.map(({ videoId, itemId }) => [videoId, itemId]));
  const [a, b] = [itemsOf(wanted), itemsOf(given)];
  const other = [...new Set([...a.keys(), ...b.keys()])].filter((clip) => a.get(clip) !== b.get(clip));
  if (other.length === 0) return `the same items for ${wanted.length} clips`;
  const faults = other.map((clip) => `${b.get(clip)} for ${a.get(clip)} in ${clip}`);
  throw new Error(`${theirs} does not answer as ${ours}: ${faults.join('; ')}`);
}

/** What differs between two results, clip by clip. */
export function differences(wanted: readonly Answer[], given: readonly Answer[]): readonly string[] {
  const left = new Map(given.map((answer) => [answer.videoId, answer]));
  const faults = wanted.flatMap((answer) => {
    const other = left.get(answer.videoId);
    left.delete(answer.videoId);
    return other !== undefined && isSame(answer, other)
      ? []
      : [`${JSON.stringify(other)} for ${JSON.stringify(answer)}`];
  });
  return [...faults, ...[...left.keys()].map((clip) => `an answer for ${clip}`)];
}

function isSame(a: Answer, b: Answer): boolean {
  if (a.itemId !== b.itemId || a.frameIndex !== b.frameIndex || a.pairs.length !== b.pairs.length) return false;
  return a.pairs.every((pair, place) => {
    const other = b.pairs[place]!;
    const isNear = (key: 'itemBox' | 'frameBox'): boolean =>
      pair[key].every((corner, at) => Math.abs(corner - other[key][at]!) <= boxTolerance);
    return pair.imgName === other.imgName && isNear('itemBox') && isNear('frameBox');
  });
}
