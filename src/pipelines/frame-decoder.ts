import { type FrameRange } from '../core/defaults.ts';
import { PipelineError } from '../core/errors.ts';
import { type Owner } from '../core/frame.ts';
import { type FrameInput } from '../core/frame-source.ts';
import { type Door } from '../flow/pull.ts';
import { decodeClip } from '../media/decode-clip.ts';
import { type Ffmpeg } from '../media/find-ffmpeg.ts';
import { type PixelPool } from '../media/pixel-pool.ts';
import { type StartClip } from '../media/start-clip.ts';
import { type Decode, type DecodedFrame } from '../operators/sample-frames.ts';
import { decoderRows } from './decoder-rows.ts';
import { type PendingWork } from './pending-work.ts';
import { pictureDecoder, type PictureDecoderOptions } from './picture-decoder.ts';
import { untilEnded } from './until-ended.ts';

/** Options of {@link frameDecoder}. */
export interface FrameDecoderOptions extends PictureDecoderOptions {
  readonly ffmpeg: Ffmpeg;
  /** Starts it. @defaultValue a child of this process */
  readonly start?: StartClip;
  /** Frames of a clip that are looked at, unless its input says which. */
  readonly frames: FrameRange;
  /** Gets every ffmpeg that is started, so that the run can wait until it has ended. */
  readonly pending: PendingWork;
  /** Where the memory of a clip's frames comes from: only for a caller who does not look at a frame once its lease is given back. */
  readonly pool?: PixelPool;
}

/** Reads pictures through sharp and clips through ffmpeg. A damaged clip throws after the frames that can be read. */
export function frameDecoder({
  ffmpeg,
  start,
  frames,
  openPictures,
  pending,
  pool,
  watch,
}: FrameDecoderOptions): Decode {
  const pictures = pictureDecoder({ openPictures, pending, watch });
  const rows = watch && decoderRows('decoder', watch);

  async function* clipFrames({ id }: Owner, input: FrameInput, door: Door): AsyncGenerator<DecodedFrame> {
    const { path } = input;
    using row = rows?.({ input: id });
    const { signal } = door;
    const reserve = row?.wait(door.reserve) ?? door.reserve;
    let damage: string | undefined;
    const onDamage = (reason: string): void => {
      damage = reason;
    };
    const selection = input.frames ?? frames;
    const options = { ffmpeg, start, frames: selection, pool, reserve, signal, onDamage };
    for await (const { index, image, pixels } of decodeClip(path, options)) {
      row?.frame();
      yield { name: String(index), image, pixels };
    }
    if (damage === undefined) return;
    throw new PipelineError('clip-unreadable', `The clip ${path} is damaged: ${damage}`, { path });
  }

  return (owner, input, door) =>
    owner.side === 'query' ? pictures(owner, input, door) : untilEnded(clipFrames(owner, input, door), pending);
}
