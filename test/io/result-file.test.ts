import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Match } from '../../src/core/match.ts';
import { readResult, writeResult } from '../../src/io/result-file.ts';
import { answerOf } from '../../src/matching/answer-of.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

function match(videoId: string): Match {
  return {
    videoId,
    itemId: `item of ${videoId}`,
    imgName: '0',
    itemBox: [1, 2, 30, 40],
    frameIndex: 80,
    frameBox: [5, 6, 70, 80],
    distance: 0.5,
  };
}

describe('writeResult', () => {
  it('writes the keys sorted as text, also those that look like numbers', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'new', 'result.json');
    await writeResult(path, [match('b'), match('9'), match('000041'), match('10')]);
    expect(await readFile(path, 'utf8')).toBe(
      [
        '{',
        '"000041": {"item_id":"item of 000041","frame_index":80,"result":[{"img_name":"0","item_box":[1,2,30,40],"frame_box":[5,6,70,80]}]},',
        '"10": {"item_id":"item of 10","frame_index":80,"result":[{"img_name":"0","item_box":[1,2,30,40],"frame_box":[5,6,70,80]}]},',
        '"9": {"item_id":"item of 9","frame_index":80,"result":[{"img_name":"0","item_box":[1,2,30,40],"frame_box":[5,6,70,80]}]},',
        '"b": {"item_id":"item of b","frame_index":80,"result":[{"img_name":"0","item_box":[1,2,30,40],"frame_box":[5,6,70,80]}]}',
        '}',
        '',
      ].join('\n'),
    );
    expect(await readResult(path)).toEqual(['000041', '10', '9', 'b'].map((id) => answerOf(match(id))));
  });

  it('writes an object also without answers', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'result.json');
    await writeResult(path, []);
    expect(await readFile(path, 'utf8')).toBe('{}\n');
    expect(await readResult(path)).toEqual([]);
  });

  it('leaves nothing behind when it cannot write', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'result.json');
    await mkdir(path);
    await writeFile(join(path, 'x'), '');
    await expect(writeResult(path, [])).rejects.toMatchObject({ code: 'file-unwritable', path });
    expect(await readdir(folder.path)).toEqual(['result.json']);
  });
});

describe('readResult', () => {
  it('says which file to name where a folder is named', async () => {
    await using folder = await temporaryFolder();
    await expect(readResult(folder.path)).rejects.toMatchObject({
      code: 'file-unreadable',
      message: expect.stringMatching(/: it is a folder; name the result\.json in it$/u),
    });
  });

  const pair = { img_name: '0', item_box: [0, 0, 1, 1], frame_box: [0, 0, 1, 1] };
  const answer = { item_id: '1', frame_index: 80, result: [pair] };

  it.each([
    { why: 'no JSON', content: '{', says: 'JSON' },
    { why: 'a list', content: [], says: 'expected record' },
    { why: 'an item that is a number', content: { v: { ...answer, item_id: 1 } }, says: 'at "v.item_id"' },
    { why: 'a frame that is a text', content: { v: { ...answer, frame_index: '80' } }, says: 'at "v.frame_index"' },
    { why: 'a negative frame', content: { v: { ...answer, frame_index: -1 } }, says: 'at "v.frame_index"' },
    { why: 'an answer without pairs', content: { v: { ...answer, result: [] } }, says: 'at "v.result"' },
    { why: 'a key that nobody knows', content: { v: { ...answer, score: 1 } }, says: '"score"' },
    {
      why: 'a box of fractions',
      content: { v: { ...answer, result: [{ ...pair, item_box: [0, 0, 1, 0.5] }] } },
      says: 'at "v.result.0.item_box.3"',
    },
    {
      why: 'an inverted box',
      content: { v: { ...answer, result: [{ ...pair, frame_box: [9, 0, 1, 1] }] } },
      says: 'x1 < x2',
    },
  ])('refuses $why and says where', async ({ content, says }) => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'result.json');
    await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
    await expect(readResult(path)).rejects.toMatchObject({ code: 'result-invalid', path });
    await expect(readResult(path)).rejects.toThrow(says);
  });

  it('fails when there is no file', async () => {
    await expect(readResult('/no/result.json')).rejects.toMatchObject({ code: 'file-unreadable' });
  });
});
