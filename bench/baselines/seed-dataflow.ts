// Baseline (a): the dataflow that the project started from, on the same models and lanes and with the same arithmetic.
//   node dist/bench/baselines/seed-dataflow.js <root> <out> <models> <first:last:step>
// Models run one after the other over all of the data. The detector takes one picture at a time. Every frame is sought anew, and for each of the four
// embedders every crop's picture is decoded anew. Boxes and features go from step to step as JSON text, and the matching holds every distance.
// As in `match`, all cores work in each step: as many pictures or batches are under way as there are lanes.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { lastValueFrom } from 'rxjs';
import { pixelBox } from '../../src/core/box.ts';
import { bucketOf } from '../../src/core/bucket.ts';
import { type KeptBox } from '../../src/core/crop.ts';
import { parseFrames } from '../../src/cli/options/parse-frames.ts';
import { defaultFlow, defaultMatching } from '../../src/core/defaults.ts';
import { type RgbImage } from '../../src/core/rgb-image.ts';
import { openDataset } from '../../src/io/dataset.ts';
import { writeResult } from '../../src/io/result-file.ts';
import { claimClip, type Vote } from '../../src/matching/claim-clip.ts';
import { distanceBetween } from '../../src/matching/distance-between.ts';
import { groupBy } from '../../src/matching/group-by.ts';
import { compareGalleryBoxes } from '../../src/matching/nearest-boxes.ts';
import { settleClaims } from '../../src/matching/settle-claims.ts';
import { cropResample } from '../../src/media/crop-resample.ts';
import { decodePicture } from '../../src/media/decode-picture.ts';
import { findFfmpeg } from '../../src/media/find-ffmpeg.ts';
import { resizePicture } from '../../src/media/resize-picture.ts';
import { selectFrames } from '../../src/media/select-frames.ts';
import { onnxDetector } from '../../src/models/onnx-detector.ts';
import { embedderModel } from '../../src/models/onnx-embedder.ts';
import { packImages } from '../../src/models/pack-images.ts';
import { openLanes } from './open-lanes.ts';
import { frameRateOf, seekFrame } from './seek-frame.ts';

const [root = '', out = '', models = '', frames = ''] = process.argv.slice(2);

/** A box of the text file between the steps: what it was cut from can be read again. */
type FoundBox = KeptBox & { readonly path: string; readonly rate: number };

const [dataset, ffmpeg] = await Promise.all([openDataset(root), findFfmpeg()]);
await mkdir(out, { recursive: true });
await using lanes = await openLanes(models);
const { set, pool } = lanes;
const limit = pLimit(lanes.count);

await writeFile(join(out, 'boxes.json'), JSON.stringify(await findBoxes()));
for (const { name } of set.embedders) {
  const boxes: readonly FoundBox[] = JSON.parse(await readFile(join(out, 'boxes.json'), 'utf8'));
  await writeFile(join(out, `features-${name}.json`), JSON.stringify(await embed(name, boxes)));
}
await matchAll();

/** The detector over every picture and frame. */
async function findBoxes(): Promise<readonly FoundBox[]> {
  const detector = onnxDetector({ pool, set, resize: resizePicture });
  const pictures = dataset.items.flatMap(({ id, pictures: files }) =>
    files.map(({ name, path }) => ({ owner: { side: 'query', id } as const, frame: name, path, rate: 0 })),
  );
  const picked = selectFrames(parseFrames('frames', frames));
  const clips = dataset.clips.map(async ({ id, path }) => {
    const rate = await limit(() => frameRateOf(ffmpeg, path));
    return Array.from({ length: picked.count }, (_, place) => {
      return { owner: { side: 'gallery', id } as const, frame: String(picked.indexAt(place)), path, rate };
    });
  });
  const inputs = [...pictures, ...(await Promise.all(clips)).flat()];
  const found = await limit.map(inputs, async (frame): Promise<readonly FoundBox[]> => {
    const image = await decode(frame);
    if (image === undefined) return [];
    const [detections = []] = await lastValueFrom(detector.detect([image], frame.owner.side));
    const boxes = detections
      .toSorted((a, b) => b.score - a.score)
      .flatMap(({ box: exact, score }) => {
        const box = pixelBox(exact, image.width, image.height);
        return box ? [{ box, score }] : [];
      });
    return boxes.map(({ box, score }, boxIndex) => Object.assign({ boxIndex, box, score }, frame));
  });
  return found.flat();
}

/** One embedder over every crop, each batch of one bucket. */
async function embed(name: string, boxes: readonly FoundBox[]): Promise<readonly (readonly number[])[]> {
  const features: (readonly number[])[] = Array.from({ length: boxes.length });
  const places = groupBy([...boxes.keys()], (place) => {
    const [x1, y1, x2, y2] = boxes[place]!.box;
    return bucketOf(x2 - x1, y2 - y1);
  });
  const batches = [...places].flatMap(([bucket, all]) =>
    Array.from({ length: Math.ceil(all.length / defaultFlow.embedderBatch) }, (_, batch) => {
      const start = batch * defaultFlow.embedderBatch;
      return { bucket, batch: all.slice(start, start + defaultFlow.embedderBatch) };
    }),
  );
  await limit.map(batches, async ({ bucket, batch }) => {
    const size = set.cropSizes[bucket]!;
    const crops: RgbImage[] = [];
    for (const place of batch) {
      const image = await decode(boxes[place]!);
      if (image === undefined) throw new Error(`${boxes[place]!.path} has lost a frame`);
      crops.push(cropResample(image, boxes[place]!.box, size));
    }
    const { features: given } = await lastValueFrom(
      pool.run({
        model: embedderModel(name),
        rank: 0,
        dims: [crops.length, size[1], size[0], 3],
        pack: () => packImages(crops, { size, batch: crops.length }),
      }),
    );
    const values = Array.from(given?.data ?? [], Number);
    const length = values.length / batch.length;
    for (const [row, place] of batch.entries()) features[place] = values.slice(row * length, (row + 1) * length);
  });
  return features;
}

function decode({ owner, frame, path, rate }: Pick<FoundBox, 'owner' | 'frame' | 'path' | 'rate'>) {
  return owner.side === 'query' ? decodePicture(path) : seekFrame(ffmpeg, path, { index: Number(frame), rate });
}

/** Every box of an item against every box of a clip, then the rule of SPEC 6. */
async function matchAll(): Promise<void> {
  const read = async (name: string) => JSON.parse(await readFile(join(out, `${name}.json`), 'utf8'));
  const boxes: readonly FoundBox[] = await read('boxes');
  const parts: number[][][] = await Promise.all(set.embedders.map(({ name }) => read(`features-${name}`)));
  const all = boxes.map((box, place) => ({ box, feature: joined(parts.map((part) => part[place] ?? [])) }));
  const queries = all.filter(({ box }) => box.owner.side === 'query');
  const gallery = all
    .filter(({ box }) => box.owner.side === 'gallery')
    .sort((a, b) => compareGalleryBoxes(a.box, b.box));
  const matrix = queries.map((query) => gallery.map(({ feature }) => distanceBetween(query.feature, feature)));
  const votes = queries.map(({ box: query }, row): Vote => {
    const distances = matrix[row] ?? [];
    const distance = distances.reduce((a, b) => Math.min(a, b), Infinity);
    return { query, nearest: { box: gallery[distances.indexOf(distance)]!.box, distance } };
  });
  const claims = [...groupBy(gallery.length > 0 ? votes : [], ({ query }) => query.owner.id).values()].flatMap(
    (of) => claimClip(of, defaultMatching) ?? [],
  );
  await writeResult(join(out, 'result.json'), settleClaims(claims, defaultMatching.maxDistance));
}

/** As the embedder port joins: end to end, at unit length. */
function joined(parts: readonly (readonly number[])[]): Float32Array {
  const feature = Float32Array.from(parts.flat());
  let square = 0;
  for (const value of feature) square += value * value;
  const scale = square > 0 ? 1 / Math.sqrt(square) : 0;
  return feature.map((value) => value * scale);
}
