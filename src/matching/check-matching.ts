import { assertInteger, assertKeys, assertNumber } from '../core/assert.ts';
import { defaultMatching, type MatchingOptions } from '../core/defaults.ts';

/**
 * The thresholds that were given, and the defaults for the others.
 *
 * @throws TypeError when one is out of range or unknown.
 */
export function checkMatching(given: Partial<MatchingOptions> = {}): MatchingOptions {
  assertKeys('matching', given, defaultMatching);
  const options = { ...defaultMatching, ...given };
  assertNumber('quantile', options.quantile, 0, 1);
  assertInteger('keepAtLeast', options.keepAtLeast, 0, 1);
  assertNumber('voteShare', options.voteShare, 0, 1);
  assertNumber('maxDistance', options.maxDistance, 0, 4);
  return options;
}
