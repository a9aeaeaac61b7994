import { describe, expect, it } from 'vitest';
import { loadLance } from '../../src/io/load-lance.ts';

describe('loadLance', () => {
  it.each([{ names: ['@lancedb/nothing', 'node:fs'] }, { names: ['node:fs', 'apache-nothing'] }] as const)(
    'says what to install when one of $names is missing',
    async ({ names }) => {
      const loading = loadLance(names);
      await expect(loading).rejects.toMatchObject({ code: 'library-missing' });
      await expect(loading).rejects.toThrow(
        /^An approximate index needs LanceDB, which cannot be loaded: .*nothing.*`npm install @lancedb\/lancedb@0\.37\.1 apache-arrow@18\.1\.0`/u,
      );
    },
  );
});
