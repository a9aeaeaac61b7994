// Decodes clips one after the other as `match` does, for `--compare` of the scenario `decode`; prints a checksum of the pixels of each.
//   node dist/bench/programs/decode-clips.js <first:last:step> <clip>...
import { basename } from 'node:path';
import { crc32 } from 'node:zlib';
import { parseFrames } from '../../src/cli/options/parse-frames.ts';
import { decodeClip } from '../../src/media/decode-clip.ts';
import { findFfmpeg } from '../../src/media/find-ffmpeg.ts';

const [framesText = '', ...paths] = process.argv.slice(2);
const frames = parseFrames('frames', framesText);
const ffmpeg = await findFfmpeg();

const checksums: Record<string, number> = {};
for (const path of paths) {
  let checksum = 0;
  for await (const { image } of decodeClip(path, { ffmpeg, frames })) checksum = crc32(image.data, checksum);
  checksums[basename(path)] = checksum;
}
process.stdout.write(JSON.stringify(checksums));
