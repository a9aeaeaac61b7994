import { type DataProblem } from '../core/data-problem.ts';
import { PipelineError } from '../core/errors.ts';
import { type Decode, type DecodedFrame } from '../operators/sample-frames.ts';
import { type MarkedFrame } from './read-marks.ts';

/** Options of {@link stillsDecoder}. */
export interface StillsDecoderOptions {
  /** Decodes one picture. */
  readonly decode: Decode;
  /** Frames that are wanted, all of one clip. */
  readonly frames: readonly MarkedFrame[];
  /** Told of each picture that cannot be read. */
  readonly onProblem: (problem: DataProblem) => void;
}

/** Reads a clip that is a folder of its frames. A frame without a picture is passed over; so is one that cannot be read, unless none can. */
export function stillsDecoder({ decode, frames, onProblem }: StillsDecoderOptions): Decode {
  return async function* ({ id }, _clip, door): AsyncGenerator<DecodedFrame> {
    let isAnyRead = false;
    let fault: PipelineError | undefined;
    for (const { name, frameIndex, input } of frames) {
      const still = input.stills?.find((picture) => Number(picture.name) === frameIndex);
      if (!still) continue;
      try {
        yield* decode({ side: 'query', id }, { name, path: still.path, wanted: 1 }, door);
        isAnyRead = true;
      } catch (error) {
        if (!(error instanceof PipelineError) || error.code !== 'picture-unreadable') throw error;
        onProblem({ path: still.path, problem: error.message });
        fault = error;
      }
    }
    if (fault && !isAnyRead) throw fault;
  };
}
