import { type BoxFeature } from '../src/core/box-feature.ts';
import { openItemIndex } from '../src/io/open-item-index.ts';
import { writeItemIndex } from '../src/io/write-item-index.ts';

/** Boxes of one item. */
export const boxesPerItem = 4;

/** Numbers that decide what an item looks like; the features of real garments, too, vary in far fewer ways than they have numbers. */
const traits = 48;

/** Spread of the boxes of an item, against that of the items: two of its boxes have a product of about 0.8. */
const noise = 0.5;

/** Draws the boxes of an item, from a generator that starts anew for every item. */
export type DrawItem = (number: number) => readonly BoxFeature[];

/** Items whose features lie, but for noise, in a space of {@link traits} dimensions. */
export function drawnItems(featureLength: number): DrawItem {
  const bell = (next: () => number): number => next() + next() + next();
  const shared = generator(123_456_789);
  const directions = Array.from({ length: traits }, () =>
    Float32Array.from({ length: featureLength }, () => bell(shared)),
  );
  return (number) => {
    const next = generator(number);
    const centre = new Float32Array(featureLength);
    for (const direction of directions) {
      const weight = bell(next);
      for (let place = 0; place < featureLength; place += 1) {
        centre[place] = (centre[place] ?? 0) + weight * (direction[place] ?? 0);
      }
    }
    // As spread as numbers from -0.5 to 0.5 are.
    const scale = Math.sqrt(featureLength / 12) / normOf(centre);
    return Array.from({ length: boxesPerItem }, (_, boxIndex) => {
      const feature = centre.map((value) => value * scale + noise * next());
      const norm = normOf(feature);
      return {
        owner: { side: 'query', id: idOf(number) },
        frame: '0',
        boxIndex,
        box: [0, 0, 9, 9],
        score: 0.9,
        feature: feature.map((value) => value / norm),
      };
    });
  };
}

/** Adds the items of some numbers, `last` not among them. */
export async function addItems(
  folder: string,
  draw: DrawItem,
  [first, last]: readonly [number, number],
): Promise<void> {
  const writer = writeItemIndex(await openItemIndex(folder));
  for (let number = first; number < last; number += 1) {
    const mark = { name: '0', bytes: 1, mtimeMs: 0, sha256: '0'.repeat(64) };
    await writer.put({ id: idOf(number), pictures: [mark] }, draw(number));
  }
  await writer.flush();
}

/** Id of an item. */
export function idOf(number: number): string {
  return String(number).padStart(8, '0');
}

/** Numbers from -0.5 to 0.5. */
function generator(seed: number): () => number {
  let state = (seed * 2_654_435_761) | 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state / 2 ** 32;
  };
  for (let warm = 0; warm < 8; warm += 1) next();
  return next;
}

function normOf(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return Math.sqrt(sum);
}
