import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { messageOf, PipelineError } from '../core/errors.ts';

/** An ffmpeg that was run once and answered. */
export interface Ffmpeg {
  /** Absolute path, or the value of `FFMPEG_PATH` as it was given. */
  readonly path: string;
  /** As ffmpeg calls itself, e.g. `7.1.1` or `N-47683-g0e8eb07980-static`. */
  readonly version: string;
  /** Where it was found. */
  readonly origin: 'FFMPEG_PATH' | 'PATH' | 'bundled';
}

/** Options of {@link findFfmpeg}. */
export interface FindFfmpegOptions {
  /** Variables that are looked at: `FFMPEG_PATH` and `PATH`. @defaultValue `process.env` */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Binary of the registry package; undefined means that there is none. @defaultValue the one that is installed */
  readonly bundledPath?: string | undefined;
}

interface Probe {
  readonly version: string;
  /** Version of libavcodec as one comparable number. Builds name themselves freely; this number only ever grows. */
  readonly age: number;
}

/**
 * Chooses the ffmpeg that decodes and writes clips: `FFMPEG_PATH` if it is set; else one on `PATH` that is newer than the one
 * that comes with the project; else that one. "Newer" compares the versions of libavcodec.
 *
 * @throws {@link PipelineError} `ffmpeg-missing` if `FFMPEG_PATH` does not work, or if there is none at all.
 */
export async function findFfmpeg(options: FindFfmpegOptions = {}): Promise<Ffmpeg> {
  const { env = process.env } = options;
  const bundledPath = 'bundledPath' in options ? options.bundledPath : installedBinary();
  const chosen = env['FFMPEG_PATH'];
  if (chosen !== undefined && chosen !== '') {
    const { version } = await probe(chosen).catch((error: unknown) => {
      throw new PipelineError(
        'ffmpeg-missing',
        `FFMPEG_PATH is ${chosen}, which does not run as an ffmpeg (${firstLine(error)}); correct it or unset it`,
        { path: chosen, cause: error },
      );
    });
    return { path: chosen, version, origin: 'FFMPEG_PATH' };
  }

  const onPath = await searchPath(env['PATH'] ?? '');
  const [found, bundled] = await Promise.all([
    onPath === undefined ? undefined : probe(onPath).catch(() => undefined),
    bundledPath === undefined ? undefined : probe(bundledPath).catch(() => undefined),
  ]);
  if (onPath !== undefined && found && found.age > (bundled?.age ?? -1)) {
    return { path: onPath, version: found.version, origin: 'PATH' };
  }
  if (bundledPath !== undefined && bundled) return { path: bundledPath, version: bundled.version, origin: 'bundled' };
  throw new PipelineError(
    'ffmpeg-missing',
    `No ffmpeg was found for ${process.platform} ${process.arch}; install ffmpeg, or set FFMPEG_PATH to one`,
  );
}

function installedBinary(): string | undefined {
  const require = createRequire(import.meta.url);
  try {
    const installer: unknown = require('@ffmpeg-installer/ffmpeg');
    const isKnown = typeof installer === 'object' && installer !== null && 'path' in installer;
    return isKnown && typeof installer.path === 'string' ? installer.path : undefined;
  } catch {
    return undefined; // The package throws when it is loaded on a platform that it has no binary for.
  }
}

async function searchPath(path: string): Promise<string | undefined> {
  const name = process.platform === 'win32' ? 'ffmpeg.exe' : 'ffmpeg';
  for (const folder of path.split(delimiter)) {
    if (folder === '') continue;
    const candidate = join(folder, name);
    const isThere = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return candidate;
  }
  return undefined;
}

async function probe(path: string): Promise<Probe> {
  const { stdout } = await promisify(execFile)(path, ['-version'], { timeout: 20_000, windowsHide: true });
  const version = /^ffmpeg version (\S+)/u.exec(stdout)?.[1];
  const codec = /^libavcodec\s+(\d+)\.\s*(\d+)\.\s*(\d+)/mu.exec(stdout);
  if (version === undefined || codec === null) throw new Error('it does not answer -version as ffmpeg does');
  return { version, age: (Number(codec[1]) * 1000 + Number(codec[2])) * 1000 + Number(codec[3]) };
}

function firstLine(error: unknown): string {
  return messageOf(error).split('\n', 1)[0] ?? '';
}
