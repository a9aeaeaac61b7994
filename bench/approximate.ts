// What an approximate index finds of what an exact search finds, and in what time. Needs LanceDB, see CONTRIBUTING.md.
//   npm run build && node dist/bench/approximate.js 100000 <folder> bench/results/approximate-100k.json
//   npm run build && node dist/bench/approximate.js 1000000 <folder> bench/results/approximate-1m.json
// The folder is filled (8 GB for a million boxes, and 10 GB more for the graphs) and left there. The features of gallery.ts are random in every number, so that
// beyond an item's own boxes all are equally far, which nothing approximate finds its way through; these here have a few dozen traits, and noise.
import { existsSync } from 'node:fs';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openItemIndex } from '../src/io/open-item-index.ts';
import { createItemIndex, writeItemIndex } from '../src/io/write-item-index.ts';
import { buildApproximate } from '../src/pipelines/build-approximate.ts';
import { openGallery } from '../src/pipelines/open-gallery.ts';
import { addItems, boxesPerItem, drawnItems } from './drawn-items.ts';
import { measured } from './harness/measured.ts';

const [rowsText = '100000', folder = '/tmp/approximate-bench', out = ''] = process.argv.slice(2);
const rows = Number(rowsText);
const featureLength = 2048;
const k = 10;
const draw = drawnItems(featureLength);

async function time(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return Math.round(performance.now() - start);
}

async function bytesOf(part: string): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(folder, { recursive: true })) {
    if (name.startsWith(part)) bytes += (await stat(join(folder, name))).size;
  }
  return bytes;
}

const model = { name: 'drawn', fingerprint: 'drawn' };
if (!existsSync(join(folder, 'index.json'))) await createItemIndex(folder, { model, featureLength, options: {} });
await addItems(folder, draw, [(await openItemIndex(folder)).items.size, rows / boxesPerItem]);

/** Boxes that are in no index, of items that are and of items that are not. */
const queries = Array.from({ length: 100 }, (_, place) => {
  const number = place % 4 === 3 ? 50_000_000 + place : Math.floor((place * rows) / boxesPerItem / 100);
  const [a, b] = draw(number);
  const middle = Float32Array.from(a?.feature ?? [], (value, at) => value + (b?.feature[at] ?? 0));
  const norm = Math.sqrt(middle.reduce((sum, value) => sum + value * value, 0));
  return middle.map((value) => value / norm);
});

/** Share of the exactly nearest boxes that are found, and how often a distance is not that of the exact search. */
async function recallOf(): Promise<{
  readonly recall: number;
  readonly wrongDistances: number;
  readonly openMs: number;
}> {
  await using exact = await openGallery(folder);
  const truth = await exact.nearest(queries, k);
  let openMs = performance.now();
  await using gallery = await openGallery(folder, { approximate: true });
  await gallery.ready();
  openMs = Math.round(performance.now() - openMs);
  const found = await gallery.nearest(queries, k);
  const exactly = truth.flatMap((hits, place) =>
    hits.map(({ box, distance }) => [`${place} ${box.owner.id} ${box.boxIndex}`, distance] as const),
  );
  const known = new Map(exactly);
  const both = found
    .flatMap((hits, place) =>
      hits.map(({ box, distance }) => [`${place} ${box.owner.id} ${box.boxIndex}`, distance] as const),
    )
    .filter(([key]) => known.has(key));
  return {
    recall: Number((both.length / exactly.length).toFixed(4)),
    wrongDistances: both.filter(([key, distance]) => known.get(key) !== distance).length,
    openMs,
  };
}

const items = rows / boxesPerItem;
const command = `npm run build && node dist/bench/approximate.js ${rows} <folder> ${out}`;
const data = `${rows} boxes of ${featureLength} float32, ${boxesPerItem} around each of ${items} items, drawn with a few dozen traits and noise`;
const results = await measured({ command, data }, async () => {
  const { settings, measured: ofItsOwnBoxes, buildMs } = await buildApproximate(folder);
  const buildPeakRssMB = Math.round(process.resourceUsage().maxRSS / 1000);
  const outside = await recallOf();
  const addMs = await time(() => addItems(folder, draw, [60_000_000, 60_001_000]));
  const grown = await recallOf();
  {
    // As it was, for the next run.
    const index = await openItemIndex(folder);
    await writeItemIndex(index).remove([...index.items.keys()].filter((id) => Number(id) >= 60_000_000));
  }
  return {
    what: `an approximate index of ${rows} boxes of ${featureLength} float32, ${boxesPerItem} boxes an item, ${items} items, k = ${k}`,
    library: '@lancedb/lancedb 0.37.1, IVF_HNSW_SQ',
    settings,
    buildMs: Math.round(buildMs),
    buildPeakRssMB,
    featureMB: Math.round((await bytesOf('shards')) / 1e6),
    approximateMB: Math.round((await bytesOf('approximate-')) / 1e6),
    ofItsOwnBoxes,
    ofOtherBoxes: { queries: queries.length, ...outside },
    afterAdding1000Items: { addMs, ...grown },
    peakRssMB: Math.round(process.resourceUsage().maxRSS / 1000),
  };
});
const text = `${JSON.stringify(results, undefined, 2)}\n`;
process.stdout.write(text);
if (out !== '') await writeFile(out, text);
