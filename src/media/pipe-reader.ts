import { Socket, type SocketConstructorOpts } from 'node:net';
import { type Readable } from 'node:stream';

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
  #socket: Socket | undefined;
  #piece: Uint8Array | undefined;
  #fault: Error | undefined;
  #isEnded = false;
  #wake: () => void = () => undefined;

  /**
   * Takes a pipe over, of which nothing has been read yet: the stream itself is destroyed. To be called once; has no effect when the reader is
   * closed already, but for that.
   *
   * @throws TypeError when `pipe` is not the pipe of a child process.
   */
  open(pipe: Readable): void {
    const handle: unknown = Reflect.get(pipe, '_handle');
    if (typeof handle !== 'object' || handle === null) throw new TypeError('Expected `pipe` to be the pipe of a child');
    if (this.#isEnded) return void pipe.destroy();
    // A buffer of its own can only be given to a socket when it is made, so this makes a second one as Node makes the first.
    Reflect.set(pipe, '_handle', null);
    pipe.destroy();
    const buffer = new Uint8Array(bufferBytes);
    const callback = (bytes: number): boolean => {
      this.#piece = buffer.subarray(0, bytes);
      this.#wake();
      return false; // Reads no more until it is resumed.
    };
    const options: SocketConstructorOpts & Record<string, unknown> = {
      handle,
      pauseOnCreate: true,
      onread: { buffer, callback },
    };
    this.#socket = new Socket(options)
      .on('end', () => this.#end())
      .on('close', () => this.#end())
      .on('error', (error) => {
        this.#fault = error;
        this.#end();
      });
    this.#wake();
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
      await woken;
    }
    if (this.#fault) throw this.#fault;
    return this.#piece;
  }

  /** Reads no more and lets go of the pipe; a read that waits ends at once. Safe to call again. */
  close(): void {
    this.#socket?.destroy();
    this.#end();
  }

  #end(): void {
    this.#isEnded = true;
    this.#wake();
  }
}
