// Entry of the process that starts ffmpegs for another one, see ffmpeg-host.ts. It ends with the other one, and what it has started ends with it.
import { type Socket } from 'node:net';
import { type Readable } from 'node:stream';
import { messageOf } from '../core/errors.ts';
import { type HostMessage, type HostReply } from './ffmpeg-host-protocol.ts';
import { startClip } from './start-clip.ts';
import { unreadPipe } from './unread-pipe.ts';

const running = new Map<number, { readonly kill: () => void }>();

function say(reply: HostReply): void {
  process.send?.(reply, undefined, undefined, () => undefined); // Where nobody listens any more, this process ends at once.
}

/** Hands the output of an ffmpeg over, or ends it. */
function handOver(id: number, pipe: Socket | undefined): void {
  const end = (): void => running.get(id)?.kill();
  if (pipe === undefined) return void setImmediate(end);
  process.send?.({ kind: 'stdout', id } satisfies HostReply, pipe, undefined, (error) => {
    if (error) end();
  });
}

process.on('message', (message: HostMessage) => {
  const { id } = message;
  if (message.kind === 'kill') {
    running.get(id)?.kill();
    return;
  }
  const { ffmpeg, job } = message;
  // Sent as it is, it would be read here until the other one has taken it.
  const onStdout = (pipe: Readable): void => handOver(id, unreadPipe(pipe));
  const { done, kill } = startClip(ffmpeg, { ...job, onStdout });
  running.set(id, { kill });
  void done
    .then(
      (exit) => say({ kind: 'done', id, exit }),
      (error: unknown) => say({ kind: 'failed', id, message: messageOf(error), path: ffmpeg.path }),
    )
    .finally(() => running.delete(id));
});
// The other one holds the other end for as long as it lives. (`disconnect` does not come while a pipe is on its way.)
process.stdin.on('close', () => process.exit()).resume();
// By default these would leave what it has started behind.
for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(1));
// Ctrl-C reaches every process of the terminal; what it means is for the other one to say.
process.on('SIGINT', () => undefined);
