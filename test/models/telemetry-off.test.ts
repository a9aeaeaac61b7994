import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runVitrine } from '../helpers/run-vitrine.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { tinyModels } from '../helpers/tiny-models.ts';
import { writeTinyShop } from '../helpers/tiny-shop.ts';

/** What makes ONNX Runtime silent by itself: this variable, and what machines of continuous integration set. */
const quieteners = Object.keys(process.env).filter((name) =>
  /^(?:ORT_|CI$|CI_|.*_CI$|GITHUB_|GITLAB_|TF_BUILD|BUILD_|JENKINS|TEAMCITY)/u.test(name),
);

let shop: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  shop = await temporaryFolder();
  await writeTinyShop(shop.path);
}, 60_000);
afterAll(() => shop[Symbol.asyncDispose]());

/** Names of what a `match` leaves in the folders for temporary files and for caches. */
async function leftBehind(): Promise<readonly string[]> {
  await using folder = await temporaryFolder();
  await using out = await temporaryFolder();
  const unset = Object.fromEntries(quieteners.map((name) => [name, undefined]));
  const folders = { TMPDIR: folder.path, HOME: folder.path, XDG_CACHE_HOME: folder.path };
  const args = [
    'match',
    shop.path,
    '--out',
    join(out.path, 'run'),
    '--models',
    tinyModels,
    '--device',
    'cpu',
    '--quiet',
  ];
  expect(await runVitrine(args, { env: { ...unset, ...folders } })).toMatchObject({ exitCode: 0, stderr: '' });
  return readdir(folder.path);
}

describe.runIf(process.platform === 'linux')('telemetry of ONNX Runtime', () => {
  // With the variable at 0 there are a log and a file of its session in one of these folders, and a database in the other.
  it('is off', async () => {
    expect(await leftBehind()).toEqual([]);
  }, 60_000);
});
