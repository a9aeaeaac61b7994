import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { PassThrough, type Readable } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { PipeReader } from '../../src/media/pipe-reader.ts';

const longBytes = 1_000_000;
/** A million bytes that count to 250, again and again: any that are lost or come twice show. */
const long = `process.stdout.write(Uint8Array.from({ length: ${longBytes} }, (_, i) => i % 251))`;
const silent = 'setInterval(() => undefined, 1000)';

const children: ChildProcess[] = [];
function run(code: string): Readable {
  const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  return child.stdout;
}
afterEach(() => {
  for (const child of children.splice(0)) child.kill();
});

describe('PipeReader', () => {
  it('gives every byte once and in order, in one buffer', async () => {
    const reader = new PipeReader();
    reader.open(run(long));
    const buffers = new Set<unknown>();
    let bytes = 0;
    let wrong = 0;
    for (let piece = await reader.read(); piece; piece = await reader.read()) {
      buffers.add(piece.buffer);
      for (const byte of piece) if (byte !== bytes++ % 251) wrong += 1;
    }
    expect({ bytes, wrong, buffers: buffers.size }).toEqual({ bytes: longBytes, wrong: 0, buffers: 1 });
    expect(await reader.read()).toBeUndefined();
  });

  it('leaves a piece as it is until the next is asked for', async () => {
    const reader = new PipeReader();
    reader.open(run(long));
    const piece = await reader.read();
    const before = piece?.slice();
    await new Promise((resolve) => setTimeout(resolve, 100)); // In which the rest of the million would come.
    expect(piece).toEqual(before);
    expect((await reader.read())?.[0]).toBe((before?.length ?? 0) % 251);
    reader.close();
  });

  it('waits for its pipe', async () => {
    const reader = new PipeReader();
    const pending = reader.read();
    reader.open(run('process.stdout.write("ready")'));
    expect(Buffer.from((await pending) ?? []).toString()).toBe('ready');
    expect(await reader.read()).toBeUndefined();
  });

  it('ends a read that waits when it is closed, and lets go of the pipe', async () => {
    const reader = new PipeReader();
    const pipe = run(
      `process.stdout.on('error', () => process.exit(7)).write('x'); setInterval(() => process.stdout.write('x'), 10)`,
    );
    const [child] = children;
    reader.open(pipe);
    await reader.read();
    reader.close();
    expect(await reader.read()).toBeUndefined();
    expect(await once(child!, 'exit')).toEqual([7, null]);

    const waiting = new PipeReader();
    waiting.open(run(silent));
    const pending = waiting.read();
    waiting.close();
    expect(await pending).toBeUndefined();
  });

  it('lets go of a pipe that comes when it is closed already', () => {
    const reader = new PipeReader();
    reader.close();
    const pipe = run(silent);
    reader.open(pipe);
    expect(pipe.destroyed).toBe(true);
  });

  it('ends what waits for a pipe that never comes', async () => {
    const reader = new PipeReader();
    const pending = reader.read();
    reader.close();
    expect(await pending).toBeUndefined();
  });

  it('rejects when the pipe cannot be read', async () => {
    const pipe = run(silent);
    const handle: { close: () => void } = Reflect.get(pipe, '_handle');
    handle.close();
    const reader = new PipeReader();
    reader.open(pipe);
    await expect(reader.read()).rejects.toThrow('read');
  });

  it('reads any other stream as well', async () => {
    const reader = new PipeReader();
    const source = new PassThrough({ highWaterMark: 4 });
    reader.open(source);
    const read = async (): Promise<string> => Buffer.from((await reader.read()) ?? []).toString();
    source.write('abc');
    expect(await read()).toBe('abc');
    const pending = read();
    source.end('de');
    expect(await pending).toBe('de');
    expect(await reader.read()).toBeUndefined();
  });

  it('rejects when another stream breaks, and destroys it when it is closed', async () => {
    const broken = new PipeReader();
    const source = new PassThrough();
    broken.open(source);
    const pending = broken.read();
    source.destroy(new Error('torn'));
    await expect(pending).rejects.toThrow('torn');
    const closed = new PipeReader();
    const other = new PassThrough();
    closed.open(other);
    closed.close();
    expect(other.destroyed).toBe(true);
  });
});
