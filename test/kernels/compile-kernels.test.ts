import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { compileKernels, kernelModule } from '../../kernels/compile-kernels.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const file = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

// The compiler takes seconds, and longer beside other work.
describe('compileKernels', { timeout: 120_000 }, () => {
  it('gives the bytes that are committed', async () => {
    const code = await compileKernels(file('kernels/assembly/pixel-kernels.ts'));
    expect(kernelModule(code)).toBe(await readFile(file('src/media/pixel-kernels-code.ts'), 'utf8'));
  });

  it('throws what the compiler says of a source that is none', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'broken.ts');
    await writeFile(path, 'export function f(): i32 { return lost; }');
    await expect(compileKernels(path)).rejects.toThrow("Cannot find name 'lost'");
  });
});
