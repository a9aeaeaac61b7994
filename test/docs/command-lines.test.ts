import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { allCommands } from '../../src/cli/all-commands.ts';
import { parseCommandLine } from '../../src/cli/parse-command-line.ts';

/** The arguments of each `vitrine` call in the shell blocks of a page. */
function commandLines(markdown: string): readonly (readonly string[])[] {
  const blocks = [...markdown.matchAll(/```sh\n(.*?)```/gs)].map(([, block = '']) => block);
  return blocks
    .flatMap((block) => block.split('\n'))
    .flatMap((line) => (line.split('#')[0] ?? '').split('&&'))
    .flatMap((part) => /^\s*npx vitrine (.*)$/.exec(part)?.[1]?.trim() ?? [])
    .map((args) => args.split(/\s+/));
}

async function kindOf(argv: readonly string[]): Promise<string> {
  const { kind } = await parseCommandLine(argv, { commands: allCommands, version: '0' });
  return kind;
}

describe('command lines that we show', () => {
  it.each(['README.md', 'CONTRIBUTING.md', 'docs/architecture.md'])('can be run: %s', async (page) => {
    const markdown = await readFile(fileURLToPath(new URL(`../../${page}`, import.meta.url)), 'utf8');
    for (const argv of commandLines(markdown)) await expect(kindOf(argv), argv.join(' ')).resolves.toBe('run');
    if (page === 'README.md') expect(commandLines(markdown).length).toBeGreaterThan(5);
  });

  it.each(allCommands.map(({ name, examples }) => ({ name, examples })))(
    'can be run: examples of $name',
    async ({ examples }) => {
      expect(examples.length).toBeGreaterThan(0);
      for (const [line] of examples) {
        const argv = (line.split('|')[0] ?? '').trim().split(/\s+/);
        // A config file is not there to be read.
        const without = argv.filter((word, index) => word !== '--config' && argv[index - 1] !== '--config');
        await expect(kindOf(without), line).resolves.toBe('run');
      }
    },
  );
});
