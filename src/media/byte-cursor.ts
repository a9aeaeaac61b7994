import { Readable } from 'node:stream';

const nothing = new Uint8Array(0);

/**
 * Reads a stream of chunks by places of its own choice: looks ahead, passes over, puts back.
 *
 * Asks for the next chunk only when it is wanted, and holds one chunk and what was looked at. Once `stop` fires every
 * wait ends by throwing the signal's reason.
 */
export class ByteCursor {
  readonly #source: AsyncIterable<Uint8Array>;
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #stop: AbortSignal;
  #chunk: Uint8Array = nothing;
  #at = 0;
  #isOver = false;
  #isWaiting = false;

  constructor(source: AsyncIterable<Uint8Array>, stop: AbortSignal) {
    this.#source = source;
    this.#chunks = source[Symbol.asyncIterator]();
    this.#stop = stop;
  }

  /** What is at hand and not read yet; empty until something was looked at. */
  get rest(): Uint8Array {
    return this.#chunk.subarray(this.#at);
  }

  /** Waits until at least one byte is at hand, and says whether there is one: false at the end of the stream. */
  async fill(): Promise<boolean> {
    while (this.#at === this.#chunk.length) {
      const chunk = await this.#next();
      if (!chunk) return false;
      this.#chunk = chunk;
      this.#at = 0;
    }
    return true;
  }

  /** Waits until `count` bytes are at hand, and gives all that are; fewer than `count` only at the end of the stream. */
  async peek(count: number): Promise<Uint8Array> {
    while (this.rest.length < count) {
      const chunk = await this.#next();
      if (!chunk) break;
      this.unread(chunk, 'after');
    }
    return this.rest;
  }

  /** Passes over `count` of the bytes at hand. */
  skip(count: number): void {
    this.#at += count;
  }

  /** Puts bytes back before those that are at hand, or after them. Copies both. */
  unread(bytes: Uint8Array, place: 'before' | 'after' = 'before'): void {
    const pieces = place === 'before' ? [bytes, this.rest] : [this.rest, bytes];
    const joined = new Uint8Array(pieces[0]!.length + pieces[1]!.length);
    joined.set(pieces[0]!);
    joined.set(pieces[1]!, pieces[0]!.length);
    this.#chunk = joined;
    this.#at = 0;
  }

  /** Tells the source that nobody reads it any more. */
  async close(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    // A generator that waits does not hear `return()` before its value has come; a stream hears `destroy()` at once.
    if (this.#source instanceof Readable) this.#source.destroy();
    const returned = this.#chunks.return?.()?.catch(() => undefined);
    if (!this.#isWaiting) await returned;
  }

  async #next(): Promise<Uint8Array | undefined> {
    this.#stop.throwIfAborted();
    if (this.#isOver) return undefined;
    let onStop = (): void => undefined;
    const stopped = new Promise<never>((_, reject) => {
      onStop = () => reject(this.#stop.reason);
      this.#stop.addEventListener('abort', onStop);
    });
    this.#isWaiting = true;
    const pending = this.#chunks.next().finally(() => {
      this.#isWaiting = false;
    });
    pending.catch(() => undefined); // It may fail when nobody waits for it any more.
    try {
      const result = await Promise.race([pending, stopped]);
      if (result.done !== true) return result.value;
      this.#isOver = true;
      return undefined;
    } finally {
      this.#stop.removeEventListener('abort', onStop);
    }
  }
}
