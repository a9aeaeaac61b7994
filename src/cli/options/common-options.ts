import { type FlagOption } from './option-kinds.ts';

/** Print the data of the command as one JSON document on stdout. */
export const jsonOption: FlagOption = { type: 'boolean', default: false, describe: 'Print JSON on stdout' };

/** Leave the progress display out. */
export const quietOption: FlagOption = {
  type: 'boolean',
  default: false,
  alias: 'q',
  describe: 'No progress, only failures',
};
