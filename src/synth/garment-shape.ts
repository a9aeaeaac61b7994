import { type GarmentKind } from './garment-kind.ts';

/** Length of sleeves. */
export type SleeveCut = 'none' | 'straps' | 'cap' | 'short' | 'elbow' | 'long';

/** What is sewn and printed on a garment's front. */
export type Trim =
  | 'belt'
  | 'buttons'
  | 'chest-pocket'
  | 'collar'
  | 'cuffs'
  | 'drawstring'
  | 'fly'
  | 'hem-band'
  | 'hood'
  | 'kangaroo-pocket'
  | 'lapels'
  | 'open-front'
  | 'pleats'
  | 'pockets'
  | 'quilting'
  | 'ruffle'
  | 'side-stripe'
  | 'stand-collar'
  | 'zip';

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
  name: string,
  kind: GarmentKind,
  label: string,
  weight: number,
  sleeves: SleeveCut,
  length: readonly [number, number],
  always: readonly Trim[],
  maybe: readonly Trim[],
): GarmentShape => ({ name, kind, label, weight, sleeves, length, always, maybe });

/** Every cut that can be drawn. */
export const garmentShapes: readonly GarmentShape[] = [
  shape('t-shirt', 't-shirt', '短袖上衣', 14, 'short', [430, 560], [], ['chest-pocket', 'hem-band', 'cuffs']),
  shape('tank top', 't-shirt', '背心上衣', 4, 'none', [420, 540], [], ['hem-band']),
  shape('strap top', 't-shirt', '吊带上衣', 3, 'straps', [340, 460], [], ['ruffle']),
  shape('sleeveless blouse', 't-shirt', '无袖上衣', 3, 'cap', [400, 500], [], ['buttons', 'ruffle']),
  shape('polo shirt', 't-shirt', '短袖上衣', 3, 'short', [450, 540], ['collar', 'cuffs'], ['chest-pocket']),
  shape(
    'long-sleeved top',
    'longsleeve',
    '长袖上衣',
    8,
    'long',
    [430, 560],
    [],
    ['cuffs', 'hem-band', 'chest-pocket', 'stand-collar'],
  ),
  shape('sweater', 'longsleeve', '长袖上衣', 5, 'long', [420, 540], ['cuffs', 'hem-band'], ['stand-collar']),
  shape(
    'hoodie',
    'longsleeve',
    '长袖上衣',
    5,
    'long',
    [440, 560],
    ['hood', 'cuffs', 'hem-band', 'kangaroo-pocket'],
    ['zip', 'drawstring'],
  ),
  shape(
    'long-sleeved shirt',
    'shirt',
    '长袖衬衫',
    8,
    'long',
    [480, 600],
    ['collar', 'buttons', 'cuffs'],
    ['chest-pocket', 'pockets'],
  ),
  shape(
    'short-sleeved shirt',
    'shirt',
    '短袖衬衫',
    4,
    'short',
    [460, 560],
    ['collar', 'buttons'],
    ['chest-pocket', 'cuffs'],
  ),
  shape(
    'jacket',
    'outwear',
    '短外套',
    5,
    'long',
    [420, 520],
    ['zip'],
    ['stand-collar', 'pockets', 'cuffs', 'hem-band', 'open-front', 'hood'],
  ),
  shape(
    'blazer',
    'outwear',
    '短外套',
    4,
    'long',
    [480, 580],
    ['lapels', 'buttons', 'pockets'],
    ['open-front', 'chest-pocket'],
  ),
  shape(
    'coat',
    'outwear',
    '长外套',
    4,
    'long',
    [640, 860],
    ['lapels', 'buttons', 'pockets'],
    ['belt', 'open-front', 'cuffs'],
  ),
  shape(
    'puffer',
    'outwear',
    '短外套',
    3,
    'long',
    [440, 640],
    ['quilting', 'zip', 'stand-collar'],
    ['hood', 'pockets', 'hem-band'],
  ),
  shape('waistcoat', 'outwear', '短马甲', 3, 'none', [400, 500], ['buttons', 'pockets'], ['open-front', 'quilting']),
  shape('long vest', 'outwear', '长马甲', 1, 'none', [620, 820], ['pockets'], ['open-front', 'belt', 'buttons']),
  shape(
    'sleeveless dress',
    'dress',
    '无袖连衣裙',
    4,
    'none',
    [700, 1000],
    [],
    ['belt', 'pleats', 'ruffle', 'hem-band'],
  ),
  shape('strap dress', 'dress', '无袖连衣裙', 3, 'straps', [660, 980], [], ['belt', 'ruffle', 'buttons']),
  shape(
    'short-sleeved dress',
    'dress',
    '短袖连衣裙',
    5,
    'short',
    [680, 1000],
    [],
    ['belt', 'collar', 'buttons', 'pleats', 'cuffs'],
  ),
  shape(
    'long-sleeved dress',
    'dress',
    '长袖连衣裙',
    4,
    'long',
    [700, 1020],
    [],
    ['belt', 'collar', 'cuffs', 'ruffle', 'stand-collar'],
  ),
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
