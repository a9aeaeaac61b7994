import { describe, expect, it } from 'vitest';
import { differences } from '../../bench/scenarios/compare-answers.ts';
import { type Answer } from '../../src/core/answer.ts';

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
