import pLimit from 'p-limit';
import { type BoxFeature } from '../core/box-feature.ts';
import { type FrameSource } from '../core/frame-source.ts';
import { type Owner } from '../core/frame.ts';
import { type IndexedPicture } from '../io/item-index-format.ts';
import { markPicture } from '../io/mark-picture.ts';
import { type ItemIndex } from '../io/open-item-index.ts';
import { writeItemIndex } from '../io/write-item-index.ts';
import { type Decode } from '../operators/sample-frames.ts';
import { createTurns } from './turns.ts';

/** Most pictures that are marked at once: all of an item begin together. */
const marksAtOnce = 16;

/** What became of the items that went in. */
export interface SinkCounts {
  readonly added: number;
  readonly replaced: number;
  /** Had no picture that can be read. */
  readonly failed: number;
}

/** Takes items into an index, in the order of the sources. Disposing it writes what is whole; nothing may be written at that time. */
export interface ItemSink extends AsyncDisposable {
  readonly counts: SinkCounts;
  /** The same decoder; remembers which pictures could be read. */
  watch(decode: Decode): Decode;
  /** Resolves when the item is gathered, which is after all items before it are. An item without a picture that could be read changes nothing. */
  write(owner: Owner, boxes: readonly BoxFeature[]): Promise<void>;
}

/** Opens a sink for the items of `sources`. Holds the boxes of what has come too early, and those of one shard. */
export function createItemSink(index: ItemIndex, sources: readonly FrameSource[]): ItemSink {
  const writer = writeItemIndex(index);
  const turns = createTurns(sources.map(({ owner }) => owner.id));
  const inputs = new Map(sources.map((source) => [source.owner.id, source.inputs]));
  const marks = new Map<string, IndexedPicture>();
  const marking = pLimit(marksAtOnce);
  const counts = { added: 0, replaced: 0, failed: 0 };
  let putting = Promise.resolve();

  const picturesOf = (id: string): readonly IndexedPicture[] =>
    (inputs.get(id) ?? []).flatMap(({ path }) => {
      const mark = marks.get(path);
      marks.delete(path);
      return mark ?? [];
    });

  return {
    counts,
    watch: (decode) =>
      async function* (owner, input, door) {
        // Before it is decoded, so that a file that changes meanwhile is another one next time.
        const mark = await marking(() => markPicture(input));
        yield* decode(owner, input, door);
        marks.set(input.path, mark);
      },
    write: ({ id }, boxes) =>
      turns.take(id, async () => {
        const pictures = picturesOf(id);
        if (pictures.length === 0) counts.failed += 1;
        else if (index.items.has(id)) counts.replaced += 1;
        else counts.added += 1;
        if (pictures.length > 0) await (putting = writer.put({ id, pictures }, boxes));
      }),
    async [Symbol.asyncDispose]() {
      turns[Symbol.dispose]();
      await putting.catch(() => undefined); // It has been told to who waits for it.
      await writer.flush();
    },
  };
}
