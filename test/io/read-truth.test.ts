import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type GarmentAnnotation } from '../../src/core/annotation.ts';
import { categories, categoryOf } from '../../src/io/categories.ts';
import { type Dataset } from '../../src/io/dataset.ts';
import { type OnProblem, placeAnnotations } from '../../src/io/parse-annotations.ts';
import { readTruth } from '../../src/io/read-truth.ts';
import {
  writeClipAnnotations,
  writePictureAnnotations,
  writeSpeech,
  writeTitle,
} from '../../src/io/write-annotations.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const top: GarmentAnnotation = {
  label: '长袖上衣',
  viewpoint: 0,
  display: 1,
  instanceId: 20004101,
  box: [1, 2, 30, 40],
};
const other: GarmentAnnotation = { label: '短裙', viewpoint: 3, display: 0, instanceId: 0, box: [5, 6, 7, 8] };

function dataset(root: string): Dataset {
  return {
    root,
    items: [{ id: '000041', pictures: [{ name: '0', path: '' }] }],
    clips: [{ id: 'v', path: '' }],
    ignored: [],
  };
}

describe('the annotation writers', () => {
  it('write the layout exactly', async () => {
    await using folder = await temporaryFolder();
    const root = folder.path;
    await writePictureAnnotations(root, { itemId: '000041', imgName: '0.jpg', annotations: [top] });
    await writeClipAnnotations(root, { videoId: 'v', frames: [{ frameIndex: 80, annotations: [other] }] });
    await writeTitle(root, '000041', '白色 长袖上衣');
    await writeSpeech(root, 'v', '大家好');
    expect(await readFile(join(root, 'image_annotation/000041/0.json'), 'utf8')).toBe(
      '{"img_name":"0.jpg","item_id":"000041","annotations":[{"label":"长袖上衣","viewpoint":0,"display":1,"instance_id":20004101,"box":[1,2,30,40]}]}',
    );
    expect(await readFile(join(root, 'video_annotation/v.json'), 'utf8')).toBe(
      '{"video_id":"v","frames":[{"frame_index":80,"annotations":[{"label":"短裙","viewpoint":3,"display":0,"instance_id":0,"box":[5,6,7,8]}]}]}',
    );
    expect(await readFile(join(root, 'image_text/000041.txt'), 'utf8')).toBe('白色 长袖上衣\n');
    expect(await readFile(join(root, 'video_text/v.txt'), 'utf8')).toBe('大家好\n');
  });
});

describe('readTruth', () => {
  it('reads what was written', async () => {
    await using folder = await temporaryFolder();
    const root = folder.path;
    const frames = [
      { frameIndex: 80, annotations: [top, other] },
      { frameIndex: 100, annotations: [] },
    ];
    await writePictureAnnotations(root, { itemId: '000041', imgName: '0.jpg', annotations: [top, other] });
    await writeClipAnnotations(root, { videoId: 'v', frames: [...frames].reverse() });
    expect(await readTruth(dataset(root))).toEqual({
      truth: { items: new Map([['000041', new Map([['0', [top, other]]])]]), clips: new Map([['v', frames]]) },
      problems: [],
    });
  });

  it.each([
    { why: 'a missing file', content: undefined, problem: 'missing' },
    { why: 'an empty file', content: '', problem: 'unreadable: ' },
    { why: 'a file of something else', content: '[]', problem: 'it holds no JSON object' },
    { why: 'no frames', content: '{}', problem: '`frames` is no list' },
    {
      why: 'a frame without index',
      content: '{"frames":[{"annotations":[]}]}',
      problem: 'frames[0]: no usable frame_index',
    },
    { why: 'a frame that is a number', content: '{"frames":[80]}', problem: 'frames[0]: no usable frame_index' },
  ])('takes $why as not annotated and says so', async ({ content, problem }) => {
    await using folder = await temporaryFolder();
    const root = folder.path;
    await writePictureAnnotations(root, { itemId: '000041', imgName: '0.jpg', annotations: [] });
    const path = join(root, 'video_annotation', 'v.json');
    await mkdir(join(root, 'video_annotation'));
    await writeFile(path, content ?? '');
    if (content === undefined) await rm(path);
    const { truth, problems } = await readTruth(dataset(root));
    expect(truth.clips.get('v')).toEqual([]);
    expect(problems).toEqual([{ path, problem: expect.stringContaining(problem) }]);
  });

  it('takes a frame that comes twice once', async () => {
    await using folder = await temporaryFolder();
    const root = folder.path;
    const frames = [
      { frameIndex: 80, annotations: [top] },
      { frameIndex: 80, annotations: [] },
    ];
    await writeClipAnnotations(root, { videoId: 'v', frames });
    const { truth, problems } = await readTruth(dataset(root));
    expect(truth.clips.get('v')).toEqual(frames.slice(0, 1));
    expect(problems.map(({ problem }) => problem)).toEqual([
      'missing',
      'line 1, frames[1]: frame_index 80 a second time',
    ]);
  });

  it('refuses a data set without annotations', async () => {
    await using folder = await temporaryFolder();
    await expect(readTruth(dataset(folder.path))).rejects.toMatchObject({ code: 'dataset-invalid' });
  });

  it('stops when it is told to', async () => {
    await using folder = await temporaryFolder();
    const reason = new Error('enough');
    await expect(readTruth(dataset(folder.path), AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});

describe('placeAnnotations', () => {
  const raw = { label: '长裤', viewpoint: 0, display: 1, instance_id: 0, box: [0, 0, 1, 2] };
  const read = { label: '长裤', viewpoint: 0, display: 1, instanceId: 0, box: [0, 0, 1, 2] };

  it.each([
    { why: 'an empty list', value: [], kept: [], problems: [] },
    { why: 'a label of old', value: [{ ...raw, label: '古装' }], kept: [{ ...read, label: '古风' }], problems: [] },
    { why: 'a display of 2', value: [{ ...raw, display: 2 }], kept: [{ ...read, display: 2 }], problems: ['display'] },
    {
      why: 'a viewpoint of 4',
      value: [{ ...raw, viewpoint: 4 }],
      kept: [{ ...read, viewpoint: 4 }],
      problems: ['viewpoint'],
    },
    {
      why: 'a strange label',
      value: [{ ...raw, label: 'hat' }],
      kept: [{ ...read, label: 'hat' }],
      problems: ['label'],
    },
    { why: 'no list', value: undefined, kept: [], problems: ['frames.7: `annotations` is no list'] },
    { why: 'no object', value: [1, raw], kept: [read], problems: ['frames.7.annotations.0: no object'] },
    {
      why: 'no box',
      value: [{ ...raw, box: undefined }, raw],
      kept: [read],
      problems: ['frames.7.annotations.0: no usable box'],
    },
    {
      why: 'an inverted box',
      value: [raw, { ...raw, box: [1, 0, 1, 2] }],
      kept: [read],
      problems: ['frames.7.annotations.1: no usable box'],
    },
    { why: 'a box of three', value: [{ ...raw, box: [0, 0, 1] }], kept: [], problems: ['no usable box'] },
    { why: 'a negative instance', value: [{ ...raw, instance_id: -1 }], kept: [], problems: ['no usable instance_id'] },
    {
      why: 'an instance in words',
      value: [{ ...raw, instance_id: '1' }],
      kept: [],
      problems: ['no usable instance_id'],
    },
  ])('takes $why', ({ value, kept, problems }) => {
    const heard: string[] = [];
    const onProblem: OnProblem = (problem, at) => heard.push(`${at.join('.')}: ${problem}`);
    const placed = placeAnnotations(value, { at: ['frames', 7], onProblem });
    expect(placed.map((one) => one.value)).toEqual(kept);
    for (const { at, value: annotation } of placed) {
      expect(at.slice(0, 3)).toEqual(['frames', 7, 'annotations']);
      expect(value).toHaveProperty(`[${at.at(-1)}].box`, annotation.box);
    }
    expect(heard).toEqual(problems.map((problem) => expect.stringContaining(problem)));
  });
});

describe('categories', () => {
  it('are the 23 of the layout', () => {
    expect(categories).toHaveLength(23);
    expect(new Set(categories).size).toBe(23);
    expect(categoryOf('长袖连衣裙')).toBe('长袖连衣裙');
    expect(categoryOf('古装')).toBe('古风');
    expect(categoryOf('帽子')).toBeUndefined();
  });
});
