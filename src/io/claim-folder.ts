import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readlink, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codeOf, PipelineError } from '../core/errors.ts';
import { realPathOf } from './real-path.ts';

/**
 * Does `work` as the only writer to some folders, see {@link claimFolder}. One folder may be named twice.
 *
 * @throws PipelineError `file-unwritable` if another writer has one of them.
 */
export async function whileClaimed<T>(folders: readonly string[], work: () => Promise<T>): Promise<T> {
  const real = folders.map(realPathOf);
  const [first, ...rest] = folders.filter((_, place) => real.indexOf(real[place] ?? '') === place);
  if (first === undefined) return work();
  const claim = await claimFolder(first);
  try {
    return await whileClaimed(rest, work);
  } finally {
    await claim[Symbol.asyncDispose]();
  }
}

/**
 * Keeps a folder for one writer until it is disposed or the process ends, however that ends: by a local socket named after the folder's path, which the
 * kernel gives to one process at a time. The folder need not be there, and nothing is written into it.
 *
 * Seen are writers of this machine, on Linux those with the same view of its files: not those in another container, and on macOS those of one user, of whom two that take over from a killed run at the same moment may both
 * begin. Where there can be no such socket, nothing is kept.
 *
 * @throws PipelineError `file-unwritable` if another writer, which may be this process, has it.
 */
export async function claimFolder(path: string): Promise<AsyncDisposable> {
  const address = await addressOf(path);
  const server = createServer((caller) =>
    caller.on('error', () => undefined).end(String(process.pid), () => caller.destroy()),
  );
  let code = await listen(server, address);
  if (code === 'EADDRINUSE') {
    const holder = await askHolder(address);
    // Only a socket with a file outlives the process that made it.
    if (holder === 'gone' && isFile) await rm(address, { force: true });
    if (holder === 'gone') code = await listen(server, address);
    if (code === 'EADDRINUSE') {
      const who = /^\d+$/u.test(holder) ? `Another run (process ${holder})` : 'Another run';
      const message = `${who} is writing to ${path}; wait until it ends, or choose another folder`;
      throw new PipelineError('file-unwritable', message, { path });
    }
  }
  server.unref();
  return {
    async [Symbol.asyncDispose]() {
      if (server.listening) await new Promise((done) => server.close(done));
    },
  };
}

const isFile = process.platform !== 'linux' && process.platform !== 'win32';

async function addressOf(path: string): Promise<string> {
  // Abstract sockets belong to a network, which containers may share, with other files at the same path.
  const view = process.platform === 'linux' ? await readlink('/proc/self/ns/mnt').catch(() => '') : '';
  const digest = createHash('sha256')
    .update(`${view}\n${realPathOf(path)}`)
    .digest('hex');
  const name = `vitrine-${digest.slice(0, 32)}`;
  if (process.platform === 'linux') return `\0${name}`;
  return process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`);
}

/** Has the server listen; the code of the error where it does not. */
async function listen(server: Server, address: string): Promise<string | undefined> {
  try {
    const listening = once(server, 'listening');
    server.listen(address);
    await listening;
    return undefined;
  } catch (error) {
    return codeOf(error) ?? '';
  }
}

/** The process that listens at an address; `gone` if there is none any more, and nothing if it does not answer. */
async function askHolder(address: string): Promise<string> {
  const socket = connect(address).setEncoding('utf8').setTimeout(1000);
  socket.once('timeout', () => socket.destroy());
  try {
    let answer = '';
    for await (const text of socket) answer += String(text);
    return answer;
  } catch (error) {
    return ['ECONNREFUSED', 'ENOENT'].includes(codeOf(error) ?? '') ? 'gone' : '';
  }
}
