import { type RunReport } from '../pipelines/run-report.ts';
import { counted } from './counted.ts';
import { formatDuration } from './progress-line.ts';

/** How many inputs with a reason are listed. */
const shownInputs = 10;

/** What a run did, in a few lines: tools, inputs, counts, time, the limit, and the first inputs that went wrong. */
export function runSummary(report: RunReport): string {
  const { inputs, items, clips, frames, boxes, matches, elapsedMs, warmUpMs, peakRssBytes, limit } = report;
  const limitedBy = limit === undefined ? '' : `, limited by ${limit}`;
  const lines = [
    `ffmpeg ${report.versions.ffmpeg.version} (${report.versions.ffmpeg.origin}: ${report.versions.ffmpeg.path})`,
    deviceLine(report),
    `${counted(items, 'item')} and ${counted(clips, 'clip')}: ${counted(inputs.done, 'file')} done, ${inputs.skipped} skipped, ${inputs.failed} failed`,
    `${counted(frames.read, 'frame')}, ${counted(boxes.items + boxes.clips, 'box', 'boxes')}, ${counted(matches, 'match', 'matches')}`,
    `${formatDuration(elapsedMs / 1000)} (warm-up ${Math.round(warmUpMs)} ms${limitedBy}), ${Math.round(peakRssBytes / 1e6)} MB`,
    ...notableLines(report),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function deviceLine({ device, models }: RunReport): string {
  const why = device.passedOver.map(({ device: other, reason }) => `not ${other}: ${reason}`).join('; ');
  return `models ${models.name} on ${device.device}, ${counted(device.lanes, 'lane')}${why === '' ? '' : ` (${why})`}`;
}

function notableLines({ inputs, out }: RunReport): readonly string[] {
  const shown = inputs.notable
    .slice(0, shownInputs)
    .map(({ status, path, reason }) => `  ${status} ${path}: ${reason}`);
  const more = inputs.notable.length - shown.length;
  return more > 0 ? [...shown, `  and ${more} more in ${out}/run.json`] : shown;
}
