import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CropSize } from '../../src/core/bucket.ts';
import { type FrameRange } from '../../src/core/defaults.ts';
import { frameCount } from '../../src/core/frame-selection.ts';
import { decodeClip } from '../../src/media/decode-clip.ts';
import { startFfmpeg } from '../../src/media/ffmpeg-process.ts';
import { type Ffmpeg } from '../../src/media/find-ffmpeg.ts';
import { measureCall } from '../harness/measure-call.ts';
import { type Cost } from '../harness/spread.ts';
import { type Rounds, runRounds } from '../harness/run-rounds.ts';

/** A way to encode a clip. */
export interface ClipKind {
  readonly size: CropSize;
  /** Frames from one key frame to the next. */
  readonly gop: number;
}

/** An ffmpeg that decodes. */
export interface Build {
  /** In a word. */
  readonly name: string;
  readonly ffmpeg: Ffmpeg;
}

/** Options of {@link runDecode}. */
export interface RunDecodeOptions {
  /** A clip that is encoded anew. */
  readonly source: string;
  /** Frames that it is cut to. */
  readonly length: number;
  readonly frames: FrameRange;
  readonly kinds: readonly ClipKind[];
  /** The first encodes too, and is what the others are compared with. */
  readonly builds: readonly Build[];
  /** Rounds that count: in each, every build decodes every clip once. */
  readonly runs: number;
  readonly say: (line: string) => void;
}

/** One build on one kind of clip, in a word. */
export function decodeKey({ size: [width, height], gop }: ClipKind, build: string): string {
  return `${width}x${height} ${gop} ${build}`;
}

/** What came of {@link runDecode}. */
export interface DecodeRuns extends Rounds<string, Cost> {
  /** The digest of all pixels, by {@link decodeKey}. */
  readonly digests: ReadonlyMap<string, string>;
}

/** Encodes the clips, lets each build decode each once to see what it gives, and then in rounds to see how long it takes. */
export async function runDecode(options: RunDecodeOptions): Promise<DecodeRuns> {
  const { source, length, frames, kinds, builds, runs, say } = options;
  const folder = await mkdtemp(join(tmpdir(), 'vitrine-decode-'));
  try {
    const digests = new Map<string, string>();
    const each: Record<string, () => Promise<Cost>> = {};
    for (const kind of kinds) {
      const path = await encodeClip(folder, { source, length, kind, ffmpeg: builds[0]!.ffmpeg });
      for (const { name, ffmpeg } of builds) {
        const key = decodeKey(kind, name);
        digests.set(key, await digestOf(path, { ffmpeg, frames }));
        each[key] = () => measureCall(() => decode(path, { ffmpeg, frames }));
      }
      say(`made ${kind.size.join('x')} with a key frame every ${kind.gop}`);
    }
    const onRound = (_: unknown, number: number): void => say(number === 0 ? 'warmed up' : `round ${number}/${runs}`);
    return { ...(await runRounds({ each, runs, onRound })), digests };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Options of {@link encodeClip}. */
export interface EncodeClipOptions {
  readonly source: string;
  readonly length: number;
  readonly kind: ClipKind;
  readonly ffmpeg: Ffmpeg;
}

/**
 * Writes a clip into a folder and gives its path. As `vitrine synth` encodes, but for the distance of key frames: one thread, no times of day, so the
 * same bytes from the same ffmpeg.
 */
export async function encodeClip(folder: string, options: EncodeClipOptions): Promise<string> {
  const { source, length, kind, ffmpeg } = options;
  const { size, gop } = kind;
  const path = join(folder, `${decodeKey(kind, 'clip')}.mp4`);
  const codec = ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '26', '-pix_fmt', 'yuv420p', '-threads', '1'];
  const keys = ['-g', `${gop}`, '-keyint_min', `${gop}`, '-sc_threshold', '0'];
  const plain = ['-an', '-map_metadata', '-1', '-fflags', '+bitexact', '-flags:v', '+bitexact', '-f', 'mp4'];
  const { done } = startFfmpeg(ffmpeg, {
    inputArgs: ['-threads', '1'],
    input: source,
    outputArgs: ['-y', '-vf', `scale=${size.join(':')}`, '-frames:v', `${length}`, ...codec, ...keys, ...plain],
    output: path,
  });
  const { code, stderr } = await done;
  if (code !== 0) throw new Error(`ffmpeg ended with ${code} on ${source}: ${stderr.join('\n')}`);
  return path;
}

type DecodeOptions = Pick<Build, 'ffmpeg'> & { readonly frames: FrameRange };

async function decode(path: string, { ffmpeg, frames }: DecodeOptions): Promise<void> {
  let count = 0;
  for await (const { image } of decodeClip(path, { ffmpeg, frames })) count += Math.sign(image.data.length);
  if (count !== frameCount(frames)) throw new Error(`Expected ${frameCount(frames)} frames of ${path}, got ${count}`);
}

async function digestOf(path: string, { ffmpeg, frames }: DecodeOptions): Promise<string> {
  const hash = createHash('sha256');
  for await (const { index, image } of decodeClip(path, { ffmpeg, frames })) hash.update(`${index}`).update(image.data);
  return hash.digest('hex');
}
