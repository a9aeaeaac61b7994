import fc from 'fast-check';

/** One line of a `boxes.ndjson` file, as an object. */
export interface BoxLine {
  readonly side: 'query' | 'gallery';
  readonly id: string;
  readonly img?: string;
  readonly frame?: number;
  readonly box: readonly [number, number, number, number];
  readonly score: number;
  readonly feature: readonly number[];
}

/** Ids in which code unit order, numeric order and order of insertion into an object differ. */
const ids = ['7', '10', '000041', '2', 'b', 'B', '__proto__', 'ü 1'];

/** Unit vectors of `length` numbers from a small pool, so that equal and nearly equal distances are common. */
const features = (length: number): fc.Arbitrary<readonly (readonly number[])[]> =>
  fc.array(
    fc
      .array(fc.integer({ min: -3, max: 3 }), { minLength: length, maxLength: length })
      .filter((numbers) => numbers.some((number) => number !== 0))
      .map((numbers) => numbers.map((number) => number / Math.hypot(...numbers))),
    { minLength: 1, maxLength: 8 },
  );

/**
 * The boxes of a small shop: few distinct features and scores (ties), folders of one box, sides without any box.
 */
export const randomBoxes: fc.Arbitrary<readonly BoxLine[]> = fc
  .integer({ min: 2, max: 9 })
  .chain(features)
  .chain((pool) => {
    const common = {
      id: fc.constantFrom(...ids),
      score: fc.constantFrom(0.9, 0.95, 0.99, 1),
      box: fc
        .tuple(fc.nat(50), fc.nat(50), fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 50 }))
        .map(([x, y, width, height]) => [x, y, x + width, y + height] as const),
      feature: fc.constantFrom(...pool),
    };
    const query = fc.record({
      side: fc.constant('query' as const),
      img: fc.constantFrom('0', '1', '10', '9'),
      ...common,
    });
    const gallery = fc.record({
      side: fc.constant('gallery' as const),
      frame: fc.constantFrom(80, 100, 380),
      ...common,
    });
    return fc
      .tuple(
        fc.array(query, { maxLength: 25 }),
        fc.array(gallery, { maxLength: 25 }),
        fc.array(fc.nat(), { maxLength: 50 }),
      )
      .map(([queries, galleries, keys]) =>
        [...queries, ...galleries]
          .map((line, index) => ({ line, key: keys[index] ?? 0 }))
          .sort((a, b) => a.key - b.key)
          .map(({ line }) => line),
      );
  });
