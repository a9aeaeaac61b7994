// The exact search of `match` over vectors in a file, for the scenario `search`; prints a SearchReport.
//   node dist/bench/baselines/search-vitrine.js <folder> <rows> <queries>
// The gallery is read block by block while it is searched, so reading, and starting the threads, is part of the search.
import { closeSync, openSync, readSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type KeptBox } from '../../src/core/crop.ts';
import { type Owner } from '../../src/core/frame.ts';
import { rowMultiple } from '../../src/matching/dot-products.ts';
import { nearestBoxes } from '../../src/matching/nearest-boxes.ts';
import { type NearestSearch } from '../../src/matching/nearest-search.ts';
import { type PackedBoxes } from '../../src/matching/pack-boxes.ts';
import { keepPace } from '../../src/matching/pace.ts';
import { nearestLanes } from '../../src/pipelines/nearest-lanes.ts';
import { vectorLength } from '../harness/draw-vectors.ts';
import { type SearchReport } from './search-report.ts';

/** As `matchBoxes` has them. */
const galleryRows = 1024;
const queryRows = 4096;

const [folder = '', rowsText = '', queriesText = ''] = process.argv.slice(2);
const rows = Number(rowsText);
const count = Number(queriesText);

/** A box whose place among equally near ones is that of its row. */
function boxOf(side: Owner['side'], row: number): KeptBox {
  return { owner: { side, id: String(row).padStart(9, '0') }, frame: '0', boxIndex: 0, box: [0, 0, 1, 1], score: 1 };
}

async function* gallery(room: NearestSearch['room']): AsyncGenerator<PackedBoxes> {
  const file = openSync(join(folder, 'gallery.f32'), 'r');
  try {
    for (let first = 0; first < rows; first += galleryRows) {
      const some = Math.min(galleryRows, rows - first);
      const features = room(galleryRows * vectorLength);
      const bytes = some * vectorLength * 4;
      readSync(file, new Uint8Array(features.buffer), 0, bytes, first * vectorLength * 4);
      const boxes = Array.from({ length: some }, (_, place) => boxOf('gallery', first + place));
      yield { boxes, features, featureLength: vectorLength };
    }
  } finally {
    closeSync(file);
  }
}

const stored = await readFile(join(folder, 'queries.f32'));
const queries = new Float32Array(Math.ceil(count / rowMultiple) * rowMultiple * vectorLength);
new Uint8Array(queries.buffer).set(stored.subarray(0, count * vectorLength * 4));

const started = performance.now();
const before = process.cpuUsage();
const found: number[] = [];
{
  await using search = nearestLanes();
  for (let first = 0; first < count; first += queryRows) {
    const boxes = Array.from({ length: Math.min(queryRows, count - first) }, (_, at) => boxOf('query', first + at));
    const features = queries.subarray(first * vectorLength);
    const packed = { boxes, features, featureLength: vectorLength };
    const nearest = await nearestBoxes(
      packed,
      gallery((numbers) => search.room(numbers)),
      { pace: keepPace(), search },
    );
    for (const { box } of nearest) found.push(Number(box.owner.id));
  }
}
const { user, system } = process.cpuUsage(before);
const report: SearchReport = {
  rows: found,
  search: { wallSeconds: (performance.now() - started) / 1000, cpuSeconds: (user + system) / 1e6 },
  peakMiB: process.resourceUsage().maxRSS / 1024,
};
process.stdout.write(JSON.stringify(report));
