import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { realpath, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { PipelineError } from '../core/errors.ts';

/**
 * Does `work` as the only writer to some folders on this machine, see {@link claimFolder}.
 *
 * @throws PipelineError `file-unwritable` if another writer has one of them.
 */
export async function whileClaimed<T>(folders: readonly string[], work: () => Promise<T>): Promise<T> {
  const [first, ...rest] = new Set(folders);
  if (first === undefined) return work();
  const claim = await claimFolder(first);
  try {
    return await whileClaimed(rest, work);
  } finally {
    await claim[Symbol.asyncDispose]();
  }
}

/**
 * Keeps a folder for one writer of this machine until it is disposed or the process ends, however that ends: by a local socket named after the folder's
 * path, which the kernel gives to one process at a time. The folder need not be there, and nothing is written into it. Writers in other containers or
 * machines are not seen.
 *
 * @throws PipelineError `file-unwritable` if another writer, which may be this process, has it.
 */
export async function claimFolder(path: string): Promise<AsyncDisposable> {
  const address = addressOf(await realpath(path).catch(() => resolve(path)));
  const server = createServer((caller) => caller.on('error', () => undefined).end(String(process.pid)));
  const attempt = (): Promise<boolean> => listen(server, address);
  if (!(await attempt())) {
    const holder = await askHolder(address);
    // Only a socket with a file outlives the process that made it.
    if (holder === undefined && isFile) await rm(address, { force: true });
    if (holder !== undefined || !(await attempt())) {
      const who = holder === undefined ? 'Another run' : `Another run (process ${holder})`;
      const message = `${who} is writing to ${path}; wait until it ends, or choose another folder`;
      throw new PipelineError('file-unwritable', message, { path });
    }
  }
  server.unref();
  return {
    async [Symbol.asyncDispose]() {
      if (!server.listening) return;
      await new Promise((done) => server.close(done));
    },
  };
}

const isFile = process.platform !== 'linux' && process.platform !== 'win32';

function addressOf(path: string): string {
  const name = `vitrine-${createHash('sha256').update(path).digest('hex').slice(0, 32)}`;
  if (process.platform === 'linux') return `\0${name}`;
  return process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`);
}

/** Whether the server has the address now; false if another has it. */
async function listen(server: Server, address: string): Promise<boolean> {
  try {
    const listening = once(server, 'listening');
    server.listen(address);
    await listening;
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return false;
    throw error;
  }
}

/** The process that listens at an address, or undefined if none answers. */
async function askHolder(address: string): Promise<string | undefined> {
  const socket = connect(address).setEncoding('utf8').setTimeout(1000);
  socket.once('timeout', () => socket.destroy());
  try {
    let answer = '';
    for await (const text of socket) answer += String(text);
    return answer;
  } catch {
    return undefined;
  }
}
