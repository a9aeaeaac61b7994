import { type Command } from './command.ts';
import { demoCommand } from './commands/demo.ts';
import { doctorCommand } from './commands/doctor.ts';
import { evalCommand } from './commands/eval.ts';
import { exportCommand } from './commands/export.ts';
import { indexCommand } from './commands/index-items.ts';
import { matchCommand } from './commands/match.ts';
import { rematchCommand } from './commands/rematch.ts';
import { synthCommand } from './commands/synth.ts';
import { watchCommand } from './commands/watch.ts';

/** Every command, in the order of the help text. */
export const allCommands: readonly Command[] = [
  matchCommand,
  rematchCommand,
  evalCommand,
  indexCommand,
  watchCommand,
  synthCommand,
  exportCommand,
  demoCommand,
  doctorCommand,
];
