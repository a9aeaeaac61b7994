import { map, range } from 'rxjs';
import { compactModels, decodePicture, openGallery, openModels, resizePicture, watchFrames } from 'vitrine';

// Any Observable of frames will do: a camera, a game engine, a test. Here it is one picture of an item, shown for two seconds.
const [index = 'shop.vitrine', picture = 'fixtures/shop/image/000003/0.jpg'] = process.argv.slice(2);
const image = await decodePicture(picture);
const frame$ = range(0, 10).pipe(map((index) => ({ index, seconds: index / 5, image })));

await using models = await openModels({ folder: compactModels, device: 'cpu', resize: resizePicture });
await using gallery = await openGallery(index, { model: models.set.fingerprint });

const event$ = watchFrames(frame$, gallery, { models });
await event$.forEach((event) => {
  switch (event.type) {
    case 'match':
      console.log(`${event.item} is on show, ${Math.round(event.confidence * 100)}% sure`);
      break;
    case 'revise':
      console.log(`no, it is ${event.item} and not ${event.was}`);
      break;
    case 'end':
      console.log(`${event.item} was on show from ${event.since} s to ${event.until} s`);
      break;
    case 'stats':
      console.log(`${event.frames.processed} frames, ${event.frames.dropped} dropped`);
      break;
    case 'frame':
      break;
  }
});
