/**
 * What a command's end means to the shell.
 *
 * 0 done, 1 failed, 2 usage (also a folder that is missing or has nothing to read, or that holds something where a new one is to be made), 3 done but some inputs failed, 130 interrupted.
 * A reader that leaves ends the program with 141, see `endWithReader`.
 */
export type ExitCode = 0 | 1 | 2 | 3 | 130;
