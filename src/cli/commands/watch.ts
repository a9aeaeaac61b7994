import { type WatchEvent } from '../../core/watch-event.ts';
import { defaultWatch } from '../../pipelines/watch-options.ts';
import { type Command, defineCommand } from '../command.ts';
import { type TerminalStream } from '../context.ts';
import { livePanel } from '../live-panel.ts';
import { quietOption } from '../options/common-options.ts';
import { deviceFrom, deviceOptions } from '../options/device-options.ts';
import { parseBytes } from '../options/parse-bytes.ts';
import { parseSampling } from '../options/parse-sampling.ts';
import { trackingFrom, trackingOptions } from '../options/tracking-options.ts';
import { UsageError } from '../usage-error.ts';
import { watchBeginning, watchSummary } from '../watch-summary.ts';

const group = 'Frames:';

/** `vitrine watch [source] --index <index>`: frames in, what is on show out. */
export const watchCommand: Command = defineCommand({
  name: 'watch',
  usage: '[source]',
  readsStdin: true,
  describe: 'Say which item of a shop is on show in a stream of frames: one JSON event a line on stdout.',
  positionals: {
    source: {
      type: 'string',
      describe:
        'A file, a folder of pictures, a URL (rtmp, rtsp, http, srt, udp) or /dev/videoN; stdin when it is - or left out. What breaks off is opened again; what refuses is tried 3 more times, for 7 s, what is silent 10 times',
    },
  },
  options: {
    index: {
      type: 'string',
      demandOption: true,
      requiresArg: true,
      describe: 'Folder that `vitrine index` wrote',
    },
    approximate: {
      type: 'boolean',
      default: false,
      describe:
        'Search through what `vitrine index approximate` made: faster from some 100,000 boxes on, and now and then a box is missed',
    },
    raw: {
      type: 'string',
      group,
      requiresArg: true,
      describe: 'What raw bytes on stdin or in a file are, such as 540x960:rgb24@25; other formats are recognised',
    },
    rate: {
      type: 'number',
      group,
      requiresArg: true,
      defaultDescription: '25; 5 of a folder of pictures',
      describe: 'Frames a second of stdin, or of pictures, that do not say',
    },
    sample: {
      type: 'string',
      group,
      requiresArg: true,
      default: '5fps',
      describe: 'Frames that are looked at: 5fps, every:20 or change:8',
    },
    'when-behind': {
      type: 'string',
      group,
      requiresArg: true,
      choices: ['wait', 'drop-oldest'],
      defaultDescription: 'wait; drop-oldest for live URLs',
      describe: 'What becomes of frames that come too fast',
    } as const,
    'max-frame': {
      type: 'string',
      group,
      requiresArg: true,
      defaultDescription: '64MiB',
      describe: 'Largest frame that is taken from stdin or of raw bytes, as it comes',
    },
    'cut-at': {
      type: 'number',
      group,
      requiresArg: true,
      default: defaultWatch.cutAt,
      describe:
        'Mean change of pixels between two frames that counts as a cut, 0 to 255; up to twice as much where they are over 0.2 s apart',
    },
    ...deviceOptions,
    ...trackingOptions,
    'stats-seconds': {
      type: 'number',
      requiresArg: true,
      default: defaultWatch.statsSeconds,
      describe: 'Seconds between two stats events',
    },
    features: { type: 'boolean', default: false, describe: 'Put the feature of each box into its frame event' },
    pretty: {
      type: 'boolean',
      default: false,
      describe: 'Draw a panel on the terminal; events are still written to a stdout that is a file or a pipe',
    },
    quiet: quietOption,
  },
  examples: [
    ['watch --index shop.vitrine', 'ffmpeg -i clip.mp4 -f yuv4mpegpipe - | this'],
    ['watch clip.mp4 --index shop.vitrine', 'A file, as fast as it can be looked at'],
    ['watch rtmp://example.org/live --index shop.vitrine --pretty', 'A live stream, with a panel'],
    ['watch --index shop.vitrine --raw 540x960:rgb24@25', 'Raw frames from stdin'],
  ],
  async run(args, { stdout, stderr, stdin, signal }) {
    const { source = '-' } = args;
    const input = source === '-' ? stdin() : source;
    if (typeof input !== 'string' && input.isTTY === true) {
      throw new UsageError(
        'Expected a source, or frames on stdin: ffmpeg -i clip.mp4 -f yuv4mpegpipe - | vitrine watch ...',
      );
    }
    const { watchStream } = await import('../../pipelines/watch-stream.ts');
    const note = (text: string): void => void (args.quiet || stderr.write(`${text}\n`));
    let problems = 0;
    using panel = args.pretty && stderr.isTTY === true ? livePanel(stderr) : undefined;
    const isPrinting = panel === undefined || stdout.isTTY !== true;
    const last = await watchStream({
      index: args.index,
      approximate: args.approximate,
      source: input,
      raw: args.raw,
      rate: args.rate,
      sampling: parseSampling('sample', args.sample),
      whenBehind: args.whenBehind,
      ...(args.maxFrame !== undefined && { maxFrameBytes: parseBytes('max-frame', args.maxFrame) }),
      cutAt: args.cutAt,
      ...deviceFrom(args),
      tracking: trackingFrom(args),
      statsSeconds: args.statsSeconds,
      features: args.features,
      signal,
      onReady: (ready) => {
        if (panel === undefined) note(watchBeginning(ready));
      },
      onEvent: (event) => {
        panel?.update(event);
        return isPrinting ? printEvent(stdout, event) : undefined;
      },
      onProblem: (problem) => {
        problems += 1;
        stderr.write(`${problem}\n`);
      },
      onReconnect: ({ count, reason, delayMs }) =>
        note(`Opening the source again (${count}) in ${delayMs / 1000} s: ${reason}`),
    });
    if (panel === undefined) note(watchSummary(last));
    if (signal.aborted) return 130;
    return problems > 0 ? 3 : 0;
  },
});

/** Writes one line; while the reader is behind, the promise is pending. */
function printEvent(stdout: TerminalStream, event: WatchEvent): Promise<void> | undefined {
  if (stdout.write(`${JSON.stringify(event)}\n`)) return undefined;
  return new Promise((resolve) => stdout.once('drain', () => resolve()));
}
