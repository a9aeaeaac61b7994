import { type DemoReport } from '../../pipelines/demo.ts';
import { type Progress } from '../../pipelines/run-tally.ts';
import { type Command, defineCommand } from '../command.ts';
import { jsonOption, quietOption } from '../options/common-options.ts';
import { deviceFrom, deviceOptions } from '../options/device-options.ts';
import { runFailures, runSummary } from '../run-summary.ts';
import { scoreTable } from '../score-table.ts';
import { showProgress } from '../show-progress.ts';
import { exitCodeOf } from './match.ts';

/** `vitrine demo`: the main job on the shop that comes with the package, and its scores. */
export const demoCommand: Command = defineCommand({
  name: 'demo',
  usage: '',
  describe: 'Match and score the small shop that comes with the package.',
  positionals: {},
  options: {
    out: { type: 'string', requiresArg: true, default: 'demo-out', describe: 'Folder to write into; made if missing' },
    ...deviceOptions,
    json: { ...jsonOption, describe: 'Print the run report and the scores as JSON' },
    quiet: quietOption,
  },
  examples: [
    ['demo', 'Writes demo-out/result.json and prints S1, S2, S3 and the final score'],
    ['demo --device cpu --json', 'The same on the CPU, for a program to read'],
  ],
  async run(args, { stdout, stderr, signal }) {
    const { demo } = await import('../../pipelines/demo.ts');
    let report: DemoReport;
    {
      using display = showProgress(stderr, { quiet: args.quiet, signal });
      const onProgress = (progress: Progress): void => display.update(progress);
      report = await demo({ out: args.out, ...deviceFrom(args), signal, onProgress });
    }
    stderr.write(args.quiet ? runFailures(report.run) : runSummary(report.run));
    stdout.write(args.json ? `${JSON.stringify(report, undefined, 2)}\n` : scoreTable(report.scores));
    return exitCodeOf(report.run);
  },
});
