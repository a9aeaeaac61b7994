import { type Command, defineCommand } from '../command.ts';
import { quietOption } from '../options/common-options.ts';
import { showProgress } from '../show-progress.ts';

/** `vitrine synth <out>`: a shop with truth, made from drawn garments or from photos. */
export const synthCommand: Command = defineCommand({
  name: 'synth',
  usage: '<out>',
  describe: 'Make a shop of items and clips with annotations and truth, in the layout that `match` reads.',
  positionals: {
    out: { type: 'string', demandOption: true, describe: 'Folder to make; it must not exist or be empty' },
  },
  options: {
    items: { type: 'number', requiresArg: true, default: 15, describe: 'Items in the shop' },
    seed: { type: 'number', requiresArg: true, default: 1, describe: 'Same seed, same bytes of pixels' },
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
    'clip-frames': { type: 'number', requiresArg: true, default: 400, describe: 'Frames of a clip' },
    cutouts: { type: 'boolean', default: false, describe: 'Write single garments as photos and masks, no clips' },
    quiet: quietOption,
  },
  examples: [
    ['synth shop --items 15 --seed 7', 'A small shop of drawn garments'],
    ['synth shop --items 40 --photos garments --split validation', 'A shop of garments from real photos'],
    ['synth garments --cutouts --items 500', 'Drawn garments with masks, to train on'],
  ],
  async run(args, { stderr, signal }) {
    const { synthShop } = await import('../../pipelines/synth-shop.ts');
    const { out, items, seed, photos, split, clipFrames, cutouts } = args;
    using display = showProgress(stderr, args);
    await synthShop({
      out,
      items,
      seed,
      split,
      clipFrames,
      cutouts,
      ...(photos !== undefined && { photos }),
      signal,
      onProgress: (progress) => display.update(progress),
    });
    return 0;
  },
});
