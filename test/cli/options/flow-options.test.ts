import { describe, expect, it } from 'vitest';
import { budgetFrom } from '../../../src/cli/options/flow-options.ts';

describe('budgetFrom', () => {
  it('takes sizes from a megabyte on', () => {
    expect(budgetFrom('1MiB')).toBe(2 ** 20);
  });

  it.each(['1', '64', '1000KB'])('refuses %s, which has been meant otherwise', (text) => {
    expect(() => budgetFrom(text)).toThrow(`Expected --budget to be at least 1MiB, got ${text}; say 64MB or 1GiB`);
  });
});
