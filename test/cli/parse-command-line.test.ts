import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Command, defineCommand } from '../../src/cli/command.ts';
import { type CliContext } from '../../src/cli/context.ts';
import { parseCommandLine } from '../../src/cli/parse-command-line.ts';

const context: CliContext = {
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: () => process.stdin,
  signal: new AbortController().signal,
};
const seen: unknown[] = [];
const paint: Command = defineCommand({
  name: 'paint',
  usage: '<wall>',
  describe: 'Paint a wall.',
  positionals: { wall: { type: 'string', demandOption: true, describe: 'Which wall' } },
  options: {
    colour: { type: 'string', requiresArg: true, choices: ['red', 'blue'], default: 'red', describe: 'Colour' },
    'coat-count': { type: 'number', requiresArg: true, default: 2, describe: 'Coats' },
    glossy: { type: 'boolean', default: false, alias: 'g', describe: 'Shine' },
    brush: { type: 'string', demandOption: true, requiresArg: true, describe: 'Brush' },
    spare: { type: 'string', array: true, requiresArg: true, describe: 'Brush to fall back on' },
  },
  examples: [['paint north --brush wide', 'Two coats of red']],
  run: async ({ wall, colour, coatCount, glossy, brush, spare }) => {
    seen.push({ wall, colour, coatCount, glossy, brush, ...(spare && { spare }) });
    return 3;
  },
});
const scrape: Command = { ...paint, name: 'scrape', usage: '', positionals: {}, options: {} };
const drink: Command = defineCommand({
  name: 'drink',
  usage: '<what..>',
  readsStdin: true,
  describe: 'Drink something.',
  positionals: { what: { type: 'string', array: true, demandOption: true, describe: 'Which drinks' } },
  options: { glass: { type: 'string', array: true, requiresArg: true, describe: 'Glass' } },
  examples: [],
  run: async ({ what, glass }) => {
    seen.push({ what, ...(glass && { glass }) });
    return 0;
  },
});

const parse = (...argv: readonly string[]): ReturnType<typeof parseCommandLine> =>
  parseCommandLine(argv, { commands: [paint, scrape, drink], version: '1.2.3' });

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vitrine-cli-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function configOf(json: string): Promise<string> {
  const path = join(folder, `${seen.length}-${json.length}.json`);
  await writeFile(path, json);
  return path;
}

describe('parseCommandLine', () => {
  it.each([
    { argv: ['paint', '007', '--brush', 'b'], args: { wall: '007' } },
    { argv: ['paint', 'n', '--brush', 'b', '--coat-count', '5', '--glossy'], args: { coatCount: 5, glossy: true } },
    { argv: ['paint', 'n', '--brush', 'b', '-g'], args: { glossy: true } },
    { argv: ['paint', '--brush=b', '--colour', 'blue', 'n'], args: { colour: 'blue' } },
    { argv: ['paint', 'n', '--brush', 'b', '--coat-count', '5', '--coat-count', '6'], args: { coatCount: 6 } },
    { argv: ['paint', 'n', '--brush', 'b', '-g', '--no-glossy'], args: { glossy: false } },
    { argv: ['paint', 'n', '--brush', 'b', '-g', '--glossy=false'], args: { glossy: false } },
    { argv: ['paint', '--spare', 'x', 'n', '--brush', 'b'], args: { spare: ['x'] } },
    { argv: ['paint', '--spare', 'x', '--brush', 'b', '--spare=y', 'n'], args: { spare: ['x', 'y'] } },
    { argv: ['paint', '--brush', 'b', '--', 'n'], args: { wall: 'n' } },
    { argv: ['paint', '--brush', 'b', '--', '--glossy'], args: { wall: '--glossy' } },
    { argv: ['paint', '--brush', 'b', '-g', '--', 'true'], args: { wall: 'true', glossy: true } },
    { argv: ['paint', '--brush', 'b', '--', 'help'], args: { wall: 'help' } },
    { argv: ['paint', '--brush', '-', '-5'], args: { wall: '-5', brush: '-' } },
    { argv: ['paint', 'n', '--brush', 'b', '--coat-count', '-5', '-g=true'], args: { coatCount: -5, glossy: true } },
    { argv: ['paint', 'n', '--brush', 'b', '--coat-count', '-1e3'], args: { coatCount: -1000 } },
  ])('hands typed arguments to the command: $argv', async ({ argv, args }) => {
    const invocation = await parse(...argv);
    if (invocation.kind !== 'run') throw new Error('nothing to run');
    expect(await invocation.run(context)).toBe(3);
    const defaults = { wall: 'n', colour: 'red', coatCount: 2, glossy: false, brush: 'b' };
    expect(seen.at(-1)).toEqual({ ...defaults, ...args });
  });

  it.each([
    { argv: ['drink', '-'], what: ['-'] },
    { argv: ['drink', 'a', '--', '-', '-b', '--'], what: ['a', '-', '-b', '--'] },
  ])('takes what begins with a dash and is no option as it is: $argv', async ({ argv, what }) => {
    const invocation = await parse(...argv);
    if (invocation.kind !== 'run') throw new Error('nothing to run');
    await invocation.run(context);
    expect(seen.at(-1)).toEqual({ what });
  });

  it.each([
    { argv: [], error: 'No command given. `vitrine --help` lists them' },
    { argv: ['pait'], error: 'Unknown command pait. Did you mean paint?' },
    { argv: ['zzz'], error: 'Unknown command zzz; known are paint, scrape, drink' },
    { argv: ['paint', 'n'], error: 'Missing --brush: vitrine paint <wall>' },
    { argv: ['paint', '--brush', 'b'], error: 'Missing argument: vitrine paint <wall>' },
    { argv: ['paint', 'n', '--brsh', 'b'], error: 'Unknown option --brsh. Did you mean --brush?' },
    { argv: ['paint', 'n', '--coat', '2'], error: 'Unknown option --coat. Did you mean --coat-count?' },
    { argv: ['paint', 'n', '--xyz', '2'], error: 'Unknown option --xyz' },
    { argv: ['paint', 'n', '-x', '2'], error: 'Unknown option -x' },
    { argv: ['paint', 'n', 'm', '--brush', 'b'], error: 'Unexpected argument m: vitrine paint <wall>' },
    { argv: ['paint', 'n', '--brush', 'b', '--coat-count', 'two'], error: 'Expected --coat-count to be a number' },
    { argv: ['paint', 'n', '--brush', 'b', '--coat-count'], error: 'Missing value of --coat-count' },
    {
      argv: ['paint', 'n', '--brush', 'b', '--colour', 'grey'],
      error: 'Expected --colour to be one of red, blue, got grey',
    },
    { argv: ['scrape', '--colour', 'red'], error: 'Unknown option --colour' },
    { argv: ['paint', 'n', '--brush', ''], error: 'Expected a value of --brush, got ""' },
    { argv: ['paint', 'n', '--brush', 'b', '--coat-count', ' '], error: 'Expected a value of --coat-count, got " "' },
    { argv: ['paint', 'n', '--brush', 'b', '--coat-count='], error: 'Expected a value of --coat-count, got ""' },
    { argv: ['paint', 'n', '--brush', 'b', '--coatCount', ''], error: 'Expected a value of --coatCount, got ""' },
    { argv: ['paint', 'n', '--brush', 'b', '--config', ''], error: 'Expected a value of --config, got ""' },
    { argv: ['drink', 'a', '--glass', 'x', '--glass='], error: 'Expected a value of --glass, got ""' },
    { argv: ['paint', '', '--brush', 'b'], error: 'Empty argument: vitrine paint <wall>' },
    { argv: ['drink', 'a', '--', ' '], error: 'Empty argument: vitrine drink <what..>' },
    {
      argv: ['paint', '-wish', '--brush', 'b'],
      error: 'Unknown option -wish; for a file of this name write ./-wish, or -- before it',
    },
    {
      argv: ['paint', 'n', '--brush', '-h.x'],
      error: 'Unknown option -h.x; for a file of this name write --brush=-h.x',
    },
    {
      argv: ['drink', '-x.mp4'],
      error: 'Unknown option -x.mp4; for a file of this name write ./-x.mp4, or -- before it',
    },
    { argv: ['paint', 'n', '-brush', 'b'], error: 'Unknown option -brush. Did you mean --brush?' },
    { argv: ['paint', '--brush', '--', 'n'], error: 'Missing value of --brush' },
    { argv: ['paint', '--brush', 'b', '--', 'n', '-m'], error: 'Unexpected argument -m: vitrine paint <wall>' },
    {
      argv: ['paint', '-', '--brush', 'b'],
      error: 'vitrine paint does not read from stdin; for a file called - write ./-',
    },
    {
      argv: ['paint', '--brush', 'b', '--', '-'],
      error: 'vitrine paint does not read from stdin; for a file called - write ./-',
    },
    ...['--glossy', '-g', '--help'].map((name) => ({
      argv: ['paint', 'n', '--brush', 'b', `${name}=yes`],
      error: `Expected ${name} to stand alone, or with =true or =false, got yes`,
    })),
    { argv: ['--', 'scrape'], error: 'The command has to stand before --: vitrine scrape ...' },
  ])('refuses $argv', async ({ argv, error }) => {
    await expect(parse(...argv)).rejects.toMatchObject({ name: 'UsageError', message: error });
  });

  it('takes options from a config file, below the command line and above the defaults', async () => {
    const config = await configOf('\uFEFF{"brush": "from file", "coat-count": 7, "glossy": true}');
    const invocation = await parse('paint', 'n', '--config', config, '--coat-count', '8');
    if (invocation.kind !== 'run') throw new Error('nothing to run');
    await invocation.run(context);
    expect(seen.at(-1)).toEqual({ wall: 'n', colour: 'red', coatCount: 8, glossy: true, brush: 'from file' });
  });

  it('takes an option that may be repeated from a config file as one value or as a list', async () => {
    for (const [json, spare] of [
      ['{"brush": "b", "spare": ["x", "y"]}', ['x', 'y']],
      ['{"brush": "b", "spare": "x"}', ['x']],
    ] as const) {
      const invocation = await parse('paint', 'n', '--config', await configOf(json));
      if (invocation.kind !== 'run') throw new Error('nothing to run');
      await invocation.run(context);
      expect(seen.at(-1)).toMatchObject({ spare });
    }
  });

  it.each([
    {
      json: '{"spare": ["x", 1]}',
      error: /Expected "spare" in the config file .* to be a string, got \["x",1\] \(array\)/,
    },
    { json: '{"coatcount": 1}', error: /Unknown key "coatcount" in the config file .*Did you mean coat-count\?/ },
    { json: '{"config": "x"}', error: /Unknown key "config" .*; it is not an option of vitrine paint/ },
    { json: '{"coat-count": "7"}', error: /Expected "coat-count" .* to be a number, got "7" \(string\)/ },
    { json: '{"glossy": null}', error: /Expected "glossy" .* to be a boolean, got null$/ },
    { json: '{"glossy": [true]}', error: /Expected "glossy" .* to be a boolean, got \[true\] \(array\)/ },
    { json: '{"brush": " "}', error: /Expected a value of "brush" in the config file .*, got " "/ },
    { json: '[1]', error: /to hold a JSON object/ },
    { json: '{"brush":', error: /Cannot read the config file .*JSON/ },
    { json: '{"colour": "grey"}', error: /Expected --colour to be one of red, blue, got grey/ },
  ])('refuses the config file $json', async ({ json, error }) => {
    const config = await configOf(json);
    const refused = parse('paint', 'n', '--brush', 'b', '--config', config);
    await expect(refused).rejects.toMatchObject({ name: 'UsageError' });
    await expect(refused).rejects.toThrow(error);
  });

  it('refuses a config file that is not there', async () => {
    const refused = parse('paint', 'n', '--brush', 'b', '--config', join(folder, 'none.json'));
    await expect(refused).rejects.toThrow(/Cannot read the config file .*none\.json: ENOENT/);
  });

  it.each([
    { argv: ['--help'], shows: ['vitrine <command>', 'paint <wall>', 'scrape'] },
    {
      argv: ['paint', '--help'],
      shows: ['vitrine paint <wall>', 'Coats', '[default: 2]', 'vitrine paint north --brush wide'],
    },
    { argv: ['help'], shows: ['vitrine <command>', 'paint <wall>', 'scrape'] },
    { argv: ['help', 'paint'], shows: ['vitrine paint <wall>', 'Coats'] },
    { argv: ['--version'], shows: ['1.2.3'] },
    { argv: ['-v'], shows: ['1.2.3'] },
  ])('gives text for $argv', async ({ argv, shows }) => {
    const invocation = await parse(...argv);
    if (invocation.kind !== 'text') throw new Error('no text');
    for (const part of shows) expect(invocation.text).toContain(part);
  });
});
