/** What {@link copyRows} copies: lengths and offsets in bytes. */
export interface RowsToCopy {
  /** Where the first row begins, and the distance from one row to the next. */
  readonly from: number;
  readonly fromStride: number;
  /** Where the first row comes to, and the distance from one row to the next there. */
  readonly to: number;
  readonly toStride: number;
  /** Length of a row. */
  readonly bytes: number;
  readonly rows: number;
}

/** Copies rows from one array to another, at once where neither has gaps between them. */
export function copyRows(
  source: Uint8Array,
  target: Uint8Array,
  { from, fromStride, to, toStride, bytes, rows }: RowsToCopy,
): void {
  if (fromStride === bytes && toStride === bytes) target.set(source.subarray(from, from + rows * bytes), to);
  else {
    for (let row = 0, at = from; row < rows; row += 1, at += fromStride) {
      target.set(source.subarray(at, at + bytes), to + row * toStride);
    }
  }
}
