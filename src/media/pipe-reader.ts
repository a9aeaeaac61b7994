import { type Socket } from 'node:net';
import { type Readable } from 'node:stream';
import { unreadPipe } from './unread-pipe.ts';

/** Fits what is read at once into the cache of a core; larger ones measured slower. */
const bufferBytes = 64 * 1024;

/**
 * Reads the output of a child process piece by piece into one buffer, which is used again and again: a `Readable` takes fresh memory
 * for each piece, which costs more than the reading, and garbage collections later.
 *
 * Nothing is read while nobody asks; the child then waits as soon as the pipe is full.
 *
 * @example
 * const reader = new PipeReader();
 * reader.open(child.stdout);
 * for (let piece = await reader.read(); piece; piece = await reader.read()) use(piece);
 */
export class PipeReader {
  /** Fills the one buffer each time that it is resumed. */
  #socket: Socket | undefined;
  /** What cannot be read in that way. */
  #other: Readable | undefined;
  #piece: Uint8Array | undefined;
  #fault: Error | undefined;
  #isEnded = false;
  #wake: () => void = () => undefined;

  /** Takes a pipe over, of which nothing has been read yet. To be called once; when the reader is closed already, the pipe is destroyed. */
  open(pipe: Readable): void {
    if (this.#isEnded) return void pipe.destroy();
    this.#socket = this.#intoOneBuffer(pipe);
    if (!this.#socket) this.#other = pipe.on('readable', () => this.#wake());
    (this.#socket ?? pipe)
      .on('end', () => this.#end())
      .on('close', () => this.#end())
      .on('error', (error) => {
        this.#fault = error;
        this.#end();
      });
    this.#wake();
  }

  #intoOneBuffer(pipe: Readable): Socket | undefined {
    const buffer = new Uint8Array(bufferBytes);
    const callback = (bytes: number): boolean => {
      this.#piece = buffer.subarray(0, bytes);
      this.#wake();
      return false; // Reads no more until it is resumed.
    };
    return unreadPipe(pipe, { buffer, callback });
  }

  /**
   * The next bytes, at least one; undefined after the last, and once the reader is closed. They stay as they are until the next call, which is
   * to come only after this one has resolved. Waits for a pipe when none is open yet. Rejects when reading fails.
   */
  async read(): Promise<Uint8Array | undefined> {
    this.#piece = undefined;
    while (!this.#piece && !this.#isEnded) {
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#socket?.resume();
      this.#piece ??= this.#other?.read() ?? undefined;
      if (!this.#piece) await woken;
    }
    if (this.#fault) throw this.#fault;
    return this.#piece;
  }

  /** Reads no more and lets go of the pipe; a read that waits ends at once. Safe to call again. */
  close(): void {
    this.#socket?.destroy();
    this.#other?.destroy();
    this.#end();
  }

  #end(): void {
    this.#isEnded = true;
    this.#wake();
  }
}
