import { css, type Color } from './color.ts';
import { type Random } from './random.ts';
import { num } from './svg-path.ts';

/** Small figures that prints repeat or show large. */
export const motifNames = [
  'blob',
  'bolt',
  'bow',
  'cherry',
  'diamond',
  'fish',
  'flower',
  'heart',
  'leaf',
  'moon',
  'palm',
  'ring',
  'star',
  'triangle',
  'tulip',
] as const;
/** One figure. */
export type Motif = (typeof motifNames)[number];

const round = (random: Random, radius: number, corners: number, jitter: number): string => {
  const points = Array.from({ length: corners }, (_, index) => {
    const angle = (index / corners) * 2 * Math.PI;
    const far = radius * (1 + random.range(-jitter, jitter));
    return [Math.cos(angle) * far, Math.sin(angle) * far] as const;
  });
  const middle = (index: number): string => {
    const [a, b] = [points[index % corners] ?? [0, 0], points[(index + 1) % corners] ?? [0, 0]];
    return `${num((a[0] + b[0]) / 2)},${num((a[1] + b[1]) / 2)}`;
  };
  return `M${middle(0)}${points.map((_, index) => `Q${points[(index + 1) % corners]?.map(num).join(',')} ${middle(index + 1)}`).join('')}Z`;
};

const spikes = (count: number, outer: number, inner: number): string =>
  `M${Array.from({ length: count * 2 }, (_, index) => {
    const angle = (index / count) * Math.PI - Math.PI / 2;
    const far = index % 2 === 0 ? outer : inner;
    return `${num(Math.cos(angle) * far)},${num(Math.sin(angle) * far)}`;
  }).join('L')}Z`;

/** SVG of `motif` about 2 units wide around the origin, scaled by `size`, in `main` and `accent`. */
export function drawMotif(
  motif: Motif,
  { size, main, accent, random }: { size: number; main: Color; accent: Color; random: Random },
): string {
  const s = size;
  const fill = `fill="${css(main)}"`;
  const line = `fill="none" stroke="${css(main)}" stroke-width="${num(s * 0.22)}" stroke-linecap="round"`;
  switch (motif) {
    case 'blob':
      return `<path d="${round(random, s, 9, 0.45)}" ${fill}/>`;
    case 'bolt':
      return `<path d="M${num(s * 0.2)},${-s}L${-s * 0.6},${num(s * 0.2)}L0,${num(s * 0.1)}L${num(-s * 0.2)},${s}L${num(s * 0.6)},${num(-s * 0.25)}L0,${num(-s * 0.1)}Z" ${fill}/>`;
    case 'bow':
      return `<path d="M0,0L${-s},${num(-s * 0.6)}L${-s},${num(s * 0.6)}ZM0,0L${s},${num(-s * 0.6)}L${s},${num(s * 0.6)}Z" ${fill}/><circle r="${num(s * 0.22)}" fill="${css(accent)}"/>`;
    case 'cherry':
      return `<path d="M${num(-s * 0.5)},${num(s * 0.5)}Q0,${num(-s * 0.6)} ${num(s * 0.4)},${-s}Q${num(s * 0.4)},0 ${num(s * 0.5)},${num(s * 0.6)}" fill="none" stroke="${css(accent)}" stroke-width="${num(s * 0.12)}"/><circle cx="${num(-s * 0.5)}" cy="${num(s * 0.6)}" r="${num(s * 0.4)}" ${fill}/><circle cx="${num(s * 0.5)}" cy="${num(s * 0.6)}" r="${num(s * 0.4)}" ${fill}/>`;
    case 'diamond':
      return `<path d="M0,${-s}L${num(s * 0.7)},0L0,${s}L${num(-s * 0.7)},0Z" ${fill}/>`;
    case 'fish':
      return `<path d="M${-s},0Q${num(-s * 0.2)},${num(-s * 0.7)} ${num(s * 0.5)},0L${s},${num(-s * 0.45)}L${s},${num(s * 0.45)}L${num(s * 0.5)},0Q${num(-s * 0.2)},${num(s * 0.7)} ${-s},0Z" ${fill}/><circle cx="${num(-s * 0.55)}" cy="${num(-s * 0.1)}" r="${num(s * 0.1)}" fill="${css(accent)}"/>`;
    case 'flower': {
      const petals = random.integer(4, 8);
      const one = (index: number): string =>
        `<ellipse cy="${num(-s * 0.6)}" rx="${num((s * 1.5) / petals)}" ry="${num(s * 0.45)}" transform="rotate(${num((index * 360) / petals)})"/>`;
      return `<g ${fill}>${Array.from({ length: petals }, (_, index) => one(index)).join('')}</g><circle r="${num(s * 0.26)}" fill="${css(accent)}"/>`;
    }
    case 'heart':
      return `<path d="M0,${num(s * 0.9)}C${num(-s * 1.5)},${num(-s * 0.2)} ${num(-s * 0.6)},${num(-s * 1.2)} 0,${num(-s * 0.4)}C${num(s * 0.6)},${num(-s * 1.2)} ${num(s * 1.5)},${num(-s * 0.2)} 0,${num(s * 0.9)}Z" ${fill}/>`;
    case 'leaf':
      return `<path d="M0,${-s}Q${num(s * 0.9)},0 0,${s}Q${num(-s * 0.9)},0 0,${-s}Z" ${fill}/><path d="M0,${num(-s * 0.8)}L0,${s}" stroke="${css(accent)}" stroke-width="${num(s * 0.1)}"/>`;
    case 'moon':
      return `<path d="M${num(s * 0.3)},${num(-s * 0.9)}A${s},${s} 0 1 0 ${num(s * 0.3)},${num(s * 0.9)}A${num(s * 0.75)},${num(s * 0.95)} 0 1 1 ${num(s * 0.3)},${num(-s * 0.9)}Z" ${fill}/>`;
    case 'palm': {
      const frond = (angle: number): string =>
        `<path d="M0,0Q${num(s * 0.5)},${num(-s * 0.5)} ${s},${num(s * 0.1)}Q${num(s * 0.5)},${num(-s * 0.15)} 0,0Z" transform="rotate(${angle})"/>`;
      return `<path d="M0,${num(-s * 0.1)}Q${num(s * 0.2)},${num(s * 0.5)} 0,${s}" ${line}/><g ${fill}>${[-130, -85, -40, 0, 160, 190].map(frond).join('')}</g>`;
    }
    case 'ring':
      return `<circle r="${num(s * 0.8)}" ${line}/><circle r="${num(s * 0.3)}" fill="${css(accent)}"/>`;
    case 'star':
      return `<path d="${spikes(random.integer(4, 8), s, s * random.range(0.35, 0.6))}" ${fill}/>`;
    case 'triangle':
      return `<path d="M0,${-s}L${num(s * 0.9)},${num(s * 0.7)}L${num(-s * 0.9)},${num(s * 0.7)}Z" ${fill}/><path d="M0,${num(-s * 0.2)}L${num(s * 0.35)},${num(s * 0.45)}L${num(-s * 0.35)},${num(s * 0.45)}Z" fill="${css(accent)}"/>`;
    case 'tulip':
    default:
      return `<path d="M${num(-s * 0.6)},${-s}L${num(-s * 0.2)},${num(-s * 0.6)}L0,${-s}L${num(s * 0.2)},${num(-s * 0.6)}L${num(s * 0.6)},${-s}Q${num(s * 0.6)},0 0,0Q${num(-s * 0.6)},0 ${num(-s * 0.6)},${-s}Z" ${fill}/><path d="M0,0L0,${s}M0,${num(s * 0.7)}Q${num(s * 0.6)},${num(s * 0.5)} ${num(s * 0.6)},0" fill="none" stroke="${css(accent)}" stroke-width="${num(s * 0.16)}"/>`;
  }
}

/** Words that no font is needed for: `letters` strokes of chance between two lines, as block capitals look from afar. */
export function drawLettering(
  letters: number,
  { height, color, random }: { height: number; color: Color; random: Random },
): string {
  const width = height * random.range(0.5, 0.8);
  const gap = width * 0.35;
  const glyphs = [
    'M0,1L0,0L1,0L1,1M0,.5L1,.5',
    'M0,0L0,1L1,1',
    'M1,0L0,0L0,1L1,1M0,.5L.8,.5',
    'M0,1L0,0L1,.8L1,0',
    'M0,0L1,0M.5,0L.5,1',
    'M0,0L.5,1L1,0',
    'M1,.1L0,.1L0,.5L1,.5L1,.95L0,.95',
    'M0,0L0,1L1,1L1,0',
    'M0,1L0,0L1,0L1,.5L0,.5L1,1',
    'M.5,0L.5,1',
    'M0,0L1,1M1,0L0,1',
    'M0,0L0,1L1,1L1,0Z',
    'M0,1L.5,0L1,1M.25,.6L.75,.6',
  ];
  const bold = random.range(0.12, 0.26) * height;
  const slant = random.chance(0.25) ? -14 : 0;
  const total = letters * width + (letters - 1) * gap;
  const one = (index: number): string => {
    const scaled = random
      .pick(glyphs)
      .replaceAll(
        /(-?[\d.]+),(-?[\d.]+)/g,
        (_, x: string, y: string) =>
          `${num(Number(x) * width + index * (width + gap) - total / 2)},${num((Number(y) - 0.5) * height)}`,
      );
    return `<path d="${scaled}"/>`;
  };
  return `<g fill="none" stroke="${css(color)}" stroke-width="${num(bold)}" transform="skewX(${slant})">${Array.from({ length: letters }, (_, index) => one(index)).join('')}</g>`;
}
