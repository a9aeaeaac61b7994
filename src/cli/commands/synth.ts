import { defaultSynth } from '../../core/defaults.ts';
import { type SynthReport } from '../../pipelines/synth-report.ts';
import { type Command, defineCommand } from '../command.ts';
import { jsonOption, quietOption } from '../options/common-options.ts';
import { showProgress } from '../show-progress.ts';
import { synthShortage, synthSummary } from '../synth-summary.ts';

/** `vitrine synth <out>`: a shop with truth, made from drawn garments or from photos. */
export const synthCommand: Command = defineCommand({
  name: 'synth',
  usage: '<out>',
  describe: 'Make a shop of items and clips with annotations and truth, in the layout that `match` reads.',
  positionals: {
    out: { type: 'string', demandOption: true, describe: 'Folder to write into: a new one, or an empty one' },
  },
  options: {
    items: { type: 'number', requiresArg: true, demandOption: true, describe: 'Items, and clips too' },
    seed: { type: 'number', requiresArg: true, demandOption: true, describe: 'Same seed, same bytes of pixels' },
    photos: {
      type: 'string',
      requiresArg: true,
      describe: 'Folder with photos/<kind>/<id>.jpg and masks/<kind>/<id>.png, in place of drawings',
    },
    split: {
      type: 'string',
      requiresArg: true,
      choices: ['all', 'train', 'validation'],
      default: 'all',
      describe: 'Which of the photos',
    },
    'clip-frames': {
      type: 'number',
      requiresArg: true,
      default: defaultSynth.clipFrames,
      describe: 'Frames of a clip',
    },
    decoys: {
      type: 'number',
      requiresArg: true,
      default: defaultSynth.decoys,
      describe: 'Share of the items that no clip shows, and of the clips that show no item',
    },
    outfits: {
      type: 'number',
      requiresArg: true,
      default: defaultSynth.outfits,
      describe: 'Share of the items that are a top and a bottom',
    },
    crf: {
      type: 'number',
      requiresArg: true,
      default: defaultSynth.crf,
      describe: 'Loss of the H.264 encoder, 0 to 51',
    },
    stills: {
      type: 'boolean',
      default: false,
      describe: 'Write the annotated frames as video_frames/<clip>/<frame>.jpg in place of clips',
    },
    cutouts: {
      type: 'boolean',
      default: false,
      describe: 'Write single garments as photos and masks in place of a shop',
    },
    json: { ...jsonOption, describe: 'Print what was written, as JSON' },
    quiet: quietOption,
  },
  examples: [
    ['synth shop --items 15 --seed 7', 'A small shop of drawn garments'],
    ['synth shop --items 40 --seed 99 --photos garments --split validation', 'A shop of garments from real photos'],
    ['synth garments --cutouts --items 500 --seed 1', 'Drawn garments with masks, to train on'],
  ],
  async run(args, { stdout, stderr, signal }) {
    const { synthShop } = await import('../../pipelines/synth-shop.ts');
    const { out, items, seed, photos, split, clipFrames, decoys, outfits, crf, stills, cutouts, json } = args;
    let report: SynthReport;
    {
      using display = showProgress(stderr, {
        quiet: args.quiet,
        of: cutouts ? 'photos' : 'items and clips',
        signal,
      });
      report = await synthShop({
        out,
        items,
        seed,
        split,
        clipFrames,
        decoys,
        outfits,
        crf,
        stills,
        cutouts,
        ...(photos !== undefined && { photos }),
        signal,
        onProgress: (progress) => display.update(progress),
      });
    }
    if (!args.quiet) stderr.write(synthSummary(report, out));
    const shortage = synthShortage(report);
    if (shortage !== undefined) stderr.write(shortage);
    if (json) stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
    return shortage === undefined ? 0 : 3;
  },
});
