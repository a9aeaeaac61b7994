import { type MatchDatasetOptions } from '../../pipelines/match-options.ts';
import { type RunReport } from '../../pipelines/run-report.ts';
import { defaultFrames } from '../../core/defaults.ts';
import { type Command, defineCommand } from '../command.ts';
import { type ExitCode } from '../exit-code.ts';
import { jsonOption, quietOption } from '../options/common-options.ts';
import { deviceFrom, deviceOptions } from '../options/device-options.ts';
import { flowFrom, flowOptions } from '../options/flow-options.ts';
import { matchingFrom, matchingOptions } from '../options/matching-options.ts';
import { formatFrames, parseFrames } from '../options/parse-frames.ts';
import { runFailures, runSummary } from '../run-summary.ts';
import { showProgress } from '../show-progress.ts';

/** `vitrine match <root> --out <dir>`: clips and items in, `result.json` out. */
export const matchCommand: Command = defineCommand({
  name: 'match',
  usage: '<root>',
  describe: 'Match the clips of a folder to its items: writes result.json, run.json and boxes/ into --out.',
  positionals: {
    root: {
      type: 'string',
      demandOption: true,
      describe: 'Folder with image/<item>/<n>.jpg and video/<clip>.mp4',
    },
  },
  options: {
    out: { type: 'string', demandOption: true, requiresArg: true, describe: 'Folder to write into; made if missing' },
    frames: {
      type: 'string',
      requiresArg: true,
      default: formatFrames(defaultFrames),
      describe: 'Frames of a clip that are looked at, as first:last:step, counted from 0',
    },
    ...deviceOptions,
    ...matchingOptions,
    ...flowOptions,
    trace: {
      type: 'string',
      requiresArg: true,
      describe: 'File to write a trace of the run into, to be opened at https://ui.perfetto.dev',
    },
    json: { ...jsonOption, describe: 'Print the run report (run.json) on stdout' },
    quiet: quietOption,
  },
  examples: [
    ['match shop --out runs/1', 'The main job with every default'],
    ['match shop --out runs/1 --device cpu --concurrency 4', 'Four clips decoded side by side, models on the CPU'],
    ['match shop --out runs/1 --frames 0:380:10', 'Every tenth frame, from the first one on'],
    ['match shop --out runs/1 --pool tracks', 'Each garment of a clip once, by the mean look of its boxes'],
    ['match shop --out runs/1 --trace trace.json', 'What each lane, decoder and stage did when'],
    ['match shop --out runs/1 --config match.json', 'Options from a file, e.g. {"max-distance": 1}'],
  ],
  async run(args, { stdout, stderr, signal }) {
    const { matchDataset } = await import('../../pipelines/match-dataset.ts');
    const options: MatchDatasetOptions = {
      root: args.root,
      out: args.out,
      ...deviceFrom(args),
      frames: parseFrames('frames', args.frames),
      ...matchingFrom(args),
      flow: flowFrom(args),
      ...(args.trace !== undefined && { trace: args.trace }),
      signal,
    };
    let report: RunReport;
    {
      using display = showProgress(stderr, { quiet: args.quiet, signal });
      report = await matchDataset({ ...options, onProgress: (progress) => display.update(progress) });
    }
    stderr.write(args.quiet ? runFailures(report) : runSummary(report));
    if (args.json) stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
    return exitCodeOf(report);
  },
});

/** 0, or 3 when some inputs failed. */
export function exitCodeOf({ inputs }: RunReport): ExitCode {
  return inputs.failed > 0 ? 3 : 0;
}
