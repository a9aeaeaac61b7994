import { clothColor, css, hsl, mix } from './color.ts';
import { type PartSvg } from './figure-look.ts';
import { type Random } from './random.ts';
import { num } from './svg-path.ts';

/** A room to film in. */
export interface RoomSvg extends PartSvg {
  /** The bar of a clothes rack: its ends and height in pixels; undefined when there is none. */
  readonly bar: readonly [x1: number, x2: number, y: number] | undefined;
}

/** Draws a room of chance with its furniture. */
export function drawRoom(width: number, height: number, random: Random): RoomSvg {
  const wall = hsl(random.range(0, 360), random.range(0.02, 0.28), random.range(0.5, 0.93));
  const floorAt = height * random.range(0.74, 0.86);
  const floor = hsl(random.range(18, 45), random.range(0.08, 0.4), random.range(0.3, 0.75));
  const hasRack = random.chance(0.5);
  const rackX = random.chance(0.5) ? width * 0.02 : width * 0.52;
  const bar = hasRack ? ([rackX, rackX + width * 0.44, height * random.range(0.24, 0.36)] as const) : undefined;
  const things = random
    .shuffle([window, shelf, curtain, picture, lamp, plant, sofa, mirror, boxes])
    .slice(0, random.integer(2, 5));
  const rack = bar
    ? `<path d="M${num(bar[0])},${num(bar[2])}L${num(bar[1])},${num(bar[2])}M${num(bar[0] + 8)},${num(bar[2])}L${num(bar[0] + 8)},${num(floorAt + 60)}M${num(bar[1] - 8)},${num(bar[2])}L${num(bar[1] - 8)},${num(floorAt + 60)}" fill="none" stroke="#55565c" stroke-width="7"/>`
    : '';
  const planks = Array.from(
    { length: 14 },
    (_, index) =>
      `<path d="M${num(width * 0.5 + (index - 7) * width * 0.09)},${num(floorAt)}L${num(width * 0.5 + (index - 7) * width * 0.2)},${height}" stroke="#000" stroke-opacity=".12" stroke-width="2"/>`,
  ).join('');
  const body = `<defs><linearGradient id="w" x2="${num(random.next())}" y2="1"><stop offset="0" stop-color="${css(mix(wall, [255, 255, 255], 0.25))}"/><stop offset="1" stop-color="${css(mix(wall, [0, 0, 0], 0.22))}"/></linearGradient><linearGradient id="f" x2="0" y2="1"><stop offset="0" stop-color="${css(mix(floor, [0, 0, 0], 0.3))}"/><stop offset="1" stop-color="${css(floor)}"/></linearGradient></defs><rect width="${width}" height="${height}" fill="url(#w)"/><rect y="${num(floorAt)}" width="${width}" height="${height}" fill="url(#f)"/>${planks}<rect y="${num(floorAt - 14)}" width="${width}" height="14" fill="${css(mix(wall, [255, 255, 255], 0.6))}"/>${things.map((thing) => thing({ width, height, floorAt, random })).join('')}${rack}`;
  return {
    width,
    height,
    bar,
    svg: `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${body}</svg>`,
  };
}

interface Place {
  readonly width: number;
  readonly height: number;
  readonly floorAt: number;
  readonly random: Random;
}

const box = (x: number, y: number, width: number, height: number, fill: string, extra = ''): string =>
  `<rect x="${num(x)}" y="${num(y)}" width="${num(width)}" height="${num(height)}" fill="${fill}" ${extra}/>`;

function window({ width, height, random }: Place): string {
  const [w, h] = [width * random.range(0.25, 0.45), height * random.range(0.25, 0.4)];
  const [x, y] = [random.range(0, width - w), height * random.range(0.05, 0.2)];
  const sky = css(hsl(random.range(190, 220), random.range(0.1, 0.5), random.range(0.7, 0.95)));
  return `${box(x - 10, y - 10, w + 20, h + 20, '#f2f0ec')}${box(x, y, w, h, sky)}${box(x + w / 2 - 4, y, 8, h, '#f2f0ec')}${box(x, y + h * 0.4, w, 6, '#f2f0ec')}`;
}

function shelf({ width, height, random }: Place): string {
  const wood = hsl(random.range(20, 40), 0.35, random.range(0.25, 0.7));
  const [w, x, y] = [width * random.range(0.25, 0.4), random.range(0, width * 0.6), height * random.range(0.12, 0.4)];
  const rows = random.integer(1, 3);
  return Array.from({ length: rows }, (_, row) => {
    const at = y + row * 110;
    const books = Array.from({ length: random.integer(3, 8) }, (_, index) => {
      const tall = random.range(40, 85);
      return box(x + 10 + index * (w / 9), at - tall, random.range(w / 18, w / 10), tall, css(clothColor(random)));
    });
    return `${books.join('')}${box(x, at, w, 10, css(wood))}${box(x, at + 10, w, 8, '#000', 'fill-opacity=".18"')}`;
  }).join('');
}

function curtain({ width, height, floorAt, random }: Place): string {
  const color = clothColor(random);
  const [w, x] = [width * random.range(0.12, 0.28), random.chance(0.5) ? 0 : width * 0.8];
  const folds = Array.from({ length: 8 }, (_, index) =>
    box(x + (index * w) / 8, 0, w / 16, floorAt, '#000', `fill-opacity="${index % 2 === 0 ? '.16' : '.07'}"`),
  );
  return box(x, 0, w, Math.min(height, floorAt - 4), css(color)) + folds.join('');
}

function picture({ width, height, random }: Place): string {
  const [w, h, x, y] = [
    random.range(80, 170),
    random.range(90, 200),
    random.range(0, width * 0.75),
    height * random.range(0.06, 0.3),
  ];
  const [a, b] = [css(clothColor(random)), css(clothColor(random))];
  return `${box(x - 8, y - 8, w + 16, h + 16, random.pick(['#222', '#c9a56a', '#f4f2ee']))}${box(x, y, w, h, a)}<circle cx="${num(x + w * random.next())}" cy="${num(y + h * random.next())}" r="${num(w * 0.3)}" fill="${b}"/>`;
}

function lamp({ width, floorAt, random }: Place): string {
  const x = random.range(30, width - 30);
  const top = floorAt - random.range(420, 560);
  return `<path d="M${num(x)},${num(top)}L${num(x)},${num(floorAt + 30)}M${num(x - 34)},${num(floorAt + 32)}L${num(x + 34)},${num(floorAt + 32)}" stroke="#3a3a3e" stroke-width="8"/><circle cx="${num(x)}" cy="${num(top)}" r="56" fill="none" stroke="#fffdf2" stroke-width="18"/><circle cx="${num(x)}" cy="${num(top)}" r="70" fill="none" stroke="#fff" stroke-opacity=".25" stroke-width="18"/>`;
}

function plant({ width, floorAt, random }: Place): string {
  const x = random.range(40, width - 40);
  const leaf = (turn: number): string =>
    `<path d="M0,0Q34,-90 0,-${num(random.range(140, 230))}Q-34,-90 0,0Z" transform="rotate(${turn})" fill="${css(hsl(random.range(90, 150), 0.4, random.range(0.2, 0.42)))}"/>`;
  return `<g transform="translate(${num(x)} ${num(floorAt - 20)})">${[-60, -38, -16, 8, 30, 54].map(leaf).join('')}<path d="M-46,-10L46,-10L34,80L-34,80Z" fill="${css(hsl(random.range(10, 40), 0.4, random.range(0.35, 0.8)))}"/></g>`;
}

function sofa({ width, floorAt, random }: Place): string {
  const color = clothColor(random);
  const [w, x, y] = [width * random.range(0.45, 0.7), random.range(-0.2, 0.55) * width, floorAt - 130];
  return `${box(x, y, w, 150, css(mix(color, [0, 0, 0], 0.15)), 'rx="26"')}${box(x + 14, y + 70, w - 28, 110, css(color), 'rx="18"')}${box(x - 20, y + 46, 56, 140, css(mix(color, [0, 0, 0], 0.25)), 'rx="22"')}${box(x + w - 36, y + 46, 56, 140, css(mix(color, [0, 0, 0], 0.25)), 'rx="22"')}`;
}

function mirror({ width, floorAt, random }: Place): string {
  const [w, x] = [random.range(110, 170), random.range(0, width * 0.75)];
  return `${box(x - 9, floorAt - 500, w + 18, 520, '#b08d57', 'rx="14"')}${box(x, floorAt - 490, w, 500, '#d6dfe4', 'rx="8"')}<path d="M${num(x + w * 0.2)},${num(floorAt - 80)}L${num(x + w * 0.8)},${num(floorAt - 420)}" stroke="#fff" stroke-opacity=".5" stroke-width="22"/>`;
}

function boxes({ width, floorAt, random }: Place): string {
  const x = random.range(0, width * 0.75);
  return Array.from({ length: 3 }, (_, index) =>
    box(
      x + index * 12,
      floorAt + 20 - (index + 1) * 66,
      random.range(90, 130),
      64,
      css(mix([190, 150, 104], [255, 255, 255], random.range(0, 0.5))),
      'stroke="#000" stroke-opacity=".2"',
    ),
  ).join('');
}
