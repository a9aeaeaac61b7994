import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSampling } from '../../src/cli/options/parse-sampling.ts';
import { assertSampling, sampler, type Sampling } from '../../src/pipelines/sampling.ts';

function taken(sampling: Sampling, rate: number, frames: number): readonly number[] {
  const isWanted = sampler(sampling);
  return Array.from({ length: frames }, (_, index) => index).filter((index) =>
    isWanted({ index, seconds: index / rate }),
  );
}

describe('sampler', () => {
  it.each([
    { what: 'every so many frames', sampling: { kind: 'index', step: 3 }, rate: 25, expected: [0, 3, 6, 9] },
    { what: 'so many a second', sampling: { kind: 'rate', rate: 5 }, rate: 25, expected: [0, 5, 10] },
    {
      what: 'all when more are wanted than come',
      sampling: { kind: 'rate', rate: 60 },
      rate: 30,
      expected: [...Array(12).keys()],
    },
    {
      what: 'the first that is due at an odd rate',
      sampling: { kind: 'rate', rate: 2 },
      rate: 7,
      expected: [0, 4, 7, 11],
    },
    {
      what: 'all where only pixels can tell',
      sampling: { kind: 'change', changeAt: 8 },
      rate: 25,
      expected: [...Array(12).keys()],
    },
  ] as const)('takes $what', ({ sampling, rate, expected }) => {
    expect(taken(sampling, rate, 12)).toEqual(expected);
  });

  it('takes as many a second as were asked for, at any rate that is higher', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 30, max: 120 }), (rate, streamRate) => {
        expect(taken({ kind: 'rate', rate }, streamRate, streamRate * 10)).toHaveLength(rate * 10);
      }),
    );
  });

  it.each([
    [{ kind: 'index', step: 0 }, 'sampling.step'],
    [{ kind: 'rate', rate: 0 }, 'sampling.rate'],
    [{ kind: 'change', changeAt: 256 }, 'sampling.changeAt'],
  ] as const)('refuses %o', (sampling, name) => {
    expect(() => assertSampling(sampling)).toThrow(name);
  });
});

describe('parseSampling', () => {
  it.each([
    ['5fps', { kind: 'rate', rate: 5 }],
    ['0.5fps', { kind: 'rate', rate: 0.5 }],
    ['every:20', { kind: 'index', step: 20 }],
    ['change:8.5', { kind: 'change', changeAt: 8.5 }],
  ])('reads %s', (text, sampling) => {
    expect(parseSampling('sample', text)).toEqual(sampling);
  });

  it.each(['', '5', '0fps', 'every:0', 'every:1.5', 'change:300', 'fps', '-1fps'])('refuses %j', (text) => {
    expect(() => parseSampling('sample', text)).toThrow(`Expected --sample to be such as 5fps`);
  });
});
