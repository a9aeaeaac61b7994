// CPU time of resizing and cropping in WebAssembly, against the plain typed arrays that came before. See decision 0011.
//   git worktree add /tmp/before 690f231 && (cd /tmp/before && npm ci && npm run build)
//   npm run build && node dist/bench/pixel-kernels.js /tmp/before/dist/src/media
// Argument: the folder of the built `resize-picture.js` and `crop-resample.js` to compare with.
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Box } from '../src/core/box.ts';
import { type CropSize } from '../src/core/bucket.ts';
import { type RgbImage } from '../src/core/rgb-image.ts';
import { cropResample } from '../src/media/crop-resample.ts';
import { resizePicture } from '../src/media/resize-picture.ts';

const [folder = ''] = process.argv.slice(2);
const [pairs, callsOfRun] = [15, 20];

const before: { readonly resizePicture: typeof resizePicture; readonly cropResample: typeof cropResample } = {
  ...(await import(pathToFileURL(resolve(join(folder, 'resize-picture.js'))).href)),
  ...(await import(pathToFileURL(resolve(join(folder, 'crop-resample.js'))).href)),
};

/** A picture with slopes and edges, the same every time. */
function picture([width, height]: CropSize): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let index = 0; index < data.length; index += 1) data[index] = (index >> 4) ^ Math.trunc(index / width / 7);
  return { width, height, data };
}

/** CPU time of a call in milliseconds. */
function timeOf(call: () => RgbImage): number {
  const start = process.cpuUsage();
  for (let n = 0; n < callsOfRun; n += 1) call();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000 / callsOfRun;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function compare(what: string, was: () => RgbImage, now: () => RgbImage): void {
  if (Buffer.compare(was().data, now().data) !== 0) throw new Error(`${what}: other pixels`);
  for (let n = 0; n < 200; n += 1) now(); // Until both are compiled for good.
  timeOf(was);
  const runs = Array.from({ length: pairs }, () => ({ was: timeOf(was), now: timeOf(now) }));
  const ratio = median(runs.map((run) => run.was / run.now));
  const [old, own] = [median(runs.map((run) => run.was)), median(runs.map((run) => run.now))];
  process.stdout.write(`| ${what} | ${old.toFixed(2)} ms | ${own.toFixed(2)} ms | ${ratio.toFixed(1)} |\n`);
}

process.stdout.write('| work | before | now | ratio |\n|---|---|---|---|\n');
for (const [from, to] of [
  [
    [540, 960],
    [224, 398],
  ],
  [
    [800, 800],
    [224, 224],
  ],
  [
    [1080, 1920],
    [224, 398],
  ],
] as const) {
  const image = picture(from);
  compare(
    `resize ${from.join('x')} to ${to.join('x')}`,
    () => before.resizePicture(image, to),
    () => resizePicture(image, to),
  );
}
const frame = picture([540, 960]);
for (const [box, size] of [
  [
    [100, 200, 350, 700],
    [112, 224],
  ],
  [
    [100, 200, 450, 650],
    [143, 179],
  ],
  [
    [20, 100, 520, 900],
    [131, 196],
  ],
  [
    [200, 300, 300, 380],
    [179, 143],
  ],
] as const satisfies readonly (readonly [Box, CropSize])[]) {
  compare(
    `crop ${box[2] - box[0]}x${box[3] - box[1]} to ${size.join('x')}`,
    () => before.cropResample(frame, box, size),
    () => cropResample(frame, box, size),
  );
}
