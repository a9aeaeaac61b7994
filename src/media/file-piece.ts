import { type FileHandle, open } from 'node:fs/promises';

/** A piece of a file: the bytes from one place up to before another. */
export interface FilePiece {
  readonly from: number;
  readonly to: number;
}

/** Bytes, and pieces of a file that come after them; each ends where the next one begins, or before. */
export interface PieceFile {
  readonly head: Uint8Array;
  readonly pieces: readonly FilePiece[];
}

/** What is read at once, with what lies between the pieces: much more than a pipe takes, since asking costs more than the bytes do. */
const chunkBytes = 256 * 1024;

/**
 * Reads pieces of a file one after the other, each chunk when it is asked for.
 *
 * @throws RangeError where the file ends before they do.
 */
export async function* readPieces(path: string, { head, pieces }: PieceFile): AsyncGenerator<Uint8Array, undefined> {
  yield head;
  await using file = await open(path);
  for (const group of groupsOf(pieces)) {
    const [from, to] = [group[0]!.from, group.at(-1)!.to];
    const bytes = await readFully(file, from, to - from);
    let length = 0;
    for (const piece of group) {
      bytes.copyWithin(length, piece.from - from, piece.to - from);
      length += piece.to - piece.from;
    }
    yield bytes.subarray(0, length);
  }
}

/** Pieces that are read at once. */
function* groupsOf(pieces: readonly FilePiece[]): Generator<readonly FilePiece[], undefined> {
  let group: FilePiece[] = [];
  for (const piece of pieces.flatMap(cut)) {
    if (group.length > 0 && piece.to - group[0]!.from > chunkBytes) {
      yield group;
      group = [];
    }
    group.push(piece);
  }
  if (group.length > 0) yield group;
}

/** A piece in parts that can be read at once. */
function cut({ from, to }: FilePiece): readonly FilePiece[] {
  return Array.from({ length: Math.ceil((to - from) / chunkBytes) }, (_, part) => ({
    from: from + part * chunkBytes,
    to: Math.min(to, from + (part + 1) * chunkBytes),
  }));
}

async function readFully(file: FileHandle, from: number, count: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(count);
  for (let length = 0; length < count; ) {
    const { bytesRead } = await file.read(bytes, length, count - length, from + length);
    if (bytesRead === 0) throw new RangeError('it became shorter while it was read');
    length += bytesRead;
  }
  return bytes;
}
