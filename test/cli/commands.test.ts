import { access, cp, mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTrace } from '../helpers/chrome-trace.ts';
import { runMain } from '../helpers/run-main.ts';
import { tinyModels } from '../helpers/tiny-models.ts';
import { writeTinyShop } from '../helpers/tiny-shop.ts';

let folder = '';
let shop = '';
const onTiny = ['--models', tinyModels, '--device', 'cpu', '--lanes', '1'] as const;
const everyFrame = ['--frames', '0:2:1'] as const;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vitrine-cli-'));
  shop = join(folder, 'shop');
  await writeTinyShop(shop);
}, 60_000);
afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe('match, rematch and eval', () => {
  it('keep data on stdout and everything else on stderr', async () => {
    const out = join(folder, 'run');
    const result = join(out, 'result.json');
    const trace = join(folder, 'trace.json');
    const args = ['match', shop, '--out', out, ...onTiny, ...everyFrame, '--trace', trace];
    const { exitCode, stdout, stderr } = await runMain(...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' });
    expect([...(await readTrace(trace)).rows.keys()]).toContain('lane 1');
    expect(stderr).toMatch(/^\d+%, \d\/4 inputs/);
    expect(stderr).toMatch(/^ffmpeg \S+ \((bundled|PATH|FFMPEG_PATH): /m);
    expect(stderr).toContain('models tiny on cpu, 1 lane\n');
    expect(stderr).toContain('2 items and 2 clips: 4 files done, 0 skipped, 0 failed\n8 frames, 8 boxes, 2 matches\n');
    expect(stderr).toMatch(
      /^limited by \w+; lanes busy \d+ % from [^;]+; decoding beside models for \d+ % of [^;]+; main thread busy \d+ % (?:of a core|by its event loop); (may help: --lanes \d+ \(|no setting)/m,
    );
    expect(JSON.parse(await readFile(result, 'utf8'))).toMatchObject({
      v1: { item_id: '002' },
      v2: { item_id: '001' },
    });

    const again = join(folder, 'again.json');
    const rematched = await runMain('rematch', out, '--out', again);
    expect(rematched).toEqual({ exitCode: 0, stdout: '', stderr: '2 matches\n' });
    expect(await readFile(again)).toEqual(await readFile(result));
    const quiet = await runMain('rematch', out, '--out', again, '-q');
    expect(quiet).toEqual({ exitCode: 0, stdout: '', stderr: '' });

    const scored = await runMain('eval', again, shop, '--boxes', out);
    expect(scored).toMatchObject({ exitCode: 0, stderr: '' });
    expect(scored.stdout).toMatch(/^S1 .*\nS2 .*\nS3 .*\n(.*\n)+final 1\.0000\n$/m);
    expect(scored.stdout).toContain('recall: @1 1.0000, @5 1.0000, @10 1.0000\n');
    expect(scored.stdout).toContain('final = 0.2 S1 + 0.6 S2 + 0.2 S3 (a participant’s weights');

    await rm(join(shop, 'video_annotation', 'v1.json'));
    const asJson = await runMain('eval', again, shop, '--json');
    expect(JSON.parse(asJson.stdout)).toMatchObject({ clips: 2, answers: 2, weights: { s1: 0.2, s2: 0.6, s3: 0.2 } });
    expect(asJson.stderr).toMatch(/^1 fault of annotations, .*\n {2}.*v1\.json: .*\n$/);
  });

  it('finish with exit code 3 when some inputs cannot be read, and say which', async () => {
    const broken = join(folder, 'broken');
    await cp(shop, broken, { recursive: true });
    await truncate(join(broken, 'image/001/0.png'), 40);
    await writeFile(join(broken, 'video/v1.mp4'), 'no clip');
    const out = join(folder, 'broken-run');
    const args = ['match', broken, '--out', out, ...onTiny, ...everyFrame, '--json'];
    const { exitCode, stdout, stderr } = await runMain(...args);
    expect(exitCode).toBe(3);
    expect(stderr).toMatch(/\n {2}failed image\/001\/0\.png: .+\n {2}failed video\/v1\.mp4: .+\n$/);
    const report = JSON.parse(stdout);
    expect(report.inputs).toMatchObject({ total: 4, done: 2, skipped: 0, failed: 2 });
    expect(report).toEqual(JSON.parse(await readFile(join(out, 'run.json'), 'utf8')));

    const quiet = await runMain(...args.slice(0, -1), '--quiet');
    expect(quiet).toMatchObject({ exitCode: 3, stdout: '' });
    expect(quiet.stderr).toMatch(/^ {2}failed image\/001\/0\.png: .+\n {2}failed video\/v1\.mp4: .+\n$/);
    const index = ['index', broken, '--out', join(folder, 'broken.vitrine'), ...onTiny, '--quiet'];
    const indexed = await runMain(...index);
    expect(indexed).toMatchObject({ exitCode: 3, stdout: '' });
    expect(indexed.stderr).toMatch(/^ {2}failed image\/001\/0\.png: .+\n$/);
  });

  it.each([
    {
      what: 'a root that is missing',
      root: 'nowhere',
      says: /nowhere does not exist; expected a folder that holds image\/ and video\//,
    },
    { what: 'a root that is empty', root: 'empty', says: /image does not exist; expected item folders/ },
  ])('refuse $what in one line with exit code 2', async ({ root, says }) => {
    await mkdir(join(folder, 'empty'), { recursive: true });
    const out = join(folder, 'refused');
    const { exitCode, stdout, stderr } = await runMain('match', join(folder, root), '--out', out, ...onTiny);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(says);
    expect(stderr.split('\n')).toHaveLength(2);
    await expect(access(out)).rejects.toThrow('ENOENT');
  });

  it('take options from --config and are silent with --quiet', async () => {
    const config = join(folder, 'match.json');
    const out = join(folder, 'strict');
    await writeFile(config, JSON.stringify({ 'max-distance': 0, frames: '0:0:1', models: tinyModels, lanes: 1, out }));
    const run = await runMain('match', shop, '--config', config, '--device', 'cpu', '--budget', '1MiB', '--quiet');
    expect(run).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    const { options, frames, credit } = JSON.parse(await readFile(join(out, 'run.json'), 'utf8'));
    expect(options).toMatchObject({ matching: { maxDistance: 0 }, frames: { first: 0, last: 0, step: 1 } });
    expect(frames.read).toBe(4);
    expect(credit.totalBytes).toBe(2 ** 20);
    expect(await readFile(join(out, 'result.json'), 'utf8')).toMatch(/^\{\s*\}\s*$/);
  });

  it('refuse a path where nothing is with exit code 2', async () => {
    const rematch = await runMain('rematch', join(folder, 'none'), '--out', join(folder, 'never'));
    expect(rematch).toMatchObject({ exitCode: 2, stdout: '' });
    expect(rematch.stderr).toMatch(/^vitrine: No boxes at .*\n$/);
    const match = await runMain('match', shop, '--out', join(folder, 'never'), '--models', join(folder, 'none'));
    expect(match).toMatchObject({ exitCode: 2, stdout: '' });
    expect(match.stderr).toMatch(/^vitrine: No model manifest at .*\n$/);
    const scored = await runMain('eval', join(folder, 'none.json'), shop);
    expect(scored).toMatchObject({ exitCode: 2, stdout: '' });
    expect(scored.stderr).toMatch(/^vitrine: Cannot read the result file .*\n$/);
  });

  it('refuse a file as --out in one line with exit code 2', async () => {
    const file = join(folder, 'a-file');
    await writeFile(file, '');
    const { exitCode, stdout, stderr } = await runMain('match', shop, '--out', file, ...onTiny);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(/^vitrine: Cannot write .*a-file.*\. Name a folder as --out that can be written to\.\n$/);
  });

  it('say what thresholds without boxes are for', async () => {
    const { exitCode, stderr } = await runMain('eval', join(folder, 'again.json'), shop, '--max-distance', '1');
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^vitrine: The thresholds of matching and --pool change nothing without --boxes: .*\n$/);
  });

  it('take --pool, and say what it may be', async () => {
    const out = join(folder, 'pooled-run');
    const run = await runMain('match', shop, '--out', out, ...onTiny, ...everyFrame, '--pool', 'tracks', '--json');
    expect(JSON.parse(run.stdout).options).toMatchObject({ pool: 'tracks' });
    const again = join(folder, 'pooled.json');
    expect(await runMain('rematch', out, '--out', again, '--pool', 'tracks')).toMatchObject({ exitCode: 0 });
    expect(await readFile(again)).toEqual(await readFile(join(out, 'result.json')));
    const alone = await runMain('eval', again, shop, '--pool', 'tracks');
    expect(alone).toMatchObject({ exitCode: 2, stdout: '' });
    expect(alone.stderr).toMatch(
      /^vitrine: The thresholds of matching and --pool change nothing without --boxes: .*\n$/,
    );
    const byBoxes = await runMain('eval', again, shop, '--boxes', out, '--json');
    const byTracks = await runMain('eval', again, shop, '--boxes', out, '--json', '--pool', 'tracks');
    expect(byTracks.exitCode).toBe(0);
    expect(JSON.parse(byTracks.stdout).retrieval).not.toEqual(JSON.parse(byBoxes.stdout).retrieval);
    const refused = await runMain('rematch', out, '--out', again, '--pool', 'clips');
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toBe('vitrine: Expected --pool to be one of none, tracks, got clips\n');
  });

  it('say that a run which is matched again was cut short', async () => {
    const cut = join(folder, 'cut');
    await cp(join(folder, 'run'), cut, { recursive: true });
    await rm(join(cut, 'run.json'));
    const { exitCode, stderr } = await runMain('rematch', cut, '--out', join(folder, 'cut.json'));
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/cut has no run\.json: its run did not end, .*\n2 matches\n$/);
    const scored = await runMain('eval', join(folder, 'cut.json'), shop, '--boxes', cut);
    expect(scored.exitCode).toBe(0);
    expect(scored.stderr).toMatch(/cut has no run\.json: its run did not end, .* are ranked\n/);
  });
});

describe('export', () => {
  const toBoth = (name: string): readonly string[] => ['--coco', join(folder, name), '--crops', join(folder, name)];

  it('writes both formats and says what it did', async () => {
    const fresh = join(folder, 'fresh');
    await writeTinyShop(fresh);
    const args = ['export', fresh, ...toBoth('data'), '--crop-frames', '0:2:2', '--json'];
    const { exitCode, stdout, stderr } = await runMain(...args);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toEqual(JSON.parse(await readFile(join(folder, 'data', 'export.json'), 'utf8')));
    expect(stderr).toContain('2 items and 2 clips: 4 files done, 0 skipped, 0 failed\n');
    expect(stderr).toContain('8 images with 8 boxes to train, 0 images with 0 boxes for validation\n');
    expect(stderr).toContain('6 crops of 2 garments to train, 0 crops of 0 garments for validation\n');

    const again = await runMain(...args);
    expect(again.stderr).toContain('4 files done, 0 skipped, 0 failed; 4 taken over from an earlier run\n');
  });

  it('says where one side of a split is empty', async () => {
    const root = join(folder, 'split');
    await writeTinyShop(root);
    const none = await runMain('export', root, '--coco', join(folder, 'split-a'), '--validation-share', '0.000001');
    expect(none.stderr).toContain('\nnothing for validation: ');
    const all = await runMain('export', root, '--coco', join(folder, 'split-b'), '--validation', root);
    expect(all.stderr).toContain('\nnothing to train on: ');
    const unsplit = await runMain('export', root, '--coco', join(folder, 'split-c'));
    expect(unsplit.stderr).not.toContain('nothing');
  });

  it('finishes with exit code 3 when some inputs failed, and names the first problems', async () => {
    const spoilt = join(folder, 'spoilt');
    await writeTinyShop(spoilt);
    await writeFile(join(spoilt, 'video/v1.mp4'), 'no clip');
    await rm(join(spoilt, 'image_annotation/001/0.json'));
    const { exitCode, stderr } = await runMain('export', spoilt, '--coco', join(folder, 'spoilt-data'));
    expect(exitCode).toBe(3);
    expect(stderr).toContain('2 files done, 1 skipped, 1 failed\n');
    expect(stderr).toMatch(/\n2 problems:\n {2}.*001\/0\.json: missing; .*\n {2}.*v1\.mp4: .*\n$/u);
  });

  it.each([
    {
      what: 'no format',
      args: ['shop'],
      says: 'Nothing to write: vitrine export <roots..> needs --coco, --crops or both',
    },
    { what: 'no root', args: ['--coco', 'c'], says: 'Missing argument: vitrine export <roots..>' },
    {
      what: 'a root that is missing',
      args: ['nowhere', '--coco', 'c'],
      says: 'Data set: nowhere does not exist; expected',
    },
    {
      what: 'frames that are none',
      args: ['s', '--coco', 'c', '--crop-frames', '9'],
      says: 'Expected --crop-frames to be',
    },
    {
      what: 'a share above 1',
      args: ['s', '--coco', 'c', '--validation-share', '2'],
      says: 'Expected `--validation-share`',
    },
  ])('refuses $what in one line with exit code 2', async ({ args, says }) => {
    const { exitCode, stdout, stderr } = await runMain('export', ...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(/^vitrine: [^\n]*\n$/u);
    expect(stderr).toContain(says);
  });

  it('is silent with --quiet', async () => {
    const { exitCode, stdout, stderr } = await runMain('export', shop, ...toBoth('silent'), '--quiet');
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  });
});

describe('synth', () => {
  it('says what it made, and what the photos were too few for', async () => {
    const photos = join(folder, 'photos');
    const set = await runMain('synth', photos, '--cutouts', '--items', '5', '--seed', '40');
    expect(set).toMatchObject({ exitCode: 0, stdout: '' });
    expect(set.stderr).toMatch(/^\d+%, \d\/5 photos/u);
    expect(set.stderr).toMatch(new RegExp(`\\n5 items with 5 pictures in ${photos}\\n$`, 'u'));
    const small = join(folder, 'small');
    const args = ['synth', small, '--items', '9', '--seed', '3', '--clip-frames', '2', '--stills', '--photos', photos];
    const { exitCode, stdout, stderr } = await runMain(...args, '--quiet', '--json');
    const told = /^vitrine: only (\d) of 9 items and (\d) of 9 clips: the photos are too few; .*\n$/u.exec(stderr);
    const [items, clips] = (told ?? []).slice(1).map(Number);
    expect(exitCode).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ items, clips, missing: { items: 9 - items!, clips: 9 - clips! } });
  }, 120_000);
});

describe('help', () => {
  it.each(['match', 'rematch', 'eval', 'index', 'synth', 'export', 'demo', 'doctor'])(
    'explains %s with examples',
    async (command) => {
      const { exitCode, stdout, stderr } = await runMain(command, '--help');
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      expect(stdout).toContain(`Examples:\n  vitrine ${command}`);
    },
  );

  it('shows the defaults of core', async () => {
    const { stdout } = await runMain('match', '--help');
    for (const value of ['0.28', '0.5', '1.12', '"128MiB"', '"80:380:20"', '8']) {
      expect(stdout).toContain(`[default: ${value}]`);
    }
  });
});

describe('doctor', () => {
  it('tells what is installed and how fast it is', async () => {
    const { exitCode, stdout } = await runMain('doctor', ...onTiny);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^ok {2}ffmpeg {5}\S+ \(/m);
    expect(stdout).toMatch(/^ok {2}models {5}tiny, 2048 numbers a feature/m);
    expect(stdout).toMatch(/^ok {2}device {5}cpu, 1 lane, warm after \d+ ms$/m);
    expect(stdout).toMatch(/^ {4,}as asked for; by itself \d+, because one lane of one thread a core/m);
    expect(stdout).toMatch(/^ {4,}batches: at most 4 frames and 8 crops/m);
    expect(stdout).toMatch(/^ok {2}embedders {2}\d+\.\d crops\/s$/m);
  }, 120_000);

  it('fails when there are no models, and goes on to the rest', async () => {
    const { exitCode, stdout } = await runMain('doctor', '--models', folder, '--device', 'cpu', '--json');
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      isFit: false,
      ffmpeg: { isFit: true },
      models: { isFit: false },
      speed: { isFit: false },
    });
  }, 60_000);
});
