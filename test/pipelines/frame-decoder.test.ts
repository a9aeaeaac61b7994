import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defer, delay, from, lastValueFrom, map, mergeMap, of, toArray } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Credits } from '../../src/flow/credits.ts';
import { leased } from '../../src/flow/leased.ts';
import { findFfmpeg } from '../../src/media/find-ffmpeg.ts';
import { PixelPool } from '../../src/media/pixel-pool.ts';
import { sampleFrames } from '../../src/operators/sample-frames.ts';
import { frameDecoder } from '../../src/pipelines/frame-decoder.ts';
import { createPendingWork } from '../../src/pipelines/pending-work.ts';
import { readNumber, writeNumberedClip } from '../media/numbered-clip.ts';

const ffmpeg = await findFfmpeg();
const frameBytes = 160 * 64 * 3;
const clips = ['first', 'second'];
let folder = '';
const at = (name: string): string => join(folder, `${name}.mp4`);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vitrine-decoder-'));
  for (const clip of clips) await writeNumberedClip(at(clip), { ffmpeg, frames: 40 });
}, 60_000);
afterAll(() => rm(folder, { recursive: true }));

describe('frameDecoder', () => {
  it('uses the memory of a frame again, and not before its lease is given back', async () => {
    await using pending = createPendingWork();
    const frames = { first: 0, step: 1, last: 39 };
    const decode = frameDecoder({ ffmpeg, frames, openPictures: 1, pending, pool: new PixelPool() });
    const options = { decode, bytes: new Credits(5 * frameBytes), decoders: new Credits(2), onInput: () => undefined };
    const seen$ = from(clips).pipe(
      mergeMap((id) => {
        const inputs = [{ name: id, path: at(id), wanted: 40 }];
        return sampleFrames({ owner: { side: 'gallery', id }, inputs }, options);
      }),
      // Each frame stays for a while, some longer than those after them, and is only then looked at.
      leased(
        mergeMap((frame) =>
          defer(() => of(frame).pipe(delay((Number(frame.name) * 7) % 5))).pipe(
            map(({ owner: { id }, name, image }) => ({
              frame: `${id} ${name}`,
              shown: `${id} ${readNumber(image)}`,
              memory: image.data,
            })),
          ),
        ),
      ),
      toArray(),
    );
    const seen = await lastValueFrom(seen$);
    expect(seen).toHaveLength(80);
    expect(seen.map(({ shown }) => shown)).toEqual(seen.map(({ frame }) => frame));
    expect(new Set(seen.map(({ memory }) => memory)).size).toBeLessThanOrEqual(5);
  });
});
