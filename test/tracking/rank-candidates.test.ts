import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type GalleryHit } from '../../src/core/gallery.ts';
import { rankCandidates } from '../../src/tracking/rank-candidates.ts';
import { queryBox } from '../helpers/boxes.ts';

const bounds = { evenDistance: 0.95, temperature: 0.06, picturesOf: (): number => 1 };

function hit(id: string, distance: number, frame = '0'): GalleryHit {
  return { box: queryBox({ id, frame, box: [1, 2, 3, 4] }), distance };
}

describe('rankCandidates', () => {
  it('has nothing to say of an empty index', () => {
    expect(rankCandidates([], bounds)).toEqual([]);
  });

  it('says where an item was seen, how far it is and how likely', () => {
    const [candidate] = rankCandidates([hit('000041', 0.95, '2')], bounds);
    expect(candidate).toEqual({
      item: '000041',
      picture: '2',
      pictureBox: [1, 2, 3, 4],
      distance: 0.95,
      confidence: 0.5,
    });
  });

  it.each([
    { what: 'as likely as none of them at the even distance', distances: [0.95], confidences: [1 / 2] },
    { what: 'e times less likely a temperature farther', distances: [0.95 + 0.06], confidences: [1 / (1 + Math.E)] },
    {
      what: 'e times more likely a temperature nearer',
      distances: [0.95 - 0.06],
      confidences: [Math.E / (1 + Math.E)],
    },
    { what: 'alike when two share', distances: [0.95, 0.95], confidences: [1 / 3, 1 / 3] },
    { what: 'sure when it is near and alone', distances: [0.1, 1.9], confidences: [1, 0] },
    { what: 'in doubt when two are as near', distances: [0.1, 0.1], confidences: [0.5, 0.5] },
    { what: 'unlikely when nothing is near', distances: [3.9], confidences: [0] },
  ])('makes an item $what', ({ distances, confidences }) => {
    const ranked = rankCandidates(
      distances.map((distance, place) => hit(`${place}`, distance)),
      bounds,
    );
    for (const [place, confidence] of confidences.entries())
      expect(ranked[place]?.confidence).toBeCloseTo(confidence, 5);
  });

  it('takes the nearest picture of each item', () => {
    const ranked = rankCandidates([hit('b', 0.3, '1'), hit('b', 0.4, '2'), hit('a', 0.4), hit('b', 0.5, '0')], bounds);
    expect(ranked.map(({ item, picture, distance }) => [item, picture, distance])).toEqual([
      ['b', '1', 0.3],
      ['a', '0', 0.4],
    ]);
  });

  it.each([
    { what: 'as far as its two nearest pictures on average', second: hit('a', 0.5, '1'), pictures: 3, distance: 0.4 },
    { what: 'by two pictures, and not two boxes of one', second: hit('a', 0.5, '0'), pictures: 3, distance: 0.6 },
    { what: 'no nearer than the last hit where its second is none', second: hit('b', 0.5), pictures: 2, distance: 0.6 },
    { what: 'as far as its picture where it has one alone', second: hit('b', 0.5), pictures: 1, distance: 0.3 },
  ])('takes an item $what', ({ second, pictures, distance }) => {
    const ranked = rankCandidates([hit('a', 0.3, '0'), second, hit('c', 0.9)], {
      ...bounds,
      picturesOf: () => pictures,
    });
    expect(ranked.find(({ item }) => item === 'a')).toMatchObject({ picture: '0' });
    expect(ranked.find(({ item }) => item === 'a')?.distance).toBeCloseTo(distance, 9);
  });

  it('takes the first of pictures that are as near, and the lower of items that are', () => {
    const hits = [hit('9', 0.3, '1'), hit('9', 0.3, '0'), hit('10', 0.3, '4'), hit('B', 0.3), hit('b', 0.3)];
    const ranked = rankCandidates(hits, bounds);
    expect(ranked.map(({ item, picture }) => `${item}/${picture}`)).toEqual(['10/4', '9/1', 'B/0', 'b/0']);
  });

  it('divides 1 between the items and none of them, the nearer the more, at any temperature', () => {
    const hits = fc.array(
      fc.record({ id: fc.constantFrom('1', '2', '10', 'b'), distance: fc.double({ min: 0, max: 4, noNaN: true }) }),
      { maxLength: 12 },
    );
    const temperature = fc.constantFrom(1e-6, 0.01, 0.06, 1);
    fc.assert(
      fc.property(hits, fc.double({ min: 0, max: 4, noNaN: true }), temperature, (all, evenDistance, temperature) => {
        const ranked = rankCandidates(
          all.map(({ id, distance }) => hit(id, distance)).toSorted((a, b) => a.distance - b.distance),
          { ...bounds, evenDistance, temperature },
        );
        const distances = ranked.map(({ distance }) => distance);
        const naive = [...distances, evenDistance].map((distance) =>
          [...distances, evenDistance].reduce((sum, other) => sum + Math.exp((distance - other) / temperature), 0),
        );
        for (const [place, { confidence }] of ranked.entries()) expect(confidence).toBeCloseTo(1 / naive[place]!, 9);
        const items = ranked.reduce((sum, { confidence }) => sum + confidence, 0);
        expect(items + 1 / naive.at(-1)!).toBeCloseTo(1, 9);
        expect(distances).toEqual(distances.toSorted((a, b) => a - b));
        const confidences = ranked.map(({ confidence }) => confidence);
        expect(confidences).toEqual(confidences.toSorted((a, b) => b - a));
        expect(confidences.every((one) => one >= 0 && one <= 1)).toBe(true);
      }),
    );
  });
});
