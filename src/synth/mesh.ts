/**
 * A grid of `columns x rows` quads over a whole texture. Vertices are stored row by row, `columns + 1` in a row; vertex (0, 0) is the
 * texture's top left corner.
 */
export interface Mesh {
  readonly columns: number;
  readonly rows: number;
  /** x and y of each vertex in pixels of the canvas. */
  readonly points: Float32Array;
  /** Factor for the colour at each vertex; 1 leaves it. */
  readonly light: Float32Array;
}

/** Where a vertex goes, and how it is lit. */
export type Place = readonly [x: number, y: number, light: number];

/** Makes a mesh by placing each vertex; `u` and `v` run from 0 to 1 across and down the texture. */
export function createMesh(columns: number, rows: number, place: (u: number, v: number) => Place): Mesh {
  const points = new Float32Array((columns + 1) * (rows + 1) * 2);
  const light = new Float32Array((columns + 1) * (rows + 1));
  for (let row = 0, at = 0; row <= rows; row++) {
    for (let column = 0; column <= columns; column++, at++) {
      const [x, y, lit] = place(column / columns, row / rows);
      points[at * 2] = x;
      points[at * 2 + 1] = y;
      light[at] = lit;
    }
  }
  return { columns, rows, points, light };
}

/** The same mesh moved by `dx`, `dy`. */
export function movedMesh(mesh: Mesh, dx: number, dy: number): Mesh {
  return { ...mesh, points: mesh.points.map((value, index) => value + (index % 2 === 0 ? dx : dy)) };
}
