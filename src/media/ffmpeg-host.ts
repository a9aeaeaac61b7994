import { type ChildProcess, fork } from 'node:child_process';
import { Socket } from 'node:net';
import { entryUrl } from '../core/entry-url.ts';
import { PipelineError } from '../core/errors.ts';
import { type HostMessage, type HostReply } from './ffmpeg-host-protocol.ts';
import { type FfmpegExit } from './ffmpeg-process.ts';
import { type Ffmpeg } from './find-ffmpeg.ts';
import { type ClipJob, type StartClip, startClip } from './start-clip.ts';

/** Starts ffmpegs, not as children of this process. */
export interface FfmpegHost extends AsyncDisposable {
  readonly start: StartClip;
}

/** An ffmpeg of the host's. */
interface Guest {
  readonly onStdout: ClipJob['onStdout'];
  readonly resolve: (exit: FfmpegExit) => void;
  readonly reject: (error: PipelineError) => void;
  /** Whether its output has come. */
  hasPipe: boolean;
}

/**
 * Starts a small process that starts ffmpegs for this one and hands their pipes over; to be done before there is much in memory.
 *
 * On Linux Node starts a process by making a copy of itself, and from then on the first write to each page is a fault: with models in memory 20,000 of
 * them a clip, which is a tenth of the CPU time of a match. The host has little to copy. It ends when this process does, however that happens, and kills what it has
 * started. Should it end earlier, what it had under way fails and the rest is started here; elsewhere than on Linux all is. Disposing kills what is
 * under way, and resolves when the host has ended.
 */
export function openFfmpegHost(): FfmpegHost {
  if (process.platform !== 'linux') return { start: startClip, [Symbol.asyncDispose]: () => Promise.resolve() };
  // None of the options of this process, which may be to take its profile: it is to collect its garbage before there are 10 MB of it, and not to compile what runs
  // for some milliseconds a clip. Its input is there to end with this process.
  const host = fork(entryUrl('media/ffmpeg-host-process'), {
    execArgv: ['--optimize-for-size', '--no-opt'],
    env: { ...process.env, MALLOC_MMAP_THRESHOLD_: undefined }, // For a process that lives longer than an ffmpeg does, see bin/vitrine.ts.
    serialization: 'advanced',
    stdio: ['pipe', 'ignore', 'inherit', 'ipc'],
  });
  host.stdin?.on('error', () => undefined); // Where it has ended.
  const guests = new Map<number, Guest>();
  let started = 0;
  let hasEnded = false;
  host.on('message', (reply: HostReply, pipe: unknown) => hear(reply, { guests, pipe }));
  const ended = new Promise<void>((resolve) => {
    const end = (why: string): void => {
      hasEnded = true;
      for (const { reject } of guests.values()) reject(missing(`the process that had started it ended: ${why}`));
      guests.clear();
      resolve();
    };
    host.on('error', (error) => end(error.message)).once('exit', (code, signal) => end(String(signal ?? code)));
  });
  return {
    start: (ffmpeg, job) =>
      host.connected && !hasEnded
        ? startThere(host, { id: (started += 1), guests, ffmpeg, job })
        : startClip(ffmpeg, job),
    async [Symbol.asyncDispose]() {
      host.stdin?.destroy();
      await ended;
    },
  };
}

function hear(
  reply: HostReply,
  { guests, pipe }: { readonly guests: Map<number, Guest>; readonly pipe: unknown },
): void {
  const guest = guests.get(reply.id);
  switch (reply.kind) {
    case 'stdout':
      if (!(pipe instanceof Socket)) return; // The host ends it, and says so.
      // Nobody waits for a guest of a host that has ended.
      if (!guest) return void pipe.destroy();
      guest.hasPipe = true;
      guest.onStdout(pipe);
      return;
    case 'done':
      // Whoever reads would wait for a pipe that does not come.
      if (guest?.hasPipe) guest.resolve(reply.exit);
      else guest?.reject(missing('its output was lost on the way here; too many files may be open'));
      break;
    case 'failed':
      guest?.reject(missing(reply.message, reply.path));
  }
  guests.delete(reply.id);
}

interface StartThere {
  readonly id: number;
  readonly guests: Map<number, Guest>;
  readonly ffmpeg: Ffmpeg;
  readonly job: ClipJob;
}

function startThere(host: ChildProcess, { id, guests, ffmpeg, job }: StartThere): ReturnType<StartClip> {
  const { onStdout, ...plain } = job;
  const done = new Promise<FfmpegExit>((resolve, reject) => {
    guests.set(id, { onStdout, resolve, reject, hasPipe: false });
  });
  done.catch(() => undefined); // Whoever waits for it sees the rejection.
  const tell = (message: HostMessage): void => {
    // That the host has ended is heard elsewhere.
    if (host.connected) host.send(message, () => undefined);
  };
  tell({ kind: 'start', id, ffmpeg, job: plain });
  return { done, kill: () => tell({ kind: 'kill', id }) };
}

function missing(why: string, path?: string): PipelineError {
  return new PipelineError('ffmpeg-missing', why, path === undefined ? {} : { path });
}
