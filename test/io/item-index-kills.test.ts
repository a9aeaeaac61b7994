import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type ItemIndex, openItemIndex, readIndexFeatures } from '../../src/io/open-item-index.ts';
import { createItemIndex } from '../../src/io/write-item-index.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const kills = 50;
const items = 60;
const manifest = { model: { name: 'm', fingerprint: 'f' }, featureLength: 512, options: {} };
const built = (name: string): string => new URL(`../../dist/src/io/${name}.js`, import.meta.url).href;

/** Adds what is missing of the items 1000, 1001, ..., two boxes each, three items a shard; says so when it begins and ends. */
const program = `
  import { openItemIndex } from ${JSON.stringify(built('open-item-index'))};
  import { writeItemIndex } from ${JSON.stringify(built('write-item-index'))};
  const index = await openItemIndex(process.argv[1]);
  const writer = writeItemIndex(index, { shardItems: 3 });
  console.log('begun');
  for (let number = 0; number < ${items}; number += 1) {
    const id = String(1000 + number);
    if (index.items.has(id)) continue;
    const boxes = [0, 1].map((boxIndex) => {
      const feature = new Float32Array(${manifest.featureLength});
      feature[number] = 0.8;
      feature[number + 1 + boxIndex] = 0.6;
      return { owner: { side: 'query', id }, frame: '0', boxIndex, box: [0, 0, 9, 9], score: 0.9, feature };
    });
    await writer.put({ id, pictures: [{ name: '0', bytes: number, mtimeMs: 0, sha256: '' }] }, boxes);
  }
  await writer.flush();
  console.log('ended');`;

/** Runs the program on an index. With a delay, kills it so many milliseconds after it began. */
async function add(folder: string, killAfterMs?: number): Promise<{ readonly isKilled: boolean; readonly ms: number }> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  await once(child.stdout, 'data');
  const start = performance.now();
  if (killAfterMs !== undefined) {
    await setTimeout(killAfterMs);
    child.kill('SIGKILL');
  }
  const [, signal] = await exited;
  return { isKilled: signal === 'SIGKILL', ms: performance.now() - start };
}

/** All that an index answers with: each item with its pictures, boxes and features. */
async function contentOf(index: ItemIndex): Promise<readonly unknown[]> {
  const content = new Map<string, unknown>();
  for (const shard of index.shards) {
    const features = await readIndexFeatures(shard);
    for (const { id, firstRow, rows, pictures } of shard.items) {
      const at = firstRow * index.featureLength;
      content.set(id, [
        pictures,
        shard.sidecar.boxIndexes.slice(firstRow, firstRow + rows),
        features.slice(at, at + rows * index.featureLength),
      ]);
    }
  }
  return [...index.items.keys()].map((id) => [id, content.get(id)]);
}

describe('an item index whose writer is killed', { timeout: 180_000 }, () => {
  it(`${kills} times at random moments holds a beginning of whole items, and the same add completes it`, async () => {
    await using folder = await temporaryFolder();
    const whole = join(folder.path, 'whole');
    await createItemIndex(whole, manifest);
    let { ms } = await add(whole);
    const expected = await contentOf(await openItemIndex(whole));
    expect(expected).toHaveLength(items);

    const begun = new Set<number>();
    const killed: string[] = [];
    for (let attempt = 0; killed.length < kills; attempt += 1) {
      expect(attempt).toBeLessThan(10 * kills);
      const path = join(folder.path, String(attempt));
      await createItemIndex(path, manifest);
      const end = await add(path, Math.random() * ms);
      const index = await openItemIndex(path);
      expect(await contentOf(index)).toEqual(expected.slice(0, index.items.size));
      if (end.isKilled) {
        killed.push(path);
        begun.add(index.items.size);
      } else ms = Math.min(ms, end.ms); // It ended before its moment: the machine is faster now.
    }
    for (const path of killed.filter((_, place) => place % 10 === 4)) {
      await add(path);
      expect(await contentOf(await openItemIndex(path))).toEqual(expected);
    }
    expect(begun.size).toBeGreaterThan(3); // They did not all die at the same place.
    expect((await readdir(join(whole, 'shards'))).length).toBe((items / 3) * 2);
  });
});
