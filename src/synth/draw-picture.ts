import { type GarmentAnnotation } from '../core/annotation.ts';
import { type RgbImage } from '../core/rgb-image.ts';
import { annotateScene } from './annotate-scene.ts';
import { type Canvas, createCanvas, paint } from './canvas.ts';
import { clothColor, css, hsl, mix } from './color.ts';
import { type HostClothes, type ItemPiece, wornPieces } from './clip-parts.ts';
import { drawFist } from './draw-figure.ts';
import { drawMesh } from './draw-mesh.ts';
import { dressFigure } from './dress-figure.ts';
import { bodyPartOf } from './garment-kind.ts';
import { drawGround } from './ground.ts';
import { drawHangerSvg, flatMesh, hangGarment } from './hang-garment.ts';
import { createNoiseTable, shoot } from './lens.ts';
import { movedMesh } from './mesh.ts';
import { type Pose } from './pose.ts';
import { type Random } from './random.ts';
import { drawGarmentMesh, type Presence } from './scene.ts';
import { createFigure, type Rasterise, textureOf } from './scenery.ts';
import { wander } from './wander.ts';

/** How an item is shown in a picture. */
export type PictureStyle = 'flat' | 'hanger' | 'held' | 'worn';

/** Options of {@link drawPicture}. */
export interface PictureOptions {
  readonly width: number;
  readonly height: number;
  readonly style: PictureStyle;
  /** What completes the outfit of a figure that wears a single piece. */
  readonly host: HostClothes;
  readonly random: Random;
  readonly rasterise: Rasterise;
}

/** A picture of an item and what is in it. */
export interface DrawnPicture {
  readonly image: RgbImage;
  readonly annotations: readonly GarmentAnnotation[];
}

/** Draws one picture of an item. */
export async function drawPicture(pieces: readonly ItemPiece[], options: PictureOptions): Promise<DrawnPicture> {
  const { width, height, style, random, rasterise } = options;
  const canvas = createCanvas(width, height);
  const draw = style === 'worn' ? studio : drawGround;
  paint(canvas, await rasterise(draw(width, height, random.fork('ground')), { width, height }));
  const presences = await { flat: layFlat, hanger: hangUp, held: hangUp, worn: wear }[style](canvas, pieces, options);
  const annotations = annotateScene(canvas, presences);
  const [level, cast] = [random.range(0.86, 1.14), random.normal() * 0.04];
  const lens = {
    gain: [level * (1 + cast), level, level * (1 - cast)] as const,
    gamma: random.range(0.88, 1.15),
    noise: random.range(0.3, 2.5),
    blur: [random.chance(0.1) ? 1 : 0, 0] as const,
  };
  return { image: shoot(canvas, lens, { table: createNoiseTable(random.fork('noise')), offset: 0 }), annotations };
}

type Painter = (canvas: Canvas, pieces: readonly ItemPiece[], options: PictureOptions) => Promise<readonly Presence[]>;

const layFlat: Painter = async (canvas, pieces, { random }) => {
  const { width, height } = canvas;
  const isPair = pieces.length > 1;
  const upright = random.chance(0.5);
  return pieces.map(({ garment, instanceId }, index) => {
    const [roomX, roomY] = isPair ? (upright ? [0.86, 0.52] : [0.54, 0.84]) : [0.94, 0.94];
    const scale = Math.min((width * roomX) / garment.width, (height * roomY) / garment.height) * random.range(0.72, 1);
    const off = isPair ? (index === 0 ? -1 : 1) : 0;
    const place = {
      x: width * (0.5 + (upright ? 0 : off * 0.23) + random.normal() * 0.012),
      y: height * (0.5 + (upright ? off * 0.23 : 0) + random.normal() * 0.012),
      scale,
      tilt: random.normal() * (random.chance(0.2) ? 0.25 : 0.06),
      yaw: 0,
      ripple: random.range(0, 6),
      waves: random.range(0, 0.7),
      perspective: random.normal() * 0.09,
    };
    const mesh = flatMesh(garment, place);
    drawMesh(canvas, garment.texture, movedMesh(mesh, random.range(-7, 7), random.range(3, 10)), {
      shadow: 3,
      opacity: 0.5,
    });
    return drawGarmentMesh(canvas, mesh, { id: index + 1, garment, instanceId, display: 0, viewpoint: 0 });
  });
};

const hangUp: Painter = async (canvas, pieces, { random, rasterise, style }) => {
  const { width, height } = canvas;
  const hanger = await textureOf(
    drawHangerSvg(css(random.chance(0.5) ? clothColor(random) : [210, 180, 140])),
    rasterise,
  );
  const figure = style === 'held' ? await createFigure(random.fork('figure'), rasterise) : undefined;
  return pieces.map(({ garment, instanceId }, index) => {
    const isPair = pieces.length > 1;
    const scale =
      Math.min((width * (isPair ? 0.5 : 0.9)) / garment.width, (height * 0.8) / garment.height) * random.range(0.75, 1);
    const tall = garment.height * scale;
    const x = width * (isPair ? 0.27 + 0.46 * index : 0.5) + width * random.normal() * 0.02;
    const y = Math.max(height * 0.03, (height - tall) * random.range(0.2, 0.5) - garment.measure.width * scale * 0.14);
    const place = {
      x,
      y,
      scale,
      tilt: random.normal() * 0.05,
      yaw: random.normal() * 0.3,
      ripple: random.range(0, 6),
      waves: random.range(0.2, 1),
      perspective: random.normal() * 0.04,
    };
    const presence = hangGarment(canvas, hanger, place, { id: index + 1, garment, instanceId });
    if (figure) drawFist(canvas, figure, [x, y + 8], width * 0.11);
    return presence;
  });
};

/** Which height of the figure is in the middle, and how tall the figure is against the picture. */
const framing = {
  top: { focus: 0.37, least: 1, most: 1.8 },
  bottom: { focus: 0.66, least: 1, most: 1.5 },
  both: { focus: 0.52, least: 0.88, most: 1.05 },
} as const;

const wear: Painter = async (canvas, pieces, { host, random, rasterise }) => {
  const { width, height } = canvas;
  const figure = await createFigure(random.fork('figure'), rasterise);
  const worn = wornPieces(pieces, host);
  const single = pieces.length === 1 ? bodyPartOf(pieces[0]?.garment.kind ?? 'dress') : 'both';
  const { focus, least, most } = framing[single];
  const zoom = random.range(least, most);
  const arm = (side: number): Pose['arms'][0] => {
    const upper = random.range(8, 34);
    return random.chance(0.15)
      ? { upper: upper + 10, fore: -75 + random.range(-20, 20), isInFront: side === 0 }
      : { upper, fore: upper + random.range(-14, 10), isInFront: false };
  };
  const turn = wander(random, 10)(0);
  const pose: Pose = {
    x: width * (0.5 + random.normal() * 0.03),
    y: height * 0.5 + height * zoom * (1 - focus),
    height: height * zoom,
    yaw: turn * (random.chance(0.3) ? 0.95 : 0.35),
    headYaw: random.normal() * 0.15,
    lean: random.normal() * 0.012,
    arms: [arm(0), arm(1)],
    ripple: random.range(0, 6),
    lamp: random.normal() * 0.4,
  };
  return dressFigure(canvas, figure, pose, {
    pieces: worn,
    ease: random.range(0.98, 1.14),
    isTopOver: random.chance(0.72),
    strands: [random.chance(0.4), random.chance(0.4)],
  });
};

/** A studio's seamless ground. */
function studio(width: number, height: number, random: Random): string {
  const color = random.chance(0.65)
    ? hsl(random.range(20, 250), random.range(0, 0.12), random.range(0.72, 0.97))
    : hsl(random.range(0, 360), random.range(0.1, 0.45), random.range(0.45, 0.8));
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><defs><radialGradient id="g" cx=".5" cy=".4" r=".9"><stop offset="0" stop-color="${css(mix(color, [255, 255, 255], 0.3))}"/><stop offset="1" stop-color="${css(mix(color, [0, 0, 0], 0.18))}"/></radialGradient></defs><rect width="100%" height="100%" fill="url(#g)"/><rect y="${Math.round(height * 0.9)}" width="100%" height="100%" fill="#000" opacity=".06"/></svg>`;
}

/** A picture that is to be drawn. */
export type PicturePlan = Pick<PictureOptions, 'style' | 'width' | 'height'>;

/** Sizes (times `scale`) and styles of the 2 to 6 pictures of an item; the first two styles always differ. */
export function planPictures(random: Random, scale: number): readonly PicturePlan[] {
  const styles = random.shuffle<PictureStyle>(['flat', 'worn', 'worn', 'hanger', 'flat', 'held']);
  const first: readonly PictureStyle[] = random.chance(0.5) ? ['flat', 'worn'] : ['worn', 'hanger'];
  return [...first, ...styles].slice(0, random.integer(2, 6)).map((style) => {
    const [width, height] = random.chance(0.5) ? [800, 800] : [750, 1000];
    return { style, width: Math.round(width * scale), height: Math.round(height * scale) };
  });
}
