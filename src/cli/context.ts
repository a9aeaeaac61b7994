/** A stream that may be a terminal. */
export type TerminalStream = NodeJS.WritableStream & {
  readonly isTTY?: boolean | undefined;
  /** Width in characters; absent where it is no terminal. */
  readonly columns?: number | undefined;
};

/** Where frames are piped in. */
export type InputStream = AsyncIterable<Uint8Array> & { readonly isTTY?: boolean | undefined };

/** Where a command writes: data to `stdout`, progress and messages to `stderr`. */
export interface CliStreams {
  readonly stdout: TerminalStream;
  readonly stderr: TerminalStream;
  /** Opened by the commands that read it, and by no other. */
  readonly stdin: () => InputStream;
}

/** What a command gets besides its arguments. */
export interface CliContext extends CliStreams {
  /** Aborts at the first Ctrl-C. */
  readonly signal: AbortSignal;
}
