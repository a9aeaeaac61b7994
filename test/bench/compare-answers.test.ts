import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compareItems, differences } from '../../bench/scenarios/compare-answers.ts';
import { type Answer } from '../../src/core/answer.ts';
import { type Match } from '../../src/core/match.ts';
import { writeResult } from '../../src/io/result-file.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const answer: Answer = {
  videoId: 'v1',
  itemId: '001',
  frameIndex: 80,
  pairs: [{ imgName: '0', itemBox: [1, 2, 30, 40], frameBox: [5, 6, 70, 80] }],
};
const [pair] = answer.pairs;

describe('differences', () => {
  it.each([
    { what: 'the same answer', given: [answer], faults: 0 },
    { what: 'a pixel', given: [{ ...answer, pairs: [{ ...pair!, itemBox: [1, 3, 30, 40] as const }] }], faults: 0 },
    { what: 'two pixels', given: [{ ...answer, pairs: [{ ...pair!, frameBox: [5, 8, 70, 80] as const }] }], faults: 1 },
    { what: 'another item', given: [{ ...answer, itemId: '002' }], faults: 1 },
    { what: 'another frame', given: [{ ...answer, frameIndex: 100 }], faults: 1 },
    { what: 'another picture', given: [{ ...answer, pairs: [{ ...pair!, imgName: '1' }] }], faults: 1 },
    { what: 'no answer', given: [], faults: 1 },
    { what: 'one too many', given: [answer, { ...answer, videoId: 'v2' }], faults: 1 },
    { what: 'another clip', given: [{ ...answer, videoId: 'v2' }], faults: 2 },
  ])('finds $faults in $what', ({ given, faults }) => {
    expect(differences([answer], given)).toHaveLength(faults);
  });
});

describe('compareItems', () => {
  const match: Match = {
    videoId: 'v1',
    itemId: '001',
    imgName: '0',
    itemBox: [1, 2, 30, 40],
    frameIndex: 80,
    frameBox: [5, 6, 70, 80],
    distance: 0.5,
  };

  it.each([
    { what: 'another frame and box', given: [{ ...match, frameIndex: 100, frameBox: [0, 0, 9, 9] as const }] },
    { what: 'another item', given: [{ ...match, itemId: '002' }], fault: '002 for 001 in v1' },
    { what: 'no answer', given: [], fault: 'undefined for 001 in v1' },
    { what: 'one too many', given: [match, { ...match, videoId: 'v2' }], fault: '001 for undefined in v2' },
  ])('judges $what', async ({ given, fault }) => {
    await using folder = await temporaryFolder();
    const [ours, theirs] = [join(folder.path, 'ours.json'), join(folder.path, 'theirs.json')];
    await Promise.all([writeResult(ours, [match]), writeResult(theirs, given)]);
    const said = await compareItems(ours, theirs).catch((error: unknown) => String(error));
    expect(said).toContain(fault ?? 'the same items for 1 clips');
  });
});
