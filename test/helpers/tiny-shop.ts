import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type GarmentAnnotation } from '../../src/core/annotation.ts';
import { writeClipAnnotations, writePictureAnnotations } from '../../src/io/write-annotations.ts';
import { findFfmpeg } from '../../src/media/find-ffmpeg.ts';
import { openClipWriter } from '../../src/media/open-clip-writer.ts';
import { writePicture } from '../../src/media/write-picture.ts';
import { picture, type Patch } from './tiny-models.ts';

const red: Patch['color'] = [255, 0, 0];
const blue: Patch['color'] = [0, 0, 255];
const size = [64, 96] as const;
const frames = 3;

/**
 * Writes a shop that the tiny models understand: items `001` (red) and `002` (blue) with a picture each, clips `v1` (blue) and `v2`
 * (red) of 3 frames, and the truth of both.
 */
export async function writeTinyShop(root: string): Promise<void> {
  const ffmpeg = await findFfmpeg();
  await mkdir(join(root, 'video'), { recursive: true });
  for (const { itemId, videoId, color } of [
    { itemId: '001', videoId: 'v2', color: red },
    { itemId: '002', videoId: 'v1', color: blue },
  ]) {
    const annotation = (patch: Patch): GarmentAnnotation => ({
      label: '短裙',
      viewpoint: 0,
      display: 0,
      instanceId: Number(`200${itemId}01`),
      box: patch.box,
    });
    const still: Patch = { box: [8, 16, 48, 80], color };
    await mkdir(join(root, 'image', itemId), { recursive: true });
    await writePicture(join(root, 'image', itemId, '0.png'), picture(size, [still]));
    await writePictureAnnotations(root, { itemId, imgName: '0.png', annotations: [annotation(still)] });

    const moving = Array.from(
      { length: frames },
      (_, index): Patch => ({ box: [8 + 2 * index, 20, 48 + 2 * index, 84], color }),
    );
    const clip = await openClipWriter(join(root, 'video', `${videoId}.mp4`), {
      ffmpeg,
      width: size[0],
      height: size[1],
      fps: 25,
      crf: 5,
    });
    for (const patch of moving) await clip.write(picture(size, [patch]));
    await clip.close();
    await writeClipAnnotations(root, {
      videoId,
      frames: moving.map((patch, frameIndex) => ({ frameIndex, annotations: [annotation(patch)] })),
    });
  }
}
