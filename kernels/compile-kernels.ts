import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';

/** 64 KiB pages of the kernels' memory, which never grows. */
const pages = 8;

/**
 * Compiles kernels; the same bytes for the same source and the same version of the compiler.
 *
 * The compiler is a process of its own, as its types would change those of arrays for the whole project.
 *
 * @param path a file of AssemblyScript.
 * @returns a WebAssembly module with 128-bit vectors, without a runtime.
 * @throws Error with what the compiler says, when the source does not compile.
 */
export async function compileKernels(path: string): Promise<Buffer> {
  const compiler = createRequire(import.meta.url).resolve('assemblyscript/bin/asc.js');
  const memory = ['--initialMemory', String(pages), '--maximumMemory', String(pages)];
  const options = ['-O3', '--enable', 'simd', '--runtime', 'stub', ...memory, '--outFile'];
  const { stdout } = await promisify(execFile)(process.execPath, [compiler, path, ...options], { encoding: 'buffer' });
  return stdout;
}

/** Text of the module in `src/media` that holds compiled kernels. */
export function kernelModule(code: Buffer): string {
  const lines = code.toString('base64').match(/.{1,110}/g) ?? [];
  return `// Made by \`npm run build:kernels\` from \`kernels/assembly/pixel-kernels.ts\`.

/** The kernels as a WebAssembly module, in base64. */
export const pixelKernelsCode: string = [
${lines.map((line) => `  '${line}',\n`).join('')}].join('');
`;
}
