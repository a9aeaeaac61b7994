/** Kinds of garments, named as the folders of a photo set are. */
export const garmentKinds = ['dress', 'longsleeve', 'outwear', 'pants', 'shirt', 'shorts', 'skirt', 't-shirt'] as const;

/** One kind of garment; it decides how the garment is worn. */
export type GarmentKind = (typeof garmentKinds)[number];

/** Part of the body that a garment covers. */
export type BodyPart = 'top' | 'bottom' | 'both';

/** Where a garment of `kind` is worn. */
export function bodyPartOf(kind: GarmentKind): BodyPart {
  if (kind === 'dress') return 'both';
  return kind === 'pants' || kind === 'shorts' || kind === 'skirt' ? 'bottom' : 'top';
}

/** Category (SPEC 1) of a photographed garment, of which nothing but the kind is known. */
export const labelOfKind: Readonly<Record<GarmentKind, string>> = {
  dress: '无袖连衣裙',
  longsleeve: '长袖上衣',
  outwear: '长外套',
  pants: '长裤',
  shirt: '长袖衬衫',
  shorts: '短裤',
  skirt: '中等半身裙',
  't-shirt': '短袖上衣',
};
