/** The command line asks for something that cannot be meant: one line to the user, exit code 2. */
export class UsageError extends Error {}

UsageError.prototype.name = 'UsageError';
