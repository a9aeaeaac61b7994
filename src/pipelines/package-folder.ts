import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { PipelineError } from '../core/errors.ts';

const packageJson = z.object({ name: z.string().optional(), version: z.string().optional() });

/** The folder of this package, wherever it is installed and whether this file runs from `dist/` or from the source. */
export const packageFolder: string = findPackageFolder();

const modelsFolder = join(packageFolder, 'fixtures', 'models');

/** The model set that comes with the package. */
export const compactModels: string = join(modelsFolder, 'compact');

/** {@link compactModels} with a detector that computes in 8 bits: faster on a CPU with instructions for it, with other boxes by a pixel here and there. */
export const compactInt8Models: string = join(modelsFolder, 'compact-int8');

/** The small shop that comes with the package: items and clips in the SPEC 1 layout. */
export const shopFixture: string = join(packageFolder, 'fixtures', 'shop');

/** Version of this package, as in its `package.json`. */
export const packageVersion: string = readPackage(packageFolder)?.version ?? 'unknown';

function findPackageFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  // A folder in between may hold another package.json; ours is the one that carries our name.
  while (readPackage(folder)?.name !== 'vitrine') {
    if (dirname(folder) === folder) throw missing();
    folder = dirname(folder);
  }
  return folder;
}

function readPackage(folder: string): z.infer<typeof packageJson> | undefined {
  const path = join(folder, 'package.json');
  return existsSync(path) ? packageJson.parse(JSON.parse(readFileSync(path, 'utf8'))) : undefined;
}

function missing(): PipelineError {
  const path = fileURLToPath(import.meta.url);
  return new PipelineError('file-unreadable', `No package.json of vitrine above ${path}; install the package again`, {
    path,
  });
}
