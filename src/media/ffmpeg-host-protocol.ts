import { type FfmpegExit } from './ffmpeg-process.ts';
import { type Ffmpeg } from './find-ffmpeg.ts';
import { type ClipJob } from './start-clip.ts';

/** What the host is told. */
export type HostMessage =
  | { readonly kind: 'start'; readonly id: number; readonly ffmpeg: Ffmpeg; readonly job: Omit<ClipJob, 'onStdout'> }
  | { readonly kind: 'kill'; readonly id: number };

/** What the host says: `stdout`, with the pipe beside the message, when ffmpeg runs, and then how it ended. */
export type HostReply =
  | { readonly kind: 'stdout'; readonly id: number }
  | { readonly kind: 'done'; readonly id: number; readonly exit: FfmpegExit }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string; readonly path: string };
