import { evaluate, matchDataset, shopFixture } from 'vitrine';

// A folder of your own in place of `shopFixture` works the same; scores need its annotations.
const [out = 'shop-out', root = shopFixture] = process.argv.slice(2);
const stop = new AbortController();
process.once('SIGINT', () => stop.abort(new Error('interrupted')));

const { inputs, boxes, matches, device } = await matchDataset({
  root,
  out,
  device: 'cpu',
  matching: { maxDistance: 1.12 },
  flow: { budgetBytes: 64 * 1024 * 1024 },
  signal: stop.signal,
  onProgress: ({ done, total, frames }) => process.stderr.write(`\r${done}/${total} files, ${frames} frames`),
});
process.stderr.write('\n');
for (const { path, reason } of inputs.notable) console.error(`${path}: ${reason}`);
console.log(`${boxes.items + boxes.clips} boxes and ${matches} matches on ${device.device}`);

const { s1, final } = await evaluate({ result: `${out}/result.json`, root });
console.log(`item right in ${s1.hits} clips, final ${final.toFixed(4)}`);
