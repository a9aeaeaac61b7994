// Runs `match` once and keeps what goes through its models, for bench/baselines/floor.ts.
//   node dist/bench/baselines/record-floor.js <root> <out> <models> <first:last:step>
// Writes result.json, tensors.bin and batches.json into <out>.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { lastValueFrom, tap } from 'rxjs';
import { parseFrames } from '../../src/cli/options/parse-frames.ts';
import { defaultFlow } from '../../src/core/defaults.ts';
import { createBoxStore } from '../../src/io/create-box-store.ts';
import { openDataset } from '../../src/io/dataset.ts';
import { cropResample } from '../../src/media/crop-resample.ts';
import { findFfmpeg } from '../../src/media/find-ffmpeg.ts';
import { resizePicture } from '../../src/media/resize-picture.ts';
import { type LaneJob, type LanePool } from '../../src/models/lane-pool.ts';
import { onnxDetector } from '../../src/models/onnx-detector.ts';
import { onnxEmbedder } from '../../src/models/onnx-embedder.ts';
import { boxGraph } from '../../src/pipelines/box-graph.ts';
import { datasetSources } from '../../src/pipelines/dataset-sources.ts';
import { frameDecoder } from '../../src/pipelines/frame-decoder.ts';
import { createPendingWork } from '../../src/pipelines/pending-work.ts';
import { rematch } from '../../src/pipelines/rematch.ts';
import { recordBatches } from './batch-file.ts';
import { openLanes } from './open-lanes.ts';

const [root = '', out = '', models = '', frameText = ''] = process.argv.slice(2);
const frames = parseFrames('frames', frameText);

const [dataset, ffmpeg] = await Promise.all([openDataset(root), findFfmpeg()]);
await mkdir(out, { recursive: true });
{
  await using lanes = await openLanes(models);
  const { set, count } = lanes;
  const recorded = recordBatches(out);
  const pool: LanePool = {
    run: (job) => {
      const pack: LaneJob['pack'] = (take) => {
        const data = job.pack(take);
        recorded.add(job.model, job.dims, data);
        return data;
      };
      return lanes.pool.run({ ...job, pack });
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const embedder = onnxEmbedder({ pool, set });
  const store = await createBoxStore(join(out, 'boxes'), {
    model: set.fingerprint,
    featureLength: embedder.featureLength,
  });
  await using pending = createPendingWork();
  const graph = boxGraph(
    datasetSources(dataset, frames),
    {
      decode: frameDecoder({ ffmpeg, frames, openPictures: defaultFlow.concurrency, pending }),
      detector: onnxDetector({ pool, set, resize: resizePicture }),
      cropper: cropResample,
      embedder,
      write: (owner, boxes) => pending.track(store.write(owner, boxes)),
    },
    { ...defaultFlow, lanes: count },
  );
  const faults: string[] = [];
  await lastValueFrom(
    graph.stored$.pipe(
      tap(({ outcomes }) => faults.push(...outcomes.flatMap(({ status, path }) => (status === 'done' ? [] : [path])))),
    ),
  );
  if (faults.length > 0) throw new Error(`Not every input can be read: ${faults.join(', ')}`);
  await recorded.end();
}
await rematch({ from: out, out: join(out, 'result.json') });
