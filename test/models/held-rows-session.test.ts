import { describe, expect, it } from 'vitest';
import { areBytesExact, openHeldRows } from '../../src/models/held-rows-session.ts';

const [rows, featureLength] = [150, 70];

describe('openHeldRows', () => {
  it('multiplies queries with all rows, by the steps of both, and adds the error of the row', async () => {
    const codeOf = (place: number, row: number): number => ((place * 31 + row * 17) % 255) - 127;
    const askedOf = (query: number, place: number): number => ((query * 29 + place * 13) % 127) - 63;
    await using held = await openHeldRows({
      codes: Int8Array.from({ length: featureLength * rows }, (_, at) => codeOf(Math.floor(at / rows), at % rows)),
      steps: Float32Array.from({ length: rows }, (_, row) => 2 ** -(row % 5)),
      errors: Float32Array.from({ length: rows }, (_, row) => row / 4),
      featureLength,
    });
    // Fewer than before, and then more.
    for (const queries of [3, 1, 20]) {
      const reach = await held.run({
        codes: Uint8Array.from(
          { length: queries * featureLength },
          (_, at) => 128 + askedOf(Math.floor(at / featureLength), at % featureLength),
        ),
        scales: Float32Array.from({ length: queries }, (_, query) => 2 ** query),
      });
      const expected = Array.from({ length: queries * rows }, (_, at) => {
        const [query, row] = [Math.floor(at / rows), at % rows];
        let sum = 0;
        for (let place = 0; place < featureLength; place += 1) sum += askedOf(query, place) * codeOf(place, row);
        return Math.fround(Math.fround(sum * 2 ** query * 2 ** -(row % 5)) + row / 4);
      });
      expect([...reach]).toEqual(expected);
    }
  });
});

describe('areBytesExact', () => {
  it('says whether this processor adds the largest bytes up as they are', async () => {
    const isExact = await areBytesExact();
    await using held = await openHeldRows({
      codes: new Int8Array(2 * 16).fill(-127),
      steps: new Float32Array(16).fill(1),
      errors: new Float32Array(16),
      featureLength: 2,
    });
    const [sum] = await held.run({ codes: Uint8Array.of(1, 1), scales: Float32Array.of(1) });
    // One that cuts sums off is not exact; one that does not can be.
    expect(isExact && sum !== 2 * 127 * 127).toBe(false);
  });
});
