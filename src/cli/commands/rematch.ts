import { type Command, defineCommand } from '../command.ts';
import { counted } from '../../core/counted.ts';
import { quietOption } from '../options/common-options.ts';
import { matchingFrom, matchingOptions } from '../options/matching-options.ts';

/** `vitrine rematch <from> --out <file>`: the matching rule again, without touching a pixel. */
export const rematchCommand: Command = defineCommand({
  name: 'rematch',
  usage: '<from>',
  describe: 'Match stored boxes again with other thresholds, or boxes and features that come from elsewhere.',
  positionals: {
    from: {
      type: 'string',
      demandOption: true,
      describe: 'Folder that `vitrine match` wrote, or a file of boxes, one JSON object a line (boxes.ndjson)',
    },
  },
  options: {
    out: { type: 'string', demandOption: true, requiresArg: true, describe: 'Result file to write' },
    ...matchingOptions,
    quiet: quietOption,
  },
  examples: [
    ['rematch runs/1 --out stricter.json --max-distance 0.9', 'Fewer, surer answers from the boxes of a run'],
    ['rematch runs/1 --out pooled.json --pool tracks', 'Garments that are followed in place of single boxes'],
    ['rematch boxes.ndjson --out result.json', 'Features of another program through our matching rule'],
  ],
  async run(args, { stderr, signal }) {
    const { isUnfinishedRun, rematch } = await import('../../pipelines/rematch.ts');
    if (await isUnfinishedRun(args.from)) {
      stderr.write(`${args.from} has no run.json: its run did not end, and only the boxes that it left are matched\n`);
    }
    const matches = await rematch({ from: args.from, out: args.out, ...matchingFrom(args), signal });
    if (!args.quiet) stderr.write(`${counted(matches.length, 'match', 'matches')}\n`);
    return 0;
  },
});
