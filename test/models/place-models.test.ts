import { describe, expect, it } from 'vitest';
import { placeModels, usableCores } from '../../src/models/place-models.ts';

const flow = { detectorBatch: 4, embedderBatch: 16 };

describe('usableCores', () => {
  it.each([
    { cores: 8, expected: 8 },
    { cores: 8, quota: 3, expected: 3 },
    { cores: 8, quota: 1.5, expected: 2 },
    { cores: 2, quota: 6, expected: 2 },
    { cores: 4, quota: 0.01, expected: 1 },
  ])('are $expected of $cores with a quota of $quota', ({ expected, ...share }) => {
    expect(usableCores(share)).toBe(expected);
  });
});

describe('placeModels', () => {
  it('puts a lane of one thread on each core', () => {
    expect(placeModels({ device: 'cpu', cpu: { cores: 8 }, flow })).toEqual({
      lanes: 8,
      threadsPerLane: 1,
      why: 'one lane of one thread a core took the least CPU time: threads of one lane wait for each other',
      batches: 'at most 4 frames and 16 crops: what has come while the lanes were busy, never waited for',
    });
  });

  it('has no more lanes than a quota feeds, and says so', () => {
    const { lanes, why } = placeModels({ device: 'cpu', cpu: { cores: 64, quota: 1.503 }, flow });
    expect(lanes).toBe(2);
    expect(why).toMatch(/; a quota of 1\.5 cores limits the 64$/);
  });

  it('says nothing of a quota that limits nothing', () => {
    expect(placeModels({ device: 'cpu', cpu: { cores: 2, quota: 2 }, flow }).why).not.toContain('quota');
  });

  it.each(['webgpu', 'cuda'] as const)('puts one lane on %s, with batches of one size', (device) => {
    expect(placeModels({ device, cpu: { cores: 8 }, flow })).toEqual({
      lanes: 1,
      threadsPerLane: 1,
      why: expect.stringMatching(/^one lane, because .* take turns/),
      batches: 'always 4 frames and 16 crops, padded, because every new shape is costly on a GPU',
    });
  });

  it.each([
    ['cpu', /^as asked for; by itself 2, because one lane .* a core/],
    ['cuda', /^as asked for; by itself one lane, because/],
  ] as const)('takes the lanes that were asked for on %s, and says what it would have done', (device, why) => {
    const placement = placeModels({ device, cpu: { cores: 2 }, lanes: 5, flow });
    expect(placement.lanes).toBe(5);
    expect(placement.why).toMatch(why);
  });
});
