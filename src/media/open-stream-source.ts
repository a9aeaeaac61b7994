import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { assertInteger, assertNumber } from '../core/assert.ts';
import { counted } from '../core/counted.ts';
import { messageOf, PipelineError } from '../core/errors.ts';
import { type CutFrame } from './cut-frame.ts';
import { type Ffmpeg } from './find-ffmpeg.ts';
import { isPictureName, readPictureFrames } from './picture-frames.ts';
import { stoppable } from './stoppable.ts';
import { StreamClock } from './stream-clock.ts';
import { type StreamInput, streamInput } from './stream-input.ts';
import { runStream } from './stream-run.ts';

/** A connection that has broken off and is about to be made again. */
export interface ReconnectAttempt {
  /** Attempts since the last frame, this one included. */
  readonly count: number;
  /** Why the last connection ended. */
  readonly reason: string;
  /** Milliseconds from now until the attempt. */
  readonly delayMs: number;
}

/** Options of {@link openStreamSource}. */
export interface StreamSourceOptions {
  /** The ffmpeg that reads, see `findFfmpeg`. */
  readonly ffmpeg: Ffmpeg;
  /** Ends ffmpeg and the iteration, which then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called when a live source has broken off, before the pause. */
  readonly onReconnect?: ((attempt: ReconnectAttempt) => void) | undefined;
  /** Called when a file that gave frames was not read whole, as far as ffmpeg can say. */
  readonly onProblem?: ((problem: string) => void) | undefined;
  /** Attempts in a row without a frame, after which a live source is given up. @defaultValue `10` */
  readonly maxReconnects?: number | undefined;
  /** The same for one that could never be opened; one that is open and silent is given `maxReconnects`. @defaultValue `3` */
  readonly maxFirstReconnects?: number | undefined;
  /** Seconds without a frame, while one is awaited, after which a live source counts as broken off. @defaultValue `15` */
  readonly stallSeconds?: number | undefined;
  /** Milliseconds before the first attempt; each next pause is twice as long, up to 30 s. @defaultValue `1000` */
  readonly baseDelayMs?: number | undefined;
}

/** An opened source. */
export interface StreamSource {
  /** Whether it goes on by itself, however slowly its frames are taken. */
  readonly isLive: boolean;
  /** Its frames, in order; ends what it started when it is returned. */
  readonly frames: AsyncGenerator<CutFrame, undefined, undefined>;
}

const longestDelayMs = 30_000;

/**
 * Opens a file, a folder of pictures, a URL (RTMP, RTSP, HLS, HTTP, UDP, SRT) or a webcam (`webcam:`, `/dev/video0`).
 *
 * Nothing starts before the first frame is asked for. A file or folder is read once, as fast as its frames are taken; a folder's pictures come by
 * name, numbers in it by value, and have no times. Frames of ffmpeg come as PPM, in the pixels of `decodeClip`, with the times of the source from 0 on.
 *
 * A live source that breaks off or stalls is connected to again, after pauses that double; `index` and `seconds` go on rising, the time without a
 * connection included. One that could never be opened is given up sooner, and at once where its host or device is unknown, or where ffmpeg crashes or lacks
 * the protocol. One that said how long it is ends when it is over. Holds one frame and what is in the pipe; drops nothing.
 *
 * @example const { frames, isLive } = openStreamSource('rtmp://localhost/live', { ffmpeg: await findFfmpeg() });
 * @throws TypeError when called, if an option is out of range.
 * @throws {@link PipelineError} `options-invalid` if a folder has no picture; `stream-unreadable` if the source is not there, gives no frame, or breaks off too
 * often; `ffmpeg-missing` if ffmpeg does not start.
 */
export function openStreamSource(source: string, options: StreamSourceOptions): StreamSource {
  const { maxReconnects = 10, maxFirstReconnects = 3, stallSeconds = 15, baseDelayMs = 1000 } = options;
  const input = streamInput(source);
  assertInteger('maxReconnects', maxReconnects, 0);
  assertInteger('maxFirstReconnects', maxFirstReconnects, 0);
  assertNumber('stallSeconds', stallSeconds, 0.001, 86_400);
  assertNumber('baseDelayMs', baseDelayMs, 0, longestDelayMs);
  const limits = { ...options, maxReconnects, maxFirstReconnects, stallSeconds, baseDelayMs };
  const read = input.isLive ? readLive : readOnce;
  return { isLive: input.isLive, frames: stoppable((stop) => read(source, input, limits, stop), options.signal) };
}

type Limits = StreamSourceOptions & {
  readonly maxReconnects: number;
  readonly maxFirstReconnects: number;
  readonly stallSeconds: number;
  readonly baseDelayMs: number;
};

async function* readOnce(
  source: string,
  input: StreamInput,
  { ffmpeg, onProblem }: Limits,
  stop: AbortSignal,
): AsyncGenerator<CutFrame, undefined, undefined> {
  if ('input' in input.source) {
    const found = await stat(source).catch((error: unknown) => {
      throw lost(source, messageOf(error), error);
    });
    if (found.isDirectory() || isPictureName(source))
      return yield* readPictureFrames(source, found.isDirectory(), stop);
  }
  const clock = new StreamClock(() => performance.now());
  const run = runStream(input, { ffmpeg, stop });
  let index = 0;
  try {
    for (;;) {
      const step = await run.next();
      if (stop.aborted) return undefined;
      if (step.done === true) {
        const { reason, loss } = step.value;
        if (index === 0) throw lost(source, isRawName(source) ? `${reason}; ${sayFormat}` : reason);
        if (loss !== undefined)
          onProblem?.(`${source} is damaged or cut short: ${loss}; ${counted(index, 'frame')} came of it`);
        return undefined;
      }
      yield { ...step.value.frame, index, seconds: clock.at(step.value.time) };
      index += 1;
    }
  } finally {
    await run.return({ isWhole: false, reason: '' });
  }
}

async function* readLive(
  source: string,
  input: StreamInput,
  { ffmpeg, onReconnect, maxReconnects, maxFirstReconnects, stallSeconds, baseDelayMs }: Limits,
  stop: AbortSignal,
): AsyncGenerator<CutFrame, undefined, undefined> {
  const clock = new StreamClock(() => performance.now());
  let index = 0;
  let count = 0;
  let wasOpen = false;
  for (;;) {
    const run = runStream(input, { ffmpeg, stop, stallSeconds });
    let reason = '';
    try {
      for (;;) {
        const step = await run.next();
        if (stop.aborted) return undefined;
        if (step.done === true) {
          if (step.value.isWhole && index > 0) return undefined;
          ({ reason } = step.value);
          const { isFinal = false, isUnknown = false, isStalled = false } = step.value;
          wasOpen ||= isStalled;
          if (isFinal || (isUnknown && index === 0)) throw lost(source, reason);
          break;
        }
        count = 0;
        wasOpen = true;
        yield { ...step.value.frame, index, seconds: clock.at(step.value.time) };
        index += 1;
      }
    } finally {
      await run.return({ isWhole: false, reason: '' });
    }
    const most = wasOpen ? maxReconnects : Math.min(maxReconnects, maxFirstReconnects);
    if (count >= most) throw lost(source, `${reason}; it was given up after ${count} further attempts in a row`);
    const delayMs = Math.min(baseDelayMs * 2 ** count, longestDelayMs);
    count += 1;
    onReconnect?.({ count, reason, delayMs });
    clock.breakOff();
    await sleep(delayMs, undefined, { signal: stop }).catch(() => undefined); // Looked at in the next line.
    if (stop.aborted) return undefined;
  }
}

const sayFormat =
  'if it holds bare pixels, say of which format: `raw` of `watchStream`, `--raw 540x960:rgb24@25` of `vitrine watch`';

/** Whether a file is called as those of bare pixels are. */
function isRawName(path: string): boolean {
  return /\.(?:bgr(?:24)?|bin|gray|i420|nv12|raw|rgb(?:24)?|yuv(?:420p)?)$/iu.test(path);
}

function lost(source: string, reason: string, cause?: unknown): PipelineError {
  return new PipelineError('stream-unreadable', `Cannot read the stream ${source}: ${reason}`, { path: source, cause });
}
