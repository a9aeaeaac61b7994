import pLimit from 'p-limit';
import { type Owner } from '../core/frame.ts';
import { type FrameInput } from '../core/frame-source.ts';
import { type RgbImage } from '../core/rgb-image.ts';
import { type WatchWork } from '../core/work.ts';
import { type Door } from '../flow/pull.ts';
import { decodePicture } from '../media/decode-picture.ts';
import { type Decode, type DecodedFrame } from '../operators/sample-frames.ts';
import { decoderRows } from './decoder-rows.ts';
import { type PendingWork } from './pending-work.ts';
import { untilEnded } from './until-ended.ts';

/** Options of {@link pictureDecoder}. */
export interface PictureDecoderOptions {
  /** Picture files that are open at once, over all items: an integer, at least 1. */
  readonly openPictures: number;
  /** Gets everything that is started, so that the run can wait until it has ended. */
  readonly pending: PendingWork;
  /** Told when a picture is decoded and when that waits for credit. */
  readonly watch?: WatchWork | undefined;
}

/** Reads the pictures of items. Needs no ffmpeg. */
export function pictureDecoder({ openPictures, pending, watch }: PictureDecoderOptions): Decode {
  const opened = pLimit(openPictures);
  const rows = watch && decoderRows('picture', watch);

  async function decode({ id }: Owner, { name, path }: FrameInput, { reserve, signal }: Door): Promise<RgbImage> {
    using row = rows?.({ input: `${id}/${name}` });
    const image = await decodePicture(path, { signal, reserve: row?.wait(reserve) ?? reserve });
    row?.frame();
    return image;
  }
  async function* pictureFrame(owner: Owner, input: FrameInput, door: Door): AsyncGenerator<DecodedFrame> {
    yield { name: input.name, image: await opened(() => decode(owner, input, door)) };
  }
  return (owner, input, door) => untilEnded(pictureFrame(owner, input, door), pending);
}
