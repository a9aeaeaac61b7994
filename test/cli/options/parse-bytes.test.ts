import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatBytes, parseBytes } from '../../../src/cli/options/parse-bytes.ts';

describe('parseBytes', () => {
  it.each([
    { text: '4096', bytes: 4096 },
    { text: '64MB', bytes: 64_000_000 },
    { text: '1gb', bytes: 1e9 },
    { text: ' 1.5 GiB ', bytes: 1_610_612_736 },
    { text: '256MiB', bytes: 268_435_456 },
  ])('reads $text', ({ text, bytes }) => {
    expect(parseBytes('budget', text)).toBe(bytes);
  });

  it.each(['', 'MB', '-1MB', '1e3', '5 parsecs', '1 2'])('refuses "%s"', (text) => {
    expect(() => parseBytes('budget', text)).toThrow(
      `Expected --budget to be a size such as 64MB or 1GiB, got ${text}`,
    );
  });

  it('reads back what formatBytes writes', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 41), (bytes) => {
        expect(parseBytes('budget', formatBytes(bytes))).toBe(bytes);
      }),
    );
    expect(formatBytes(268_435_456)).toBe('256MiB');
  });
});
