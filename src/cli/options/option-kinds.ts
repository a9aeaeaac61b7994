import { type Options } from 'yargs';

/** An option that takes a number and always has one. */
export interface NumberOption extends Options {
  readonly type: 'number';
  readonly default: number;
}

/** An option that takes text and may be left out. */
export interface TextOption extends Options {
  readonly type: 'string';
}

/** A switch. */
export interface FlagOption extends Options {
  readonly type: 'boolean';
  readonly default: false;
}
