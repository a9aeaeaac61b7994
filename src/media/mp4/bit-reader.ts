/**
 * Reads the numbers of an H.264 header, the most significant bit first (ITU-T H.264, 7.2 and 9.1).
 *
 * @throws RangeError where the bytes end before the number does.
 */
export class BitReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  #byte = 0;
  /** Bits of `#byte` that are not read yet. */
  #left = 0;
  /** How many of the bytes before `#at` are 0, one after the other. */
  #zeros = 0;

  /** Takes the payload of a NAL unit as it stands in a stream: the bytes that keep start codes out of it are passed over (7.4.1). */
  constructor(payload: Uint8Array) {
    this.#bytes = payload;
  }

  /** An unsigned number of `count` bits, at most 32: `u(n)`. */
  bits(count: number): number {
    let value = 0;
    for (let missing = count; missing > 0; ) {
      if (this.#left === 0) this.#next();
      const taken = Math.min(missing, this.#left);
      this.#left -= taken;
      missing -= taken;
      value = value * 2 ** taken + ((this.#byte >> this.#left) & (2 ** taken - 1));
    }
    return value;
  }

  #next(): void {
    if (this.#zeros >= 2 && this.#bytes[this.#at] === 3) {
      this.#at += 1;
      this.#zeros = 0;
    }
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new RangeError('The header ends too early');
    this.#at += 1;
    this.#zeros = byte === 0 ? this.#zeros + 1 : 0;
    this.#byte = byte;
    this.#left = 8;
  }

  /** One bit: `u(1)`. */
  flag(): boolean {
    return this.bits(1) === 1;
  }

  /** An unsigned Exp-Golomb number: `ue(v)`. */
  unsigned(): number {
    let zeros = 0;
    while (!this.flag()) zeros += 1;
    if (zeros > 32) throw new RangeError('The header holds a number of more than 32 bits');
    return 2 ** zeros - 1 + this.bits(zeros);
  }

  /** A signed Exp-Golomb number: `se(v)`. */
  signed(): number {
    const code = this.unsigned();
    return code % 2 === 0 ? -code / 2 : (code + 1) / 2;
  }
}
