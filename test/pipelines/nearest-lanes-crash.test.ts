import { describe, expect, it, vi } from 'vitest';
import { matchBoxes } from '../../src/matching/match-boxes.ts';
import { nearestLanes } from '../../src/pipelines/nearest-lanes.ts';
import { galleryBox, queryBox } from '../helpers/boxes.ts';

/** The program of the lanes' threads, in place of the real one. */
const program = vi.hoisted(() => ({ text: '' }));
vi.mock('../../src/core/entry-url.ts', () => ({
  entryUrl: () => new URL(`data:text/javascript,${encodeURIComponent(program.text)}`),
}));

const sides = { queries: [queryBox({ id: 'i' })], gallery: [galleryBox({ id: 'v' })] };

describe('matchBoxes on lanes', () => {
  it.each([
    { when: 'it starts', text: 'throw new Error("no memory")', says: 'its thread broke: no memory' },
    {
      when: 'it looks at a block',
      text: `import { parentPort } from 'node:worker_threads';
        parentPort.on('message', ({ kind }) => { if (kind === 'seek') parentPort.postMessage({ kind: 'done' }); else process.exit(7); });`,
      says: 'its thread ended with code 7',
    },
  ])('fails when a lane breaks as $when', async ({ text, says }) => {
    program.text = text;
    await using search = nearestLanes({ threads: 1, idleProducts: 0 });
    await expect(matchBoxes({ ...sides, search })).rejects.toMatchObject({
      code: 'inference-failed',
      message: `The search failed: ${says}`,
    });
  });
});
