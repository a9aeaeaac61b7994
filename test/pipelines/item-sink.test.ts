import { setImmediate } from 'node:timers/promises';
import { from, lastValueFrom, toArray } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { openItemIndex } from '../../src/io/open-item-index.ts';
import { createItemIndex } from '../../src/io/write-item-index.ts';
import { createItemSink } from '../../src/pipelines/item-sink.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const marked = vi.hoisted(() => ({ now: 0, most: 0, all: 0 }));
vi.mock('../../src/io/mark-picture.ts', () => ({
  markPicture: async () => {
    marked.now += 1;
    marked.all += 1;
    marked.most = Math.max(marked.most, marked.now);
    await setImmediate();
    marked.now -= 1;
    return {};
  },
}));

const door = { reserve: () => Promise.resolve(), signal: new AbortController().signal };

describe('an item sink', () => {
  it('has few files open at once, however many pictures an item has', async () => {
    await using folder = await temporaryFolder();
    await createItemIndex(folder.path, { model: { name: 'm', fingerprint: 'f' }, featureLength: 2, options: {} });
    await using sink = createItemSink(await openItemIndex(folder.path), []);
    const decode = sink.watch(async function* () {});
    const pictures = Array.from({ length: 200 }, (_, place) => ({ name: `${place}`, path: `${place}.jpg`, wanted: 1 }));
    const owner = { side: 'query', id: 'a' } as const;
    await Promise.all(pictures.map((input) => lastValueFrom(from(decode(owner, input, door)).pipe(toArray()))));
    expect(marked).toEqual({ now: 0, most: 16, all: 200 });
  });
});
