import { spawn } from 'node:child_process';
import { type CutFrame } from '../../src/media/cut-frame.ts';
import { cutFrames, type CutFramesOptions } from '../../src/media/cut-frames.ts';
import { type Ffmpeg } from '../../src/media/find-ffmpeg.ts';

/** What ffmpeg writes to its standard output, having read `input` if there is one. */
export async function ffmpegOutput(ffmpeg: Ffmpeg, args: readonly string[], input?: Uint8Array): Promise<Uint8Array> {
  const child = spawn(ffmpeg.path, ['-v', 'error', ...args, 'pipe:1'], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.on('error', () => undefined); // It stops reading when it has its frames.
  child.stdin.end(input);
  const chunks: Buffer[] = [];
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) chunks.push(chunk);
  return new Uint8Array(Buffer.concat(chunks));
}

/** Gives bytes in pieces of the lengths given, over and over. */
export async function* inPieces(bytes: Uint8Array, lengths: readonly number[] = [65_536]): AsyncGenerator<Uint8Array> {
  for (let at = 0, i = 0; at < bytes.length; i += 1) {
    const length = lengths[i % lengths.length] ?? 1;
    yield bytes.subarray(at, at + length);
    at += length;
  }
}

/** Frames of a stream that is there as a whole, and what was said beside them. */
export async function cutAll(
  bytes: Uint8Array | AsyncIterable<Uint8Array>,
  options: CutFramesOptions = {},
): Promise<{ readonly frames: readonly CutFrame[]; readonly problems: readonly string[] }> {
  const problems: string[] = [];
  const frames: CutFrame[] = [];
  const onProblem: CutFramesOptions['onProblem'] = (problem) => {
    const of = problem.kind === 'truncated' ? ` of ${problem.expected}` : '';
    problems.push(`${problem.kind} before ${problem.index}: ${problem.bytes}${of}`);
  };
  const source = bytes instanceof Uint8Array ? inPieces(bytes) : bytes;
  for await (const frame of cutFrames(source, { ...options, onProblem })) frames.push(frame);
  return { frames, problems };
}

/** All pieces, one after another. */
export function joined(...pieces: readonly (Uint8Array | string)[]): Uint8Array {
  return new Uint8Array(Buffer.concat(pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece))));
}
