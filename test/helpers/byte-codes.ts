import { roundHalfEven } from '../../src/matching/round-half-even.ts';

const highest = 255;

/** Numbers as ONNX's DynamicQuantizeLinear rounds them to bytes: whole numbers of a step, counted from the code of zero. */
export function byteCodes(numbers: ArrayLike<number>): { readonly step: number; readonly codes: readonly number[] } {
  const values = Array.from(numbers);
  const [least, most] = [Math.min(0, ...values), Math.max(0, ...values)];
  const step = least === most ? 1 : Math.fround(Math.fround(most - least) / highest);
  const zero = roundHalfEven(Math.min(highest, Math.max(0, Math.fround(-least / step))));
  const codes = values.map((value) => {
    const code = roundHalfEven(Math.fround(value / step)) + zero;
    return Math.min(highest, Math.max(0, code)) - zero;
  });
  return { step, codes };
}
