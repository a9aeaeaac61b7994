import { join, parse } from 'node:path';
import { type ClipAnnotations, type GarmentAnnotation, type PictureAnnotations } from '../core/annotation.ts';
import { writeFileWhole } from './write-file-whole.ts';

/**
 * Writes `<root>/image_annotation/<item_id>/<n>.json` in the layout of SPEC 1.
 *
 * @throws PipelineError `file-unwritable`.
 */
export async function writePictureAnnotations(root: string, picture: PictureAnnotations): Promise<void> {
  const { itemId, imgName, annotations } = picture;
  const path = join(root, 'image_annotation', itemId, `${parse(imgName).name}.json`);
  await writeFileWhole(
    path,
    JSON.stringify({ img_name: imgName, item_id: itemId, annotations: annotations.map(plain) }),
  );
}

/**
 * Writes `<root>/video_annotation/<video_id>.json` in the layout of SPEC 1.
 *
 * @throws PipelineError `file-unwritable`.
 */
export async function writeClipAnnotations(root: string, clip: ClipAnnotations): Promise<void> {
  const frames = clip.frames.map(({ frameIndex, annotations }) => ({
    frame_index: frameIndex,
    annotations: annotations.map(plain),
  }));
  const path = join(root, 'video_annotation', `${clip.videoId}.json`);
  await writeFileWhole(path, JSON.stringify({ video_id: clip.videoId, frames }));
}

/**
 * Writes an item's title, one line, to `<root>/image_text/<item_id>.txt`.
 *
 * @throws PipelineError `file-unwritable`.
 */
export async function writeTitle(root: string, itemId: string, title: string): Promise<void> {
  await writeFileWhole(join(root, 'image_text', `${itemId}.txt`), `${title}\n`);
}

/**
 * Writes the host's words, one line, to `<root>/video_text/<video_id>.txt`.
 *
 * @throws PipelineError `file-unwritable`.
 */
export async function writeSpeech(root: string, videoId: string, words: string): Promise<void> {
  await writeFileWhole(join(root, 'video_text', `${videoId}.txt`), `${words}\n`);
}

function plain({ label, viewpoint, display, instanceId, box }: GarmentAnnotation): Record<string, unknown> {
  return { label, viewpoint, display, instance_id: instanceId, box };
}
