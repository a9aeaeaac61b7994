import { type Crop } from '../core/crop.ts';
import { cropResample } from '../media/crop-resample.ts';
import { lendMemory } from '../models/memory-pool.ts';
import { type Cropper } from '../operators/crop-boxes.ts';

/** Crops whose memory is kept to be used again: more than are on their way to the embedders at once. */
const keptCrops = 128;

/** What makes crops, and what is told when one is done with. */
export interface ReusedCrops {
  readonly cropper: Cropper;
  readonly onEmbedded: (crop: Crop) => void;
}

/** {@link cropResample} into memory of crops that are embedded: new memory for each would be garbage that V8 lets lie for half a minute, 40 MB of it. */
export function reusedCrops(): ReusedCrops {
  const memory = lendMemory(keptCrops);
  return {
    cropper: (image, box, size) => cropResample(image, box, size, memory.take),
    onEmbedded: ({ image }) => memory.giveBack(image.data),
  };
}
