// What following garments through a clip is worth: the default rule and `--pool tracks` on the same stored boxes.
//   vitrine synth val --items 40 --photos <photos> --split validation --seed 99
//   vitrine match fixtures/shop --out shop-run --frames 0:395:5 && vitrine match val --out val-run --frames 0:395:5
//   npm run build && node dist/bench/pool-tracks.js bench/results/pool-tracks.json fixtures/shop shop-run val val-run
// Arguments: the JSON file of the results; then, for each shop, its folder with annotations and a run over its frames 0:395:5, of which the other
// samplings are parts.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type Truth } from '../src/core/annotation.ts';
import { type BoxFeature } from '../src/core/box-feature.ts';
import { type FrameRange, type Pool, pools } from '../src/core/defaults.ts';
import { createBoxStore } from '../src/io/create-box-store.ts';
import { openDataset } from '../src/io/dataset.ts';
import { openBoxes } from '../src/io/open-boxes.ts';
import { readTruth } from '../src/io/read-truth.ts';
import { readResult } from '../src/io/result-file.ts';
import { blocksOf } from '../src/matching/box-source.ts';
import { pieceIds, showsPieceOf } from '../src/matching/judge-answer.ts';
import { rankItems } from '../src/matching/rank-items.ts';
import { clipsWithCounterpart } from '../src/matching/score-result.ts';
import { evaluate } from '../src/pipelines/evaluate.ts';
import { gallerySource } from '../src/pipelines/gallery-source.ts';
import { rematch } from '../src/pipelines/rematch.ts';

const [out = '', ...shops] = process.argv.slice(2);

/** SPEC 2; denser; all of the clip, also before the item has come; hardly any. */
const samplings: readonly FrameRange[] = [
  { first: 80, step: 20, last: 380 },
  { first: 80, step: 5, last: 380 },
  { first: 0, step: 5, last: 395 },
  { first: 80, step: 100, last: 380 },
];

const rows = [];
const models = [];
for (let place = 0; place < shops.length; place += 2) {
  const [root = '', run = ''] = shops.slice(place, place + 2);
  const report = JSON.parse(await readFile(join(run, 'run.json'), 'utf8'));
  models.push(report.models.fingerprint);
  for (const frames of samplings) {
    const folder = await mkdtemp(join(tmpdir(), 'pool-tracks-'));
    await copyFrames(run, folder, frames);
    for (const pool of pools) {
      const row = { shop: basename(root), frames: formatFrames(frames), pool, ...(await measure(root, folder, pool)) };
      rows.push(row);
      process.stdout.write(`${JSON.stringify(row)}\n`);
    }
    await rm(folder, { recursive: true });
  }
}
const results = {
  what: 'answers from the same boxes by the default rule (none) and by the pooled tracks of each clip (tracks)',
  command:
    'npm run build && node dist/bench/pool-tracks.js bench/results/pool-tracks.json fixtures/shop shop-run val val-run',
  date: new Date().toISOString(),
  models: [...new Set(models)],
  rows,
};
if (out !== '') await writeFile(out, `${JSON.stringify(results, undefined, 1)}\n`);

/** The boxes that a run over fewer frames would have stored. */
async function copyFrames(run: string, folder: string, { first, step, last }: FrameRange): Promise<void> {
  const boxes = await openBoxes(run);
  const isWanted = ({ frame }: BoxFeature): boolean =>
    Number(frame) >= first && Number(frame) <= last && (Number(frame) - first) % step === 0;
  let store: Awaited<ReturnType<typeof createBoxStore>> | undefined;
  for (const side of ['query', 'gallery'] as const) {
    for await (const owned of boxes.byOwner(side)) {
      const [box] = owned;
      if (box === undefined) continue;
      store ??= await createBoxStore(folder, { model: 'measured', featureLength: box.feature.length });
      await store.write(box.owner, side === 'query' ? owned : owned.filter(isWanted));
    }
  }
}

async function measure(root: string, folder: string, pool: Pool) {
  const result = join(folder, 'result.json');
  await rematch({ from: folder, out: result, pool });
  const {
    s1,
    s2,
    s3,
    final,
    answers,
    clipsWithCounterpart: shown,
    frameBox,
    retrieval,
    clips,
  } = await evaluate({
    result,
    root,
    boxes: folder,
    pool,
  });
  const { truth } = await readTruth(await openDataset(root));
  const counterparts = clipsWithCounterpart(truth);
  const answered = new Set((await readResult(result)).map(({ videoId }) => videoId));
  const decoys = [...truth.clips.keys()].filter((id) => !counterparts.has(id));
  return {
    s1: s1.f1,
    s2: s2.f1,
    s3: s3.f1,
    final,
    clips,
    shown,
    answers,
    right: s1.hits,
    decoys: decoys.length,
    decoysRejected: decoys.filter((id) => !answered.has(id)).length,
    recallAt1: retrieval?.recallAt1,
    meanFrameIou: frameBox.judged > 0 ? frameBox.meanIou : null,
    ...(await margins(folder, truth, pool)),
  };
}

/** By how much the nearest wrong item is farther than the nearest right one, over the clips that show an item; and the rows that were searched. */
async function margins(folder: string, truth: Truth, pool: Pool) {
  const boxes = await openBoxes(folder);
  const gallery = gallerySource(boxes, pool);
  const rankings = await rankItems({ queries: boxes.boxes('query'), gallery, depth: truth.items.size });
  const found = [...truth.clips].flatMap(([clip, frames]) => {
    const ids = pieceIds(frames.flatMap(({ annotations }) => annotations));
    const isRight = (item: string): boolean => showsPieceOf(truth.items.get(item) ?? new Map(), ids);
    const ranking = rankings.get(clip) ?? [];
    const right = ranking.find(({ itemId }) => isRight(itemId));
    const wrong = ranking.find(({ itemId }) => !isRight(itemId));
    return right && wrong ? [wrong.distance - right.distance] : [];
  });
  found.sort((a, b) => a - b);
  let galleryRows = 0;
  for await (const block of blocksOf(gallery)) galleryRows += block.length;
  return {
    meanMargin: found.reduce((sum, margin) => sum + margin, 0) / found.length,
    tenthMargin: found[Math.floor(found.length / 10)],
    leastMargin: found[0],
    galleryRows,
  };
}

function formatFrames({ first, last, step }: FrameRange): string {
  return `${first}:${last}:${step}`;
}
