import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PipelineError } from './errors.ts';

/**
 * The JavaScript file of another module of ours, for a thread or process that starts there: `entryUrl('models/session-worker')`.
 *
 * Under a test runner this module runs from `src/`, but a plain Node 20 thread cannot load TypeScript, so the built
 * file of the same module is taken (`npm test` builds first). Everywhere else it is the one that was built with this one.
 *
 * @throws PipelineError `file-unreadable` when the project has not been built.
 */
export function entryUrl(name: string): URL {
  const isBuilt = import.meta.url.endsWith('.js');
  const url = new URL(isBuilt ? `../${name}.js` : `../../dist/src/${name}.js`, import.meta.url);
  const path = fileURLToPath(url);
  if (existsSync(path)) return url;
  throw new PipelineError('file-unreadable', `${path} is missing; run \`npm run build\` first`, { path });
}
