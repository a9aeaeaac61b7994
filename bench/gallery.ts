// How fast an item index opens, is searched and added to, against the time in which memory can be read at all.
//   npm run build && node dist/bench/gallery.js 100000 <folder> bench/results/gallery-100k.json
//   npm run build && node dist/bench/gallery.js 1000000 <folder> bench/results/gallery-1m.json
// The folder is filled (8 GB for a million boxes) and left there, so that a second run starts warm. `loadBefore` and `loadAfter` say what else was
// going on: with another process on each core the times are up to three times as long, those of reading too.
import { existsSync, statSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type BoxFeature } from '../src/core/box-feature.ts';
import { openItemIndex } from '../src/io/open-item-index.ts';
import { createItemIndex, writeItemIndex } from '../src/io/write-item-index.ts';
import { openGallery } from '../src/pipelines/open-gallery.ts';
import { measured } from './harness/measured.ts';
import { spreadOf } from './harness/spread.ts';

const [rowsText = '100000', folder = '/tmp/gallery-bench', out = ''] = process.argv.slice(2);
const rows = Number(rowsText);
const featureLength = 2048;
const boxesPerItem = 4;
const k = 10;
const threads = availableParallelism();
const model = { name: 'random', fingerprint: 'random' };

/** Median and quartiles of some milliseconds, to a hundredth. */
interface Milliseconds {
  readonly medianMs: number;
  readonly quartilesMs: readonly [number, number];
  readonly runs: number;
}

function millisecondsOf(times: readonly number[]): Milliseconds {
  const { median, quartiles, n } = spreadOf(times);
  const short = (ms: number): number => Number(ms.toFixed(2));
  return { medianMs: short(median), quartilesMs: [short(quartiles[0]), short(quartiles[1])], runs: n };
}

async function time(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Boxes of an item: unit vectors around one of its own, from a generator that starts anew for every item. */
function itemBoxes(number: number): readonly BoxFeature[] {
  let state = (number * 2_654_435_761) | 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state / 2 ** 32; // -0.5 to 0.5
  };
  for (let warm = 0; warm < 8; warm += 1) next();
  const centre = Float32Array.from({ length: featureLength }, next);
  return Array.from({ length: boxesPerItem }, (_, boxIndex) => {
    const feature = new Float32Array(featureLength);
    let square = 0;
    for (let place = 0; place < featureLength; place += 1) {
      const value = (centre[place] ?? 0) + next();
      feature[place] = value;
      square += value * value;
    }
    const norm = Math.sqrt(square);
    for (let place = 0; place < featureLength; place += 1) feature[place] = (feature[place] ?? 0) / norm;
    return { owner: { side: 'query', id: idOf(number) }, frame: '0', boxIndex, box: [0, 0, 9, 9], score: 0.9, feature };
  });
}

function idOf(number: number): string {
  return String(number).padStart(8, '0');
}

async function addItems(first: number, last: number): Promise<void> {
  const writer = writeItemIndex(await openItemIndex(folder));
  for (let number = first; number < last; number += 1) {
    const mark = { name: '0', bytes: 1, mtimeMs: 0, sha256: '0'.repeat(64) };
    await writer.put({ id: idOf(number), pictures: [mark] }, itemBoxes(number));
  }
  await writer.flush();
}

/** Queries that each have an item of their own, and some that have none. */
function queriesOf(count: number): readonly Float32Array[] {
  return Array.from({ length: count }, (_, place) => {
    const number = place % 4 === 3 ? 50_000_000 + place : Math.floor((place * rows) / boxesPerItem / count);
    return itemBoxes(number)[0]?.feature ?? new Float32Array();
  });
}

/** Reads as many bytes as the gallery holds with as many threads, and says how long it takes. */
async function openReaders(): Promise<AsyncDisposable & { read(how: 'dot' | 'sum'): Promise<number> }> {
  const workers = Array.from(
    { length: threads },
    () =>
      new Worker(new URL('./read-worker.js', import.meta.url), {
        workerData: { rows: Math.ceil(rows / threads), featureLength, blockRows: 4096 },
      }),
  );
  const answered = (worker: Worker): Promise<void> =>
    new Promise((resolve) => void worker.once('message', () => resolve()));
  await Promise.all(workers.map(answered));
  return {
    read: (how) =>
      time(() =>
        Promise.all(
          workers.map((worker) => {
            const done = answered(worker);
            worker.postMessage(how, []);
            return done;
          }),
        ),
      ),
    async [Symbol.asyncDispose]() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

async function filesOf(): Promise<ReadonlyMap<string, string>> {
  const names = (await readdir(folder, { recursive: true })).toSorted();
  return new Map(
    names.map((name) => {
      const { size, mtimeMs, ino } = statSync(join(folder, name));
      return [name, name.includes('.') ? `${size} ${mtimeMs} ${ino}` : 'folder'];
    }),
  );
}

/** How many of the answers differ from those of a look at every box in float64; and how many boxes there were. */
async function countWrong(queries: readonly Float32Array[]): Promise<number> {
  await using gallery = await openGallery(folder);
  const answers = await gallery.nearest(queries, k);
  const best = queries.map(() => [] as { readonly key: string; readonly distance: number }[]);
  for (let number = 0; number < rows / boxesPerItem; number += 1) {
    for (const { feature, boxIndex } of itemBoxes(number)) {
      for (const [place, query] of queries.entries()) {
        let dot = 0;
        for (let at = 0; at < featureLength; at += 1) dot += (query[at] ?? 0) * (feature[at] ?? 0);
        best[place]?.push({ key: `${idOf(number)}/${boxIndex}`, distance: Math.fround(Math.max(0, 2 - 2 * dot)) });
      }
    }
  }
  return best.filter((all, place) => {
    const wanted = all
      .toSorted((a, b) => a.distance - b.distance || (a.key < b.key ? -1 : 1))
      .slice(0, k)
      .map(({ key, distance }) => `${key} ${distance}`);
    const given = answers[place]?.map(({ box, distance }) => `${box.owner.id}/${box.boxIndex} ${distance}`) ?? [];
    return wanted.join() !== given.join();
  }).length;
}

const bytes = rows * featureLength * 4;
const isSmall = rows <= 200_000;

/** How long a gallery takes to open, and until its first answer. */
async function timeOpening() {
  const opened: number[] = [];
  const answered: number[] = [];
  for (let run = 0; run < (isSmall ? 11 : 2); run += 1) {
    const start = performance.now();
    await using gallery = await openGallery(folder);
    opened.push(performance.now() - start);
    await gallery.nearest(queriesOf(1), k);
    answered.push(performance.now() - start);
  }
  return { open: millisecondsOf(opened), openAndFirstAnswer: millisecondsOf(answered) };
}

/** How long batches of queries take, and, where all of it fits into memory at once, reading it. */
async function timeSearching() {
  await using gallery = await openGallery(folder);
  const sizes = isSmall ? [1, 4, 16, 64] : [1, 16];
  const batches = new Map(sizes.map((size) => [size, queriesOf(size)]));
  const took = new Map<string, number[]>();
  const note = (name: string, ms: number): void => void took.set(name, [...(took.get(name) ?? []), ms]);
  const readers = isSmall ? await openReaders() : undefined;
  // Turn about, so that whatever else the machine does is shared by all.
  for (let run = 0; run < (isSmall ? 21 : 4); run += 1) {
    for (const how of ['dot', 'sum'] as const) if (readers) note(`read ${how}`, await readers.read(how));
    for (const [size, queries] of batches) note(`batch ${size}`, await time(() => gallery.nearest(queries, k)));
  }
  await readers?.[Symbol.asyncDispose]();
  const times = Object.fromEntries([...took].map(([name, all]) => [name, millisecondsOf(all.slice(1))]));
  const bound = Math.min(times['read dot']?.medianMs ?? NaN, times['read sum']?.medianMs ?? NaN);
  const batch = times['batch 16']?.medianMs ?? NaN;
  return {
    times,
    ...(isSmall && {
      bound: {
        what: 'the faster way to read the same bytes with the same threads: a product with one query, or ONNX Runtime’s ReduceSum',
        medianMs: bound,
        gigabytesPerSec: Number((bytes / bound / 1e6).toFixed(1)),
        batchOf16Ratio: Number((batch / bound).toFixed(2)),
        batchOf16RatioToSum: Number((batch / (times['read sum']?.medianMs ?? NaN)).toFixed(2)),
      },
    }),
    gigaflopsAtBatch16: Number(((2 * 16 * rows * featureLength) / batch / 1e6).toFixed(1)),
  };
}

/** How long 1000 items more take, and which files they touch. */
async function timeAdding() {
  const before = await filesOf();
  const items = rows / boxesPerItem;
  const added = await time(() => addItems(60_000_000, 60_001_000));
  const after = await filesOf();
  const add1000Items = {
    ms: Math.round(added),
    filesBefore: before.size,
    filesNew: after.size - before.size,
    filesChanged: [...before].filter(([name, state]) => after.get(name) !== state).map(([name]) => name),
    itemsAfter: (await openItemIndex(folder)).items.size - items,
  };
  // As it was, for the next run.
  const index = await openItemIndex(folder);
  await writeItemIndex(index).remove([...index.items.keys()].filter((id) => Number(id) >= 60_000_000));
  return { add1000Items };
}

if (!existsSync(join(folder, 'index.json'))) await createItemIndex(folder, { model, featureLength, options: {} });
const there = (await openItemIndex(folder)).items.size;
await addItems(there, rows / boxesPerItem);

const command = `npm run build && node dist/bench/gallery.js ${rows} <folder> ${out}`;
const data = `${rows} boxes of ${featureLength} float32, ${boxesPerItem} around each item, drawn at random`;
const results = await measured({ command, data }, async () => ({
  what: `an item index of ${rows} boxes of ${featureLength} float32, ${(bytes / 1e9).toFixed(2)} GB, ${boxesPerItem} boxes an item, k = ${k}`,
  threads,
  ...(await timeOpening()),
  ...(await timeSearching()),
  peakRssMB: Math.round(process.resourceUsage().maxRSS / 1000),
  ...(isSmall && { wrongAnswersOf16: await countWrong(queriesOf(16)) }),
  ...(await timeAdding()),
}));
const text = `${JSON.stringify(results, undefined, 2)}\n`;
process.stdout.write(text);
if (out !== '') await writeFile(out, text);
