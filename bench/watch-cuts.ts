// The clips of a shop joined into one stream of cuts: is the right item announced in time, and nothing else?
//   vitrine synth shop --items 40 --photos <photos> --split validation --seed 99
//   vitrine index shop --out shop.vitrine
//   npm run build && node dist/bench/watch-cuts.js shop shop.vitrine bench/results/watch-cuts.json
// Arguments: a shop with annotations, its index, the JSON file of the results. Clips of one size and rate.
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Truth } from '../src/core/annotation.ts';
import { type WatchEvent } from '../src/core/watch-event.ts';
import { openDataset } from '../src/io/dataset.ts';
import { readTruth } from '../src/io/read-truth.ts';
import { pieceIds, showsPieceOf } from '../src/matching/judge-answer.ts';
import { findFfmpeg } from '../src/media/find-ffmpeg.ts';
import { watchStream } from '../src/pipelines/watch-stream.ts';

const [root = '', index = '', out = ''] = process.argv.slice(2);
/** As `vitrine synth` makes them. */
const [framesOfClip, rate, secondsAllowed] = [400, 25, 3];

const dataset = await openDataset(root);
const { truth } = await readTruth(dataset);
const events: WatchEvent[] = [];
const folder = await mkdtemp(join(tmpdir(), 'watch-cuts-'));
const list = join(folder, 'clips.txt');
await writeFile(list, dataset.clips.map(({ path }) => `file '${resolve(path)}'\n`).join(''));
const ffmpeg = spawn(
  (await findFfmpeg()).path,
  ['-loglevel', 'error', '-f', 'concat', '-safe', '0', '-i', list, '-f', 'yuv4mpegpipe', '-'],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
const startedMs = performance.now();
const last = await watchStream({ index, source: ffmpeg.stdout, onEvent: (event) => void events.push(event) });
const elapsedSeconds = (performance.now() - startedMs) / 1000;
await rm(folder, { recursive: true });

const segments = dataset.clips.map(({ id }, place) => judgeSegment(id, place, truth));
const shown = segments.filter(({ right }) => right.length > 0);
const decoys = segments.filter(({ right }) => right.length === 0);
const results = {
  segments: segments.length,
  withItem: shown.length,
  rightInTime: shown.filter(({ rightAfter }) => rightAfter !== null && rightAfter <= secondsAllowed).length,
  rightAtAll: shown.filter(({ rightAfter }) => rightAfter !== null).length,
  withFalse: segments.filter(({ wrong }) => wrong.length > 0).length,
  decoys: decoys.length,
  decoysQuiet: decoys.filter(({ wrong }) => wrong.length === 0).length,
  medianSecondsToRight: median(shown.flatMap(({ rightAfter }) => rightAfter ?? [])),
  cutsSeen: events.filter((event) => event.type === 'frame' && event.isCut).length,
  elapsedSeconds,
  frames: last.frames,
  notes: segments.filter(
    ({ right, rightAfter, wrong }) => wrong.length > 0 || (right.length > 0 && rightAfter === null),
  ),
};
process.stdout.write(`${JSON.stringify(results, undefined, 1)}\n`);
if (out !== '') await writeFile(out, `${JSON.stringify(results, undefined, 1)}\n`);

function judgeSegment(clip: string, place: number, { items, clips }: Truth) {
  const start = (place * framesOfClip) / rate;
  const frames = clips.get(clip) ?? [];
  const ids = pieceIds(frames.flatMap(({ annotations }) => annotations));
  const right = [...items].filter(([, pictures]) => showsPieceOf(pictures, ids)).map(([id]) => id);
  const first = frames.find(({ annotations }) => annotations.some(({ instanceId }) => ids.has(instanceId)));
  const appears = (first?.frameIndex ?? 0) / rate;
  const said = events.flatMap((event) => {
    if (event.type !== 'match' && event.type !== 'revise') return [];
    const after = event.seconds - start;
    return after >= 0 && after < framesOfClip / rate ? [{ ...event, after }] : [];
  });
  const found = said.find(({ item }) => right.includes(item));
  const wrong = said
    .filter(({ item }) => !right.includes(item))
    .map(({ item, after, distance, confidence }) => ({ item, after, distance, confidence }));
  return { clip, right, rightAfter: found ? Math.max(0, found.after - appears) : null, wrong };
}

function median(values: readonly number[]): number | null {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? null;
}
