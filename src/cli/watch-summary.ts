import { type StatsEvent } from '../core/watch-event.ts';
import { counted } from './counted.ts';

/** What became of a stream, in one line. */
export function watchSummary({ frames, shows, latencyMs, reconnects }: StatsEvent): string {
  const parts = [
    `${counted(frames.came, 'frame')}: ${frames.processed} looked at, ${frames.passedOver} passed over, ${frames.dropped} dropped, ${frames.failed} failed`,
    counted(shows, 'announcement'),
    ...(latencyMs === null ? [] : [`latency p95 ${Math.round(latencyMs.p95)} ms`]),
    ...(reconnects === 0 ? [] : [counted(reconnects, 'reconnect')]),
  ];
  return parts.join('; ');
}
