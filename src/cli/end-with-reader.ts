/**
 * Ends the program when nobody reads what it writes any more, as in `vitrine eval ... | head -1`, with the exit code of a program that a
 * closed pipe ended.
 */
export function endWithReader(stream: NodeJS.WritableStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(141);
    throw error;
  });
}
