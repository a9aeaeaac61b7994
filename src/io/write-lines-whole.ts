import { fillWhole } from './write-file-whole.ts';

/** Characters that are written at once: enough that a file of short lines is not written line by line. */
const blockLength = 64 * 1024;

/**
 * Writes a text that comes in parts, in their order, whole or not at all. Makes missing folders. Holds a block of 64 Ki characters.
 *
 * @throws PipelineError `file-unwritable`; what was at `path` before is then untouched. What `parts` throws comes out as it is.
 */
export async function writeLinesWhole(path: string, parts: AsyncIterable<string>): Promise<void> {
  let thrown: { readonly reason: unknown } | undefined;

  async function* watched(): AsyncGenerator<string> {
    try {
      yield* parts;
    } catch (reason) {
      thrown = { reason };
      throw reason;
    }
  }

  try {
    await fillWhole(path, async (file) => {
      let block = '';
      for await (const part of watched()) {
        block += part;
        if (block.length < blockLength) continue;
        await file.appendFile(block);
        block = '';
      }
      await file.appendFile(block);
    });
  } catch (error) {
    throw thrown ? thrown.reason : error;
  }
}
