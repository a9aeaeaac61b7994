import { describe, expect, it } from 'vitest';
import { detectorSize } from '../../src/models/detector-size.ts';
import { fixedShapes } from '../../src/models/fixed-shapes.ts';
import { loadManifest } from '../../src/models/load-manifest.ts';
import { tinyModels } from '../helpers/tiny-models.ts';

const set = await loadManifest(tinyModels);
const shapes = fixedShapes({ set, detectorBatch: 4, embedderBatch: 16 });

describe('fixedShapes', () => {
  it('knows few canvases', () => {
    expect(shapes.canvases).toEqual([
      [128, 128],
      [128, 256],
      [256, 128],
    ]);
    expect(shapes).toMatchObject({ detectorBatch: 4, embedderBatch: 16 });
  });

  it('has a canvas, among those, that holds a frame of any size', () => {
    const { shortSide } = set.detector.clips;
    const { maxSide } = set.detector;
    for (const [width, height] of [
      [540, 960],
      [1, 4000],
      [800, 800],
      [1920, 1080],
    ] as const) {
      const size = detectorSize(width, height, { shortSide, maxSide });
      const canvas = shapes.canvasOf(size);
      expect(canvas[0]).toBeGreaterThanOrEqual(size[0]);
      expect(canvas[1]).toBeGreaterThanOrEqual(size[1]);
      expect(shapes.canvases).toContainEqual(canvas);
    }
  });
});
