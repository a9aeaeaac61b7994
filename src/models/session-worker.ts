// Entry of a lane's worker thread: opens the sessions, then answers one request after the other until it is told to close.
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf, PipelineError } from '../core/errors.ts';
import { laneCell, type LaneMessage, type LaneReply, type LaneStart } from './lane-protocol.ts';
import { openSessions } from './open-sessions.ts';

const { setup, state }: LaneStart = workerData;

function reply(message: LaneReply): void {
  const moved: ArrayBuffer[] = [];
  if (message.kind === 'done') {
    const buffers = Object.values(message.outputs).map(({ data: { buffer } }) => buffer);
    moved.push(message.input, ...buffers.filter((buffer) => buffer instanceof ArrayBuffer));
  }
  // Out of native code, so the thread may be ended if nothing else waits. Before the answer, which may bring the next request at once.
  Atomics.sub(state, laneCell.unanswered, 1);
  Atomics.notify(state, laneCell.unanswered);
  parentPort?.postMessage(message, moved);
}

try {
  const sessions = await openSessions(setup);
  let last = Promise.resolve();
  parentPort?.on('message', (message: LaneMessage) => {
    last = last.then(async () => {
      if (message === 'close') {
        await sessions[Symbol.asyncDispose]();
        parentPort?.close(); // Nothing is left to wait for, so the thread ends.
        return;
      }
      if (Atomics.load(state, laneCell.isClosing) === 1) {
        reply({ kind: 'failed', message: 'the lane was closed' });
        return;
      }
      const began = performance.timeOrigin + performance.now();
      await sessions.run(message).then(
        (outputs) => {
          const ended = performance.timeOrigin + performance.now();
          reply({ kind: 'done', outputs, input: message.data.buffer, began, ended });
        },
        (error: unknown) => reply({ kind: 'failed', message: messageOf(error) }),
      );
    });
  });
  reply({ kind: 'ready' });
} catch (error) {
  const path = error instanceof PipelineError ? (error.path ?? '') : '';
  reply({ kind: 'broken', message: messageOf(error), path });
}
