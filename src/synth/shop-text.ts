import { type GarmentKind } from './garment-kind.ts';
import { type Random } from './random.ts';

const words: Readonly<Record<GarmentKind, string>> = {
  dress: '连衣裙',
  longsleeve: '长袖上衣',
  outwear: '外套',
  pants: '长裤',
  shirt: '衬衫',
  shorts: '短裤',
  skirt: '半身裙',
  't-shirt': 'T恤',
};

/** An item's title. */
export function titleFor(kinds: readonly GarmentKind[], random: Random): string {
  const mood = random.pick(['新款', '宽松', '百搭', '韩版', '复古', '简约', '夏季', '秋冬', '休闲']);
  return `${mood}${random.pick(['女装', '男装', '潮流', '时尚'])}${kinds.map((kind) => words[kind]).join('配')}${kinds.length > 1 ? '两件套' : ''}`;
}

/** What a host says in a clip. */
export function speechFor(kinds: readonly GarmentKind[], random: Random): string {
  const what = kinds.map((kind) => words[kind]).join('和');
  const first = random.pick(['宝宝们看一下', '大家好', '来看这一款', '欢迎来到直播间']);
  return `${first} 这件${what}${random.pick(['面料很舒服', '上身效果特别好', '颜色很正', '版型显瘦'])} ${random.pick(['喜欢的可以下单', '尺码都有', '今天有优惠'])}`;
}
