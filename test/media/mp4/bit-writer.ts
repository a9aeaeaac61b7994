/** Writes the numbers of an H.264 header as ITU-T H.264, 7.2 and 9.1 say: the other way round than `BitReader`. */
export class BitWriter {
  #bits = '';

  bits(value: number, count: number): this {
    if (count > 0) this.#bits += value.toString(2).padStart(count, '0');
    return this;
  }

  flag(value: boolean): this {
    return this.bits(Number(value), 1);
  }

  unsigned(value: number): this {
    const code = (value + 1).toString(2);
    this.#bits += '0'.repeat(code.length - 1) + code;
    return this;
  }

  signed(value: number): this {
    return this.unsigned(value > 0 ? value * 2 - 1 : -value * 2);
  }

  /** The bytes of it, ended as 7.3.2.11 says, and with those that keep start codes out. */
  payload(): Uint8Array {
    const ended = `${this.#bits}1`;
    const padded = ended.padEnd(Math.ceil(ended.length / 8) * 8, '0');
    const bytes: number[] = [];
    for (let at = 0; at < padded.length; at += 8) {
      const byte = Number.parseInt(padded.slice(at, at + 8), 2);
      if (byte <= 3 && bytes.length > 1 && bytes.at(-1) === 0 && bytes.at(-2) === 0) bytes.push(3);
      bytes.push(byte);
    }
    return Uint8Array.from(bytes);
  }
}
