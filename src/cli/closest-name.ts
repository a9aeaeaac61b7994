import { closestMatch } from 'leven';

/**
 * The candidate that `name` was probably meant to be, or undefined.
 *
 * A third of the letters, and never fewer than one, may differ; a candidate that begins with `name` is taken before
 * any other, so that `--detector` finds `--detector-batch`.
 */
export function closestName(name: string, candidates: readonly string[]): string | undefined {
  const continued = name.length >= 3 ? candidates.find((candidate) => candidate.startsWith(name)) : undefined;
  const maxDistance = Math.max(1, Math.floor(name.length / 3));
  return continued ?? closestMatch(name, candidates, { maxDistance });
}

/** Text to put behind a complaint about a name that is none of a few: the one that was probably meant, or else all of them. */
export function oneOfKnown(name: string, candidates: readonly string[]): string {
  return didYouMean(name, candidates) || `; known are ${candidates.join(', ')}`;
}

/** Text to put behind a complaint about an unknown name: `. Did you mean --quantile?`, or nothing. */
export function didYouMean(name: string, candidates: readonly string[], prefix = ''): string {
  const closest = closestName(name, candidates);
  return closest === undefined ? '' : `. Did you mean ${prefix}${closest}?`;
}
