import { assertInteger, assertNumber } from '../core/assert.ts';
import { messageOf, PipelineError } from '../core/errors.ts';
import { ByteCursor } from './byte-cursor.ts';
import { containerAt, longestContainer } from './container-signature.ts';
import {
  type ColorMatrix,
  type CutFrame,
  type FrameFormat,
  pixelBytes,
  type PixelsFormat,
  type StreamProblem,
} from './cut-frame.ts';
import { FrameBytes } from './frame-bytes.ts';
import {
  expectedSignatures,
  isSignatureStart,
  longestSignature,
  type Signature,
  signatureAt,
} from './frame-signature.ts';
import { type FrameWalk, short, whole } from './frame-walk.ts';
import { walkPpm } from './ppm-header.ts';
import { assertRawFormat, type RawFormat } from './raw-format.ts';
import { stoppable } from './stoppable.ts';
import { walkJpeg } from './walk-jpeg.ts';
import { walkPng } from './walk-png.ts';
import { readY4mFrame, readY4mHeader, type Y4mHeader } from './y4m-header.ts';

/** Options of {@link cutFrames}. */
export interface CutFramesOptions {
  /** The stream is bare pixels of this kind; without it the stream must say what it is. */
  readonly raw?: RawFormat | undefined;
  /** Frames a second, above 0 and at most 1000. @defaultValue what the stream says; JPEG, PNG and PPM say nothing */
  readonly rate?: number | undefined;
  /** From YUV4MPEG2 to RGB, of which the stream does not speak. @defaultValue `'bt601'`, as ffmpeg takes it */
  readonly matrix?: ColorMatrix | undefined;
  /** Most bytes of one frame, undecoded. @defaultValue {@link defaultMaxFrameBytes} */
  readonly maxFrameBytes?: number | undefined;
  /** Ends the reading, also while it waits; the iteration then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called for a frame that the end cut off and for bytes that belong to no frame; before the next frame is given. */
  readonly onProblem?: ((problem: StreamProblem) => void) | undefined;
}

/** Most bytes of one frame, undecoded: four 4K frames of RGB would not fit, two do. */
export const defaultMaxFrameBytes: number = 2 ** 26;

/** Most bytes that are looked at in search of the first frame. */
const longestSearch = 2 ** 20;
const longestLine = 4096;
const understood =
  'YUV4MPEG2, JPEG, PNG, PPM and PGM (P6, P5), and bare pixels if their format is given (`raw`, `--raw`)';
const decodeFirst = 'name the file as the source, or decode it first, as `ffmpeg -i <file> -f yuv4mpegpipe -` does';

/**
 * Cuts a stream of bytes into frames, told by its first bytes: YUV4MPEG2 (8 bits; 4:2:0, 4:2:2, 4:4:4, mono), JPEG, PNG, PPM or PGM pictures
 * one after another, or bare pixels if `raw` is given.
 *
 * A chunk is any piece of the stream, of any length. A frame is given as soon as its last byte is there. Bytes that belong to no frame are passed over
 * up to where one begins. Pictures may differ in size; YUV4MPEG2 may do so after another header. Holds one unfinished frame and a chunk; asks for a
 * chunk only while a frame is wanted. Keeps order, drops nothing but what `onProblem` is told of. `return()` lets go of `bytes` at once.
 *
 * @example for await (const frame of cutFrames(process.stdin)) use(await decoder.decode(frame));
 * @throws TypeError when called, if an option is out of range.
 * @throws {@link PipelineError} `stream-unreadable` if no frame comes, a frame is larger than `maxFrameBytes`, or `bytes` fails.
 */
export function cutFrames(
  bytes: AsyncIterable<Uint8Array>,
  options: CutFramesOptions = {},
): AsyncGenerator<CutFrame, undefined, undefined> {
  const { raw, rate, maxFrameBytes = defaultMaxFrameBytes } = options;
  if (raw) assertRawFormat(raw);
  if (rate !== undefined) assertNumber('rate', rate, Number.MIN_VALUE, 1000);
  assertInteger('maxFrameBytes', maxFrameBytes, 1);
  return stoppable((stop) => readFrames(bytes, options, stop), options.signal);
}

async function* readFrames(
  bytes: AsyncIterable<Uint8Array>,
  options: CutFramesOptions,
  stop: AbortSignal,
): AsyncGenerator<CutFrame, undefined, undefined> {
  const cursor = new ByteCursor(bytes, stop);
  try {
    yield* new FrameCutter(cursor, options).frames();
  } catch (error) {
    if (stop.aborted) return;
    throw error instanceof PipelineError ? error : unreadable(messageOf(error), error);
  } finally {
    await cursor.close();
  }
}

class FrameCutter {
  readonly #cursor: ByteCursor;
  readonly #frame: FrameBytes;
  readonly #options: CutFramesOptions;
  readonly #limit: number;
  #index = 0;
  #clock: Clock;
  #latest: Signature | undefined;
  #header: Y4mHeader | undefined;
  #skipped = 0;
  #firstBytes: Uint8Array = new Uint8Array(0);

  constructor(cursor: ByteCursor, options: CutFramesOptions) {
    this.#cursor = cursor;
    this.#options = options;
    this.#limit = options.maxFrameBytes ?? defaultMaxFrameBytes;
    this.#frame = new FrameBytes(cursor, this.#limit, (size) => this.#tooLarge(size));
    this.#clock = { rate: options.rate ?? options.raw?.rate, index: 0, seconds: 0 };
  }

  async *frames(): AsyncGenerator<CutFrame, undefined, undefined> {
    const { raw, onProblem } = this.#options;
    const next = raw ? this.#rawFrames(raw) : (): Promise<Step> => this.#next();
    for (;;) {
      const step = await next();
      if (step === undefined) break;
      const { walk, format } = step;
      if (walk.kind === 'broken') {
        this.#frame.giveBack(walk.resume);
        this.#skipped += walk.resume;
        continue;
      }
      this.#reportSkipped();
      if (walk.kind === 'short') {
        const had = { bytes: this.#frame.length, expected: walk.expected };
        onProblem?.({ kind: 'truncated', index: this.#index, ...had });
        if (this.#index > 0) return undefined;
        const of = had.expected === undefined ? '' : ` of ${had.expected}`;
        throw unreadable(`no frame came: it ended after ${had.bytes}${of} bytes of the first one`);
      }
      if (format) yield { index: this.#index, seconds: this.#seconds(), data: this.#frame.take(), format };
      this.#index += 1;
    }
    this.#reportSkipped();
    if (this.#index === 0) throw this.#nothingCame();
    return undefined;
  }

  /** One frame of those that say what they are; undefined at the end. */
  async #next(): Promise<Step> {
    for (;;) {
      const head = await this.#cursor.peek(Math.max(longestSignature, longestContainer));
      if (this.#index === 0 && this.#firstBytes.length === 0) {
        this.#firstBytes = head.slice(0, 16);
        const container = containerAt(this.#firstBytes);
        if (container !== undefined) throw unreadable(`it is ${container}, and no frames: ${decodeFirst}`);
      }
      if (head.length === 0) return undefined;
      const expected = expectedSignatures(this.#latest);
      const signature = signatureAt(head, 0, expected);
      if (signature === undefined) {
        if (this.#skipped === 0 && isSignatureStart(head, expected)) {
          await this.#frame.copy(head.length);
          return { walk: short };
        }
        await this.#skipToSignature(expected);
        continue;
      }
      this.#latest = signature;
      if (signature !== 'y4m' && signature !== 'y4m-frame') {
        return { walk: await walks[signature](this.#frame), format: { kind: 'picture', type: signature } };
      }
      const line = await this.#line();
      if (line === 'long') {
        this.#skip(1);
      } else if (line === 'short') {
        await this.#frame.copy(this.#cursor.rest.length);
        return { walk: short };
      } else if (signature === 'y4m') {
        this.#takeHeader(readY4mHeader(line.text, this.#options.matrix ?? 'bt601'));
      } else if (this.#header) {
        return this.#pixels(readY4mFrame(line.text, this.#header.format));
      }
    }
  }

  #rawFrames({ width, height, pixelFormat, ...colors }: RawFormat): () => Promise<Step> {
    const { range = pixelFormat === 'gray' ? 'full' : 'limited', matrix = 'bt601' } = colors;
    const format: PixelsFormat = { kind: 'raw', width, height, pixelFormat, range, matrix };
    return async () => ((await this.#cursor.fill()) ? this.#pixels(format) : undefined);
  }

  async #pixels(format: PixelsFormat): Promise<Step> {
    const expected = pixelBytes(format);
    this.#frame.expect(expected);
    return { walk: (await this.#frame.copy(expected)) ? whole : { kind: 'short', expected }, format };
  }

  #takeHeader(header: Y4mHeader): void {
    this.#header = header;
    const rate = this.#options.rate ?? header.rate;
    if (this.#index === 0) this.#clock = { rate, index: 0, seconds: 0 };
    else if (rate !== this.#clock.rate) this.#clock = { rate, index: this.#index, seconds: this.#seconds() ?? 0 };
  }

  #seconds(): number | undefined {
    const { rate, index, seconds } = this.#clock;
    return rate === undefined ? undefined : seconds + (this.#index - index) / rate;
  }

  /** Reads a line; `'short'` if the stream ends first, `'long'` if it is too long to be one. */
  async #line(): Promise<{ readonly text: string } | 'short' | 'long'> {
    let { rest } = this.#cursor;
    while (!rest.subarray(0, longestLine).includes(10) && rest.length < longestLine) {
      const { length } = rest;
      rest = await this.#cursor.peek(length + 1);
      if (rest.length === length) return 'short';
    }
    const end = rest.subarray(0, longestLine).indexOf(10);
    if (end === -1) return 'long';
    this.#cursor.skip(end + 1);
    return { text: String.fromCharCode(...rest.subarray(0, end)) };
  }

  async #skipToSignature(expected: readonly Signature[]): Promise<void> {
    for (;;) {
      const rest = await this.#cursor.peek(longestSignature);
      const isEnd = rest.length < longestSignature;
      const last = isEnd ? rest.length : rest.length - longestSignature + 1;
      let at = 0;
      while (at < last && signatureAt(rest, at, expected) === undefined) at += 1;
      this.#skip(at);
      if (at < last || isEnd) return;
      const limit = this.#index === 0 ? longestSearch : this.#limit;
      if (this.#skipped > limit) throw this.#nothingCame();
    }
  }

  #skip(count: number): void {
    this.#cursor.skip(count);
    this.#skipped += count;
  }

  #reportSkipped(): void {
    if (this.#skipped > 0) this.#options.onProblem?.({ kind: 'garbage', index: this.#index, bytes: this.#skipped });
    this.#skipped = 0;
  }

  #nothingCame(): PipelineError {
    if (this.#index > 0)
      return unreadable(`no frame was found in ${this.#skipped} bytes after frame ${this.#index - 1}`);
    if (this.#firstBytes.length === 0) return unreadable('no frame came: it was empty');
    if (this.#header) return unreadable('no frame came: it ended after its header');
    const hex = Array.from(this.#firstBytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const text = String.fromCharCode(...this.#firstBytes).replaceAll(/[^ -~]/gu, '.');
    return unreadable(`no frame was found; understood are ${understood}. It starts with ${hex} "${text}"`);
  }

  #tooLarge(size: number | undefined): PipelineError {
    const bytes = size === undefined ? `more than ${this.#limit}` : `${size}`;
    return unreadable(
      `frame ${this.#index} has ${bytes} bytes, and \`maxFrameBytes\` allows ${this.#limit}; raise it if that is right`,
    );
  }
}

/** One attempt at a frame; undefined at the end of the stream. */
type Step = { readonly walk: FrameWalk; readonly format?: FrameFormat } | undefined;

/** From a frame on, time runs at a rate. */
interface Clock {
  readonly rate: number | undefined;
  readonly index: number;
  readonly seconds: number;
}

const walks = { jpeg: walkJpeg, png: walkPng, ppm: walkPpm };

function unreadable(why: string, cause?: unknown): PipelineError {
  return new PipelineError('stream-unreadable', `Cannot read the stream of frames: ${why}`, { cause });
}
