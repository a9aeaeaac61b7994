import { type FrameSelection, frameTest } from '../../core/frame-selection.ts';

/** What must be known of a coded picture to say whether it is needed. */
export interface CodedPicture {
  /** Place among the decoded frames, from 0. */
  readonly index: number;
  /** Whether other pictures may refer to it. */
  readonly isReference: boolean;
  /** Whether none after it refers to any before it. */
  readonly isStart: boolean;
}

/**
 * Says which pictures, given as they are decoded, a decoder needs to show the wanted frames: those themselves, and every reference picture
 * that is decoded before one of them and after the last picture that others can start with. If there is any, the first picture is needed too: what a clip says of
 * itself in its stream stands beside that one.
 */
export function neededPictures(pictures: readonly CodedPicture[], frames: FrameSelection): readonly boolean[] {
  const isWantedAt = frameTest(frames);
  const needed: boolean[] = [];
  let isWantedLater = false;
  for (let place = pictures.length - 1; place >= 0; place -= 1) {
    const { index, isReference, isStart } = pictures[place]!;
    const isWanted = isWantedAt(index);
    isWantedLater ||= isWanted;
    needed[place] = isWanted || (isWantedLater && isReference);
    if (isStart) isWantedLater = false;
  }
  if (needed.includes(true)) needed[0] = true;
  return needed;
}
