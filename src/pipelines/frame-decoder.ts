import pLimit from 'p-limit';
import { type FrameRange } from '../core/defaults.ts';
import { PipelineError } from '../core/errors.ts';
import { type FrameInput } from '../core/frame-source.ts';
import { type Door } from '../flow/pull.ts';
import { decodeClip } from '../media/decode-clip.ts';
import { decodePicture } from '../media/decode-picture.ts';
import { type Ffmpeg } from '../media/find-ffmpeg.ts';
import { type Decode, type DecodedFrame } from '../operators/sample-frames.ts';
import { type PendingWork } from './pending-work.ts';

/** Options of {@link frameDecoder}. */
export interface FrameDecoderOptions {
  readonly ffmpeg: Ffmpeg;
  /** Frames of a clip that are looked at, unless its input says which. */
  readonly frames: FrameRange;
  /** Picture files that are open at once, over all items: an integer, at least 1. */
  readonly openPictures: number;
  /** Gets every ffmpeg that is started, so that the run can wait until it has ended. */
  readonly pending: PendingWork;
}

/** Reads pictures through sharp and clips through ffmpeg. A damaged clip throws after the frames that can be read. */
export function frameDecoder({ ffmpeg, frames, openPictures, pending }: FrameDecoderOptions): Decode {
  const opened = pLimit(openPictures);

  async function* clipFrames(input: FrameInput, { reserve, signal }: Door): AsyncGenerator<DecodedFrame> {
    const { path } = input;
    let damage: string | undefined;
    const onDamage = (reason: string): void => {
      damage = reason;
    };
    const selection = input.frames ?? frames;
    for await (const { index, image } of decodeClip(path, { ffmpeg, frames: selection, reserve, signal, onDamage })) {
      yield { name: String(index), image };
    }
    if (damage === undefined) return;
    throw new PipelineError('clip-unreadable', `Cannot read all of the clip ${path}: ${damage}`, { path });
  }

  async function* pictureFrame({ name, path }: FrameInput, door: Door): AsyncGenerator<DecodedFrame> {
    yield { name, image: await opened(() => decodePicture(path, door)) };
  }

  return ({ side }, input, door) =>
    untilEnded(side === 'query' ? pictureFrame(input, door) : clipFrames(input, door), pending);
}

async function* untilEnded<T>(source: AsyncGenerator<T>, pending: PendingWork): AsyncGenerator<T> {
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  void pending.track(ended);
  try {
    yield* source;
  } finally {
    end();
  }
}
