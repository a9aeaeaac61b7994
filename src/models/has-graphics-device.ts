import { existsSync } from 'node:fs';

/** Device files of which Linux has at least one where a GPU can compute; `dxg` is the one of Windows' subsystem. */
export const graphicsFiles: readonly string[] = ['/dev/dri', '/dev/nvidiactl', '/dev/dxg'];

/** Whether it is worth a second of CPU to start the probes. Always true where there is no cheap way to tell. */
export function hasGraphicsDevice(
  platform: string = process.platform,
  exists: typeof existsSync = existsSync,
): boolean {
  return platform !== 'linux' || graphicsFiles.some((file) => exists(file));
}
