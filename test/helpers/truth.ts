import { type FrameAnnotations, type GarmentAnnotation, type Truth } from '../../src/core/annotation.ts';
import { type Box } from '../../src/core/box.ts';

/** A garment of an instance at a place. */
export function garment(instanceId: number, box: Box = [0, 0, 10, 10]): GarmentAnnotation {
  return { label: '长裤', viewpoint: 0, display: 1, instanceId, box };
}

/** Truth from plain objects: item id, picture name, garments; clip id, frame index, garments. */
export function truthOf(
  items: Readonly<Record<string, Readonly<Record<string, readonly GarmentAnnotation[]>>>>,
  clips: Readonly<Record<string, Readonly<Record<number, readonly GarmentAnnotation[]>>>>,
): Truth {
  const framesOf = (frames: Readonly<Record<number, readonly GarmentAnnotation[]>>): readonly FrameAnnotations[] =>
    Object.entries(frames).map(([index, annotations]) => ({ frameIndex: Number(index), annotations }));
  return {
    items: new Map(Object.entries(items).map(([id, pictures]) => [id, new Map(Object.entries(pictures))])),
    clips: new Map(Object.entries(clips).map(([id, frames]) => [id, framesOf(frames)])),
  };
}
