import { type Color, css, hsl, mix } from './color.ts';
import { type Random } from './random.ts';
import { num } from './svg-path.ts';

/** SVG of one part of a figure and the size that it is rasterised at. */
export interface PartSvg {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

/** The parts of a figure without clothes, each upright and by itself. */
export interface FigureParts<T> {
  /** Neck, shoulders and trunk down to the hips. */
  readonly trunk: T;
  readonly head: T;
  /** What of the hair hangs behind the shoulders. */
  readonly hairBack: T;
  /** A strand that hangs in front of a shoulder. */
  readonly strand: T;
  /** Shoulder at the top, fingertips at the bottom. */
  readonly arm: T;
  /** Hip at the top, sole at the bottom. */
  readonly leg: T;
  /** A closed hand, for holding. */
  readonly fist: T;
}

/** What does not change about a figure. */
export interface FigureLook {
  readonly parts: FigureParts<PartSvg>;
  readonly hasLongHair: boolean;
}

/** Draws a figure of chance: skin, hair, face and underclothes. */
export function drawFigureLook(random: Random): FigureLook {
  const tone = random.range(0.36, 0.84);
  const skin = hsl(random.range(17, 28), 0.2 + 0.4 * tone * random.range(0.6, 1), tone);
  const hair = random.chance(0.75)
    ? hsl(random.range(15, 40), random.range(0.15, 0.5), random.range(0.06, 0.3))
    : hsl(random.range(20, 50), random.range(0.3, 0.6), random.range(0.35, 0.65));
  const under = random.chance(0.5) ? hsl(0, 0, random.range(0.1, 0.95)) : mix(skin, [240, 225, 210], 0.4);
  const shoe = random.chance(0.5)
    ? hsl(0, 0, random.range(0.08, 0.95))
    : hsl(random.range(0, 360), random.range(0.1, 0.5), random.range(0.15, 0.6));
  const hasLongHair = random.chance(0.55);
  return {
    hasLongHair,
    parts: {
      trunk: trunk(skin, under),
      head: head({ skin, hair, hasLongHair, random }),
      hairBack: hairBack(hair, hasLongHair),
      strand: strand(hair),
      arm: limb({ skin, width: 90, height: 400, tip: hand(skin), from: 36, to: 23 }),
      leg: leg({ skin, shoe }),
      fist: fist(skin),
    },
  };
}

const svg = (width: number, height: number, body: string): PartSvg => ({
  width,
  height,
  svg: `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${body}</svg>`,
});

const darker = (color: Color, share: number): string => css(mix(color, [40, 10, 0], share));

const round = (id: string, color: Color, edge = 0.38): string =>
  `<linearGradient id="${id}"><stop offset="0" stop-color="${darker(color, edge)}"/><stop offset=".28" stop-color="${darker(color, edge * 0.25)}"/><stop offset=".55" stop-color="${css(color)}"/><stop offset="1" stop-color="${darker(color, edge)}"/></linearGradient>`;

function trunk(skin: Color, under: Color): PartSvg {
  const outline =
    'M128,0L172,0Q170,52 190,62Q262,74 268,110L246,150Q244,240 236,300Q240,380 254,450L252,520L48,520L46,450Q60,380 64,300Q56,240 54,150L32,110Q38,74 110,62Q130,52 128,0Z';
  return svg(
    300,
    520,
    `<defs>${round('s', skin)}${round('u', under)}<clipPath id="c"><path d="${outline}"/></clipPath></defs><path d="${outline}" fill="url(#s)"/><path d="M128,20Q150,60 172,20L180,58Q150,84 120,58Z" fill="${darker(skin, 0.35)}" opacity=".5"/><path d="M92,80Q120,96 146,92M208,80Q180,96 154,92" fill="none" stroke="${darker(skin, 0.35)}" stroke-width="4" opacity=".6"/><g clip-path="url(#c)"><path d="M84,60L100,60Q104,150 150,152Q196,150 200,60L216,60Q226,130 260,160L260,530L40,530L40,160Q74,130 84,60Z" fill="url(#u)"/></g>`,
  );
}

function head({
  skin,
  hair,
  hasLongHair,
  random,
}: {
  skin: Color;
  hair: Color;
  hasLongHair: boolean;
  random: Random;
}): PartSvg {
  const lip = mix(skin, [190, 40, 60], random.range(0.35, 0.75));
  const fringe = random.pick([
    'M32,150Q20,20 110,18Q200,20 188,150Q184,80 140,66Q90,76 60,70Q36,90 32,150Z',
    'M34,160Q14,18 110,16Q206,18 186,160Q182,96 172,84Q110,96 48,84Q38,100 34,160Z',
    'M32,140Q26,24 110,20Q196,24 188,140Q180,70 120,52Q70,90 32,140Z',
    'M36,120Q30,22 110,20Q190,22 184,120Q176,62 110,54Q46,62 36,120Z',
  ]);
  const eye = (x: number): string =>
    `<ellipse cx="${x}" cy="138" rx="13" ry="7" fill="#f4f0ec"/><circle cx="${x}" cy="138" r="6.5" fill="#2a1a12"/><circle cx="${x + 2}" cy="136" r="2" fill="#fff"/><path d="M${x - 15},134Q${x},124 ${x + 15},134" fill="none" stroke="#1c1210" stroke-width="4"/><path d="M${x - 17},116Q${x},106 ${x + 17},116" fill="none" stroke="${darker(hair, 0.1)}" stroke-width="5"/>`;
  const sides = hasLongHair
    ? `<path d="M36,90Q10,160 34,262Q60,240 52,190Q46,150 50,110ZM184,90Q210,160 186,262Q160,240 168,190Q174,150 170,110Z" fill="${css(hair)}"/>`
    : `<path d="M38,80Q28,130 36,160L48,150L52,100ZM182,80Q192,130 184,160L172,150L168,100Z" fill="${css(hair)}"/>`;
  return svg(
    220,
    280,
    `<defs>${round('s', skin, 0.3)}${round('h', hair, 0.5)}</defs><ellipse cx="38" cy="148" rx="10" ry="18" fill="${darker(skin, 0.2)}"/><ellipse cx="182" cy="148" rx="10" ry="18" fill="${darker(skin, 0.2)}"/><path d="M42,120Q42,40 110,40Q178,40 178,120Q178,190 146,222Q110,250 74,222Q42,190 42,120Z" fill="url(#s)"/>${eye(82)}${eye(138)}<path d="M108,140Q100,172 104,178Q110,184 118,178" fill="none" stroke="${darker(skin, 0.4)}" stroke-width="4"/><path d="M88,202Q110,192 132,202Q110,220 88,202Z" fill="${css(lip)}"/><ellipse cx="70" cy="178" rx="16" ry="11" fill="#e06a5a" opacity=".2"/><ellipse cx="150" cy="178" rx="16" ry="11" fill="#e06a5a" opacity=".2"/><path d="${fringe}" fill="url(#h)"/>${sides}`,
  );
}

function hairBack(hair: Color, long: boolean): PartSvg {
  const shape = long
    ? 'M40,140Q20,20 150,16Q280,20 260,140Q280,300 270,420Q150,460 30,420Q20,300 40,140Z'
    : 'M58,140Q44,20 150,16Q256,20 242,140Q244,200 220,230L80,230Q56,200 58,140Z';
  const lines = [70, 110, 150, 190, 230]
    .map(
      (x) =>
        `<path d="M${x},60Q${x + (x - 150) * 0.4},240 ${x},430" fill="none" stroke="#000" stroke-opacity=".16" stroke-width="9"/>`,
    )
    .join('');
  return svg(
    300,
    460,
    `<defs>${round('h', mix(hair, [0, 0, 0], 0.25), 0.5)}<clipPath id="c"><path d="${shape}"/></clipPath></defs><path d="${shape}" fill="url(#h)"/><g clip-path="url(#c)">${lines}</g>`,
  );
}

function strand(hair: Color): PartSvg {
  return svg(
    80,
    320,
    `<defs>${round('h', hair, 0.5)}</defs><path d="M40,0Q58,20 64,60Q80,160 58,250Q50,300 34,320Q40,260 22,200Q8,90 40,0Z" fill="url(#h)"/><path d="M40,0Q62,140 44,290M30,10Q44,120 34,220" fill="none" stroke="#000" stroke-opacity=".25" stroke-width="3"/>`,
  );
}

function limb({
  skin,
  width,
  height,
  tip,
  from,
  to,
}: {
  skin: Color;
  width: number;
  height: number;
  tip: string;
  from: number;
  to: number;
}): PartSvg {
  const middle = width / 2;
  const d = `M${middle - from},14Q${middle},-14 ${middle + from},14Q${middle + from * 0.9},${height * 0.4} ${middle + from * 0.72},${height * 0.46}Q${middle + from * 0.8},${height * 0.6} ${middle + to * 0.72},${height * 0.82}L${middle - to * 0.72},${height * 0.82}Q${middle - from * 0.8},${height * 0.6} ${middle - from * 0.72},${height * 0.46}Q${middle - from * 0.9},${height * 0.4} ${middle - from},14Z`;
  return svg(width, height, `<defs>${round('s', skin)}</defs>${tip}<path d="${d}" fill="url(#s)"/>`);
}

function hand(skin: Color): string {
  const finger = (x: number, y: number, turn: number): string =>
    `<rect x="${x}" y="${y}" width="9" height="34" rx="4.5" transform="rotate(${turn} ${x} ${y})"/>`;
  return `<g fill="${css(skin)}" stroke="${darker(skin, 0.4)}" stroke-width="1.5"><path d="M29,322L61,322Q66,340 62,358L30,358Q24,340 29,322Z"/>${finger(30, 352, 8)}${finger(39, 356, 2)}${finger(47, 355, -3)}${finger(54, 350, -8)}${finger(24, 326, 28)}</g>`;
}

function leg({ skin, shoe }: { skin: Color; shoe: Color }): PartSvg {
  const d = 'M14,0L106,0Q108,120 92,240Q102,330 78,480L44,480Q20,330 28,240Q12,120 14,0Z';
  return svg(
    120,
    540,
    `<defs>${round('s', skin)}</defs><path d="${d}" fill="url(#s)"/><path d="M40,470L80,470Q96,500 104,522Q106,538 90,538L34,538Q22,538 24,522Q34,500 40,470Z" fill="${css(shoe)}"/><path d="M24,528L105,528L104,539L26,539Z" fill="${darker(shoe, 0.6)}"/><path d="M44,486Q60,498 76,486" fill="none" stroke="${darker(shoe, 0.5)}" stroke-width="4"/>`,
  );
}

function fist(skin: Color): PartSvg {
  const knuckles = [0, 1, 2, 3]
    .map(
      (index) =>
        `<rect x="${10 + index * 15}" y="20" width="15" height="34" rx="7" fill="${css(skin)}" stroke="${darker(skin, 0.45)}" stroke-width="1.6"/>`,
    )
    .join('');
  return svg(
    80,
    80,
    `<rect x="10" y="8" width="58" height="46" rx="16" fill="${css(mix(skin, [40, 10, 0], 0.12))}"/>${knuckles}<rect x="${num(6)}" y="44" width="44" height="16" rx="8" fill="${css(skin)}" stroke="${darker(skin, 0.4)}" stroke-width="1.5" transform="rotate(-8 20 50)"/>`,
  );
}
