import { describe, expect, it } from 'vitest';
import { formatFrames, parseFrames } from '../../../src/cli/options/parse-frames.ts';

describe('parseFrames', () => {
  it('reads back what formatFrames writes', () => {
    expect(parseFrames('frames', '80:380:20')).toEqual({ first: 80, last: 380, step: 20 });
    expect(formatFrames({ first: 80, last: 380, step: 20 })).toBe('80:380:20');
    expect(parseFrames('frames', '5:5:1')).toEqual({ first: 5, last: 5, step: 1 });
  });

  it.each(['', '80', '80:380', '80:79:1', '0:9:0', 'a:b:c', '0:9:1:', '-1:9:1', '0.5:9:1'])('refuses "%s"', (text) => {
    expect(() => parseFrames('frames', text)).toThrow(/^Expected --frames to be first:last:step/);
  });
});
