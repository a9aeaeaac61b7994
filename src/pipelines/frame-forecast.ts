import { type FrameSource } from '../core/frame-source.ts';
import { type Owner } from '../core/frame.ts';
import { type StoredSource } from './box-graph.ts';

/** What is known of the pictures of items, or of clips. */
interface Kind {
  /** Inputs to come. */
  left: number;
  /** Frames that all inputs are asked for, what counts until one is dealt with. */
  asked: number;
  /** Inputs that are dealt with. */
  finished: number;
  /** Frames that these gave. */
  given: number;
}

/**
 * Foretells how many frames a run will have looked at, since a clip is as much work as many pictures. An input to come counts as much as those of its kind
 * on the average gave that are dealt with, and before there are any as much as it is asked for.
 *
 * @returns takes a source that is dealt with, and returns the forecast: a number, at least that of the frames so far, which it is in the end.
 */
export function frameForecast(sources: readonly FrameSource[]): (stored?: StoredSource) => number {
  const kinds: Record<Owner['side'], Kind> = {
    query: { left: 0, asked: 0, finished: 0, given: 0 },
    gallery: { left: 0, asked: 0, finished: 0, given: 0 },
  };
  for (const { owner, inputs } of sources) {
    const kind = kinds[owner.side];
    kind.left += inputs.length;
    kind.asked += inputs.reduce((sum, { wanted }) => sum + wanted, 0);
  }
  return (stored) => {
    if (stored) {
      const { owner, frames, outcomes } = stored;
      const kind = kinds[owner.side];
      kind.left -= outcomes.length;
      kind.finished += outcomes.length;
      kind.given += frames;
    }
    return foreseen(kinds.query) + foreseen(kinds.gallery);
  };
}

function foreseen({ left, asked, finished, given }: Kind): number {
  return finished === 0 ? asked : Math.round(given + (left * given) / finished);
}
