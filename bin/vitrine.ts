#!/usr/bin/env node
import { endWithReader } from '../src/cli/end-with-reader.ts';
import { main } from '../src/cli/main.ts';

endWithReader(process.stdout);
endWithReader(process.stderr);
process.exitCode = await main(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: () => process.stdin,
});
