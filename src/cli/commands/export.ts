import { defaultExport } from '../../core/defaults.ts';
import { type ExportReport } from '../../pipelines/export-report.ts';
import { type Command, defineCommand } from '../command.ts';
import { exportFailures, exportSummary } from '../export-summary.ts';
import { jsonOption, quietOption } from '../options/common-options.ts';
import { budgetFrom, flowOptions } from '../options/flow-options.ts';
import { formatFrames, parseFrames } from '../options/parse-frames.ts';
import { showProgress } from '../show-progress.ts';
import { UsageError } from '../usage-error.ts';

/** `vitrine export <roots..>`: training data from annotated folders. */
export const exportCommand: Command = defineCommand({
  name: 'export',
  usage: '<roots..>',
  describe: 'Write training data from annotated folders: COCO for a detector, crops and a CSV for embedders.',
  positionals: {
    roots: {
      type: 'string',
      array: true,
      demandOption: true,
      describe: 'Folders as `match` and `eval` read them; a clip may also be video_frames/<clip>/<frame>.jpg',
    },
  },
  options: {
    coco: { type: 'string', requiresArg: true, describe: 'Folder for images/ and annotations/instances_*.json' },
    crops: { type: 'string', requiresArg: true, describe: 'Folder for crops/ and crops.csv' },
    validation: {
      type: 'string',
      array: true,
      requiresArg: true,
      describe: 'A root that is for validation; may be given several times',
    },
    'validation-share': {
      type: 'number',
      requiresArg: true,
      default: defaultExport.validationShare,
      describe: 'Share of the items of the other roots that is for validation, with their clips, 0 to 1',
    },
    'shared-ids': {
      type: 'boolean',
      default: false,
      describe: 'One instance_id in two roots is one garment, as in the parts of the contest',
    },
    'crop-frames': {
      type: 'string',
      requiresArg: true,
      default: formatFrames(defaultExport.cropFrames),
      describe: 'Frames of a clip whose boxes become crops, as first:last:step',
    },
    quality: {
      type: 'number',
      requiresArg: true,
      default: defaultExport.quality,
      describe: 'Quality of the JPEG files, 1 to 100',
    },
    concurrency: flowOptions.concurrency,
    budget: flowOptions.budget,
    json: { ...jsonOption, describe: 'Print the report (export.json) on stdout' },
    quiet: quietOption,
  },
  examples: [
    ['export shop --coco coco', 'Every annotated picture and frame, for a detector'],
    ['export shop --coco data --crops data --validation-share 0.1', 'Both formats, every clip decoded once'],
    ['export part1 part2 --validation part3 --shared-ids --crops crops', 'Parts of the contest, one to judge by'],
  ],
  async run(args, { stdout, stderr, signal }) {
    const { roots, coco, crops, validation = [], validationShare, sharedIds, quality, concurrency } = args;
    if (coco === undefined && crops === undefined) {
      throw new UsageError('Nothing to write: vitrine export <roots..> needs --coco, --crops or both');
    }
    const { exportDataset } = await import('../../pipelines/export-dataset.ts');
    let report: ExportReport;
    {
      using display = showProgress(stderr, { quiet: args.quiet, signal });
      report = await exportDataset({
        roots,
        ...(coco !== undefined && { coco }),
        ...(crops !== undefined && { crops }),
        validation,
        validationShare,
        sharedIds,
        quality,
        cropFrames: parseFrames('crop-frames', args.cropFrames),
        flow: { concurrency, budgetBytes: budgetFrom(args.budget) },
        signal,
        onProgress: (progress) => display.update(progress),
      });
    }
    stderr.write(args.quiet ? exportFailures(report) : exportSummary(report));
    if (args.json) stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
    return report.inputs.failed > 0 ? 3 : 0;
  },
});
