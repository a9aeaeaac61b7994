import { ChildProcess } from 'node:child_process';
import { PassThrough, type Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import ffmpegCommand from 'fluent-ffmpeg';
import { messageOf, PipelineError } from '../core/errors.ts';
import { type PieceFile, readPieces } from './file-piece.ts';
import { type Ffmpeg } from './find-ffmpeg.ts';

/** What one run of ffmpeg reads and writes, as raw arguments. */
export interface FfmpegJob {
  /** Options of the input, placed before `-i`. */
  readonly inputArgs: readonly string[];
  /** File to read; without it and without `address` the caller writes into {@link FfmpegProcess.stdin}. */
  readonly input?: string;
  /** What to read in place of all of the file `input`: pieces of it. */
  readonly pieces?: PieceFile | undefined;
  /** Something else to read, as ffmpeg calls it: a URL or a device. */
  readonly address?: string;
  /** Options of the output. */
  readonly outputArgs: readonly string[];
  /** File to write, overwritten if it is there; undefined means that the caller reads {@link FfmpegProcess.stdout}. */
  readonly output?: string;
  /** Called with ffmpeg's own pipe as soon as it runs, to be read in place of {@link FfmpegProcess.stdout}, which then stays empty. */
  readonly onStdout?: (pipe: Readable) => void;
  /** Called with each line that ffmpeg says, at once. */
  readonly onLine?: (line: string) => void;
}

/** How a run of ffmpeg ended. */
export interface FfmpegExit {
  /** Exit status; undefined if a signal ended it. Not to be trusted: a clip with a corrupt middle ends with 0. */
  readonly code: number | undefined;
  /** Signal that ended it. */
  readonly signal: string | undefined;
  /** The last lines of what it said, without empty ones, at most 100; and after them what went wrong as its pieces were read. */
  readonly stderr: readonly string[];
}

/** A running ffmpeg. */
export interface FfmpegProcess {
  /** What ffmpeg writes; empty if it writes a file. While nobody reads, ffmpeg waits. */
  readonly stdout: Readable;
  /** What ffmpeg reads; without effect if it reads a file. */
  readonly stdin: Writable;
  /**
   * Settles when the process is gone. Fulfilled whatever the exit status;
   * rejected with {@link PipelineError} `ffmpeg-missing` if it could not be started.
   */
  readonly done: Promise<FfmpegExit>;
  /** Ends the process at once, even while it is stalled or has not started yet; safe to call again. */
  readonly kill: () => void;
}

/** Any format will do: fluent-ffmpeg would otherwise start ffmpeg again to ask for its list. */
const everyFormat: Record<string, unknown> = new Proxy(
  {},
  { has: () => true, get: () => ({ canMux: true, canDemux: true }) },
);

/** Those that run now: where the program ends at once, as when nobody reads its output any more, they end with it. */
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/**
 * Starts ffmpeg. This is the one file that knows fluent-ffmpeg: it quotes nothing, starts the binary and keeps its last lines;
 * the arguments are ours.
 */
export function startFfmpeg(ffmpeg: Ffmpeg, job: FfmpegJob): FfmpegProcess {
  // Neither stream may close by itself: fluent-ffmpeg kills the process 20 ms after its output stream has closed.
  const stdout = new PassThrough({ autoDestroy: false });
  const stdin = new PassThrough();
  const command = ffmpegCommand()
    .setFfmpegPath(ffmpeg.path)
    .input(job.address ?? (job.input === undefined || job.pieces ? stdin : `file:${job.input}`))
    .inputOptions(...twoOrMore(['-hide_banner', '-loglevel', 'error', ...job.inputArgs]))
    .output(job.output === undefined ? stdout : `file:${job.output}`)
    .outputOptions(...twoOrMore(job.outputArgs));
  Object.assign(command, {
    availableFormats: (callback: (error: null, formats: unknown) => void) => callback(null, everyFormat),
    availableEncoders: (callback: (error: null, encoders: unknown) => void) => callback(null, {}),
  });

  let child: ChildProcess | undefined;
  let isKilled = false;
  let fault = '';
  const kill = (): void => {
    isKilled = true;
    child?.kill('SIGKILL');
    // Unread bytes would keep the child's pipe, and with it the process handle, open.
    child?.stdout?.destroy();
    stdout.end();
    stdin.destroy();
  };

  const done = new Promise<FfmpegExit>((resolve, reject) => {
    const fail = (error: Error): void => {
      stdout.end();
      const message = `Cannot start ${ffmpeg.path} (${error.message}); install ffmpeg, or set FFMPEG_PATH to one`;
      reject(new PipelineError('ffmpeg-missing', message, { path: ffmpeg.path, cause: error }));
    };
    const settle = (stderr: string | null | undefined): void => {
      if (child && child.exitCode === null && child.signalCode === null) {
        // Where the reader has left, fluent-ffmpeg speaks of an end 20 ms later, whether or not the process has gone.
        child.once('exit', () => settle(stderr));
        return;
      }
      resolve({
        code: child?.exitCode ?? undefined,
        signal: child?.signalCode ?? undefined,
        stderr: [...(stderr ?? '').split(/\r?\n/u), fault].filter((line) => line.trim() !== ''),
      });
    };
    if (job.onLine) command.on('stderr', job.onLine);
    command.on('start', () => {
      const started: unknown = Reflect.get(command, 'ffmpegProc');
      if (!(started instanceof ChildProcess)) return;
      child = started;
      running.add(started);
      started.once('close', () => running.delete(started));
      // fluent-ffmpeg's own listener throws where nobody can catch it.
      child.removeAllListeners('error').on('error', fail);
      // And not when it has ended: a slow reader then finds the last frames still in the pipe.
      child.stdout?.once('close', () => stdout.end());
      if (child.stdout && child.pid !== undefined) job.onStdout?.(child.stdout);
      if (isKilled) kill();
    });
    command.on('end', (_stdout: string | null, stderr: string | null) => settle(stderr));
    command.on('error', (error: Error, _stdout: string | null, stderr: string | null) => {
      if (child?.pid === undefined) fail(error);
      else settle(stderr);
    });
  });
  done.catch(() => undefined); // Whoever waits for it sees the rejection; one who only reads must not crash the process.
  command.run();
  if (job.input !== undefined && job.pieces) {
    feed(stdin, readPieces(job.input, job.pieces), (error) => (fault = messageOf(error)));
    void done.catch(() => undefined).finally(() => stdin.destroy());
  }
  return { stdout, stdin, done, kill };
}

/** Writes into ffmpeg until it has all, or ends. */
function feed(stdin: Writable, pieces: AsyncIterable<Uint8Array>, onFault: (error: unknown) => void): void {
  // It fails where ffmpeg wants no more.
  pipeline(untilFault(pieces, onFault), stdin).catch(() => undefined);
}

/** Ends where reading fails. */
async function* untilFault(
  pieces: AsyncIterable<Uint8Array>,
  onFault: (error: unknown) => void,
): AsyncGenerator<Uint8Array, void> {
  try {
    yield* pieces;
  } catch (error) {
    onFault(error);
  }
}

/** fluent-ffmpeg splits a lone argument at its space; it leaves two or more as they are. */
function twoOrMore(args: readonly string[]): [string, ...string[]] {
  const [first, ...rest] = args;
  return first === undefined || rest.length === 0 ? ['-nostdin', ...args] : [first, ...rest];
}
