import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parseBenchLine } from '../../bench/harness/parse-bench-line.ts';
import { usageText } from '../../bench/harness/usage-text.ts';
import { allScenarios } from '../../bench/scenarios/all-scenarios.ts';
import { UsageError } from '../../src/cli/usage-error.ts';
import { runScenario } from '../helpers/run-scenario.ts';
import { isUsage } from '../../src/cli/explain-failure.ts';

const program = fileURLToPath(new URL('../../dist/bench/main.js', import.meta.url));
const bench = (...args: readonly string[]): Promise<{ stdout: string; stderr: string }> =>
  promisify(execFile)(process.execPath, [program, ...args]);
const names = Object.keys(allScenarios);

describe('parseBenchLine', () => {
  it('tells the options of a scenario from those that all have', () => {
    const argv = ['flow', '--items', '3', '--compare', 'main', '--results', 'out'];
    expect(parseBenchLine(argv, allScenarios)).toEqual({
      name: 'flow',
      values: { items: '3', 'in-flight': '300', runs: '21' },
      compare: 'main',
      results: 'out',
      docs: false,
      help: false,
    });
  });

  it.each([
    { argv: [], message: `Expected the name of a scenario (${names.join(', ')}), --docs or --help` },
    { argv: ['--compare', 'main'], message: `Expected the name of a scenario (${names.join(', ')}) before --compare` },
    { argv: ['flaw'], message: `Expected a scenario to be one of ${names.join(', ')}, got flaw. Did you mean flow?` },
    { argv: ['flow', '--rums', '3'], message: "Unknown option '--rums'. Did you mean --runs?" },
    {
      argv: ['flow', '--photo', '3'],
      message: "Unknown option '--photo'; known are --items, --in-flight, --runs, --compare, --results, --docs, --help",
    },
    { argv: ['flow', 'main'], message: "Unexpected argument 'main'" },
    { argv: ['flow', '--runs'], message: "Option '--runs <value>' argument missing" },
  ])('refuses $argv', ({ argv, message }) => {
    expect(() => parseBenchLine(argv, allScenarios)).toThrow(UsageError);
    expect(() => parseBenchLine(argv, allScenarios)).toThrow(message);
  });
});

describe('usageText', () => {
  it('tells every option of every scenario, and what it is when it is left out', () => {
    const text = usageText(allScenarios);
    for (const [name, { summary, options }] of Object.entries(allScenarios)) {
      const part = text.slice(text.indexOf(`\n${name}: ${summary}\n`)).split('\n\n')[0];
      for (const option of Object.keys(options)) expect(part).toMatch(new RegExp(`^  --${option} +\\S`, 'mu'));
    }
    expect(text).toMatch(/^ {2}--gops +1,12,50,250$/mu);
    expect(text).toMatch(/^ {2}--models +fixtures.models.compact$/mu);
    expect(text).toMatch(/--compare <ref>[^]*--docs[^]*--results +bench\/results/u);
  });
});

describe('a scenario', () => {
  it.each([
    ['pipeline', { frames: '5:1:1' }, 'Expected --frames to be first:last:step'],
    ['pipeline', { root: 'no-such-shop' }, 'no-such-shop'],
    ['search', { against: 'annoy' }, 'Expected --against to be of faiss, usearch, numpy, got annoy'],
    ['search', { sizes: '3x' }, 'Expected `--sizes` to be sizes of 1x1 or larger, got 3x'],
    ['scale', { frames: '5:1:1' }, 'Expected --frames to be first:last:step'],
    ['scale', { clips: '10,,100' }, 'Expected `--clips` to be an integer, at least 1'],
    ['shapes', { models: 'no-such-models' }, 'no-such-models'],
    ['shapes', { device: 'tpu' }, 'Expected `--device` to be one of cpu, webgpu, cuda'],
    ['decode', { frames: '5:1:1' }, 'Expected --frames to be first:last:step'],
    ['decode', { sizes: '47x64' }, 'Expected `--sizes` to be sizes of 2x2 or larger, in steps of 2, got 47x64'],
    [
      'decode',
      { ffmpeg: 'no-such-ffmpeg' },
      'Expected --ffmpeg to be programs that answer as ffmpeg does, got no-such',
    ],
    ['flow', { items: 'many' }, 'Expected `--items` to be an integer, at least 1'],
  ])('of %s with %j is refused as a mistake of whoever asks', async (name, given, message) => {
    const refused = await runScenario(allScenarios[name]!, given).catch((error: unknown) => error);
    expect(refused).toMatchObject({ message: expect.stringContaining(message) });
    expect(isUsage(refused)).toBe(true);
  });
});

describe('the built bench', () => {
  it('prints the usage', async () => {
    expect(await bench('search', '--help')).toEqual({ stdout: usageText(allScenarios), stderr: '' });
  });

  it.each([
    { args: [], says: /^bench: Expected the name of a scenario [^\n]+\n$/u },
    {
      args: ['flow', '--runs', '-1'],
      says: /^bench: Option '--runs' argument is ambiguous\. Did you forget [^\n]+\n$/u,
    },
    { args: ['flow', '--runs', '0'], says: /^bench: Expected `--runs` to be an integer, at least 1, [^\n]+\n$/u },
  ])('says in one line what is wrong with $args', async ({ args, says }) => {
    await expect(bench(...args)).rejects.toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(says) });
  });

  it.runIf(process.platform === 'linux')('shows the stack of anything else', async () => {
    // There is no making a folder there, and nothing is wrong with the words.
    const failing = bench('flow', '--items', '1', '--in-flight', '8', '--runs', '1', '--results', '/proc/results');
    await expect(failing).rejects.toMatchObject({ code: 1, stderr: expect.stringMatching(/\n\s+at /u) });
  });
});
