import { type StatsEvent } from '../core/watch-event.ts';
import { type WatchReady } from '../pipelines/watch-stream.ts';
import { counted } from '../core/counted.ts';

/** What a stream is about to be watched with, in one line. */
export function watchBeginning({ device, items, boxes, approximate, whenBehind }: WatchReady): string {
  const by = approximate ? ` (approximate: recall@${approximate.k} ${approximate.recall.toFixed(4)})` : '';
  const found = `${counted(items, 'item')}, ${counted(boxes, 'box', 'boxes')}${by}`;
  return `${found}; ${device.device}, ${counted(device.lanes, 'lane')}; frames that come too fast: ${whenBehind}`;
}

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
