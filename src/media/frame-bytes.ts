import { type ByteCursor } from './byte-cursor.ts';

/**
 * Gathers the bytes of one frame, in one buffer that is reused for the next.
 *
 * The buffer doubles as it fills, so that the work stays proportional to the frame; where the length is known beforehand it is taken at once
 * and given away without a copy. Holds at most twice the largest frame.
 */
export class FrameBytes {
  readonly #cursor: ByteCursor;
  readonly #tooLarge: (bytes: number | undefined) => Error;
  readonly #limit: number;
  #buffer: Uint8Array = new Uint8Array(0);
  #length = 0;

  /**
   * @param limit most bytes of a frame.
   * @param tooLarge makes the error for a frame beyond it, of so many bytes if that is known.
   */
  constructor(cursor: ByteCursor, limit: number, tooLarge: (bytes: number | undefined) => Error) {
    this.#cursor = cursor;
    this.#limit = limit;
    this.#tooLarge = tooLarge;
  }

  /** Bytes that have been gathered. */
  get length(): number {
    return this.#length;
  }

  /** The bytes that have been gathered, until the next call that changes them. */
  get bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  /** Says how many bytes the frame will have; throws where that is too many, before any memory is taken. */
  expect(total: number): void {
    if (total > this.#limit) throw this.#tooLarge(total);
    this.#grow(total);
  }

  /** Moves the next `count` bytes of the stream into the frame, and says whether there were as many. */
  async copy(count: number): Promise<boolean> {
    const end = this.#length + count;
    if (end > this.#limit) throw this.#tooLarge(undefined);
    while (this.#length < end) {
      if (!(await this.#cursor.fill())) return false;
      this.#append(this.#cursor.rest.subarray(0, end - this.#length));
    }
    return true;
  }

  /** Moves one byte; undefined at the end of the stream. */
  async copyByte(): Promise<number | undefined> {
    return (await this.copy(1)) ? this.#buffer[this.#length - 1] : undefined;
  }

  /** Moves all bytes up to and with the next one of this value; false at the end of the stream. */
  async copyThrough(value: number): Promise<boolean> {
    while (await this.#cursor.fill()) {
      const { rest } = this.#cursor;
      const place = rest.indexOf(value);
      this.#append(place === -1 ? rest : rest.subarray(0, place + 1));
      if (this.#length > this.#limit) throw this.#tooLarge(undefined);
      if (place !== -1) return true;
    }
    return false;
  }

  /** Gives the frame in a buffer of its own, and begins the next one. */
  take(): Uint8Array {
    const isWhole = this.#length === this.#buffer.length;
    const frame = isWhole ? this.#buffer : this.#buffer.slice(0, this.#length);
    if (isWhole) this.#buffer = new Uint8Array(0);
    this.#length = 0;
    return frame;
  }

  /** Puts what follows the first `count` bytes back into the stream and forgets the rest; begins the next frame. */
  giveBack(count: number): void {
    this.#cursor.unread(this.bytes.subarray(count));
    this.#length = 0;
  }

  #append(piece: Uint8Array): void {
    const end = this.#length + piece.length;
    if (end > this.#buffer.length) this.#grow(Math.max(end, 2 * this.#length, 2 ** 12));
    this.#buffer.set(piece, this.#length);
    this.#length = end;
    this.#cursor.skip(piece.length);
  }

  #grow(capacity: number): void {
    if (this.#buffer.length === capacity) return;
    const larger = new Uint8Array(capacity);
    larger.set(this.bytes);
    this.#buffer = larger;
  }
}
