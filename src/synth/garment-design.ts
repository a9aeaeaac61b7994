import { clothColor, type Color, contrastColor, luma, mix } from './color.ts';
import { type GarmentKind } from './garment-kind.ts';
import { createRandom, type Random } from './random.ts';

/** Length of sleeves. */
export type SleeveCut = 'none' | 'straps' | 'cap' | 'short' | 'elbow' | 'long';

/** What is sewn and printed on a garment's front. */
export type Trim =
  | 'belt' | 'buttons' | 'chest-pocket' | 'collar' | 'cuffs' | 'drawstring' | 'fly' | 'hem-band' | 'hood' | 'kangaroo-pocket'
  | 'lapels' | 'open-front' | 'pleats' | 'pockets' | 'quilting' | 'ruffle' | 'side-stripe' | 'stand-collar' | 'zip';

/** A cut of clothes, with everything that tells it from another cut. */
export interface GarmentShape {
  readonly name: string;
  readonly kind: GarmentKind;
  /** Category of SPEC 1. */
  readonly label: string;
  readonly weight: number;
  readonly sleeves: SleeveCut;
  /** Least and most distance from shoulder or waist to hem, in drawing units (a torso is about 400 long). */
  readonly length: readonly [number, number];
  /** Trims that it always has. */
  readonly always: readonly Trim[];
  /** Trims that it has by chance. */
  readonly maybe: readonly Trim[];
}

const shape = (
  name: string, kind: GarmentKind, label: string, weight: number, sleeves: SleeveCut,
  length: readonly [number, number], always: readonly Trim[], maybe: readonly Trim[],
): GarmentShape => ({ name, kind, label, weight, sleeves, length, always, maybe });

/** Every cut that can be drawn. */
export const garmentShapes: readonly GarmentShape[] = [
  shape('t-shirt', 't-shirt', '短袖上衣', 14, 'short', [430, 560], [], ['chest-pocket', 'hem-band', 'cuffs']),
  shape('tank top', 't-shirt', '背心上衣', 4, 'none', [420, 540], [], ['hem-band']),
  shape('strap top', 't-shirt', '吊带上衣', 3, 'straps', [340, 460], [], ['ruffle']),
  shape('sleeveless blouse', 't-shirt', '无袖上衣', 3, 'cap', [400, 500], [], ['buttons', 'ruffle']),
  shape('polo shirt', 't-shirt', '短袖上衣', 3, 'short', [450, 540], ['collar', 'cuffs'], ['chest-pocket']),
  shape('long-sleeved top', 'longsleeve', '长袖上衣', 8, 'long', [430, 560], [], ['cuffs', 'hem-band', 'chest-pocket', 'stand-collar']),
  shape('sweater', 'longsleeve', '长袖上衣', 5, 'long', [420, 540], ['cuffs', 'hem-band'], ['stand-collar']),
  shape('hoodie', 'longsleeve', '长袖上衣', 5, 'long', [440, 560], ['hood', 'cuffs', 'hem-band', 'kangaroo-pocket'], ['zip', 'drawstring']),
  shape('long-sleeved shirt', 'shirt', '长袖衬衫', 8, 'long', [480, 600], ['collar', 'buttons', 'cuffs'], ['chest-pocket', 'pockets']),
  shape('short-sleeved shirt', 'shirt', '短袖衬衫', 4, 'short', [460, 560], ['collar', 'buttons'], ['chest-pocket', 'cuffs']),
  shape('jacket', 'outwear', '短外套', 5, 'long', [420, 520], ['zip'], ['stand-collar', 'pockets', 'cuffs', 'hem-band', 'open-front', 'hood']),
  shape('blazer', 'outwear', '短外套', 4, 'long', [480, 580], ['lapels', 'buttons', 'pockets'], ['open-front', 'chest-pocket']),
  shape('coat', 'outwear', '长外套', 4, 'long', [640, 860], ['lapels', 'buttons', 'pockets'], ['belt', 'open-front', 'cuffs']),
  shape('puffer', 'outwear', '短外套', 3, 'long', [440, 640], ['quilting', 'zip', 'stand-collar'], ['hood', 'pockets', 'hem-band']),
  shape('waistcoat', 'outwear', '短马甲', 3, 'none', [400, 500], ['buttons', 'pockets'], ['open-front', 'quilting']),
  shape('long vest', 'outwear', '长马甲', 1, 'none', [620, 820], ['pockets'], ['open-front', 'belt', 'buttons']),
  shape('sleeveless dress', 'dress', '无袖连衣裙', 4, 'none', [700, 1000], [], ['belt', 'pleats', 'ruffle', 'hem-band']),
  shape('strap dress', 'dress', '无袖连衣裙', 3, 'straps', [660, 980], [], ['belt', 'ruffle', 'buttons']),
  shape('short-sleeved dress', 'dress', '短袖连衣裙', 5, 'short', [680, 1000], [], ['belt', 'collar', 'buttons', 'pleats', 'cuffs']),
  shape('long-sleeved dress', 'dress', '长袖连衣裙', 4, 'long', [700, 1020], [], ['belt', 'collar', 'cuffs', 'ruffle', 'stand-collar']),
  shape('jeans', 'pants', '长裤', 6, 'none', [820, 960], ['fly', 'pockets'], ['belt', 'cuffs']),
  shape('trousers', 'pants', '长裤', 6, 'none', [820, 980], ['fly'], ['pockets', 'belt', 'pleats']),
  shape('joggers', 'pants', '长裤', 5, 'none', [800, 920], ['cuffs', 'drawstring'], ['side-stripe', 'pockets']),
  shape('shorts', 'shorts', '短裤', 5, 'none', [280, 380], ['fly'], ['pockets', 'belt', 'cuffs']),
  shape('sports shorts', 'shorts', '短裤', 3, 'none', [300, 420], ['drawstring'], ['side-stripe', 'hem-band']),
  shape('knee shorts', 'shorts', '中裤', 3, 'none', [430, 560], ['fly', 'pockets'], ['belt', 'cuffs']),
  shape('mini skirt', 'skirt', '短裙', 4, 'none', [300, 400], [], ['pleats', 'buttons', 'pockets', 'hem-band', 'belt']),
  shape('midi skirt', 'skirt', '中等半身裙', 4, 'none', [440, 600], [], ['pleats', 'buttons', 'belt', 'ruffle']),
  shape('long skirt', 'skirt', '长半身裙', 3, 'none', [640, 860], [], ['pleats', 'ruffle', 'belt', 'hem-band']),
];

/** Cloths that can be drawn. */
export const fabrics = ['cotton', 'corduroy', 'denim', 'fleece', 'knit', 'leather', 'linen', 'satin'] as const;
/** One cloth. */
export type Fabric = (typeof fabrics)[number];

/** Patterns that can be printed or woven. */
export const prints = [
  'argyle', 'blocks', 'camouflage', 'chest-stripe', 'chevron', 'dots', 'floral', 'gingham', 'gradient', 'leopard', 'logo', 'motifs', 'plain',
  'raglan', 'rings', 'stripes', 'strokes', 'tartan', 'tie-dye', 'windowpane',
] as const;
/** One pattern. */
export type Print = (typeof prints)[number];

/** All that a drawn garment is; a pure function of its seed. */
export interface GarmentDesign {
  readonly seed: number;
  readonly shape: GarmentShape;
  readonly fabric: Fabric;
  readonly print: Print;
  readonly trims: ReadonlySet<Trim>;
  /** Cloth, two print colours, and the colour of sewn-on parts. */
  readonly colors: { readonly base: Color; readonly first: Color; readonly second: Color; readonly trim: Color };
  /** Where all further measures come from. */
  readonly random: Random;
}

/** Designs the garment with number `seed`. */
export function designGarment(seed: number): GarmentDesign {
  const random = createRandom(`garment ${seed}`);
  const weights = Object.fromEntries(garmentShapes.map(({ name, weight }) => [name, weight]));
  const name = random.weighted(weights);
  const found = garmentShapes.find((candidate) => candidate.name === name) ?? random.pick(garmentShapes);
  const fabric = pickFabric(found, random);
  const base = fabric === 'denim' ? denimColor(random) : clothColor(random);
  const first = contrastColor(random, base);
  const trim = random.chance(0.5) ? mix(base, [0, 0, 0], random.range(0, 0.25)) : random.chance(0.5) ? first : clothColor(random);
  return {
    seed,
    shape: found,
    fabric,
    print: pickPrint(found, fabric, random),
    trims: new Set([...found.always, ...found.maybe.filter(() => random.chance(0.4))]),
    colors: { base, first, second: contrastColor(random, random.chance(0.5) ? base : first, 60), trim },
    random: random.fork('cut'),
  };
}

function denimColor(random: Random): Color {
  const blue: Color = [random.range(35, 120), random.range(60, 150), random.range(105, 195)];
  return random.chance(0.2) ? mix([60, 60, 66], [20, 20, 24], random.next()) : mix(blue, [luma(blue), luma(blue), luma(blue)], 0.2);
}

function pickFabric({ name, kind }: GarmentShape, random: Random): Fabric {
  if (name === 'jeans') return 'denim';
  if (name === 'sweater') return random.pick(['knit', 'knit', 'fleece']);
  if (name === 'hoodie' || name === 'joggers') return random.pick(['cotton', 'fleece']);
  if (name === 'puffer') return random.pick(['satin', 'cotton']);
  const weights: Record<Fabric, number> = { cotton: 10, corduroy: 1, denim: 1, fleece: 1, knit: 2, leather: 0, linen: 3, satin: 2 };
  if (kind === 'outwear') Object.assign(weights, { cotton: 5, leather: 3, denim: 3, corduroy: 3, fleece: 2 });
  if (kind === 'shorts' || kind === 'skirt' || kind === 'pants') Object.assign(weights, { denim: 4, leather: 1, corduroy: 2 });
  return random.weighted(weights);
}

function pickPrint({ kind, name }: GarmentShape, fabric: Fabric, random: Random): Print {
  const weights: Record<Print, number> = {
    argyle: 1, blocks: 6, camouflage: 2, 'chest-stripe': 2, chevron: 2, dots: 4, floral: 8, gingham: 4, gradient: 4, leopard: 2, logo: 14, motifs: 6,
    plain: 22, raglan: 3, rings: 2, stripes: 12, strokes: 4, tartan: 4, 'tie-dye': 4, windowpane: 3,
  };
  if (kind === 'shirt') Object.assign(weights, { logo: 0, 'chest-stripe': 0, gingham: 9, stripes: 16, tartan: 8 });
  if (kind === 'dress' || kind === 'skirt') Object.assign(weights, { logo: 1, floral: 16, dots: 8, raglan: 0 });
  if (kind === 'pants' || kind === 'shorts') Object.assign(weights, { logo: 0, plain: 60, raglan: 0, 'chest-stripe': 0 });
  if (kind === 'outwear') Object.assign(weights, { plain: 60, logo: 3 });
  if (fabric === 'denim') Object.assign(weights, { plain: 160, 'tie-dye': 12, gradient: 10 });
  if (fabric === 'leather' || fabric === 'corduroy') Object.assign(weights, { plain: 160 });
  if (name === 'sweater') Object.assign(weights, { argyle: 6, chevron: 6, motifs: 10 });
  return random.weighted(weights);
}
