import { type Box } from '../core/box.ts';
import { type BoxFeature } from '../core/box-feature.ts';
import { isUnitVector, normOf } from '../core/unit-vector.ts';

const keys: ReadonlySet<string> = new Set(['side', 'id', 'img', 'frame', 'box', 'score', 'feature']);

/**
 * One line of `boxes.ndjson` as a box; its box index is not known from the line and left out.
 *
 * @param featureLength length that the feature has to have, if known.
 * @throws TypeError that says which field is wrong and what was expected.
 */
export function parseBoxLine(line: string, featureLength?: number): Omit<BoxFeature, 'boxIndex'> {
  const value = parseObject(line);
  const unknown = Object.keys(value).filter((key) => !keys.has(key));
  expect(unknown.length === 0, `only the keys ${[...keys].join(', ')}`, unknown.join(', '));
  const { side, id, img, frame } = value;
  expect(side === 'query' || side === 'gallery', '`side` to be "query" or "gallery"', side);
  expect(typeof id === 'string' && id !== '', '`id` to be a string that is not empty', id);
  if (side === 'query') {
    expect(typeof img === 'string', '`img` to be a string on the query side', img);
    expect(frame === undefined, 'no `frame` on the query side', frame);
    return { owner: { side, id }, frame: img, ...rest(value, featureLength) };
  }
  expect(isInteger(frame) && frame >= 0, '`frame` to be an integer of at least 0 on the gallery side', frame);
  expect(img === undefined, 'no `img` on the gallery side', img);
  return { owner: { side, id }, frame: String(frame), ...rest(value, featureLength) };
}

function rest(
  { box, score, feature }: Record<string, unknown>,
  featureLength: number | undefined,
): Pick<BoxFeature, 'box' | 'score' | 'feature'> {
  expect(isBox(box), '`box` to be four integers [x1, y1, x2, y2] with x1 < x2 and y1 < y2', box);
  expect(isNumber(score) && score >= 0 && score <= 1, '`score` to be a number from 0 to 1', score);
  expect(Array.isArray(feature) && feature.every(isNumber), '`feature` to be a list of numbers', typeof feature);
  const { length } = feature;
  expect(
    length > 0 && length === (featureLength ?? length),
    `a \`feature\` of ${featureLength ?? 'some'} numbers`,
    length,
  );
  const vector = Float32Array.from(feature);
  expect(isUnitVector(vector), '`feature` to have norm 1', normOf(vector));
  return { box, score, feature: vector };
}

function parseObject(line: string): Record<string, unknown> {
  const value: unknown = JSON.parse(line);
  expect(isObject(value), 'a JSON object', line.slice(0, 40));
  return value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

function isInteger(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function isBox(value: unknown): value is Box {
  if (!Array.isArray(value) || value.length !== 4 || !value.every(isInteger)) return false;
  const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = value;
  return x2 > x1 && y2 > y1;
}

function expect(condition: boolean, what: string, got: unknown): asserts condition {
  if (!condition) throw new TypeError(`Expected ${what}, got ${JSON.stringify(got) ?? 'nothing'}`);
}
