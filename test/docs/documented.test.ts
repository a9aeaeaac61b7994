import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const source = fileURLToPath(new URL('../../src', import.meta.url));

async function exportsWithoutComment(path: string): Promise<readonly string[]> {
  const lines = (await readFile(path, 'utf8')).split('\n');
  return lines.filter((line, index) => {
    const isDeclaration = /^export (?:abstract |async )?(?:function\*?|const|class|interface|type \w+(?:<.*>)? =)/.test(
      line,
    );
    // A line for a tool may stand between the comment and what it is about.
    const before = lines.slice(0, index).findLast((other) => !other.startsWith('//'));
    return isDeclaration && !/\*\/\s*$/.test(before ?? '');
  });
}

describe('every export', () => {
  it('has a TSDoc comment', async () => {
    const files = (await readdir(source, { recursive: true })).filter((name) => name.endsWith('.ts'));
    expect(files.length).toBeGreaterThan(50);
    const bare = await Promise.all(
      files.map(async (name) => (await exportsWithoutComment(join(source, name))).map((line) => `${name}: ${line}`)),
    );
    expect(bare.flat()).toEqual([]);
  });
});
