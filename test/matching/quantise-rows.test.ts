import { describe, expect, it } from 'vitest';
import { quantiseRows } from '../../src/matching/quantise-rows.ts';

describe('quantiseRows', () => {
  it('puts the codes of one place together, the largest of each row at 127, and says what is lost', () => {
    const { codes, steps, errors } = quantiseRows(Float32Array.of(0.6, -0.8, 0, -1, 0, 0), 2);
    expect([...codes]).toEqual([95, 0, 0, -127, -127, 0]);
    expect([...steps]).toEqual([Math.fround(Math.fround(0.8) / 127), Math.fround(1 / 127), 0]);
    expect(errors[0]).toBeCloseTo(Math.abs(0.6 - (95 * 0.8) / 127), 6);
    expect(errors[1]).toBeCloseTo(0, 6);
    expect(errors[2]).toBe(0);
  });

  it('leaves no number further off than half a step, however many there are', () => {
    const [rows, length] = [5, 200];
    const features = Float32Array.from({ length: rows * length }, (_, at) => Math.sin(at * at * 0.7) / (1 + (at % 7)));
    const { codes, steps, errors } = quantiseRows(features, length);
    for (let row = 0; row < rows; row += 1) {
      const off = Array.from(
        { length },
        (_, place) => features[row * length + place]! - codes[place * rows + row]! * steps[row]!,
      );
      expect(Math.max(...off.map(Math.abs))).toBeLessThanOrEqual(0.5001 * steps[row]!);
      expect(errors[row]).toBeCloseTo(Math.hypot(...off), 12);
    }
  });
});
