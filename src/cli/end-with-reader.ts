/**
 * Ends the program when nobody reads what it writes any more, as in `vitrine eval ... | head -1`, with the exit code of a program that a
 * closed pipe ended. What cannot be written for another reason, as on a full disk, is told in one line, with exit code 1.
 */
export function endWithReader(stream: NodeJS.WritableStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(141);
    if (stream !== process.stderr) process.stderr.write(`vitrine: Cannot write the output: ${error.message}\n`);
    process.exit(1);
  });
}
