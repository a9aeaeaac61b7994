import { describe, expect, it } from 'vitest';
import { quantiseQueries } from '../../src/matching/quantise-queries.ts';
import { openCoarseSession } from '../../src/models/coarse-session.ts';
import { byteCodes } from '../helpers/byte-codes.ts';

const groupRows = 16;

/** What the session should give, number by number. */
function expected(
  features: Float32Array,
  { columns, steps, featureLength }: ReturnType<typeof quantiseQueries>,
): { step: number; dots: readonly number[]; maxima: readonly number[] } {
  const rows = features.length / featureLength;
  const { step, codes } = byteCodes(features);
  const dots: number[] = [];
  for (let row = 0; row < rows; row += 1) {
    for (const [query, queryStep] of steps.entries()) {
      let sum = 0;
      for (let place = 0; place < featureLength; place += 1) {
        sum += codes[row * featureLength + place]! * columns[place * steps.length + query]!;
      }
      dots.push(Math.fround(sum * Math.fround(step * queryStep)));
    }
  }
  const maxima = Array.from(steps).flatMap((_, query) =>
    Array.from({ length: rows / groupRows }, (__, group) =>
      Math.max(
        ...Array.from({ length: groupRows }, (___, row) => dots[(group * groupRows + row) * steps.length + query]!),
      ),
    ),
  );
  return { step, dots, maxima };
}

describe('openCoarseSession', () => {
  it('multiplies in whole numbers, whatever the sizes of one run and the next', async () => {
    await using session = await openCoarseSession();
    for (const [rows, queries, featureLength] of [
      [32, 5, 64],
      [32, 5, 64],
      [16, 1, 3],
      [48, 2, 515],
      [48, 3, 515],
      [160, 70, 33],
    ] as const) {
      const features = Float32Array.from({ length: rows * featureLength }, (_, at) => Math.sin(at * 1.3) / 9);
      const asked = Float32Array.from({ length: queries * featureLength }, (_, at) => Math.cos(at * 0.7) / 9);
      const codes = quantiseQueries(asked, featureLength);
      const { step, dots, maxima } = await session.run(features, codes);
      expect({ step, dots: [...dots], maxima: [...maxima] }).toEqual(expected(features, codes));
    }
  });

  it.each([
    ['above zero', (at: number) => 0.02 + Math.sin(at) / 99],
    ['below zero', (at: number) => Math.sin(at) / 99 - 0.02],
    ['mostly below', (at: number) => Math.sin(at) / 99 - 0.004],
    ['all zero', () => 0],
  ] as const)('multiplies rows whose numbers are %s', async (_, number) => {
    await using session = await openCoarseSession();
    const featureLength = 40;
    const features = Float32Array.from({ length: groupRows * featureLength }, (__, at) => number(at));
    const codes = quantiseQueries(
      Float32Array.from({ length: 2 * featureLength }, (__, at) => Math.cos(at) / 9),
      40,
    );
    const { step, dots, maxima } = await session.run(features, codes);
    expect({ step, dots: [...dots], maxima: [...maxima] }).toEqual(expected(features, codes));
  });

  it.each([1, -1])('does not run over where every product is as large as can be, times %d', async (sign) => {
    await using session = await openCoarseSession();
    const featureLength = 2048;
    const level = Math.fround(1 / Math.sqrt(featureLength));
    const features = new Float32Array(groupRows * featureLength).fill(level * sign);
    const codes = quantiseQueries(new Float32Array(3 * featureLength).fill(level), featureLength);
    const { dots } = await session.run(features, codes);
    expect([...dots].every((dot) => Math.abs(dot - sign) < 1e-5)).toBe(true);
  });
});
