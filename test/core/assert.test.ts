import { describe, expect, it } from 'vitest';
import { assertInteger, assertKeys, assertNumber, assertOneOf, assertPath } from '../../src/core/assert.ts';

describe('what is asserted', () => {
  it.each([
    { run: () => assertInteger('lanes', 0, 1), says: 'Expected `lanes` to be an integer, at least 1, got 0 (number)' },
    {
      run: () => assertInteger('crf', 52, 0, 51),
      says: 'Expected `crf` to be an integer from 0 to 51, got 52 (number)',
    },
    { run: () => assertNumber('hold', -1, 0), says: 'Expected `hold` to be a number, at least 0, got -1 (number)' },
    {
      run: () => assertNumber('rate', 0, Number.MIN_VALUE, 1000),
      says: 'Expected `rate` to be a number above 0, at most 1000, got 0 (number)',
    },
    // @ts-expect-error
    { run: () => assertNumber('share', null, 0, 1), says: 'Expected `share` to be a number from 0 to 1, got null' },
    // @ts-expect-error
    { run: () => assertOneOf('pool', undefined, ['none']), says: 'Expected `pool` to be one of none, got undefined' },
    // @ts-expect-error
    { run: () => assertPath('root', undefined), says: 'Expected `root` to be a path, got undefined' },
    {
      run: () => assertPath('root', ''),
      says: "Expected `root` to be a path, got the empty text; '.' means the current folder",
    },
    {
      run: () => assertKeys('flow', { lanes: 1, batch: 2 }, { lanes: true, budget: true }),
      says: 'Expected the keys of `flow` to be among lanes, budget, got batch',
    },
  ])('is said in words: $says', ({ run, says }) => {
    expect(run).toThrow(new TypeError(says));
  });
});
