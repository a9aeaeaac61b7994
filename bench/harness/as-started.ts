import { chmod } from 'node:fs/promises';

/** Lets a script of ours be started by its first line, as a package manager does when it installs it, and not by `node <script>`. */
export async function asStarted(script: string): Promise<string> {
  await chmod(script, 0o755);
  return script;
}
