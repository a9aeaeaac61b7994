// Who shrinks a frame to the detector's short side: the main thread, or a Resize in the graph? See decisions 0005 and 0011.
//   npx vitest bench --run bench/detector-resize.bench.ts
import { InferenceSession, Tensor } from '../src/models/runtime.ts';
import { bench, describe } from 'vitest';
import { type CropSize } from '../src/core/bucket.ts';
import { type RgbImage } from '../src/core/rgb-image.ts';
import { resizePicture } from '../src/media/resize-picture.ts';
import { detectorSize } from '../src/models/detector-size.ts';

/** ONNX, opset 18: Cast of `frames` uint8 [n,h,w,3] to float, Resize to `hw` (linear, antialias=1), Round. */
const graph = Buffer.from(
  'CAk6mwIKHAoGZnJhbWVzEgFmIgRDYXN0KgkKAnRvGAGgAQIKLAoGZnJhbWVzEgFiIgVTaGFwZSoKCgNlbmQYAaABAioMCgVzdGFydBgAoAEC' +
    'CiQKAWIKAmh3CgJjMxICc3oiBkNvbmNhdCoLCgRheGlzGACgAQIKOwoBZgoACgAKAnN6EgFyIgZSZXNpemUqEAoJYW50aWFsaWFzGAGgAQIq' +
    'EQoEbW9kZSIGbGluZWFyoAEDCg8KAXISA291dCIFUm91bmQSAXIqEggBEAdCAmMzSggDAAAAAAAAAFojCgZmcmFtZXMSGQoXCAISEwoDEgFu' +
    'CgMSAWgKAxIBdwoCCANaEAoCaHcSCgoICAcSBAoCCAJiCwoDb3V0EgQKAggBQgQKABAS',
  'base64',
);
const session = await InferenceSession.create(graph, { intraOpNumThreads: 1, logSeverityLevel: 3 });

/** A picture with slopes and edges, the same every time. */
function picture([width, height]: CropSize): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let index = 0; index < data.length; index += 1) data[index] = (index >> 4) ^ Math.trunc(index / width / 7);
  return { width, height, data };
}

async function inGraph({ width, height, data }: RgbImage, [w, h]: CropSize): Promise<Float32Array> {
  const hw = new Tensor('int64', BigInt64Array.of(BigInt(h), BigInt(w)));
  const { out } = await session.run({ frames: new Tensor('uint8', data, [1, height, width, 3]), hw });
  if (out?.data instanceof Float32Array) return out.data;
  throw new TypeError('Expected `out` to be float32');
}

for (const from of [
  [540, 960],
  [800, 800],
  [1080, 1920],
] as const) {
  const image = picture(from);
  const to = detectorSize(from[0], from[1], { shortSide: 192, maxSide: 512 });
  const own = resizePicture(image, to).data;
  const largest = (await inGraph(image, to)).reduce(
    (most, value, index) => Math.max(most, Math.abs(value - (own[index] ?? 0))),
    0,
  );
  describe(`${from.join('x')} to ${to.join('x')}, largest difference ${largest} of 255`, () => {
    bench('on the main thread', () => void resizePicture(image, to));
    bench('in the graph', async () => void (await inGraph(image, to)));
  });
}
