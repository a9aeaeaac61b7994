import { type Advice } from '../pipelines/run-advice.ts';
import { type NotableInput } from '../pipelines/inputs-account.ts';
import { type RunReport } from '../pipelines/run-report.ts';
import { counted } from '../core/counted.ts';
import { formatBytes } from './options/parse-bytes.ts';
import { passedOver } from './passed-over.ts';
import { formatDuration } from './progress-line.ts';
import { textLines } from './text-lines.ts';

/** How many inputs with a reason are listed. */
const shownInputs = 10;

/** What a run did, in a few lines: tools, inputs, counts, time, the limit with what may help, and the first inputs that went wrong. */
export function runSummary(report: RunReport): string {
  const { inputs, items, clips, frames, boxes, matches, elapsedMs, warmUpMs, peakRssBytes } = report;
  const lines = [
    `ffmpeg ${report.versions.ffmpeg.version} (${report.versions.ffmpeg.origin}: ${report.versions.ffmpeg.path})`,
    deviceLine(report),
    `${counted(items, 'item')} and ${counted(clips, 'clip')}: ${counted(inputs.done, 'file')} done, ${inputs.skipped} skipped, ${inputs.failed} failed`,
    `${counted(frames.read, 'frame')}, ${counted(boxes.items + boxes.clips, 'box', 'boxes')}, ${counted(matches, 'match', 'matches')}`,
    `${formatDuration(elapsedMs / 1000)} (warm-up ${Math.round(warmUpMs)} ms), ${Math.round(peakRssBytes / 1e6)} MB`,
    ...speedLines(report),
    ...passedOver(inputs.ignored, `, see ${report.out}/run.json`),
    ...notableLines(inputs.notable, report.out),
  ];
  return textLines(lines);
}

function deviceLine({ device, models }: RunReport): string {
  const { passedOver, drawback } = device;
  const notes = passedOver.map(({ device: other, reason }) => `not ${other}: ${reason}`);
  const why = [...notes, ...(drawback === undefined ? [] : [drawback])].join('; ');
  return `models ${models.name} on ${device.device}, ${counted(device.lanes, 'lane')}${why === '' ? '' : ` (${why})`}`;
}

const options: Readonly<Record<Advice['setting'], string>> = {
  lanes: 'lanes',
  concurrency: 'concurrency',
  detectorBatch: 'detector-batch',
  embedderBatch: 'embedder-batch',
  budgetBytes: 'budget',
};

/** What held the run up, and what might help; nothing where no model ran. */
function speedLines({ limit, usage, mainThreadShare, mainThreadMeasure, advice }: RunReport): readonly string[] {
  if (limit === undefined) return [];
  const settings = advice.map(({ setting, value, because }) => {
    const text = setting === 'budgetBytes' ? formatBytes(value) : String(value);
    return `--${options[setting]} ${text} (${because})`;
  });
  const parts = [
    `limited by ${limit}`,
    `lanes busy ${percent(usage.laneBusyShare)} from the first run of a model to the last`,
    `decoding beside models for ${percent(usage.overlapShare)} of the shorter one's time`,
    `main thread busy ${percent(mainThreadShare)}${mainThreadMeasure === 'cpu-time' ? ' of a core' : ' by its event loop'}`,
    settings.length > 0 ? `may help: ${settings.join(', ')}` : 'no setting is likely to help',
  ];
  return [parts.join('; ')];
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** The first inputs that were not read, or not as a whole: what is said in any case. */
export function runFailures({ inputs, out }: RunReport): string {
  const broken = inputs.notable.filter(({ status }) => status !== 'skipped');
  return textLines(notableLines(broken, out));
}

function notableLines(notable: RunReport['inputs']['notable'], out: string): readonly string[] {
  const shown = notable.slice(0, shownInputs).map((input) => `  ${outcomeOf(input)} ${input.path}: ${input.reason}`);
  const more = notable.length - shown.length;
  return more > 0 ? [...shown, `  and ${more} more in ${out}/run.json`] : shown;
}

function outcomeOf({ status, frames, missing }: NotableInput): string {
  if (status !== 'done') return status;
  return missing > 0 ? `done in part (${frames} of ${frames + missing} frames)` : 'done, with faults,';
}
