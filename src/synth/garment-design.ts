import { clothColor, type Color, contrastColor, luma, mix } from './color.ts';
import { type GarmentShape, garmentShapes, type Trim } from './garment-shape.ts';
import { createRandom, type Random } from './random.ts';

/** Cloths that can be drawn. */
export const fabrics = ['cotton', 'corduroy', 'denim', 'fleece', 'knit', 'leather', 'linen', 'satin'] as const;
/** One cloth. */
export type Fabric = (typeof fabrics)[number];

/** Patterns that can be printed or woven. */
export const prints = [
  'argyle',
  'blocks',
  'camouflage',
  'chest-stripe',
  'chevron',
  'dots',
  'floral',
  'gingham',
  'gradient',
  'leopard',
  'logo',
  'motifs',
  'plain',
  'raglan',
  'rings',
  'stripes',
  'strokes',
  'tartan',
  'tie-dye',
  'windowpane',
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
  const trim = random.chance(0.5)
    ? mix(base, [0, 0, 0], random.range(0, 0.25))
    : random.chance(0.5)
      ? first
      : clothColor(random);
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
  return random.chance(0.2)
    ? mix([60, 60, 66], [20, 20, 24], random.next())
    : mix(blue, [luma(blue), luma(blue), luma(blue)], 0.2);
}

function pickFabric({ name, kind }: GarmentShape, random: Random): Fabric {
  if (name === 'jeans') return 'denim';
  if (name === 'sweater') return random.pick(['knit', 'knit', 'fleece']);
  if (name === 'hoodie' || name === 'joggers') return random.pick(['cotton', 'fleece']);
  if (name === 'puffer') return random.pick(['satin', 'cotton']);
  const weights: Record<Fabric, number> = {
    cotton: 10,
    corduroy: 1,
    denim: 1,
    fleece: 1,
    knit: 2,
    leather: 0,
    linen: 3,
    satin: 2,
  };
  if (kind === 'outwear') Object.assign(weights, { cotton: 5, leather: 3, denim: 3, corduroy: 3, fleece: 2 });
  if (kind === 'shorts' || kind === 'skirt' || kind === 'pants')
    Object.assign(weights, { denim: 4, leather: 1, corduroy: 2 });
  return random.weighted(weights);
}

function pickPrint({ kind, name }: GarmentShape, fabric: Fabric, random: Random): Print {
  const weights: Record<Print, number> = {
    argyle: 1,
    blocks: 6,
    camouflage: 2,
    'chest-stripe': 2,
    chevron: 2,
    dots: 4,
    floral: 8,
    gingham: 4,
    gradient: 4,
    leopard: 2,
    logo: 14,
    motifs: 6,
    plain: 22,
    raglan: 3,
    rings: 2,
    stripes: 12,
    strokes: 4,
    tartan: 4,
    'tie-dye': 4,
    windowpane: 3,
  };
  if (kind === 'shirt') Object.assign(weights, { logo: 0, 'chest-stripe': 0, gingham: 9, stripes: 16, tartan: 8 });
  if (kind === 'dress' || kind === 'skirt') Object.assign(weights, { logo: 1, floral: 16, dots: 8, raglan: 0 });
  if (kind === 'pants' || kind === 'shorts')
    Object.assign(weights, { logo: 0, plain: 60, raglan: 0, 'chest-stripe': 0 });
  if (kind === 'outwear') Object.assign(weights, { plain: 60, logo: 3 });
  if (fabric === 'denim') Object.assign(weights, { plain: 160, 'tie-dye': 12, gradient: 10 });
  if (fabric === 'leather' || fabric === 'corduroy') Object.assign(weights, { plain: 160 });
  if (name === 'sweater') Object.assign(weights, { argyle: 6, chevron: 6, motifs: 10 });
  return random.weighted(weights);
}
