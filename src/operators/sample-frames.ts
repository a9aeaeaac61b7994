import { catchError, defer, EMPTY, finalize, from, map, mergeMap, type Observable, tap } from 'rxjs';
import { messageOf, PipelineError } from '../core/errors.ts';
import { type Frame, type Owner } from '../core/frame.ts';
import { type FrameInput, type FrameSource, type InputOutcome } from '../core/frame-source.ts';
import { type RgbImage } from '../core/rgb-image.ts';
import { type Credits } from '../flow/credits.ts';
import { type Leased } from '../flow/leased.ts';
import { type Door, pull } from '../flow/pull.ts';
import { type StageMeter } from '../flow/stage-meter.ts';

/** One decoded frame, before it is known whose it is. */
export interface DecodedFrame {
  /** As in {@link Frame.name}. */
  readonly name: string;
  readonly image: RgbImage;
  /** The memory of `image`, where it can be used again: disposed when the frame's lease is. */
  readonly pixels?: Disposable;
}

/**
 * Decodes one input frame by frame, with `reserve` called for the bytes of each. An input that cannot be read throws a
 * {@link PipelineError}; one that is damaged does so after the frames that could be read.
 */
export type Decode = (owner: Owner, input: FrameInput, door: Door) => AsyncIterable<DecodedFrame>;

/** Options of {@link sampleFrames}. */
export interface SampleFramesOptions {
  readonly decode: Decode;
  /** Bytes of pixels that may be in flight. */
  readonly bytes: Credits;
  /** Sources that may be decoded at once. */
  readonly decoders: Credits;
  /** Told what became of each input, after its last frame. */
  readonly onInput: (outcome: InputOutcome) => void;
  readonly meter?: StageMeter | undefined;
}

/**
 * Decodes the inputs of a source, as many side by side as `decode` lets in, when it is the source's turn for a decoder.
 *
 * Emits each frame with the credit for its pixels, and with their memory, which may belong to another frame once that is disposed; those of one input in order. An input that cannot be read ends that input
 * and nothing else: its reason goes to `onInput`. Any other error, such as a missing ffmpeg, is an error. Holds one frame an input, drops nothing.
 *
 * @example sampleFrames(source, { decode, bytes, decoders, onInput }).pipe(leased(journey));
 */
export function sampleFrames(source: FrameSource, options: SampleFramesOptions): Observable<Leased<Frame>> {
  const { decoders, meter } = options;
  return decoders.take(1).pipe(
    mergeMap((decoder) => {
      const endWork = meter?.work();
      return from(source.inputs).pipe(
        mergeMap((input) => sampleInput(source, input, options)),
        finalize(() => {
          endWork?.();
          decoder[Symbol.dispose]();
        }),
      );
    }),
  );
}

function sampleInput(
  { owner }: FrameSource,
  input: FrameInput,
  { decode, bytes, onInput, meter }: SampleFramesOptions,
): Observable<Leased<Frame>> {
  return defer(() => {
    let frames = 0;
    const account = (fault?: PipelineError): void => onInput({ owner, ...outcomeOf(input, frames, fault) });
    return pull({ open: (door) => decode(owner, input, door), credits: bytes, meter }).pipe(
      tap({
        next: () => {
          frames += 1;
        },
        complete: () => account(),
      }),
      map(({ value: { pixels, ...value }, lease }) => ({ value: { owner, ...value }, lease: joined(pixels, lease) })),
      catchError((error: unknown) => {
        if (!isUnreadable(error)) throw error;
        account(error);
        return EMPTY;
      }),
    );
  });
}

/** Gives the memory back before its credit, which brings the next frame. */
function joined(pixels: Disposable | undefined, lease: Disposable): Disposable {
  if (!pixels) return lease;
  return {
    [Symbol.dispose]: () => {
      pixels[Symbol.dispose]();
      lease[Symbol.dispose]();
    },
  };
}

function outcomeOf(
  { path, wanted }: FrameInput,
  frames: number,
  fault: PipelineError | undefined,
): Omit<InputOutcome, 'owner'> {
  const missing = Math.max(0, wanted - frames);
  const facts = { path, frames, missing };
  if (fault) {
    const told = { ...facts, reason: messageOf(fault) };
    if (frames === 0) return { ...told, status: 'failed', isBroken: true };
    return { ...told, status: 'done', ...(missing > 0 && { isBroken: true }) };
  }
  if (missing === 0) return { ...facts, status: 'done' };
  const reason =
    frames > 0
      ? `It ends after ${frames} of the ${wanted} frames that are wanted`
      : `It ends before the first of the ${wanted} frames that are wanted`;
  return { ...facts, status: frames > 0 ? 'done' : 'skipped', reason };
}

function isUnreadable(error: unknown): error is PipelineError {
  if (!(error instanceof PipelineError)) return false;
  return error.code === 'clip-unreadable' || error.code === 'picture-unreadable' || error.code === 'file-unreadable';
}
