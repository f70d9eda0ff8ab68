/* Photos of the camera, made small before they are kept: at most 2048 px, JPEG. */
import {DRAFT, all, drop, put} from './db.js';

const LONGEST_PX = 2048;
const THUMB_PX = 96;
const QUALITY = 0.82;

function drawn(picture, longest) {
  const scale = Math.min(1, longest / Math.max(picture.width, picture.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas;
}

const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/* Rejects where the file is no picture that the browser can read. */
export async function take(file) {
  const picture = await createImageBitmap(file, {imageOrientation: 'from-image'});
  const blob = await new Promise((done) => { drawn(picture, LONGEST_PX).toBlob(done, 'image/jpeg', QUALITY); });
  const thumb = drawn(picture, THUMB_PX).toDataURL('image/jpeg', 0.7);
  picture.close();
  const name = `${(file.name || 'photo').replace(/\.[^.]*$/, '')}.jpg`;
  const sha256 = hex(await crypto.subtle.digest('SHA-256', await blob.arrayBuffer()));
  await put('photos', {id: crypto.randomUUID(), key: DRAFT, name, sha256, blob, thumb});
}

export async function show(list, words) {
  const photos = (await all('photos')).filter((photo) => photo.key === DRAFT);
  list.replaceChildren(...photos.map((photo) => {
    const item = document.createElement('li');
    const picture = Object.assign(new Image(), {src: photo.thumb, alt: photo.name});
    const away = Object.assign(document.createElement('button'), {type: 'button', textContent: '×'});
    away.setAttribute('aria-label', words['photo.drop']);
    away.addEventListener('click', async () => {
      await drop('photos', photo.id);
      await show(list, words);
    });
    item.append(picture, away);
    return item;
  }));
  return photos.length;
}
