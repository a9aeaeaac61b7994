import { type Command, defineCommand } from '../command.ts';
import { jsonOption } from '../options/common-options.ts';
import { isDefaultMatching, matchingFrom, matchingOptions } from '../options/matching-options.ts';
import { problemLines, scoreTable } from '../score-table.ts';
import { UsageError } from '../usage-error.ts';

/** `vitrine eval <result> <root>`: how good a result is, by the truth in the folder's annotations. */
export const evalCommand: Command = defineCommand({
  name: 'eval',
  usage: '<result> <root>',
  describe: 'Score a result file against the annotations of the folder it was made from.',
  positionals: {
    result: { type: 'string', demandOption: true, describe: 'result.json' },
    root: { type: 'string', demandOption: true, describe: 'Folder with image_annotation/ and video_annotation/' },
  },
  options: {
    boxes: {
      type: 'string',
      requiresArg: true,
      describe: 'Folder of the run, or boxes.ndjson: adds recall@1/5/10 and, with --json, the precision-recall curve',
    },
    ...matchingOptions,
    json: { ...jsonOption, describe: 'Print the scores, the curve and the faults of annotations as JSON' },
  },
  examples: [
    ['eval runs/1/result.json shop', 'S1, S2, S3 and the final score'],
    ['eval runs/1/result.json shop --boxes runs/1', 'With recall of clip -> item'],
    ['eval runs/1/result.json shop --json | jq .final', 'For a program to read'],
  ],
  async run(args, { stdout, stderr, signal }) {
    const { evaluate } = await import('../../pipelines/evaluate.ts');
    const { isUnfinishedRun } = await import('../../pipelines/rematch.ts');
    const { result, root, boxes } = args;
    const choice = matchingFrom(args);
    if (boxes === undefined && !isDefaultMatching(choice)) {
      throw new UsageError(
        'The thresholds of matching and --pool change nothing without --boxes: a result file is scored as it is; add --boxes, or use `vitrine rematch`',
      );
    }
    if (boxes !== undefined && (await isUnfinishedRun(boxes))) {
      stderr.write(`${boxes} has no run.json: its run did not end, and only the boxes that it left are ranked\n`);
    }
    const evaluation = await evaluate({
      result,
      root,
      ...(boxes !== undefined && { boxes }),
      ...choice,
      signal,
    });
    stderr.write(problemLines(evaluation));
    stdout.write(args.json ? `${JSON.stringify(evaluation, undefined, 2)}\n` : scoreTable(evaluation));
    return 0;
  },
});
