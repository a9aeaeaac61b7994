import { basename } from 'node:path';
import { assertInteger } from '../../src/core/assert.ts';
import { formatFrames, parseFrames } from '../../src/cli/options/parse-frames.ts';
import { UsageError } from '../../src/cli/usage-error.ts';
import { defaultFrames } from '../../src/core/defaults.ts';
import { openDataset } from '../../src/io/dataset.ts';
import { findFfmpeg } from '../../src/media/find-ffmpeg.ts';
import { barChart } from '../harness/bar-chart.ts';
import { formatSpread } from '../harness/format-spread.ts';
import { commandOf, conditionsLine, type Measured, measured } from '../harness/measured.ts';
import { integerOf, integersOf, sizesOf, textOf } from '../harness/option-values.ts';
import { ratioOf, type Round } from '../harness/run-rounds.ts';
import { type OptionValues, type Scenario, type ScenarioOptions } from '../harness/scenario.ts';
import { type Cost, type Spread, spreadOf } from '../harness/spread.ts';
import { agreeOnValues } from './agree-on-values.ts';
import { type Build, type ClipKind, decodeKey, encodeClip, runDecode } from './decode.ts';

/** What one build takes for one kind of clip. */
export interface DecodeRow extends ClipKind {
  readonly build: string;
  /** Frames of the clip up to the last wanted one, a second of wall time. */
  readonly framesPerSec: Spread;
  /** CPU time of one clip, with that of reading its pixels from the pipe. */
  readonly cpuSeconds: Spread;
  /** CPU time over that of the first build on the same clip; absent for the first. */
  readonly overFirst?: Spread;
  /** Whether all pixels are those that the first build gives. */
  readonly isSame: boolean;
}

/** What `bench/results/decode.json` holds. */
export interface DecodeResults extends Measured {
  readonly scenario: 'decode';
  readonly what: string;
  readonly builds: readonly { readonly name: string; readonly version: string }[];
  readonly rows: readonly DecodeRow[];
  readonly warmUp: Round<string, Cost>;
}

const options: ScenarioOptions = {
  root: { type: 'string', default: 'fixtures/shop' },
  frames: { type: 'string', default: formatFrames(defaultFrames) },
  length: { type: 'string', default: '400' },
  gops: { type: 'string', default: '1,12,50,250' },
  sizes: { type: 'string', default: '360x640,540x960,720x1280,1080x1920' },
  ffmpeg: { type: 'string' },
  runs: { type: 'string', default: '5' },
};
const plotPath = 'benchmarks/decode.svg';

/** `npm run bench -- decode [--gops 1,12,50,250] [--sizes 360x640,...] [--ffmpeg <another>,...] [--runs 5]`. */
export const decodeScenario: Scenario<DecodeResults> = {
  summary: 'how fast clips are decoded, by size, distance of key frames and ffmpeg',
  options,
  async run({ values, write, say }) {
    const runs = integerOf(values, 'runs', 1)!;
    const { root, length, frames, kinds } = loadOf(values);
    const [clip] = (await openDataset(root)).clips;
    const builds = await buildsOf(values);

    const data = `clip ${clip!.id} of ${basename(root)}, encoded anew, frames ${formatFrames(frames)} of ${length}`;
    const command = commandOf('decode', values, options);
    const results = await measured({ command, data }, async () => {
      const source = clip!.path;
      const { warmUp, rounds, digests } = await runDecode({ source, length, frames, kinds, builds, runs, say });
      const first = builds[0]!.name;
      const rows = kinds.flatMap((kind) =>
        builds.map(({ name: build }): DecodeRow => {
          const [key, firstKey] = [decodeKey(kind, build), decodeKey(kind, first)];
          const row = {
            ...kind,
            build,
            framesPerSec: spreadOf(rounds.map((round) => (frames.last + 1) / round[key]!.wallSeconds)),
            cpuSeconds: spreadOf(rounds.map((round) => round[key]!.cpuSeconds)),
            isSame: digests.get(key) === digests.get(firstKey),
          };
          return build === first
            ? row
            : Object.assign(row, { overFirst: ratioOf(rounds, [key, firstKey], 'cpuSeconds') });
        }),
      );
      return { builds: builds.map(({ name, ffmpeg: { version } }) => ({ name, version })), rows, warmUp };
    });
    await write({
      scenario: 'decode',
      what: 'one clip after the other through src/media/decode-clip, on one thread, by size, distance of key frames and ffmpeg',
      ...results,
    });
  },

  /** All clips one after the other, with the ffmpeg that each checkout finds, whatever `--ffmpeg` names. */
  program(values) {
    const { root, length, frames, kinds } = loadOf(values);
    const text = formatFrames(frames);
    return {
      source: 'bench/programs/decode-clips.ts',
      data: `the first clip of ${basename(root)}, encoded anew as ${textOf(values, 'sizes')} with GOP ${textOf(values, 'gops')}, frames ${text} of ${length}`,
      async prepare(shared) {
        const [clip] = (await openDataset(root)).clips;
        const ffmpeg = await findFfmpeg({ env: {} });
        const paths: string[] = [];
        for (const kind of kinds) paths.push(await encodeClip(shared, { source: clip!.path, length, kind, ffmpeg }));
        return {
          argsFor: () => [text, ...paths],
          agree: (outputs) => agreeOnValues({ values: 'pixels', of: 'clips', ...outputs }),
        };
      },
    };
  },

  section(results) {
    const { rows, builds } = results;
    const lines = rows.map(({ size, gop, build, framesPerSec, cpuSeconds, overFirst, isSame }) => {
      const cells = [size.join('x'), gop, build, perSecond(framesPerSec), `${cpuSeconds.median.toFixed(2)} s`];
      const compared = overFirst ? [formatSpread(overFirst), isSame ? 'the same' : 'others'] : ['', ''];
      return `| ${[...cells, ...compared, framesPerSec.n].join(' | ')} |`;
    });
    const named = builds.map(({ name, version }) => `*${name}* is ${version}`).join(', ');
    return `One clip after the other through \`src/media/decode-clip.ts\`, as \`match\` decodes it: one thread, one pass up to the last wanted frame. The clip is encoded anew in
each size and with a key frame every so many frames (GOP), as \`vitrine synth\` encodes. Frames a second are those of the clip up to the last wanted one,
whether they are decoded or left out since no wanted one needs them; CPU is that of one clip, in ffmpeg and for reading the pixels. Of the builds of ffmpeg, ${named}; the ratio is CPU time over that of *${builds[0]?.name}* in the same
round, and pixels are compared byte by byte.

![Frames decoded a second](${plotPath})

| size | GOP | ffmpeg | frames a second | CPU a clip | CPU over ${builds[0]?.name} | pixels | n |
|---|---|---|---|---|---|---|---|
${lines.join('\n')}

- ${conditionsLine(results)}
`;
  },

  plots({ rows, builds }) {
    const ofFirst = rows.filter(({ build }) => build === builds[0]?.name);
    const gops = [...new Set(ofFirst.map(({ gop }) => gop))];
    const sizes = [...new Set(ofFirst.map(({ size }) => size.join('x')))];
    const plot = barChart({
      title: `Frames decoded a second, one thread, ffmpeg ${builds[0]?.version}`,
      series: gops.map((gop) => `GOP ${gop}`),
      groups: sizes.map((label) => ({
        label,
        bars: ofFirst.filter(({ size }) => size.join('x') === label).map(({ framesPerSec }) => framesPerSec),
      })),
    });
    return { [plotPath]: plot };
  },
};

function loadOf(values: OptionValues) {
  const length = integerOf(values, 'length', 1)!;
  const frames = parseFrames('frames', textOf(values, 'frames'));
  assertInteger('--length', length, frames.last + 1);
  const gops = integersOf(values, 'gops', 1);
  const kinds = sizesOf(values, 'sizes', 2).flatMap((size) => gops.map((gop): ClipKind => ({ size, gop })));
  return { root: textOf(values, 'root'), length, frames, kinds };
}

/** The one that comes with the project; the one on the path, where it is another; and those that were named. */
async function buildsOf(values: OptionValues): Promise<readonly Build[]> {
  const bundled = await findFfmpeg({ env: {} });
  const found = await findFfmpeg();
  const named = values['ffmpeg']?.split(',') ?? [];
  const others = await Promise.all(
    named.map((path) =>
      findFfmpeg({ env: { FFMPEG_PATH: path } }).catch((error: unknown) => {
        throw new UsageError(`Expected --ffmpeg to be programs that answer as ffmpeg does, got ${path}`, {
          cause: error,
        });
      }),
    ),
  );
  return [
    { name: 'bundled', ffmpeg: bundled },
    ...(found.origin === 'bundled' ? [] : [{ name: 'the system’s', ffmpeg: found }]),
    ...others.map((ffmpeg) => ({ name: ffmpeg.version.split('-')[0]!, ffmpeg })),
  ];
}

function perSecond({ median, quartiles: [low, high] }: Spread): string {
  return `${median.toFixed(0)} (${low.toFixed(0)}–${high.toFixed(0)})`;
}
