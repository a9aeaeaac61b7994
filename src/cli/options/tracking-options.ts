import { type Options } from 'yargs';
import { defaultTracking, type TrackingOptions } from '../../tracking/tracking-options.ts';
import { type NumberOption } from './option-kinds.ts';

const group = 'Tracks and announcements:';

function bound(fallback: number, describe: string): NumberOption & { readonly group: string } {
  return { type: 'number', group, requiresArg: true, default: fallback, describe };
}

/** Bounds of tracks and announcements as command-line options. */
export const trackingOptions: {
  readonly [Name in
    | 'announce-at'
    | 'hold-seconds'
    | 'hold-boxes'
    | 'linger-seconds'
    | 'half-life-seconds'
    | 'even-distance'
    | 'temperature']: NumberOption;
} & { readonly 'doubt-below': Options & { readonly type: 'number' } } = {
  'announce-at': bound(defaultTracking.announceAt, 'Confidence from which an item may be announced, 0 to 1'),
  'doubt-below': {
    type: 'number',
    group,
    requiresArg: true,
    defaultDescription: `${defaultTracking.doubtBelow}, or --announce-at if that is less`,
    describe: 'Confidence below which an announced item is in doubt, 0 to --announce-at',
  },
  'hold-seconds': bound(defaultTracking.holdSeconds, 'Seconds for which a garment must look the same before it counts'),
  'hold-boxes': bound(defaultTracking.holdBoxes, 'Frames for which it must'),
  'linger-seconds': bound(defaultTracking.lingerSeconds, 'Seconds after which a garment that is not seen has left'),
  'half-life-seconds': bound(defaultTracking.halfLifeSeconds, 'Seconds after which what was seen counts half'),
  'even-distance': bound(
    defaultTracking.evenDistance,
    'Squared distance at which an item is as likely as none of them',
  ),
  temperature: bound(
    defaultTracking.temperature,
    'How soft confidence is: an item this much farther is 2.7 times less likely',
  ),
};

/** The bounds that were asked for. */
export function trackingFrom(args: {
  readonly announceAt: number;
  readonly doubtBelow?: number | undefined;
  readonly holdSeconds: number;
  readonly holdBoxes: number;
  readonly lingerSeconds: number;
  readonly halfLifeSeconds: number;
  readonly evenDistance: number;
  readonly temperature: number;
}): Partial<TrackingOptions> {
  const { announceAt, doubtBelow, holdSeconds, holdBoxes, lingerSeconds, halfLifeSeconds } = args;
  const { evenDistance, temperature } = args;
  return {
    announceAt,
    ...(doubtBelow !== undefined && { doubtBelow }),
    holdSeconds,
    holdBoxes,
    lingerSeconds,
    halfLifeSeconds,
    evenDistance,
    temperature,
  };
}
