import { createRequire } from 'node:module';

/** Whether LanceDB, an optional peer, can be loaded here; tests of it are skipped where it cannot. */
export const isLanceInstalled: boolean = canResolve('@lancedb/lancedb') && canResolve('apache-arrow');

/** Says in the name of a suite why it is skipped. */
export const onlyWithLance: string = isLanceInstalled
  ? ''
  : ' (skipped: LanceDB is not installed, see CONTRIBUTING.md)';

function canResolve(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
}
