import { type BoxFeature } from './box-feature.ts';
import { type Owner, ownerKey } from './frame.ts';
import { isUnitVector, normOf } from './unit-vector.ts';

/**
 * Throws a `TypeError` unless a box has an owner and a feature, is of `side`, its frame an index where that is a clip's, and its feature a unit vector, of `featureLength`
 * numbers where that is known.
 */
export function assertBoxFeature(
  box: BoxFeature,
  { side, featureLength }: { readonly side: Owner['side']; readonly featureLength: number | undefined },
): void {
  const { owner, frame, boxIndex, feature } = box;
  if (typeof owner !== 'object' || typeof feature !== 'object') {
    const keys = Object.keys(box).join(', ');
    throw new TypeError(`Expected boxes with \`owner\` and \`feature\`, as BoxFeature has them, got the keys ${keys}`);
  }
  const where = `${ownerKey(owner)}, frame ${frame}, box ${boxIndex}`;
  if (owner.side !== side) throw new TypeError(`Expected boxes of the ${side} side, got ${where}`);
  if (side === 'gallery' && !/^\d+$/.test(frame)) {
    throw new TypeError(`Expected \`frame\` to be the index of a decoded frame, got ${where}`);
  }
  if (featureLength !== undefined && feature.length !== featureLength) {
    throw new TypeError(`Expected features of ${featureLength} numbers, got ${feature.length} at ${where}`);
  }
  if (!isUnitVector(feature))
    throw new TypeError(`Expected features of norm 1, got norm ${normOf(feature)} at ${where}`);
}
