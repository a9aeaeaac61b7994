import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FilePiece, readPieces } from '../../src/media/file-piece.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const bytes = Uint8Array.from({ length: 1_500_000 }, (_, at) => (at * 2_654_435_761) >>> 24);
const head = Uint8Array.of(7, 8, 9);

async function read(path: string, pieces: readonly FilePiece[]): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of readPieces(path, { head, pieces })) chunks.push(chunk);
  return Buffer.concat(chunks);
}
const wanted = (pieces: readonly FilePiece[]): Buffer =>
  Buffer.concat([head, ...pieces.map(({ from, to }) => bytes.subarray(from, to))]);

describe('readPieces', () => {
  it('gives the head and then each piece, whatever lies between them', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'pieces');
    await writeFile(path, bytes);
    const places = fc.uniqueArray(fc.oneof(fc.nat(3000), fc.nat(bytes.length)), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(places, async (found) => {
        const sorted = found.toSorted((a, b) => a - b);
        const pieces = sorted.flatMap((from, at) =>
          at % 2 === 0 && sorted[at + 1] ? [{ from, to: sorted[at + 1]! }] : [],
        );
        expect((await read(path, pieces)).equals(wanted(pieces))).toBe(true);
      }),
    );
  });

  it('fails where the file ends before a piece', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'short');
    await writeFile(path, bytes.subarray(0, 1000));
    await expect(
      read(path, [
        { from: 0, to: 10 },
        { from: 900, to: 1001 },
      ]),
    ).rejects.toThrow('became shorter');
    expect(
      await read(path, [
        { from: 0, to: 10 },
        { from: 900, to: 1000 },
      ]),
    ).toHaveLength(3 + 10 + 100);
  });

  it('fails where there is no file', async () => {
    await using folder = await temporaryFolder();
    await expect(read(join(folder.path, 'absent'), [])).rejects.toThrow('ENOENT');
  });
});
