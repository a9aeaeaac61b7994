import { describe, expect, it } from 'vitest';
import { type Answer, type AnswerPair } from '../../src/core/answer.ts';
import { judgeAnswer } from '../../src/matching/judge-answer.ts';
import { scoreResult } from '../../src/matching/score-result.ts';
import { garment, truthOf } from '../helpers/truth.ts';

const top = 20004101;
const skirt = 20004102;

// Item 41 is an outfit of top and skirt, 42 has a garment that clip w shows.
const truth = truthOf(
  {
    '41': {
      both: [garment(top, [0, 0, 10, 10]), garment(skirt, [0, 10, 10, 20])],
      top: [garment(top, [0, 0, 10, 10]), garment(0, [50, 50, 60, 60])],
      plain: [garment(0)],
    },
    '42': { '0': [garment(20004201)] },
  },
  {
    v: {
      80: [garment(top, [0, 0, 10, 10]), garment(0, [90, 90, 99, 99])],
      100: [garment(top), garment(skirt, [0, 10, 10, 20])],
      140: [garment(0)],
      160: [],
      400: [garment(top)],
    },
    w: { 80: [garment(20004201)] },
    decoy: { 80: [garment(0)] },
    silent: {},
  },
);

function pair(imgName: string, itemBox: AnswerPair['itemBox'] = [0, 0, 10, 10]): AnswerPair {
  return { imgName, itemBox, frameBox: [0, 0, 10, 10] };
}

function answer(videoId: string, itemId: string, frameIndex: number, pairs: readonly AnswerPair[]): Answer {
  return { videoId, itemId, frameIndex, pairs };
}

describe('judgeAnswer', () => {
  it.each([
    { why: 'all right', of: answer('v', '41', 80, [pair('top')]), hits: 'S1 S2 S3' },
    { why: 'another item', of: answer('v', '42', 80, [pair('0')]), hits: '' },
    { why: 'an item that nobody has', of: answer('v', '43', 80, [pair('0')]), hits: '' },
    { why: 'a clip without counterpart', of: answer('decoy', '41', 80, [pair('top')]), hits: '' },
    { why: 'a clip without annotations', of: answer('silent', '41', 80, [pair('top')]), hits: '' },
    { why: 'a picture without the piece', of: answer('v', '41', 80, [pair('plain')]), hits: 'S1' },
    { why: 'a picture that the item does not have', of: answer('v', '41', 80, [pair('none')]), hits: 'S1' },
    { why: 'a box beside the piece', of: answer('v', '41', 80, [pair('top', [20, 0, 30, 10])]), hits: 'S1 S2' },
    {
      why: 'a box on a garment without counterpart',
      of: answer('v', '41', 80, [pair('top', [50, 50, 60, 60])]),
      hits: 'S1 S2',
    },
    { why: 'an overlap of exactly one half', of: answer('v', '41', 80, [pair('top', [0, 0, 10, 20])]), hits: 'S1 S2' },
    { why: 'an overlap above one half', of: answer('v', '41', 80, [pair('top', [0, 0, 10, 19])]), hits: 'S1 S2 S3' },
    { why: 'two pieces and a picture of one', of: answer('v', '41', 100, [pair('top')]), hits: 'S1' },
    { why: 'two pieces and a picture of both', of: answer('v', '41', 100, [pair('both')]), hits: 'S1 S2 S3' },
    {
      why: 'two pieces, each right in one of two pictures',
      of: answer('v', '41', 100, [pair('top', [0, 0, 10, 10]), pair('both', [0, 10, 10, 20])]),
      hits: 'S1 S2 S3',
    },
    {
      why: 'two pieces, the one picture of the second with a wrong box',
      of: answer('v', '41', 100, [pair('top'), pair('both', [50, 0, 60, 10])]),
      hits: 'S1 S2',
    },
    { why: 'a frame with other garments only', of: answer('v', '41', 140, [pair('top')]), hits: 'S1' },
    { why: 'a frame annotated as empty', of: answer('v', '41', 160, [pair('top')]), hits: 'S1' },
    { why: 'the nearest annotated frame', of: answer('v', '41', 91, [pair('top')]), hits: 'S1' },
    { why: 'the earlier of two frames equally near', of: answer('v', '41', 90, [pair('top')]), hits: 'S1 S2 S3' },
    { why: 'a frame after the last annotated one', of: answer('v', '41', 999, [pair('top')]), hits: 'S1 S2 S3' },
  ])('$why: $hits', ({ of, hits }) => {
    const { s1, s2, s3 } = judgeAnswer(of, truth);
    expect([s1 && 'S1', s2 && 'S2', s3 && 'S3'].filter(Boolean).join(' ')).toBe(hits);
  });

  it.each([
    { why: 'the nearest piece of the frame', frame: 100, frameBox: [0, 10, 10, 15], ious: [0.5] },
    { why: 'no garment without counterpart', frame: 80, frameBox: [90, 90, 99, 99], ious: [0] },
    { why: 'nothing in a frame without a piece', frame: 140, frameBox: [0, 0, 10, 10], ious: [] },
    { why: 'nothing in a frame that is not annotated', frame: 81, frameBox: [0, 0, 10, 10], ious: [] },
  ] as const)('compares the frame box with $why', ({ frame, frameBox, ious }) => {
    const of = answer('v', '41', frame, [{ imgName: 'top', itemBox: [0, 0, 1, 1], frameBox }]);
    expect(judgeAnswer(of, truth).frameIous).toEqual(ious);
  });
});

describe('scoreResult', () => {
  it('counts hits by answers and by clips with a counterpart', () => {
    const scores = scoreResult(
      [
        answer('v', '41', 80, [pair('top', [20, 0, 30, 10])]),
        answer('w', '42', 80, [pair('0')]),
        answer('decoy', '41', 80, [pair('top')]),
      ],
      truth,
    );
    expect(scores).toEqual({
      answers: 3,
      clipsWithCounterpart: 2,
      s1: { hits: 2, precision: 2 / 3, recall: 1, f1: 0.8 },
      s2: { hits: 2, precision: 2 / 3, recall: 1, f1: 0.8 },
      s3: { hits: 1, precision: 1 / 3, recall: 0.5, f1: expect.closeTo(0.4, 12) },
      final: expect.closeTo(0.2 * 0.8 + 0.6 * 0.8 + 0.2 * 0.4, 12),
      frameBox: { judged: 2, meanIou: 1, above50: 1 },
    });
  });

  it('is 0 without answers, and without clips', () => {
    const none = { hits: 0, precision: 0, recall: 0, f1: 0 };
    const frameBox = { judged: 0, meanIou: 0, above50: 0 };
    expect(scoreResult([], truth)).toMatchObject({ s1: none, s2: none, s3: none, final: 0, frameBox });
    expect(scoreResult([], truthOf({}, {}))).toMatchObject({ clipsWithCounterpart: 0, s1: none, final: 0 });
  });

  it('weighs the three scores', () => {
    const pieces = scoreResult([answer('v', '41', 80, [pair('plain')])], truth);
    expect(pieces.s1.f1).toBeCloseTo(2 / 3, 12);
    expect(pieces.final).toBeCloseTo(0.2 * (2 / 3), 12);
  });
});
