import { describe, expect, it } from 'vitest';
import { type Match } from '../../src/core/match.ts';
import { settleClaims } from '../../src/matching/settle-claims.ts';

function claim(videoId: string, itemId: string, distance: number): Match {
  return { videoId, itemId, distance, imgName: '0', itemBox: [0, 0, 1, 1], frameIndex: 80, frameBox: [0, 0, 1, 1] };
}

describe('settleClaims', () => {
  it.each([
    { why: 'the nearest item gets the clip', claims: [claim('v', 'b', 0.2), claim('v', 'a', 0.3)], kept: ['v b'] },
    { why: 'on a tie the lower item id does', claims: [claim('v', '9', 0.2), claim('v', '10', 0.2)], kept: ['v 10'] },
    { why: 'a pair at the limit goes', claims: [claim('v', 'a', 1.12), claim('w', 'b', 1.1199)], kept: ['w b'] },
    {
      why: 'the loser of a clip whose winner is too far does not get it',
      claims: [claim('v', 'a', 1.2), claim('v', 'b', 1.3)],
      kept: [],
    },
    {
      why: 'clips come by id',
      claims: [claim('b', 'x', 0), claim('B', 'y', 0), claim('a', 'z', 0)],
      kept: ['B y', 'a z', 'b x'],
    },
  ])('$why', ({ claims, kept }) => {
    const names = (order: readonly Match[]): readonly string[] =>
      settleClaims(order, 1.12).map(({ videoId, itemId }) => `${videoId} ${itemId}`);
    expect(names(claims)).toEqual(kept);
    expect(names([...claims].reverse())).toEqual(kept);
  });
});
