import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** Every file under a folder with its bytes, by path; those of which `skip` is true are left out. */
export async function filesOf(
  folder: string,
  skip: (path: string) => boolean = () => false,
): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const names = paths.map((path) => relative(folder, path)).filter((name) => !skip(name));
  const contents = await Promise.all(names.toSorted().map((name) => readFile(join(folder, name), 'latin1')));
  return new Map(names.toSorted().map((name, place) => [name, contents[place] ?? '']));
}
