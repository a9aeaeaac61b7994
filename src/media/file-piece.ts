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

/** Reads pieces of a file one after the other, each chunk when it is asked for; ends early where the file does. */
export async function* readPieces(path: string, { head, pieces }: PieceFile): AsyncGenerator<Uint8Array, undefined> {
  yield head;
  await using file = await open(path);
  for (const group of groupsOf(pieces)) {
    const [from, to] = [group[0]!.from, group.at(-1)!.to];
    const bytes = await readFully(file, from, to - from);
    let length = 0;
    for (const piece of group) {
      bytes.copyWithin(length, piece.from - from, piece.to - from);
      length += Math.max(0, Math.min(piece.to - from, bytes.length) - (piece.from - from));
    }
    if (length > 0) yield bytes.subarray(0, length);
  }
}

/** Pieces that are read at once; long ones are cut. */
function* groupsOf(pieces: readonly FilePiece[]): Generator<readonly FilePiece[], undefined> {
  let group: FilePiece[] = [];
  for (const piece of pieces) {
    for (let { from } = piece; from < piece.to; ) {
      const start = group[0]?.from ?? from;
      const to = Math.min(piece.to, start + chunkBytes);
      if (to > from) group.push({ from, to });
      if (to < piece.to) {
        yield group;
        group = [];
      }
      from = Math.max(from, to);
    }
  }
  if (group.length > 0) yield group;
}

/** So many bytes, or those up to the end of the file. */
async function readFully(file: FileHandle, from: number, count: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(count);
  let length = 0;
  while (length < count) {
    const { bytesRead } = await file.read(bytes, length, count - length, from + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return bytes.subarray(0, length);
}
