import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type GarmentAnnotation } from '../../src/core/annotation.ts';
import { type Box } from '../../src/core/box.ts';
import { writeClipAnnotations, writePictureAnnotations } from '../../src/io/write-annotations.ts';
import { findFfmpeg } from '../../src/media/find-ffmpeg.ts';
import { openClipWriter } from '../../src/media/open-clip-writer.ts';
import { writePicture } from '../../src/media/write-picture.ts';
import { picture, type Patch } from './tiny-models.ts';

const size = [64, 96] as const;
const red: Patch['color'] = [220, 30, 30];

/** A garment at a place, of an instance. */
export function marked(instanceId: number, box: Box, label = '短裙'): GarmentAnnotation {
  return { label, viewpoint: 0, display: 0, instanceId, box };
}

/** Pictures and clips of a shop: ids and names, with what is marked. */
export interface ShopContent {
  /** Item id, then picture file name, then its garments. */
  readonly items?: Readonly<Record<string, Readonly<Record<string, readonly GarmentAnnotation[]>>>>;
  /** Clip id: how many frames it has, and the garments of those that are annotated. */
  readonly clips?: Readonly<Record<string, AnnotatedClip>>;
}

/** A clip of {@link ShopContent}. */
export interface AnnotatedClip {
  readonly frames: number;
  readonly marks: Readonly<Record<number, readonly GarmentAnnotation[]>>;
  /** As `video_frames/<clip>/<frame>.jpg` in place of a clip. */
  readonly isStills?: boolean;
}

/** Writes pictures and clips of 64x96 with a red patch in each marked box, and their annotations. */
export async function writeAnnotatedShop(root: string, { items = {}, clips = {} }: ShopContent): Promise<void> {
  for (const [itemId, pictures] of Object.entries(items)) {
    for (const [imgName, annotations] of Object.entries(pictures)) {
      const path = join(root, 'image', itemId, imgName);
      await mkdir(dirname(path), { recursive: true });
      await writePicture(path, drawn(annotations));
      await writePictureAnnotations(root, { itemId, imgName, annotations });
    }
  }
  for (const [videoId, clip] of Object.entries(clips)) {
    await (clip.isStills === true ? writeStills(root, videoId, clip) : writeFilm(root, videoId, clip));
    const frames = Object.entries(clip.marks).map(([index, annotations]) => ({
      frameIndex: Number(index),
      annotations,
    }));
    await writeClipAnnotations(root, { videoId, frames });
  }
}

async function writeFilm(root: string, videoId: string, { frames, marks }: AnnotatedClip): Promise<void> {
  const path = join(root, 'video', `${videoId}.mp4`);
  await mkdir(dirname(path), { recursive: true });
  const [width, height] = size;
  const writer = await openClipWriter(path, { ffmpeg: await findFfmpeg(), width, height, fps: 25, crf: 5 });
  for (let index = 0; index < frames; index += 1) await writer.write(drawn(marks[index] ?? []));
  await writer.close();
}

async function writeStills(root: string, videoId: string, { marks }: AnnotatedClip): Promise<void> {
  await mkdir(join(root, 'video_frames', videoId), { recursive: true });
  for (const [index, annotations] of Object.entries(marks)) {
    await writePicture(join(root, 'video_frames', videoId, `${index}.jpg`), drawn(annotations));
  }
}

function drawn(annotations: readonly GarmentAnnotation[]): ReturnType<typeof picture> {
  const inside = ([x1, y1, x2, y2]: Box): Box => [Math.max(0, x1), Math.max(0, y1), Math.min(64, x2), Math.min(96, y2)];
  return picture(
    size,
    annotations.map(({ box }) => ({ box: inside(box), color: red })),
  );
}
