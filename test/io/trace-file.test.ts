import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { createTraceFile, type TraceEvent } from '../../src/io/trace-file.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const bar = (ts: number): TraceEvent => ({ ph: 'X', name: 'crop 裙', cat: 'work', pid: 1, tid: 1, ts, dur: 1 });

describe('createTraceFile', () => {
  it.each([0, 1, 255, 256, 20_000])('writes %i events in their order', async (count) => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'sub', 'trace.json');
    const events = Array.from({ length: count }, (_, place) => bar(place));
    const file = await createTraceFile(path);
    for (const [place, event] of events.entries()) {
      file.write(event);
      if (place % 1000 === 999) await setImmediate();
    }
    expect(await readdir(join(folder.path, 'sub'))).not.toContain('trace.json');
    await file.close();
    await file[Symbol.asyncDispose]();
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({ displayTimeUnit: 'ms', traceEvents: events });
    expect(await readdir(join(folder.path, 'sub'))).toEqual(['trace.json']);
  });

  it('writes while it is open', async () => {
    await using folder = await temporaryFolder();
    await using file = await createTraceFile(join(folder.path, 'trace.json'));
    await setImmediate(); // What it held at the begin has gone.
    for (let place = 0; place < 2000; place += 1) file.write(bar(place));
    await vi.waitFor(async () => {
      const [temporary = ''] = await readdir(folder.path);
      expect((await stat(join(folder.path, temporary))).size).toBeGreaterThan(64 * 1024);
    });
  });

  it('leaves nothing when it is not closed', async () => {
    await using folder = await temporaryFolder();
    {
      await using file = await createTraceFile(join(folder.path, 'trace.json'));
      file.write(bar(0));
    }
    expect(await readdir(folder.path)).toEqual([]);
  });

  it('says at once that no file can be made', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'trace.json', 'trace.json');
    const file = await createTraceFile(join(folder.path, 'trace.json'));
    await file.close();
    await expect(createTraceFile(path)).rejects.toMatchObject({ code: 'file-unwritable', path });
  });

  it('says at the end that the file could not be named', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'trace.json');
    const file = await createTraceFile(path);
    await mkdir(path);
    file.write(bar(0));
    await expect(file.close()).rejects.toMatchObject({ code: 'file-unwritable', path });
    file.write(bar(1));
    expect(await readdir(folder.path)).toEqual(['trace.json']);
  });
});
