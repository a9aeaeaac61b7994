import { type IndexMode } from '../../pipelines/index-items.ts';
import { type IndexReport } from '../../pipelines/index-report.ts';
import { oneOfKnown } from '../closest-name.ts';
import { type Command, defineCommand } from '../command.ts';
import { type CliContext } from '../context.ts';
import { type ExitCode } from '../exit-code.ts';
import { defaultApproximate } from '../../core/defaults.ts';
import {
  approximateSummary,
  indexSummary,
  indexTable,
  removalSummary,
  indexFailures,
  removalFailures,
} from '../index-summary.ts';
import { jsonOption, quietOption } from '../options/common-options.ts';
import { deviceFrom, deviceOptions } from '../options/device-options.ts';
import { flowFrom, flowOptions } from '../options/flow-options.ts';
import { showProgress } from '../show-progress.ts';
import { UsageError } from '../usage-error.ts';

const verbs = ['add', 'remove', 'info', 'approximate'];

const usages = {
  create: 'vitrine index <root> --out <index>',
  add: 'vitrine index add <root> --index <index>',
  remove: 'vitrine index remove <id..> --index <index>',
  info: 'vitrine index info <index>',
  approximate: 'vitrine index approximate <index>',
};

/** `vitrine index`: a shop's items on the disk, to be searched; made, added to, removed from, described and linked for approximate search. */
export const indexCommand: Command = defineCommand({
  name: 'index',
  usage: '<what..>',
  names: { root: '<root>', searchEffort: '--effort' },
  describe:
    'Make an index of the items of a folder (--out), or `add` to one, `remove` from it, tell its `info`, make it `approximate`.',
  positionals: {
    what: {
      type: 'string',
      array: true,
      demandOption: true,
      describe:
        '<root>, a folder with image/<item>/<n>.jpg; or add <root>; or remove <id..>; or info <index>; or approximate <index>. A folder called add: ./add',
    },
  },
  options: {
    out: { type: 'string', requiresArg: true, describe: 'Folder of the index to make, e.g. shop.vitrine' },
    index: { type: 'string', requiresArg: true, describe: 'Folder of the index to add to or remove from' },
    replace: {
      type: 'boolean',
      default: false,
      describe: 'With add: embed also the items that the index holds with the same pictures',
    },
    effort: {
      type: 'number',
      requiresArg: true,
      defaultDescription: String(defaultApproximate.searchEffort),
      describe: 'With approximate: candidates that a search looks at; more find more, and take longer',
    },
    ...deviceOptions,
    concurrency: { ...flowOptions.concurrency, describe: 'Items decoded side by side' },
    'detector-batch': flowOptions['detector-batch'],
    'embedder-batch': flowOptions['embedder-batch'],
    budget: flowOptions.budget,
    json: { ...jsonOption, describe: 'Print the report on stdout' },
    quiet: quietOption,
  },
  examples: [
    ['index shop --out shop.vitrine', 'Embed the pictures of every item'],
    ['index add new-items --index shop.vitrine', 'New items, and those whose pictures have changed'],
    ['index add shop --index shop.vitrine', 'Go on after an interruption'],
    ['index add shop --index shop.vitrine --replace', 'Embed them all anew'],
    ['index remove 000041 000042 --index shop.vitrine', 'Take two items out'],
    ['index info shop.vitrine', 'What it holds and which models made it'],
    ['index approximate shop.vitrine', 'For watch --approximate, from a million boxes on'],
  ],
  async run(args, context) {
    const [verb = '', ...rest] = args.what;
    const { out, index, replace, effort } = args;
    if (verb === 'approximate') {
      reject({ '--out': out, '--index': index, '--replace': replace || undefined }, usages.approximate);
      return await makeApproximate(one(rest, usages.approximate), args, context);
    }
    reject({ '--effort': effort }, usages.approximate);
    if (verb === 'info') {
      reject({ '--out': out, '--index': index, '--replace': replace || undefined }, usages.info);
      return await printInfo(one(rest, usages.info), args, context);
    }
    if (verb === 'remove') {
      reject({ '--out': out, '--replace': replace || undefined }, usages.remove);
      if (rest.length === 0) throw new UsageError(`Missing argument: ${usages.remove}`);
      return await removeFrom(need('--index', index, usages.remove), { ids: rest, ...args }, context);
    }
    const isAdd = verb === 'add';
    // A root stands alone, so that a word before others was to be one of these.
    if (!isAdd && rest.length > 0) {
      throw new UsageError(`Unknown form of index: ${verb}${oneOfKnown(verb, verbs)}`);
    }
    const usage = isAdd ? usages.add : usages.create;
    const root = one(isAdd ? rest : args.what, usage);
    reject(isAdd ? { '--out': out } : { '--index': index, '--replace': replace || undefined }, usage);
    const folder = isAdd ? need('--index', index, usage) : need('--out', out, usage);
    const mode: IndexMode = isAdd ? (replace ? 'replace' : 'add') : 'create';
    const { stdout, stderr, signal } = context;

    const { indexItems } = await import('../../pipelines/index-items.ts');
    const options = { root, index: folder, mode, ...deviceFrom(args), flow: flowFrom(args), signal };
    let report: IndexReport;
    {
      using display = showProgress(stderr, { quiet: args.quiet, signal });
      report = await indexItems({ ...options, onProgress: (progress) => display.update(progress) });
    }
    stderr.write(args.quiet ? indexFailures(report) : indexSummary(report));
    if (args.json) stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
    return report.inputs.failed > 0 ? 3 : 0;
  },
});

interface Output {
  readonly json: boolean;
  readonly quiet: boolean;
}

async function printInfo(folder: string, { json }: Output, { stdout }: CliContext): Promise<ExitCode> {
  const { describeIndex } = await import('../../pipelines/describe-index.ts');
  const description = await describeIndex(folder);
  stdout.write(json ? `${JSON.stringify(description, undefined, 2)}\n` : indexTable(description));
  return 0;
}

async function removeFrom(
  index: string,
  { ids, json, quiet }: Output & { readonly ids: readonly string[] },
  { stdout, stderr }: CliContext,
): Promise<ExitCode> {
  const { removeItems } = await import('../../pipelines/remove-items.ts');
  const report = await removeItems(index, ids);
  stderr.write(quiet ? removalFailures(report) : removalSummary(report));
  if (json) stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
  return report.unknown.length > 0 ? 3 : 0;
}

async function makeApproximate(
  folder: string,
  { effort, json, quiet }: Output & { readonly effort: number | undefined },
  { stdout, stderr, signal }: CliContext,
): Promise<ExitCode> {
  const { buildApproximate } = await import('../../pipelines/build-approximate.ts');
  const report = await buildApproximate(folder, {
    ...(effort !== undefined && { searchEffort: effort }),
    signal,
    onPhase: (phase) =>
      void (quiet || stderr.write(`${phase === 'linking' ? 'linking the boxes' : 'measuring'} ...\n`)),
  });
  if (!quiet) stderr.write(approximateSummary(report));
  if (json) stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
  return 0;
}

/** The one argument that is wanted. */
function one(words: readonly string[], usage: string): string {
  const [word, extra] = words;
  if (word === undefined) throw new UsageError(`Missing argument: ${usage}`);
  if (extra !== undefined) throw new UsageError(`Unexpected argument ${extra}: ${usage}`);
  return word;
}

function need(option: string, value: string | undefined, usage: string): string {
  if (value === undefined) throw new UsageError(`Missing ${option}: ${usage}`);
  return value;
}

/** Options that mean something to another form of the command only. */
function reject(options: Readonly<Record<string, unknown>>, usage: string): void {
  const given = Object.keys(options).find((name) => options[name] !== undefined);
  if (given !== undefined) throw new UsageError(`${given} is of no use here: ${usage}`);
}
