import { PipelineError } from '../core/errors.ts';
import { type RgbImage } from '../core/rgb-image.ts';
import { PixelPool, type PooledPixels } from './pixel-pool.ts';

const longestHeader = 64;
const largestArea = 2 ** 28;
const header = /^P6\s+(\d+)\s+(\d+)\s+255\s/u;

/** What {@link PpmParser.push} finds: the size of the next frame, in bytes of pixels, and later the frame. */
export type PpmEvent =
  | { readonly kind: 'size'; readonly bytes: number }
  | { readonly kind: 'frame'; readonly image: RgbImage; readonly pixels: PooledPixels };

/**
 * Cuts a stream of binary PPM pictures (`P6`, 8 bits a sample, one after another) into frames.
 *
 * A chunk is any piece of the stream, of any length: bytes are counted. Each frame has an `ArrayBuffer` of its own,
 * until its `pixels` are disposed. Holds at most one unfinished frame.
 *
 * @example
 * const parser = new PpmParser();
 * for await (const chunk of stdout) {
 *   for (const event of parser.push(chunk)) if (event.kind === 'frame') show(event.image);
 * }
 * parser.end();
 */
export class PpmParser {
  #head = '';
  readonly #pool: PixelPool;
  #image: RgbImage | undefined;
  #pixels: PooledPixels | undefined;
  #filled = 0;

  /** @param pool where the memory of the frames comes from. */
  constructor(pool: PixelPool = new PixelPool()) {
    this.#pool = pool;
  }

  /**
   * Takes the next piece of the stream and says, as it is asked for more, which frames begin and end in it. Memory for a frame
   * is taken after its size has been said and not before the next event is asked for.
   *
   * @throws {@link PipelineError} `clip-unreadable` if the stream is not PPM.
   */
  *push(chunk: Uint8Array): Generator<PpmEvent, undefined, undefined> {
    let offset = 0;
    while (offset < chunk.length) {
      if (!this.#image || !this.#pixels) {
        const header = this.#readHeader(chunk, offset);
        offset = header.end;
        if (!header.size) continue;
        const [width, height] = header.size;
        yield { kind: 'size', bytes: width * height * 3 };
        this.#pixels = this.#pool.take(width * height * 3);
        this.#image = { width, height, data: this.#pixels.data };
        this.#filled = 0;
        continue;
      }
      const { data } = this.#image;
      const piece = chunk.subarray(offset, offset + data.length - this.#filled);
      data.set(piece, this.#filled);
      this.#filled += piece.length;
      offset += piece.length;
      if (this.#filled === data.length) {
        const [image, pixels] = [this.#image, this.#pixels];
        this.#image = undefined;
        this.#head = '';
        yield { kind: 'frame', image, pixels };
      }
    }
  }

  /**
   * Says that the stream is over.
   *
   * @throws {@link PipelineError} `clip-unreadable` if it ended inside a frame.
   */
  end(): void {
    if (this.#image) {
      const { width, height, data } = this.#image;
      throw broken(`it ended after ${this.#filled} of the ${data.length} bytes of a ${width}x${height} frame`);
    }
    if (this.#head !== '') throw broken(`it ended in the header ${JSON.stringify(this.#head)}`);
  }

  #readHeader(chunk: Uint8Array, start: number): { end: number; size?: readonly [width: number, height: number] } {
    for (let offset = start; offset < chunk.length; offset += 1) {
      this.#head += String.fromCharCode(chunk[offset] ?? 0);
      const size = header.exec(this.#head);
      if (size) {
        const [width, height] = [Number(size[1]), Number(size[2])];
        if (width * height === 0 || width * height > largestArea) throw broken(`a frame is ${width}x${height}`);
        return { end: offset + 1, size: [width, height] };
      }
      const isGarbage = !'P6'.startsWith(this.#head.slice(0, 2)) || this.#head.length >= longestHeader;
      if (isGarbage) throw broken(`a frame starts with ${JSON.stringify(this.#head.slice(0, 16))}`);
    }
    return { end: chunk.length };
  }
}

function broken(why: string): PipelineError {
  return new PipelineError('clip-unreadable', `The stream of frames is not whole PPM pictures: ${why}`);
}
