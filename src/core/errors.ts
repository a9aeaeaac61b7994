/** Every reason for which the world, as opposed to the caller, can fail us. */
export type FailureCode =
  | 'clip-unreadable'
  | 'dataset-invalid'
  | 'device-unavailable'
  | 'file-unreadable'
  | 'file-unwritable'
  | 'ffmpeg-missing'
  | 'inference-failed'
  | 'library-missing'
  | 'manifest-invalid'
  | 'model-invalid'
  | 'options-invalid'
  | 'picture-unreadable'
  | 'result-invalid'
  | 'store-invalid'
  | 'stream-unreadable';

/** Facts of a {@link PipelineError}, beside its message. */
export interface PipelineErrorOptions extends ErrorOptions {
  /** File or folder that the failure is about. */
  readonly path?: string;
}

/**
 * A failure of the world: a broken file, a missing device, a full disk.
 *
 * The message says what failed, on what, why, and what to do. A mistake of the caller is a `TypeError` instead.
 */
export class PipelineError extends Error {
  /** Reason, for programs. */
  readonly code: FailureCode;
  /** File or folder that the failure is about, if it is about one. */
  readonly path: string | undefined;

  constructor(code: FailureCode, message: string, options: PipelineErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.path = options.path;
  }
}

PipelineError.prototype.name = 'PipelineError';

/** Code of an error of the system, such as `ENOENT`; undefined if it has none. */
export function codeOf(thrown: unknown): string | undefined {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : undefined;
}

/** One-line text of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
