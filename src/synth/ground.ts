import { clothColor, css, hsl, mix } from './color.ts';
import { drawMotif, motifNames } from './print-motif.ts';
import { type Random } from './random.ts';
import { num } from './svg-path.ts';

/** SVG of something that clothes are photographed on or before: a sheet, boards, tiles, a carpet, a bedspread or a wall. */
export function drawGround(width: number, height: number, random: Random): string {
  const look = random.weighted({ plain: 6, boards: 4, tiles: 2, carpet: 2, bedspread: 2, wall: 3 });
  const drawn = { plain, boards, tiles, carpet, bedspread, wall }[look](width, height, random);
  const light = `<radialGradient id="lamp" cx="${num(random.range(0, 1))}" cy="${num(random.range(0, 1))}" r="1.1"><stop offset="0" stop-color="#fff" stop-opacity=".22"/><stop offset=".5" stop-opacity="0"/><stop offset="1" stop-color="#000" stop-opacity="${random.chance(0.5) ? '.35' : '.15'}"/></radialGradient>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><defs>${light}${drawn.defs}</defs>${drawn.body}<rect width="100%" height="100%" fill="url(#lamp)"/></svg>`;
}

interface Drawn {
  readonly defs: string;
  readonly body: string;
}

const cover = (fill: string): string => `<rect width="100%" height="100%" fill="${fill}"/>`;

function plain(_width: number, _height: number, random: Random): Drawn {
  const shop = random.chance(0.5);
  return {
    defs: '',
    body: cover(
      css(shop ? hsl(random.range(20, 260), random.range(0, 0.12), random.range(0.78, 0.98)) : clothColor(random)),
    ),
  };
}

function wall(width: number, height: number, random: Random): Drawn {
  const color = hsl(random.range(0, 360), random.range(0.03, 0.3), random.range(0.55, 0.92));
  const floor = random.range(0.82, 0.97) * height;
  return {
    defs: '',
    body: `${cover(css(color))}<rect y="${num(floor)}" width="${width}" height="${height}" fill="${css(mix(color, [70, 50, 35], 0.6))}"/><rect y="${num(floor - 12)}" width="${width}" height="12" fill="${css(mix(color, [255, 255, 255], 0.5))}"/>`,
  };
}

function boards(width: number, height: number, random: Random): Drawn {
  const wood = hsl(random.range(18, 42), random.range(0.12, 0.5), random.range(0.28, 0.72));
  const wide = random.range(0.09, 0.24) * width;
  const count = Math.ceil((width + height) / wide);
  const planks = Array.from({ length: count }, (_, index) => {
    const tone = css(mix(wood, random.chance(0.5) ? [0, 0, 0] : [255, 255, 255], random.range(0, 0.16)));
    const grain = Array.from(
      { length: 4 },
      () =>
        `<path d="M${num((index + random.next()) * wide)},-999Q${num((index + random.next()) * wide)},${num(random.range(0, height))} ${num((index + random.next()) * wide)},1999" fill="none" stroke="#000" stroke-opacity=".07" stroke-width="${num(random.range(1, 4))}"/>`,
    );
    return `<rect x="${num(index * wide)}" y="-999" width="${num(wide - 1.5)}" height="3000" fill="${tone}"/>${grain.join('')}`;
  });
  return {
    defs: '',
    body: `${cover(css(mix(wood, [0, 0, 0], 0.5)))}<g transform="rotate(${num(random.pick([0, 90, 0, 90, random.range(-40, 40)]))} ${width / 2} ${height / 2}) translate(${num(-height / 4)} 0)">${planks.join('')}</g>`,
  };
}

function tiles(width: number, height: number, random: Random): Drawn {
  const color = hsl(random.range(20, 220), random.range(0.03, 0.2), random.range(0.6, 0.9));
  const side = random.range(0.16, 0.42) * width;
  return {
    defs: `<pattern id="tile" patternUnits="userSpaceOnUse" width="${num(side)}" height="${num(side)}" patternTransform="rotate(${num(random.range(-50, 50))})"><rect width="100%" height="100%" fill="${css(mix(color, [0, 0, 0], 0.3))}"/><rect x="2" y="2" width="${num(side - 3)}" height="${num(side - 3)}" fill="${css(color)}"/></pattern>`,
    body: cover('url(#tile)') + (height > 0 ? '' : ''),
  };
}

function carpet(width: number, height: number, random: Random): Drawn {
  const [base, accent] = [clothColor(random), clothColor(random)];
  const motif = drawMotif(random.pick(motifNames), {
    size: random.range(18, 60),
    main: mix(base, accent, 0.5),
    accent: mix(base, accent, 0.8),
    random,
  });
  const side = random.range(70, 190);
  return {
    defs: `<pattern id="knots" patternUnits="userSpaceOnUse" width="${num(side)}" height="${num(side)}" patternTransform="rotate(${num(random.range(0, 90))})"><g transform="translate(${num(side / 2)} ${num(side / 2)})">${motif}</g></pattern>`,
    body: cover(css(base)) + cover('url(#knots)') + (width > height ? '' : ''),
  };
}

function bedspread(width: number, height: number, random: Random): Drawn {
  const color = clothColor(random);
  const folds = Array.from({ length: random.integer(4, 10) }, () => {
    const from = `${num(random.range(-0.2, 1.2) * width)},${num(random.range(-0.2, 1.2) * height)}`;
    const bend = `${num(random.range(-0.3, 0.3) * width)},${num(random.range(-0.3, 0.3) * height)}`;
    const to = `${num(random.range(-0.7, 0.7) * width)},${num(random.range(-0.7, 0.7) * height)}`;
    return [
      [60, 0.03],
      [36, 0.05],
      [16, 0.06],
    ]
      .map(
        ([wide, dark]) =>
          `<path d="M${from}q${bend} ${to}" fill="none" stroke="#000" stroke-opacity="${dark}" stroke-width="${wide}" stroke-linecap="round"/>`,
      )
      .join('');
  });
  return { defs: '', body: cover(css(color)) + folds.join('') };
}
