import { type BoxFeature, matchBoxes, type Owner } from 'vitrine';

/** A box with a feature that you have from elsewhere; features are unit vectors of one length. */
function box(owner: Owner, frame: string, feature: readonly number[]): BoxFeature {
  const norm = Math.hypot(...feature);
  return {
    owner,
    frame,
    boxIndex: 0,
    box: [10, 20, 110, 220],
    score: 0.97,
    feature: Float32Array.from(feature, (value) => value / norm),
  };
}

const items = [
  box({ side: 'query', id: 'red dress' }, '0', [1, 0.1, 0]),
  box({ side: 'query', id: 'red dress' }, '1', [1, 0.2, 0]),
  box({ side: 'query', id: 'blue jeans' }, '0', [0, 0.1, 1]),
];
const clips = [
  box({ side: 'gallery', id: 'monday' }, '80', [0.9, 0.1, 0.1]),
  box({ side: 'gallery', id: 'tuesday' }, '100', [0, 0.2, 1]),
];

const matches = await matchBoxes({ queries: items, gallery: clips, options: { maxDistance: 0.5 } });
for (const { videoId, frameIndex, itemId, imgName, distance } of matches) {
  console.log(`${videoId}, frame ${frameIndex}: ${itemId}, picture ${imgName} (distance ${distance.toFixed(3)})`);
}
