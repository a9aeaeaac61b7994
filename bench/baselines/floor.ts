// Baseline (c): the least that the work can cost on this machine. First each clip and picture is decoded once on all cores, and its pixels are
// dropped (before there is much in memory: on Linux starting a process costs the more the larger its parent is); then the tensors that `match` gave to its models, already
// in memory, go through the same sessions on all cores with nothing else to do.
//   node dist/bench/baselines/floor.js <root> <recorded> <models> <first:last:step>
// <recorded> is what record-floor.ts wrote. Prints what was spent before the measured part (starting, loading tensors, opening and warming up sessions),
// which does not belong to the floor, and what came out, so that nobody can leave work out.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import pLimit from 'p-limit';
import { lastValueFrom } from 'rxjs';
import { parseFrames } from '../../src/cli/options/parse-frames.ts';
import { openDataset } from '../../src/io/dataset.ts';
import { decodePicture } from '../../src/media/decode-picture.ts';
import { findFfmpeg } from '../../src/media/find-ffmpeg.ts';
import { selectFrames } from '../../src/media/select-frames.ts';
import { usableCores } from '../../src/models/place-models.ts';
import { type Cost } from '../harness/spread.ts';
import { loadBatches } from './batch-file.ts';
import { type FloorReport } from './floor-report.ts';
import { openLanes } from './open-lanes.ts';

const [root = '', recorded = '', models = '', frames = ''] = process.argv.slice(2);
const started = performance.now() - process.uptime() * 1000;
const spent = (): Cost => {
  const { user, system } = process.cpuUsage();
  return { wallSeconds: (performance.now() - started) / 1000, cpuSeconds: (user + system) / 1e6 };
};

const between = (from: Cost, to: Cost): Cost => ({
  wallSeconds: to.wallSeconds - from.wallSeconds,
  cpuSeconds: to.cpuSeconds - from.cpuSeconds,
});
const added = (a: Cost, b: Cost): Cost => ({
  wallSeconds: a.wallSeconds + b.wallSeconds,
  cpuSeconds: a.cpuSeconds + b.cpuSeconds,
});

const [dataset, ffmpeg] = await Promise.all([openDataset(root), findFfmpeg()]);
const atFirst = spent();

const { conditionOn, count } = selectFrames(parseFrames('frames', frames));
const limit = pLimit(usableCores());
const decodeOnly = async (path: string): Promise<void> => {
  const filter = [
    '-map',
    '0:V:0',
    '-vf',
    `select='${conditionOn('n')}',setpts=N*1000/TB`,
    '-r',
    '1/1000',
    '-frames:v',
    `${count}`,
  ];
  const output = ['-threads', '1', '-pix_fmt', 'rgb24', '-f', 'null', '-'];
  const child = spawn(
    ffmpeg.path,
    ['-nostdin', '-loglevel', 'error', '-threads', '1', '-i', path, ...filter, ...output],
    { stdio: 'ignore' },
  );
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`ffmpeg ended with ${code} on ${path}`);
};
await Promise.all([
  ...dataset.clips.map(({ path }) => limit(() => decodeOnly(path))),
  ...dataset.items.flatMap(({ pictures }) => pictures.map(({ path }) => limit(() => decodePicture(path)))),
]);

const afterDecoding = spent();

const [batches, lanes] = await Promise.all([loadBatches(recorded), openLanes(models)]);
const beforeModels = spent();

const counts = { boxes: 0, features: 0 };
await Promise.all(
  batches.map(async ({ model, dims, data }) => {
    const { boxes, features } = await lastValueFrom(lanes.pool.run({ model, rank: 0, dims, pack: () => data }));
    counts.boxes += boxes?.dims[0] ?? 0;
    counts.features += features?.dims[0] ?? 0;
  }),
);
const afterModels = spent();

await lanes[Symbol.asyncDispose]();

const report: FloorReport = {
  apart: added(atFirst, between(afterDecoding, beforeModels)),
  models: between(beforeModels, afterModels),
  batches: batches.length,
  ...counts,
};
process.stdout.write(JSON.stringify(report));
