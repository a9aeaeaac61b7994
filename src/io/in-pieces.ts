/** Characters in a piece: enough that a file of short lines is not written line by line. */
const pieceLength = 64 * 1024;

/** The same text in fewer, larger pieces. Holds one piece. */
export async function* inPieces(parts: AsyncIterable<string>): AsyncGenerator<string> {
  let piece = '';
  for await (const part of parts) {
    piece += part;
    if (piece.length < pieceLength) continue;
    yield piece;
    piece = '';
  }
  yield piece;
}
