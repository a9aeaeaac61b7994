import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BitReader } from '../../../src/media/mp4/bit-reader.ts';
import { BitWriter } from './bit-writer.ts';

const most = 2 ** 32 - 1;
const number = fc.oneof(
  fc.record({ kind: fc.constant('bits' as const), value: fc.nat(most), count: fc.constant(32) }),
  fc.record({ kind: fc.constant('bits' as const), value: fc.nat(7), count: fc.integer({ min: 3, max: 24 }) }),
  fc.record({
    kind: fc.constant('unsigned' as const),
    value: fc.oneof(fc.nat(9), fc.nat(most - 1)),
    count: fc.constant(0),
  }),
  fc.record({
    kind: fc.constant('signed' as const),
    value: fc.integer({ min: -70_000, max: 70_000 }),
    count: fc.constant(0),
  }),
);

describe('BitReader', () => {
  it('reads what was written, also where bytes stand in it that keep start codes out', () => {
    fc.assert(
      fc.property(fc.array(number, { minLength: 1, maxLength: 30 }), (numbers) => {
        const writer = new BitWriter();
        for (const { kind, value, count } of numbers) {
          if (kind === 'bits') writer.bits(value, count);
          else writer[kind](value);
        }
        const reader = new BitReader(writer.payload());
        const read = numbers.map(({ kind, count }) => (kind === 'bits' ? reader.bits(count) : reader[kind]()));
        expect(read.map((value) => value + 0)).toEqual(numbers.map(({ value }) => value));
      }),
    );
  });

  it('passes over a byte that keeps a start code out', () => {
    expect(new BitReader(Uint8Array.of(0, 0, 3, 1)).bits(24)).toBe(1);
    expect(new BitReader(Uint8Array.of(0, 0, 3, 0, 0, 3, 2)).bits(32)).toBe(0);
    expect(new BitReader(Uint8Array.of(0, 3, 3, 0)).bits(32)).toBe(0x03_03_00);
  });

  it.each([
    { what: 'a number', read: (reader: BitReader) => reader.bits(9) },
    { what: 'an Exp-Golomb number', read: (reader: BitReader) => reader.unsigned() },
  ])('refuses $what that is cut off', ({ read }) => {
    expect(() => read(new BitReader(Uint8Array.of(0)))).toThrow(RangeError);
  });

  it('refuses an Exp-Golomb number of more than 32 bits', () => {
    expect(() => new BitReader(Uint8Array.of(0, 0, 3, 0, 0, 3, 0, 255, 255, 255, 255, 255)).unsigned()).toThrow(
      RangeError,
    );
  });
});
