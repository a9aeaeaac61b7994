import { execFile } from 'node:child_process';
import { type RgbImage } from '../../src/core/rgb-image.ts';
import { startFfmpeg } from '../../src/media/ffmpeg-process.ts';
import { type Ffmpeg } from '../../src/media/find-ffmpeg.ts';
import { PpmParser } from '../../src/media/ppm-parser.ts';

/** Frames a second of a clip, as ffmpeg tells it. */
export async function frameRateOf(ffmpeg: Ffmpeg, path: string): Promise<number> {
  // Without an output ffmpeg always ends with an error, after it has told about its input.
  const said = await new Promise<string>((resolve) => {
    execFile(ffmpeg.path, ['-hide_banner', '-nostdin', '-i', path], (_error, _stdout, stderr) => resolve(stderr));
  });
  const rate = Number(/Video:.* ([\d.]+) fps/u.exec(said)?.[1]);
  if (rate > 0) return rate;
  throw new Error(`ffmpeg does not tell the frame rate of ${path}: ${said.slice(-500)}`);
}

/** One frame of a clip of constant rate: ffmpeg goes to the key frame before it and decodes from there. Undefined when the clip is shorter. */
export async function seekFrame(
  ffmpeg: Ffmpeg,
  path: string,
  { index, rate }: { readonly index: number; readonly rate: number },
): Promise<RgbImage | undefined> {
  const time = Math.max(0, (index - 0.5) / rate).toFixed(6);
  const outputArgs = ['-nostdin', '-map', '0:V:0', '-frames:v', '1', '-threads', '1'];
  const child = startFfmpeg(ffmpeg, {
    inputArgs: ['-threads', '1', '-ss', time],
    input: path,
    outputArgs: [...outputArgs, '-f', 'image2pipe', '-c:v', 'ppm', '-pix_fmt', 'rgb24'],
  });
  const parser = new PpmParser();
  let image: RgbImage | undefined;
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    for (const event of parser.push(chunk)) if (event.kind === 'frame') image = event.image;
  }
  await child.done;
  return image;
}
