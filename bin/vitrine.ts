#!/usr/bin/env -S MALLOC_MMAP_THRESHOLD_=131072 node
// glibc gives memory from this size on back at once, in place of keeping holes of what pictures and models took: 150 of 690 MB of a match less, and no more after
// a thousand clips than after a hundred. It has to be in the environment before the program starts.
import { setFlagsFromString } from 'node:v8';
import { endWithReader } from '../src/cli/end-with-reader.ts';
import { main } from '../src/cli/main.ts';

// By itself V8 collects garbage as soon as its heap has grown by a tenth, which here is 2 MB of 16 and several times a second: 3 % of the CPU time of a match.
// A heap that may grow by half is as fast as one that may grow fivefold, and pictures' pixels, garbage after the first seconds, do not stay until the end: 66 MB of
// 584 in this process after 400 clips.
setFlagsFromString('--heap-growing-percent=50');

endWithReader(process.stdout);
endWithReader(process.stderr);
process.exitCode = await main(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: () => process.stdin,
});
