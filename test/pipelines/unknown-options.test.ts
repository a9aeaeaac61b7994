import { EMPTY } from 'rxjs';
import { describe, expect, it } from 'vitest';
import {
  buildApproximate,
  evaluate,
  exportDataset,
  indexItems,
  matchBoxes,
  matchDataset,
  openGallery,
  rankItems,
  rematch,
  synthShop,
  watchFrames,
  watchStream,
} from '../../src/index.ts';
import { fakeStream } from '../graph/fake-stream.ts';

/** A typo, as a caller without types can make it: what it was meant for would keep its default. */
const typo = { signl: undefined };
const onEvent = (): void => {};
const watching = { index: 'none', source: 'none', onEvent };
const { ports } = fakeStream([], [0]);
const models = { detector: ports.detector, embedder: ports.embedder, device: { lanes: 1 } };

describe('an unknown option', () => {
  it.each([
    ['matchDataset', () => matchDataset({ root: 'none', out: 'none-out', ...typo })],
    ['rematch', () => rematch({ from: 'none', out: 'none.json', ...typo })],
    ['rankItems', () => rankItems({ queries: [], gallery: [], ...typo })],
    ['buildApproximate', () => buildApproximate('none', { ...typo } as object)],
    ['matchBoxes', () => matchBoxes({ queries: [], gallery: [], ...typo })],
    ['evaluate', () => evaluate({ result: 'none.json', root: 'none', ...typo })],
    ['exportDataset', () => exportDataset({ roots: ['none'], coco: 'none-out', ...typo })],
    ['indexItems', () => indexItems({ root: 'none', index: 'none-out', ...typo })],
    ['openGallery', () => openGallery('none', { ...typo } as object)],
    ['synthShop', () => synthShop({ out: 'none-out', items: 1, seed: 1, ...typo })],
    ['watchStream', () => watchStream({ ...watching, ...typo })],
    ['watchFrames', async () => watchFrames(EMPTY, ports.gallery, { models, ...typo })],
  ])('is refused by %s', async (_, call) => {
    await expect(call()).rejects.toThrow(/^Expected the keys of `(options|input)` to be among .*, got signl$/u);
  });

  it.each([
    ['matching', () => matchBoxes({ queries: [], gallery: [], options: { ...typo } as object })],
    ['flow', () => exportDataset({ roots: ['none'], coco: 'none-out', flow: { ...typo } as object })],
    ['cropFrames', () => exportDataset({ roots: ['none'], coco: 'none-out', cropFrames: { ...typo } as object })],
    ['tracking', () => watchStream({ ...watching, tracking: { ...typo } as object })],
  ])('of `%s` is refused', async (name, call) => {
    await expect(call()).rejects.toThrow(
      new RegExp(`^Expected the keys of \`${name}\` to be among .*, got signl$`, 'u'),
    );
  });
});
