/** What goes into a graph or comes out of it. */
export interface TensorContract {
  readonly name: string;
  readonly type: 'uint8' | 'float32' | 'int64';
  /** A number for an axis of that length, a letter for one of any length. */
  readonly axes: readonly (number | string)[];
}

/** What every graph of a kind keeps to. */
export interface ModelContract {
  /** In words, e.g. `a detector`. */
  readonly kind: string;
  readonly input: TensorContract;
  /** The outputs that are read; a graph may have more. */
  readonly outputs: readonly TensorContract[];
}

/** What a graph says of a value. The shape holds a string for an axis of any length; it is empty when it is not known. */
export interface TensorFacts {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly (number | string)[];
}

/** A detector: frames in, boxes in pixels of the frame out, ordered by frame, then by falling score. */
export const detectorContract: ModelContract = {
  kind: 'a detector',
  input: { name: 'frames', type: 'uint8', axes: ['N', 'H', 'W', 3] },
  outputs: [
    { name: 'boxes', type: 'float32', axes: ['K', 4] },
    { name: 'scores', type: 'float32', axes: ['K'] },
    { name: 'frame', type: 'int64', axes: ['K'] },
  ],
};

/** An embedder, or a bundle of them: crops of one size in, unit vectors out. */
export const embedderContract: ModelContract = {
  kind: 'an embedder',
  input: { name: 'crops', type: 'uint8', axes: ['N', 'h', 'w', 3] },
  outputs: [{ name: 'features', type: 'float32', axes: ['N', 'length'] }],
};

const guide = 'see docs/guide/bring-your-own-model.md';

/** What is wrong with a graph, as the end of a sentence that begins with its path; nothing when it keeps to the contract. */
export function contractFault(
  { kind, input, outputs }: ModelContract,
  graph: { readonly inputs: readonly TensorFacts[]; readonly outputs: readonly TensorFacts[] },
): string | undefined {
  const [given, ...more] = graph.inputs;
  if (!given || more.length > 0 || given.name !== input.name) {
    return `has inputs ${names(graph.inputs)}; expected ${kind} with one input, ${described(input)}, ${guide}`;
  }
  const missing = outputs.filter(({ name }) => graph.outputs.every((output) => output.name !== name));
  if (missing.length > 0) {
    return `has outputs ${names(graph.outputs)}; expected ${kind} with ${outputs.map(described).join(', ')}, ${guide}`;
  }
  if (given.type !== input.type) {
    const reason = 'the graph does type, mean and deviation by itself';
    return `takes \`${given.name}\` as ${given.type}, expected ${described(input)}: ${reason}, ${guide}`;
  }
  // An input must take every length of a free axis; an output may promise one.
  const isTaken = given.shape.every((length, axis) => fits(length, input.axes[axis]) && !isFixed(length, input, axis));
  if (given.shape.length > 0 && !(isTaken && given.shape.length === input.axes.length)) {
    return `takes \`${given.name}\` of shape ${shape(given)}, expected ${described(input)}, letters of any length, ${guide}`;
  }
  for (const output of outputs) {
    const found = graph.outputs.find(({ name }) => name === output.name);
    const isRight =
      found?.type === output.type &&
      (found.shape.length === 0 || found.shape.length === output.axes.length) &&
      found.shape.every((length, axis) => fits(length, output.axes[axis]));
    if (found && !isRight) {
      return `gives \`${found.name}\` as ${found.type} ${shape(found)}, expected ${described(output)}, ${guide}`;
    }
  }
  return undefined;
}

function fits(length: number | string, wanted: number | string | undefined): boolean {
  return typeof length === 'string' || typeof wanted === 'string' || length === wanted;
}

function isFixed(length: number | string, { axes }: TensorContract, axis: number): boolean {
  return typeof length === 'number' && typeof axes[axis] === 'string';
}

function names(values: readonly TensorFacts[]): string {
  return values.map(({ name }) => `\`${name}\``).join(', ') || 'none';
}

function described({ name, type, axes }: TensorContract): string {
  return `\`${name}\` ${type} [${axes.join(', ')}]`;
}

function shape({ shape: axes }: TensorFacts): string {
  return `[${axes.map((axis) => (axis === '' ? '?' : axis)).join(', ')}]`;
}
