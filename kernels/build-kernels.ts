// Compiles the kernels into the module of `src/media` that is committed: npm run build:kernels
import { writeFile } from 'node:fs/promises';
import { compileKernels, kernelModule } from './compile-kernels.ts';

const code = await compileKernels('kernels/assembly/pixel-kernels.ts');
await writeFile('src/media/pixel-kernels-code.ts', kernelModule(code));
