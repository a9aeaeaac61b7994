import { type Readable } from 'node:stream';
import { type FrameSelection } from '../core/frame-selection.ts';
import { type FfmpegExit, type FfmpegProcess, startFfmpeg } from './ffmpeg-process.ts';
import { type Ffmpeg } from './find-ffmpeg.ts';
import { thinClip } from './mp4/thin-clip.ts';
import { type PickedFrames, selectFrames } from './select-frames.ts';

/** A clip whose wanted frames go into a pipe, as PPM pictures one after the other. */
export interface ClipJob {
  readonly path: string;
  /** Frames that are wanted; what {@link selectFrames} makes of them goes into the pipe. */
  readonly frames: FrameSelection;
  /** Called with ffmpeg's own pipe as soon as it runs. */
  readonly onStdout: (pipe: Readable) => void;
}

/** Starts an ffmpeg that decodes a clip, here or elsewhere. */
export type StartClip = (ffmpeg: Ffmpeg, job: ClipJob) => Pick<FfmpegProcess, 'done' | 'kill'>;

/** Starts an ffmpeg that decodes a clip, as a child of this process, and gives it no more of the clip than it needs. */
export const startClip: StartClip = (ffmpeg, { path, frames, onStdout }) => {
  const killed = new AbortController();
  let child: FfmpegProcess | undefined;
  const run = async (): Promise<FfmpegExit> => {
    const picked = selectFrames(frames);
    // Whatever goes wrong with it, all of the clip can be decoded.
    const pieces = await thinClip(path, picked.frames, killed.signal).catch(() => undefined);
    if (killed.signal.aborted) return { code: undefined, signal: 'SIGKILL', stderr: [] };
    child = startFfmpeg(ffmpeg, {
      inputArgs,
      input: path,
      pieces,
      outputArgs: outputArgs(picked, pieces !== undefined),
      onStdout,
    });
    return child.done;
  };
  const done = run();
  done.catch(() => undefined); // Whoever waits for it sees the rejection.
  return {
    done,
    kill() {
      killed.abort();
      child?.kill();
    },
  };
};

/** One thread decodes: clips run side by side. A filter that starts anew when the clip's size changes would count from 0 again. */
const inputArgs: readonly string[] = ['-threads', '1', '-reinit_filter', '0'];

/**
 * The same arguments give the same frames on ffmpeg 4 to 9. The frames that are picked are a thousand seconds apart, at a rate of one in a thousand
 * seconds: so none is dropped and none is repeated, whatever their times and durations were (newer versions repeat a long one).
 */
function outputArgs({ conditionOn, count }: PickedFrames, isThin: boolean): readonly string[] {
  // What was left out is not counted; times tell the indices then.
  const select = isThin ? `setpts=PTS-STARTPTS,select='${conditionOn('pts')}'` : `select='${conditionOn('n')}'`;
  const choice = [
    '-nostdin',
    '-map',
    '0:V:0',
    '-an',
    '-sn',
    '-dn',
    '-vf',
    `${select},setpts=N*1000/TB`,
    '-r',
    '1/1000',
  ];
  return [...choice, '-frames:v', `${count}`, '-threads', '1', '-f', 'image2pipe', '-c:v', 'ppm', '-pix_fmt', 'rgb24'];
}
