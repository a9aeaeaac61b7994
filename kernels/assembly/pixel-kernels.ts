// The inner loops of `resizePicture` and `cropResample`, in AssemblyScript. `npm run build:kernels` compiles them into
// `src/media/pixel-kernels-code.ts`; `src/media/pixel-kernels.ts` says what they take and what memory they touch.
//
// Weights are integers and sums wrap at 32 bits, so any order of adding gives the same bits. A pixel is loaded eight bytes
// at a time (two taps, and two bytes that nobody looks at) and stored four at a time: whoever calls leaves room after the last one.

/** Weights are fractions of 2^22. */
const weightBits: i32 = 22;
const half: i32 = 1 << (weightBits - 1);
/** The lower part of a weight; the upper part has one bit more, for 1. */
const lowBits: i32 = 11;

/** Rows of pixels to rows of other pixels: each is a weighted sum of neighbours in its row. Four rows share the loads of weights. */
export function across(
  source: usize,
  sourceStride: usize,
  rows: i32,
  table: usize,
  pairs: i32,
  columns: i32,
  target: usize,
  targetStride: usize,
): void {
  // Two pixels of three bytes to red, red, green, green, blue, blue of 16 bits each; -1 gives 0.
  const twoPixels = i8x16(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1);
  const firstBytes = i8x16(0, 4, 8, 12, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1);
  const rounding = i32x4.splat(half);
  for (let row = 0; row < rows; row += 4) {
    let weights = table;
    for (let column = 0; column < columns; column++) {
      let at = source + <usize>load<u32>(weights);
      weights += 4;
      let low0 = rounding;
      let low1 = rounding;
      let low2 = rounding;
      let low3 = rounding;
      let high0 = i32x4.splat(0);
      let high1 = i32x4.splat(0);
      let high2 = i32x4.splat(0);
      let high3 = i32x4.splat(0);
      for (let pair = 0; pair < pairs; pair++) {
        const low = v128.load32_splat(weights);
        const high = v128.load32_splat(weights, 4);
        let from = at;
        const pixels0 = i8x16.swizzle(v128.load64_zero(from), twoPixels);
        from += sourceStride;
        const pixels1 = i8x16.swizzle(v128.load64_zero(from), twoPixels);
        from += sourceStride;
        const pixels2 = i8x16.swizzle(v128.load64_zero(from), twoPixels);
        from += sourceStride;
        const pixels3 = i8x16.swizzle(v128.load64_zero(from), twoPixels);
        low0 = i32x4.add(low0, i32x4.dot_i16x8_s(pixels0, low));
        high0 = i32x4.add(high0, i32x4.dot_i16x8_s(pixels0, high));
        low1 = i32x4.add(low1, i32x4.dot_i16x8_s(pixels1, low));
        high1 = i32x4.add(high1, i32x4.dot_i16x8_s(pixels1, high));
        low2 = i32x4.add(low2, i32x4.dot_i16x8_s(pixels2, low));
        high2 = i32x4.add(high2, i32x4.dot_i16x8_s(pixels2, high));
        low3 = i32x4.add(low3, i32x4.dot_i16x8_s(pixels3, low));
        high3 = i32x4.add(high3, i32x4.dot_i16x8_s(pixels3, high));
        at += 6;
        weights += 8;
      }
      let to = target + 3 * <usize>column;
      v128.store32_lane(to, i8x16.swizzle(round(low0, high0), firstBytes), 0);
      to += targetStride;
      v128.store32_lane(to, i8x16.swizzle(round(low1, high1), firstBytes), 0);
      to += targetStride;
      v128.store32_lane(to, i8x16.swizzle(round(low2, high2), firstBytes), 0);
      to += targetStride;
      v128.store32_lane(to, i8x16.swizzle(round(low3, high3), firstBytes), 0);
    }
    source += 4 * sourceStride;
    target += 4 * targetStride;
  }
}

/** Rows of samples to other rows: each is a weighted sum of neighbouring rows. Sixteen samples at a time. */
export function down(
  source: usize,
  sourceStride: usize,
  rows: i32,
  table: usize,
  pairs: i32,
  samples: i32,
  target: usize,
): void {
  const rounding = i32x4.splat(half);
  const zero = i32x4.splat(0);
  let weights = table;
  for (let row = 0; row < rows; row++) {
    const first = source + <usize>load<u32>(weights);
    weights += 4;
    for (let x: usize = 0; x < <usize>samples; x += 16) {
      let low0 = rounding;
      let low1 = rounding;
      let low2 = rounding;
      let low3 = rounding;
      let high0 = zero;
      let high1 = zero;
      let high2 = zero;
      let high3 = zero;
      let at = first + x;
      let weight = weights;
      for (let pair = 0; pair < pairs; pair++) {
        const low = v128.load32_splat(weight);
        const high = v128.load32_splat(weight, 4);
        const above = v128.load(at);
        const below = v128.load(at + sourceStride);
        const left = i8x16.shuffle(above, below, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
        const right = i8x16.shuffle(above, below, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
        const samples0 = i16x8.extend_low_i8x16_u(left);
        const samples1 = i16x8.extend_high_i8x16_u(left);
        const samples2 = i16x8.extend_low_i8x16_u(right);
        const samples3 = i16x8.extend_high_i8x16_u(right);
        low0 = i32x4.add(low0, i32x4.dot_i16x8_s(samples0, low));
        high0 = i32x4.add(high0, i32x4.dot_i16x8_s(samples0, high));
        low1 = i32x4.add(low1, i32x4.dot_i16x8_s(samples1, low));
        high1 = i32x4.add(high1, i32x4.dot_i16x8_s(samples1, high));
        low2 = i32x4.add(low2, i32x4.dot_i16x8_s(samples2, low));
        high2 = i32x4.add(high2, i32x4.dot_i16x8_s(samples2, high));
        low3 = i32x4.add(low3, i32x4.dot_i16x8_s(samples3, low));
        high3 = i32x4.add(high3, i32x4.dot_i16x8_s(samples3, high));
        at += 2 * sourceStride;
        weight += 8;
      }
      const left16 = i16x8.narrow_i32x4_s(round(low0, high0), round(low1, high1));
      const right16 = i16x8.narrow_i32x4_s(round(low2, high2), round(low3, high3));
      v128.store(target + x, i8x16.narrow_i16x8_u(left16, right16));
    }
    weights += 8 * <usize>pairs;
    target += samples;
  }
}

/** Rows of pixels between two pixels of two rows each, by weights in 2^11ths. */
export function between(
  source: usize,
  rowTable: usize,
  rows: i32,
  columnTable: usize,
  columns: i32,
  target: usize,
): void {
  const twoPixels = i8x16(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1);
  const firstBytes = i8x16(0, 4, 8, 12, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1);
  const rounding = i32x4.splat(half);
  for (let row = 0; row < rows; row++) {
    const upper = source + <usize>load<u32>(rowTable);
    const lower = source + <usize>load<u32>(rowTable, 4);
    const upperWeight = v128.load32_splat(rowTable, 8);
    const lowerWeight = v128.load32_splat(rowTable, 12);
    rowTable += 16;
    let entry = columnTable;
    for (let column = 0; column < columns; column++) {
      const at = <usize>load<u32>(entry);
      const weights = v128.load32_splat(entry, 4);
      entry += 8;
      const above = i32x4.dot_i16x8_s(i8x16.swizzle(v128.load64_zero(upper + at), twoPixels), weights);
      const below = i32x4.dot_i16x8_s(i8x16.swizzle(v128.load64_zero(lower + at), twoPixels), weights);
      const sum = i32x4.add(i32x4.add(rounding, i32x4.mul(above, upperWeight)), i32x4.mul(below, lowerWeight));
      v128.store32_lane(target, i8x16.swizzle(i32x4.shr_u(sum, weightBits), firstBytes), 0);
      target += 3;
    }
  }
}

/** Sums in 2^22ths from those of both parts of the weights. */
function round(low: v128, high: v128): v128 {
  return i32x4.shr_u(i32x4.add(low, i32x4.shl(high, lowBits)), weightBits);
}
