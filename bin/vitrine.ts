#!/usr/bin/env -S MALLOC_MMAP_THRESHOLD_=131072 node
// glibc gives memory from this size on back at once, in place of keeping holes of what pictures and models took: 150 of 690 MB of a match less, and no more after
// a thousand clips than after a hundred. It has to be in the environment before the program starts.
import { setFlagsFromString } from 'node:v8';
import { endWithReader } from '../src/cli/end-with-reader.ts';
import { main } from '../src/cli/main.ts';

// By itself V8 collects garbage as soon as its heap has grown by a tenth, which here is 2 MB of 16 and several times a second: 3 % of the CPU time of a match.
// Growing by half it still does so 40 times while the items' pictures are read, whose pixels count, for 1.4 s of a match of 33; by one and a half, for 0.4 s and
// as much memory. Growing fivefold was no faster, and the pictures' pixels, garbage after the first seconds, stayed until the end: 66 MB of 584 after 400 clips.
setFlagsFromString('--heap-growing-percent=150');

endWithReader(process.stdout);
endWithReader(process.stderr);
process.exitCode = await main(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: () => process.stdin,
});
