// Entry of a lane's worker thread: opens the sessions, then answers one request at a time.
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf, PipelineError } from '../core/errors.ts';
import { type LaneReply, type LaneRequest, type LaneSetup } from './lane-protocol.ts';
import { openSessions } from './open-sessions.ts';

function reply(message: LaneReply): void {
  const outputs = message.kind === 'done' ? Object.values(message.outputs) : [];
  const moved = outputs.flatMap(({ data: { buffer } }) => (buffer instanceof ArrayBuffer ? [buffer] : []));
  parentPort?.postMessage(message, moved);
}

try {
  const setup: LaneSetup = workerData;
  const sessions = await openSessions(setup);
  parentPort?.on('message', (request: LaneRequest) => {
    sessions.run(request).then(
      (outputs) => reply({ kind: 'done', outputs }),
      (error: unknown) => reply({ kind: 'failed', message: messageOf(error) }),
    );
  });
  reply({ kind: 'ready' });
} catch (error) {
  const path = error instanceof PipelineError ? (error.path ?? '') : '';
  reply({ kind: 'broken', message: messageOf(error), path });
}
