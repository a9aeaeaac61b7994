import { describe, expect, it } from 'vitest';
import { defaultMatching } from '../../src/core/defaults.ts';
import { claimClip, type Vote } from '../../src/matching/claim-clip.ts';
import { type BoxSketch, galleryBox, queryBox } from '../helpers/boxes.ts';

/** A box of item `i` that found a box of clip `clip` at distance `d`. */
function vote(
  clip: string,
  d: number,
  { query = {}, hit = {} }: { query?: Partial<BoxSketch>; hit?: Partial<BoxSketch> } = {},
): Vote {
  return {
    query: queryBox({ id: 'i', ...query }),
    nearest: { box: galleryBox({ id: clip, ...hit }), distance: d },
  };
}

const all = { ...defaultMatching, quantile: 1, voteShare: 0 };

describe('claimClip', () => {
  it.each([
    {
      why: 'an item with one box keeps it, although it is not below its own quantile',
      votes: [vote('v', 0.5)],
      options: defaultMatching,
      clip: 'v',
      distance: 0.5,
    },
    {
      why: 'an item with one box never matches when nothing has to be kept',
      votes: [vote('v', 0.5)],
      options: { ...defaultMatching, keepAtLeast: 0 },
      clip: undefined,
    },
    {
      why: 'equal distances are not below their quantile: one is kept',
      votes: [vote('b', 0.5, { query: { frame: '1' } }), vote('a', 0.5, { query: { frame: '0' } })],
      options: defaultMatching,
      clip: 'a',
      distance: 0.5,
    },
    {
      // Quantile 0.28 of 0.1, 0.2, 0.3, 0.4 lies at 0.184: only 0.1 is below.
      why: 'only boxes below the 0.28 quantile vote',
      votes: [vote('far', 0.2), vote('far', 0.3), vote('far', 0.4), vote('near', 0.1)],
      options: defaultMatching,
      clip: 'near',
      distance: 0.1,
    },
    {
      // Kept 3 (0.9 is not below itself), half of it is 1.5, rounded to the even 2: `lone` with one vote is out.
      why: 'a clip needs half of the kept votes',
      votes: [vote('lone', 0.1), vote('pair', 0.4), vote('pair', 0.5), vote('x', 0.9)],
      options: { ...all, voteShare: 0.5 },
      clip: 'pair',
      distance: 0.45,
    },
    {
      // Kept 5, half of it is 2.5, rounded to the even 2: two votes are enough, three would be with half rounded up.
      why: 'half of the votes is rounded to even',
      votes: [
        vote('two', 0.1),
        vote('two', 0.1),
        vote('three', 0.2),
        vote('three', 0.2),
        vote('three', 0.2),
        vote('x', 0.9),
      ],
      options: { ...all, voteShare: 0.5 },
      clip: 'two',
      distance: 0.1,
    },
    {
      why: 'of several clips the one with the smallest mean wins, not the farthest and not the one with most votes',
      votes: [vote('a', 0.1), vote('a', 0.5), vote('b', 0.2), vote('b', 0.25), vote('c', 0.4), vote('x', 0.9)],
      options: all,
      clip: 'b',
      distance: 0.225,
    },
    {
      why: 'equal means: the smaller single distance wins',
      votes: [vote('a', 0.25), vote('a', 0.25), vote('b', 0.125), vote('b', 0.375), vote('x', 0.9)],
      options: all,
      clip: 'b',
      distance: 0.25,
    },
    {
      why: 'equal means and single distances: the lower video id by code unit wins',
      votes: [vote('9', 0.25), vote('10', 0.25), vote('x', 0.9)],
      options: all,
      clip: '10',
      distance: 0.25,
    },
    { why: 'no boxes, no answer', votes: [], options: defaultMatching, clip: undefined },
  ])('$why', ({ votes, options, clip, distance }) => {
    const claim = claimClip(votes, options);
    expect(claim?.videoId).toBe(clip);
    expect(claim?.distance.toFixed(12)).toBe(distance?.toFixed(12));
    expect(claimClip([...votes].reverse(), options)?.videoId).toBe(clip);
  });

  it('takes picture and item box from the surest box that voted for the winner', () => {
    const votes = [
      vote('v', 0.1, { query: { frame: '2', score: 0.95, box: [2, 2, 5, 5] } }),
      vote('v', 0.3, { query: { frame: '3', score: 0.97, box: [3, 3, 5, 5] } }),
      vote('w', 0.4, { query: { frame: '4', score: 0.99, box: [4, 4, 5, 5] } }),
      vote('v', 0.9, { query: { frame: '5', score: 1, box: [5, 5, 6, 6] } }), // Not kept.
    ];
    expect(claimClip(votes, all)).toMatchObject({ itemId: 'i', imgName: '3', itemBox: [3, 3, 5, 5] });
  });

  it('takes the lower picture name, then the lower box index, of equally sure boxes', () => {
    const votes = [
      vote('v', 0.3, { query: { frame: '9', boxIndex: 0, box: [1, 1, 2, 2] } }),
      vote('v', 0.2, { query: { frame: '10', boxIndex: 1, box: [3, 3, 4, 4] } }),
      vote('v', 0.1, { query: { frame: '10', boxIndex: 0, box: [2, 2, 4, 4] } }),
      vote('x', 0.9),
    ];
    expect(claimClip(votes, all)).toMatchObject({ imgName: '10', itemBox: [2, 2, 4, 4] });
  });

  it('takes the frame from the surest box that was found, whoever found it', () => {
    const votes = [
      vote('v', 0.1, { query: { score: 1 }, hit: { frame: '80', score: 0.96, box: [1, 1, 2, 2] } }),
      vote('v', 0.2, { query: { score: 0.91 }, hit: { frame: '300', score: 0.98, box: [3, 3, 4, 4] } }),
      vote('v', 0.3, { query: { score: 0.92 }, hit: { frame: '100', score: 0.98, box: [2, 2, 4, 4] } }),
      vote('x', 0.9, { hit: { frame: '90', score: 1 } }),
    ];
    expect(claimClip(votes, all)).toMatchObject({ frameIndex: 100, frameBox: [2, 2, 4, 4] });
  });
});
