import { beforeAll, describe, expect, it } from 'vitest';
import { type DecodeResults, decodeScenario } from '../../bench/scenarios/decode-scenario.ts';
import { findFfmpeg } from '../../src/media/find-ffmpeg.ts';
import { runScenario } from '../helpers/run-scenario.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { writeTinyShop } from '../helpers/tiny-shop.ts';

const bundled = await findFfmpeg({ env: {} });
const small = { frames: '5:25:10', length: '30', sizes: '48x64,64x96', gops: '1,12', runs: '1' };

describe('the decode scenario', { timeout: 60_000 }, () => {
  let results: DecodeResults | undefined;
  beforeAll(async () => {
    // The same build twice, as if it were another.
    results = await runScenario(decodeScenario, { ...small, ffmpeg: bundled.path });
  }, 60_000);

  it('has a row for every size, distance of key frames and build', () => {
    const names = results!.builds.map(({ name }) => name);
    expect(names).toHaveLength(2 + (names.includes('the system’s') ? 1 : 0));
    const first = results!.rows.filter(({ build }) => build === 'bundled');
    expect(first.map(({ size: [width, height], gop }) => [width, height, gop])).toEqual([
      [48, 64, 1],
      [48, 64, 12],
      [64, 96, 1],
      [64, 96, 12],
    ]);
    expect(results!.rows).toHaveLength(4 * names.length);
  });

  it('has upright HD and a key frame every two seconds among what it measures by default', () => {
    const { sizes, gops } = decodeScenario.options;
    expect(sizes?.default?.split(',')).toContain('720x1280');
    expect(gops?.default?.split(',')).toContain('50');
  });

  it('compares the others with the first, and finds a build to give the pixels that it gives itself', () => {
    const again = results!.rows.filter(({ build }) => build === results!.builds.at(-1)!.name);
    for (const row of again) expect(row).toMatchObject({ isSame: true, overFirst: { n: 1 }, framesPerSec: { n: 1 } });
    for (const row of results!.rows.filter(({ build }) => build === 'bundled')) {
      expect(row).not.toHaveProperty('overFirst');
    }
  });

  it.each([
    { given: { length: '25' }, message: 'Expected `--length` to be an integer, at least 26' },
    { given: { sizes: '47x64' }, message: 'Expected `--sizes`' },
    { given: { gops: '0' }, message: 'Expected `--gops`' },
    { given: { root: 'no-such-shop' }, message: 'no-such-shop' },
  ])('refuses $given', async ({ given, message }) => {
    await expect(runScenario(decodeScenario, { ...small, ...given })).rejects.toThrow(message);
  });

  it('says where a clip has too few frames', async () => {
    await using folder = await temporaryFolder();
    await writeTinyShop(folder.path);
    const long = { ...small, root: folder.path, frames: '0:4:2', length: '5' };
    await expect(runScenario(decodeScenario, long)).rejects.toThrow(/Expected 3 frames of .*, got 2/u);
  });
});
