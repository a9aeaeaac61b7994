import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { decodeClip } from '../../src/media/decode-clip.ts';
import { openFfmpegHost } from '../../src/media/ffmpeg-host.ts';

/** The program of the host, in place of the real one. */
const program = vi.hoisted(() => ({ path: '' }));
vi.mock('../../src/core/entry-url.ts', () => ({ entryUrl: () => pathToFileURL(program.path) }));

const folder = mkdtempSync(join(tmpdir(), 'vitrine-host-'));
afterAll(() => rmSync(folder, { recursive: true }));

const ffmpeg = { path: 'ffmpeg', version: '6', origin: 'PATH' } as const;
const frames = { first: 0, step: 1, last: 1 };

describe.runIf(process.platform === 'linux')('a clip of an ffmpeg host', () => {
  it.each([
    {
      what: 'that loses its output on the way',
      does: `process.send({ kind: 'done', id, exit: { stderr: [] } });`,
      says: 'its output was lost on the way here',
    },
    {
      what: 'that has no output to hand over',
      does: `process.send({ kind: 'stdout', id }); process.send({ kind: 'done', id, exit: { stderr: [] } });`,
      says: 'its output was lost on the way here',
    },
    { what: 'that ends', does: 'process.exit(3);', says: 'the process that had started it ended: 3' },
  ])('fails when it is one $what', async ({ does, says }) => {
    program.path = join(folder, `${says.length}-${does.length}.mjs`);
    writeFileSync(
      program.path,
      `process.stdin.on('close', () => process.exit()).resume();
       process.on('message', ({ kind, id }) => { if (kind === 'start') { ${does} } });`,
    );
    await using host = openFfmpegHost();
    await expect(decodeClip('clip.mp4', { ffmpeg, frames, start: host.start }).next()).rejects.toMatchObject({
      code: 'clip-unreadable',
      message: expect.stringContaining(says),
    });
  });
});
