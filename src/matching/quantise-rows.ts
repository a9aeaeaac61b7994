/** Largest code of a row, without its sign. */
const rowLevels = 127;

/** Makes all codes positive, so that cutting them off rounds them: five times as fast as `Math.round`. */
const above = 256;

/** Rows and columns that are turned at once: what is read and what is written of them stays in the cache. */
const tile = 64;

/** Rows as whole numbers of steps. */
export interface QuantisedRows {
  /** `featureLength x rows` codes, -127 to 127: those of one place of every row stand together. */
  readonly codes: Int8Array;
  /** What a code of 1 is in each row. */
  readonly steps: Float32Array;
  /** Euclidean distance of each row from what its codes say. */
  readonly errors: Float64Array;
}

/** Rounds rows, `featureLength` numbers each, so that the largest number of each has the largest code. */
export function quantiseRows(features: Float32Array, featureLength: number): QuantisedRows {
  const rows = features.length / featureLength;
  const codes = new Int8Array(features.length);
  const steps = new Float32Array(rows);
  const errors = new Float64Array(rows);
  const turned = new Int8Array(tile * tile);
  for (let row = 0; row < rows; row += 1) {
    const end = (row + 1) * featureLength;
    let largest = 0;
    for (let at = row * featureLength; at < end; at += 1) {
      const size = Math.abs(features[at]!);
      if (size > largest) largest = size;
    }
    steps[row] = largest / rowLevels;
  }
  for (let firstRow = 0; firstRow < rows; firstRow += tile) {
    const someRows = Math.min(tile, rows - firstRow);
    for (let firstPlace = 0; firstPlace < featureLength; firstPlace += tile) {
      const places = Math.min(tile, featureLength - firstPlace);
      for (let of = 0; of < someRows; of += 1) {
        const row = firstRow + of;
        const step = steps[row]!;
        const perStep = step === 0 ? 0 : 1 / step;
        const at = row * featureLength + firstPlace;
        let squares = 0;
        for (let place = 0; place < places; place += 1) {
          const value = features[at + place]!;
          const code = ((value * perStep + above + 0.5) | 0) - above;
          turned[place * tile + of] = code;
          const off = value - code * step;
          squares += off * off;
        }
        errors[row]! += squares;
      }
      for (let place = 0; place < places; place += 1) {
        const column = turned.subarray(place * tile, place * tile + someRows);
        codes.set(column, (firstPlace + place) * rows + firstRow);
      }
    }
  }
  for (let row = 0; row < rows; row += 1) errors[row] = Math.sqrt(errors[row]!);
  return { codes, steps, errors };
}
