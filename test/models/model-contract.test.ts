import { describe, expect, it } from 'vitest';
import {
  contractFault,
  detectorContract,
  embedderContract,
  type ModelContract,
  type TensorFacts,
} from '../../src/models/model-contract.ts';

interface Graph {
  readonly inputs: TensorFacts[];
  readonly outputs: TensorFacts[];
}

const detector = (): Graph => ({
  inputs: [{ name: 'frames', type: 'uint8', shape: ['n', 'h', 'w', 3] }],
  outputs: [
    { name: 'boxes', type: 'float32', shape: ['k', 4] },
    { name: 'scores', type: 'float32', shape: ['k'] },
    { name: 'frame', type: 'int64', shape: ['k'] },
  ],
});
const embedder = (): Graph => ({
  inputs: [{ name: 'crops', type: 'uint8', shape: ['', '', '', 3] }],
  outputs: [{ name: 'features', type: 'float32', shape: ['n', 512] }],
});
const put = (values: TensorFacts[], index: number, change: Partial<TensorFacts>): void => {
  const value = values[index];
  if (value) values[index] = { ...value, ...change };
};

describe('contractFault', () => {
  it.each<[string, ModelContract, Graph]>([
    ['a detector', detectorContract, detector()],
    ['an embedder', embedderContract, embedder()],
    [
      'a graph that gives more than is read',
      embedderContract,
      { ...embedder(), outputs: [...embedder().outputs, { name: 'logits', type: 'float16', shape: [1] }] },
    ],
    [
      'a graph that does not say its shapes',
      embedderContract,
      {
        inputs: [{ name: 'crops', type: 'uint8', shape: [] }],
        outputs: [{ name: 'features', type: 'float32', shape: [] }],
      },
    ],
  ])('passes %s', (_, contract, graph) => {
    expect(contractFault(contract, graph)).toBeUndefined();
  });

  it.each<[string, (graph: Graph) => void, RegExp]>([
    [
      'another name of the input',
      ({ inputs }) => put(inputs, 0, { name: 'images' }),
      /^has inputs `images`; expected a detector with one input, `frames` uint8 \[N, H, W, 3\], see docs/,
    ],
    [
      'a second input',
      ({ inputs }) => inputs.push({ name: 'sizes', type: 'int64', shape: [2] }),
      /^has inputs `frames`, `sizes`; expected a detector with one input/,
    ],
    ['no input', ({ inputs }) => inputs.pop(), /^has inputs none; expected/],
    [
      'another type of input',
      ({ inputs }) => put(inputs, 0, { type: 'float32' }),
      /^takes `frames` as float32, expected `frames` uint8 .*: the graph does type, mean and deviation by itself/,
    ],
    [
      'channels first',
      ({ inputs }) => put(inputs, 0, { shape: ['n', 3, 'h', 'w'] }),
      /^takes `frames` of shape \[n, 3, h, w\], expected `frames` uint8 \[N, H, W, 3\], letters of any length/,
    ],
    ['one size only', ({ inputs }) => put(inputs, 0, { shape: ['n', 640, 640, 3] }), /of shape \[n, 640, 640, 3\]/],
    ['one frame only', ({ inputs }) => put(inputs, 0, { shape: [1, '', '', 3] }), /of shape \[1, \?, \?, 3\]/],
    ['three axes', ({ inputs }) => put(inputs, 0, { shape: ['h', 'w', 3] }), /of shape \[h, w, 3\]/],
    ['four channels', ({ inputs }) => put(inputs, 0, { shape: ['n', 'h', 'w', 4] }), /of shape \[n, h, w, 4\]/],
    [
      'a missing output',
      ({ outputs }) => outputs.pop(),
      /^has outputs `boxes`, `scores`; expected a detector with `boxes` float32 \[K, 4\], .*`frame` int64 \[K\], see/,
    ],
    [
      'another type of output',
      ({ outputs }) => put(outputs, 2, { type: 'float32' }),
      /^gives `frame` as float32 \[k\], expected `frame` int64 \[K\]/,
    ],
    [
      'another shape of output',
      ({ outputs }) => put(outputs, 0, { shape: ['k', 5] }),
      /^gives `boxes` as float32 \[k, 5\], expected `boxes` float32 \[K, 4\]/,
    ],
    [
      'an axis too many',
      ({ outputs }) => put(outputs, 1, { shape: ['n', 'k'] }),
      /^gives `scores` as float32 \[n, k\]/,
    ],
  ])('refuses %s', (_, change, message) => {
    const graph = detector();
    change(graph);
    expect(contractFault(detectorContract, graph)).toMatch(message);
  });
});
