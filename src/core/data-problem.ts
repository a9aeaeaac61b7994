/** Something that is wrong with the data, and with which file. */
export interface DataProblem {
  readonly path: string;
  /** Where in the file, if it is about a part of it, and what: `line 3, annotations[1]: no usable box: [4,4,4,9]`. */
  readonly problem: string;
}
