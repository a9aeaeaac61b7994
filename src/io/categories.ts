/** The 23 garment categories of the Taobao Live layout (SPEC 1), in its order. */
// biome-ignore format: one line a row of the list
export const categories = [
  '短袖上衣', '长袖上衣', '短袖衬衫', '长袖衬衫', '背心上衣', '吊带上衣', '无袖上衣', '短外套',
  '短马甲', '长袖连衣裙', '短袖连衣裙', '无袖连衣裙', '长马甲', '长外套', '连体衣', '古风',
  '短裙', '中等半身裙', '长半身裙', '短裤', '中裤', '长裤', '背带裤',
] as const;

/** One of the 23 categories. */
export type Category = (typeof categories)[number];

/** Labels of the real data that stand for a category of another name. */
const aliases: ReadonlyMap<string, Category> = new Map([['古装', '古风']]);

/** The category that a label stands for, or undefined for a label that is none. */
export function categoryOf(label: string): Category | undefined {
  return aliases.get(label) ?? categories.find((category) => category === label);
}
