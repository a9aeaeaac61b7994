import { basename, join, resolve } from 'node:path';
import { type DatasetPicture } from '../io/dataset.ts';
import { type TrainingRoot } from '../io/training-root.ts';

/** A root and the name that its files and rows have. */
export interface ExportRoot {
  readonly path: string;
  /** Different for each root. */
  readonly key: string;
}

/** One picture, or one clip. */
export interface UnitInput {
  /** Picture name or video id, without extension. */
  readonly name: string;
  readonly path: string;
  /** File of its annotations. */
  readonly annotation: string;
  /** Frame pictures by rising index, where `path` is a folder of them and no clip. */
  readonly stills?: readonly DatasetPicture[] | undefined;
}

/** One item or clip: what is exported, and kept, at once. */
export interface ExportUnit {
  readonly root: ExportRoot;
  readonly side: 'picture' | 'clip';
  /** Item or video id. */
  readonly owner: string;
  /** The pictures of the item, or the clip. */
  readonly inputs: readonly UnitInput[];
}

/** Path of a unit in any of the folders that it is written to: `<root key>/<side>/<owner>`. */
export function unitPath({ root, side, owner }: ExportUnit): string {
  return `${root.key}/${side}/${owner}`;
}

/** The roots with their folder's names as keys; `-2`, `-3` and so on are added to one that is taken. Names that differ in case are one to some file systems. */
export function exportRoots(paths: readonly string[]): readonly ExportRoot[] {
  const taken = new Set<string>();
  return paths.map((path) => {
    const name = basename(resolve(path)) || 'root';
    let key = name;
    for (let count = 2; taken.has(key.toLowerCase()); count += 1) key = `${name}-${count}`;
    taken.add(key.toLowerCase());
    return { path, key };
  });
}

/** The items of a root, then its clips, each with the files that it is made from. */
export function unitsOf(root: ExportRoot, { items, clips }: TrainingRoot): readonly ExportUnit[] {
  return [
    ...items.map(({ id, pictures }) => ({
      root,
      side: 'picture' as const,
      owner: id,
      inputs: pictures.map(({ name, path }) => ({
        name,
        path,
        annotation: join(root.path, 'image_annotation', id, `${name}.json`),
      })),
    })),
    ...clips.map(({ id, path, stills }) => ({
      root,
      side: 'clip' as const,
      owner: id,
      inputs: [{ name: id, path, stills, annotation: join(root.path, 'video_annotation', `${id}.json`) }],
    })),
  ];
}
