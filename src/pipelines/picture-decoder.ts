import pLimit from 'p-limit';
import { type FrameInput } from '../core/frame-source.ts';
import { type Door } from '../flow/pull.ts';
import { decodePicture } from '../media/decode-picture.ts';
import { type Decode, type DecodedFrame } from '../operators/sample-frames.ts';
import { type PendingWork } from './pending-work.ts';
import { untilEnded } from './until-ended.ts';

/** Options of {@link pictureDecoder}. */
export interface PictureDecoderOptions {
  /** Picture files that are open at once, over all items: an integer, at least 1. */
  readonly openPictures: number;
  /** Gets everything that is started, so that the run can wait until it has ended. */
  readonly pending: PendingWork;
}

/** Reads the pictures of items. Needs no ffmpeg. */
export function pictureDecoder({ openPictures, pending }: PictureDecoderOptions): Decode {
  const opened = pLimit(openPictures);

  async function* pictureFrame({ name, path }: FrameInput, door: Door): AsyncGenerator<DecodedFrame> {
    yield { name, image: await opened(() => decodePicture(path, door)) };
  }
  return (_owner, input, door) => untilEnded(pictureFrame(input, door), pending);
}
