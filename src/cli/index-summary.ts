import { type ApproximateReport } from '../pipelines/build-approximate.ts';
import { type IndexDescription } from '../pipelines/describe-index.ts';
import { type IndexContent, type IndexReport } from '../pipelines/index-report.ts';
import { type RemovalReport } from '../pipelines/remove-items.ts';
import { type ApproximateFacts } from '../core/gallery.ts';
import { counted } from '../core/counted.ts';
import { passedOver } from './passed-over.ts';
import { formatDuration } from './progress-line.ts';
import { textLines } from './text-lines.ts';
import { textTable } from './text-table.ts';

/** How many inputs that went wrong are listed. */
const shownInputs = 10;

/** What was done to an index, in a few lines: models, items, pictures, time, what it holds now, and the first inputs that went wrong. */
export function indexSummary(report: IndexReport): string {
  const { inputs, items, frames, boxes, elapsedMs, warmUpMs, peakRssBytes, limit, models, device } = report;
  const limitedBy = limit === undefined ? '' : `, limited by ${limit}`;
  const on = device === undefined ? '' : ` on ${device.device}, ${counted(device.lanes, 'lane')}`;
  const lines = [
    `models ${models.name}${on}`,
    `${counted(items.total, 'item')}: ${items.added} added, ${items.replaced} replaced, ${items.unchanged} unchanged, ${items.failed} failed`,
    `${counted(inputs.total, 'picture')}: ${inputs.done} done, ${inputs.skipped} skipped, ${inputs.failed} failed; ${frames.withoutBoxes} without a box, ${counted(boxes.embedded, 'box', 'boxes')}`,
    `${formatDuration(elapsedMs / 1000)} (warm-up ${Math.round(warmUpMs)} ms${limitedBy}), ${Math.round(peakRssBytes / 1e6)} MB`,
    contentLine(report.index, report.content),
    ...passedOver(inputs.ignored, '; --json lists all'),
    ...brokenLines(report),
  ];
  return textLines(lines);
}

/** The first pictures that went wrong: what is said in any case. */
export function indexFailures(report: IndexReport): string {
  return textLines(brokenLines(report));
}

/** What was taken out of an index, and what was not there. */
export function removalSummary(report: RemovalReport): string {
  const { index, removed, content } = report;
  return `${counted(removed.length, 'item')} removed\n${removalFailures(report)}${contentLine(index, content)}\n`;
}

/** What was to be removed and is not there: what is said in any case. */
export function removalFailures({ unknown }: RemovalReport): string {
  return unknown.length === 0 ? '' : `not in the index: ${unknown.join(', ')}\n`;
}

/** How an approximate search was made, and what it finds in what time. */
export function approximateSummary({ index, boxes, settings, measured, buildMs }: ApproximateReport): string {
  const { k, queries, recall, approximateMs, exactMs } = measured;
  const lines = [
    `${counted(boxes, 'box', 'boxes')} linked in ${formatDuration(buildMs / 1000)}, effort ${settings.searchEffort}`,
    `recall@${k} ${recall.toFixed(4)} against exact search: ${counted(queries, 'box', 'boxes')} of the index asked, each for its ${k} nearest others`,
    `${approximateMs.toFixed(1)} ms a query, exactly ${exactMs.toFixed(1)} ms: ${(exactMs / approximateMs).toFixed(1)} times as fast`,
    `use it: vitrine watch --approximate --index ${index}`,
  ];
  return textLines(lines);
}

/** What an index holds, as a table. */
export function indexTable(description: IndexDescription): string {
  const { model, featureLength, format, items, pictures, boxes, staleBoxes, shards, featureBytes } = description;
  const { approximate } = description;
  return textTable([
    ['models', `${model.name}, fingerprint ${model.fingerprint}`],
    ['features', `${featureLength} numbers, ${Math.ceil(featureBytes / 1e6)} MB in ${counted(shards, 'shard')}`],
    ['items', String(items)],
    ['pictures', String(pictures)],
    ['boxes', `${boxes}, and ${staleBoxes} that were replaced or removed`],
    ...(approximate ? [['approximate', approximateLine(approximate)]] : []),
    ['format', String(format)],
  ]);
}

function approximateLine({ rowsInTable, rowsBeside, recall, k }: ApproximateFacts): string {
  const beside = rowsBeside === 0 ? '' : `, and ${rowsBeside} that came later, searched exactly`;
  return `${counted(rowsInTable, 'box', 'boxes')}, recall@${k} ${recall.toFixed(4)} when made${beside}`;
}

function contentLine(index: string, { items, boxes, staleBoxes }: IndexContent): string {
  const stale = staleBoxes === 0 ? '' : `, and ${staleBoxes} that were replaced or removed`;
  return `${index} holds ${counted(items, 'item')} with ${counted(boxes, 'box', 'boxes')}${stale}`;
}

function brokenLines({ inputs }: IndexReport): readonly string[] {
  const broken = inputs.notable.filter(({ status }) => status === 'failed');
  const shown = broken.slice(0, shownInputs).map(({ status, path, reason }) => `  ${status} ${path}: ${reason}`);
  const more = broken.length - shown.length;
  return more > 0 ? [...shown, `  and ${more} more; --json lists all`] : shown;
}
