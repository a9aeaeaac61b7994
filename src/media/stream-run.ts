import { codeOf, messageOf, PipelineError } from '../core/errors.ts';
import { type CutFrame } from './cut-frame.ts';
import { cutFrames } from './cut-frames.ts';
import { startFfmpeg } from './ffmpeg-process.ts';
import { type Ffmpeg } from './find-ffmpeg.ts';
import { withNumericHost } from './numeric-host.ts';
import { type StreamInput } from './stream-input.ts';

/** Options of {@link runStream}. */
export interface StreamRunOptions {
  readonly ffmpeg: Ffmpeg;
  readonly stop: AbortSignal;
  /** Seconds without a frame, while one is awaited, after which the run is ended. @defaultValue none */
  readonly stallSeconds?: number | undefined;
}

/** A frame, and its time as its source counts. */
export interface TimedFrame {
  readonly frame: CutFrame;
  readonly time: number | undefined;
}

/** How a run ended. */
export interface StreamRunEnd {
  /** Whether it ended by itself and without a complaint, having said beforehand how long it would be. */
  readonly isWhole: boolean;
  /** Whether another run would end the same way. */
  readonly isFinal?: boolean;
  /** Whether what it named is not there; it may be mistyped if it never was. */
  readonly isUnknown?: boolean;
  /** Whether it was ended because nothing came. */
  readonly isStalled?: boolean;
  /** What went wrong, in one line. */
  readonly reason: string;
  /** The first thing that ffmpeg said of a loss, if it did. */
  readonly loss?: string | undefined;
}

/** Decoded frames of 8K fit. */
const maxFrameBytes = 2 ** 30;

/**
 * Reads a source through one ffmpeg up to its end, in the pixels of `decodeClip`, and returns how it ended. Leaves no ffmpeg behind.
 *
 * @throws {@link PipelineError} `ffmpeg-missing` if ffmpeg does not start.
 */
export async function* runStream(
  input: StreamInput,
  { ffmpeg, stop, stallSeconds }: StreamRunOptions,
): AsyncGenerator<TimedFrame, StreamRunEnd, undefined> {
  const found = await findHost(input, ffmpeg, stop);
  if ('reason' in found) return { isWhole: false, ...found };
  const { args, source } = found;
  const words = new FfmpegWords();
  const process = startFfmpeg(ffmpeg, {
    ...source,
    inputArgs: [...inputArgs, ...args],
    outputArgs,
    onLine: words.take,
  });
  stop.addEventListener('abort', process.kill);
  if (stop.aborted) process.kill();
  process.done.catch(() => undefined).finally(words.end); // A failed start is thrown below.
  let isStalled = false;
  let timer: NodeJS.Timeout | undefined;
  const watch = (): void => {
    if (stallSeconds === undefined) return;
    const onStall = (): void => {
      isStalled = true;
      process.kill();
    };
    timer = setTimeout(onStall, stallSeconds * 1000);
  };
  const frames = cutFrames(process.stdout, { maxFrameBytes });
  try {
    for (;;) {
      watch();
      const result = await frames.next().finally(() => clearTimeout(timer));
      if (result.done === true || stop.aborted) break;
      yield { frame: result.value, time: await words.timeOf(result.value.index) };
    }
  } catch (error) {
    // It says that no frame came; ffmpeg knows why.
    if (!(error instanceof PipelineError)) throw error;
  } finally {
    stop.removeEventListener('abort', process.kill);
    process.kill();
    await process.done.catch(() => undefined);
    await frames.return(undefined);
  }
  const { code, signal } = await process.done;
  if (isStalled) return { isWhole: false, isStalled, reason: `no frame came for ${stallSeconds} s` };
  if (signal === 'SIGSEGV') {
    const cause = isStatic(ffmpeg) ? ', as a static build does when it looks up a host name' : '';
    return { isWhole: false, isFinal: true, reason: `${ffmpeg.path} crashed${cause}; ${cure}` };
  }
  if (words.complaint?.endsWith('Protocol not found') === true) {
    return {
      isWhole: false,
      isFinal: true,
      reason: `${ffmpeg.path} does not know the protocol of this address; correct it, or ${cure}`,
    };
  }
  // Whoever is told the reason knows of what.
  const named = 'input' in source ? `file:${source.input}: ` : `${source.address}: `;
  const status = signal === undefined ? `it ended with status ${code}` : `ffmpeg was ended by ${signal}`;
  const isWhole = code === 0 && words.isWhole;
  return {
    isWhole,
    isUnknown: notThere.test(words.complaint ?? ''),
    reason: words.complaint?.replace(named, '') ?? (code === 0 ? 'it ended' : status),
    loss: words.loss,
  };
}

const cure = 'install a newer ffmpeg, or set FFMPEG_PATH to one';

/** glibc looks names up with the system's libraries, which a build that brings its own does not survive. */
const isStatic = ({ version }: Ffmpeg): boolean => version.includes('static');

/** The input with a host that this ffmpeg can reach, or why there is none. */
async function findHost(
  input: StreamInput,
  ffmpeg: Ffmpeg,
  stop: AbortSignal,
): Promise<StreamInput | Pick<StreamRunEnd, 'reason' | 'isUnknown'>> {
  if (!isStatic(ffmpeg)) return input;
  const failed = (error: unknown): Pick<StreamRunEnd, 'reason' | 'isUnknown'> => ({
    reason: `the host name was not found (${messageOf(error)})`,
    isUnknown: codeOf(error) === 'ENOTFOUND',
  });
  let onAbort: (() => void) | undefined;
  const stopped = new Promise<{ reason: string }>((resolve) => {
    onAbort = () => resolve({ reason: 'it was stopped' });
    stop.addEventListener('abort', onAbort);
  });
  return Promise.race([withNumericHost(input).catch(failed), stopped]).finally(() => {
    if (onAbort) stop.removeEventListener('abort', onAbort);
  });
}

const inputArgs: readonly string[] = ['-loglevel', 'level+info', '-nostats', '-threads', '1', '-reinit_filter', '0'];

/** As `decodeClip` does it; `showinfo` tells the time of each frame before that is taken away. */
const outputArgs: readonly string[] = [
  '-nostdin -map 0:V:0 -an -sn -dn -vf showinfo,setpts=N*1000/TB -r 1/1000',
  '-threads 1 -flush_packets 1 -f image2pipe -c:v ppm -pix_fmt rgb24',
].flatMap((line) => line.split(' '));

const frameTime = /\[Parsed_showinfo_0 @ \w+\].*\bn: *(\d+) pts: *\S+ pts_time:(\S+)/u;
const complaint = /^(?:\[[^\]]* @ \w+\] )?\[(?:error|fatal|panic)\] (?!Did you mean )(.*)$/u;
/** What is said of a file whose end is missing, and of one that cannot be decoded. */
const cutShort = /partial file|prematurely|truncat/iu;
const damaged = /Invalid (?:data|NAL)|corrupt|error while decoding/iu;
/** What is said of a device or a host that does not exist. */
const notThere = /No such file or directory|No such device|Name or service not known|nodename nor servname/u;
/** What is said of a connection that was cut although the source has a length. */
const cutOff = /prematurely|timed out|reset|refused|[Ii](?:nput|)\/[Oo](?:utput|) error/u;

/** Listens to what ffmpeg says beside the frames. */
class FfmpegWords {
  readonly #times = new Map<number, number>();
  #latest = -1;
  #isOver = false;
  #wake: (() => void) | undefined;
  #hasDuration = false;
  /** The first complaint of a loss. */
  loss: string | undefined;
  /** The last one. */
  complaint: string | undefined;

  /** Whether the source said how long it is, and nothing says that it was cut off. */
  get isWhole(): boolean {
    return this.#hasDuration && !cutOff.test(this.complaint ?? '');
  }

  readonly take = (line: string): void => {
    const frame = frameTime.exec(line);
    if (frame) {
      this.#latest = Number(frame[1]);
      this.#times.set(this.#latest, Number(frame[2]));
      this.#wake?.();
    } else if (/\bDuration: \d/u.test(line)) {
      this.#hasDuration = true;
    } else {
      const said = complaint.exec(line)?.[1];
      this.complaint = said ?? this.complaint;
      // What comes before the first frame may be about its being joined in the middle.
      const isLoss = cutShort.test(said ?? '') || (this.#latest >= 0 && damaged.test(said ?? ''));
      if (isLoss) this.loss ??= said;
    }
  };

  /** Time of a frame, which ffmpeg says before it gives the frame; undefined if it has none. */
  async timeOf(index: number): Promise<number | undefined> {
    while (this.#latest < index && !this.#isOver) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const time = this.#times.get(index);
    this.#times.delete(index);
    return time === undefined || Number.isNaN(time) ? undefined : time;
  }

  /** Says that no more will be said. */
  readonly end = (): void => {
    this.#isOver = true;
    this.#wake?.();
  };
}
