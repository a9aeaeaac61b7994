import { findNodeAtLocation, type Node, parseTree } from 'jsonc-parser';

/** Keys and list places that lead from the top of a JSON document to a value. */
export type JsonPath = readonly (string | number)[];

/** A value that was read from a JSON document and where it stands in it. */
export interface Placed<T> {
  readonly at: JsonPath;
  readonly value: T;
}

/**
 * Says where values stand in a JSON document, in words: `line 12, frames[1].annotations[3]`; nothing for the document itself.
 *
 * The document is parsed with positions when the first of them is asked for, since most have no fault to point at.
 */
export function jsonPositions(text: string): (at: JsonPath) => string {
  let tree: Node | undefined;
  return (at) => {
    if (at.length === 0) return '';
    tree ??= parseTree(text);
    const node = tree && findNodeAtLocation(tree, [...at]);
    const name = at.reduce<string>(
      (path, key) => path + (typeof key === 'number' ? `[${key}]` : `${path === '' ? '' : '.'}${key}`),
      '',
    );
    return node ? `line ${text.slice(0, node.offset).split('\n').length}, ${name}` : name;
  };
}
