import { type ExportReport } from '../pipelines/export-report.ts';
import { counted } from '../core/counted.ts';
import { passedOver } from './passed-over.ts';
import { formatDuration } from './progress-line.ts';
import { textLines } from './text-lines.ts';

/** How many problems are listed. */
const shownProblems = 10;

/** What an export did, in a few lines: inputs, what was written, time, and the first things that are wrong. */
export function exportSummary(report: ExportReport): string {
  const { inputs, roots, versions, frames, boxes, coco, crops, elapsedMs } = report;
  const items = roots.reduce((sum, root) => sum + root.items, 0);
  const clips = roots.reduce((sum, root) => sum + root.clips, 0);
  const takenOver = inputs.takenOver > 0 ? `; ${inputs.takenOver} taken over from an earlier run` : '';
  const lines = [
    `ffmpeg ${versions.ffmpeg.version} (${versions.ffmpeg.origin}: ${versions.ffmpeg.path})`,
    `${counted(items, 'item')} and ${counted(clips, 'clip')}: ${counted(inputs.done, 'file')} done, ${inputs.skipped} skipped, ${inputs.failed} failed${takenOver}`,
    `${counted(frames, 'picture or frame', 'pictures and frames')} decoded in ${formatDuration(elapsedMs / 1000)}`,
  ];
  if (boxes.clamped + boxes.dropped > 0) {
    lines.push(
      `${counted(boxes.clamped, 'box', 'boxes')} cut to what is inside the picture, ${boxes.dropped} left out`,
    );
  }
  if (coco) {
    const { folder, train, validation } = coco;
    lines.push(`${folder}: ${inCoco(train)} to train, ${inCoco(validation)} for validation`);
  }
  if (crops) {
    const { folder, train, validation } = crops;
    lines.push(`${folder}: ${inCrops(train)} to train, ${inCrops(validation)} for validation`);
  }
  lines.push(...validationLines(report), ...passedOver(inputs.ignored, ', see export.json'));
  return textLines([...lines, ...problemLines(report)]);
}

/** Where files could not be read, the first things that are wrong: what is said in any case. */
export function exportFailures(report: ExportReport): string {
  return report.inputs.failed === 0 ? '' : textLines(problemLines(report));
}

/** That nothing is left to judge a training by, or nothing to train on, where that was hardly meant. */
function validationLines({ options, roots, coco, crops }: ExportReport): readonly string[] {
  const isSplit = options.validationShare > 0 || roots.some(({ isValidation }) => isValidation);
  const lacks = (split: 'train' | 'validation'): boolean => coco?.[split].images === 0 || crops?.[split].crops === 0;
  if (lacks('train'))
    return ['nothing to train on: the folders hold no annotations for it, or all of it is for validation'];
  if (!isSplit || !lacks('validation')) return [];
  return ['nothing for validation: items stay whole, and none was drawn; a larger --validation-share may give some'];
}

function inCoco({ images, annotations }: NonNullable<ExportReport['coco']>['train']): string {
  return `${counted(images, 'image')} with ${counted(annotations, 'box', 'boxes')}`;
}

function inCrops({ crops, identities }: NonNullable<ExportReport['crops']>['train']): string {
  return `${counted(crops, 'crop')} of ${counted(identities, 'garment')}`;
}

function problemLines({ problems, coco, crops }: ExportReport): readonly string[] {
  if (problems.length === 0) return [];
  const shown = problems.slice(0, shownProblems).map(({ path, problem }) => `  ${path}: ${problem}`);
  const more = problems.length - shown.length;
  const count = `${counted(problems.length, 'problem')}:`;
  const rest = more > 0 ? [`  and ${more} more in ${coco?.folder ?? crops?.folder}/export.json`] : [];
  return [count, ...shown, ...rest];
}
