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

/** The command lines that the program would not run, each with its complaint. */
async function refused(lines: readonly (readonly string[])[]): Promise<readonly string[]> {
  const complaints = await Promise.all(
    lines.map(async (argv) => {
      try {
        const { kind } = await parseCommandLine(argv, { commands: allCommands, version: '0' });
        return kind === 'run' ? [] : [`${argv.join(' ')}: runs nothing`];
      } catch (error) {
        return [`${argv.join(' ')}: ${String(error)}`];
      }
    }),
  );
  return complaints.flat();
}

describe('command lines that we show', () => {
  it.each([
    { page: 'README.md', least: 6 },
    { page: 'CONTRIBUTING.md', least: 0 },
    { page: 'docs/architecture.md', least: 0 },
    { page: 'docs/guide/bring-your-own-model.md', least: 2 },
    { page: 'docs/guide/pool-tracks.md', least: 6 },
    { page: 'docs/guide/train-your-own.md', least: 3 },
  ])('can be run: $page', async ({ page, least }) => {
    const lines = commandLines(await readFile(fileURLToPath(new URL(`../../${page}`, import.meta.url)), 'utf8'));
    expect(lines.length).toBeGreaterThanOrEqual(least);
    expect(await refused(lines)).toEqual([]);
  });

  it.each(allCommands.map(({ name, examples }) => ({ name, examples })))(
    'can be run: examples of $name',
    async ({ examples }) => {
      const lines = examples.map(([line]) => {
        const argv = (line.split('|')[0] ?? '').trim().split(/\s+/);
        // A config file is not there to be read.
        return argv.filter((word, index) => word !== '--config' && argv[index - 1] !== '--config');
      });
      expect(lines.length).toBeGreaterThan(0);
      expect(await refused(lines)).toEqual([]);
    },
  );
});
