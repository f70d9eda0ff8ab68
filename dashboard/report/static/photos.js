/* Photos of the camera: kept at once as they are, then made small, at most 2048 px, JPEG. */
import {all, drop, get, put, uuid} from './db.js';
import {node, twice} from './dom.js';

const LONGEST_PX = 2048;
const THUMB_PX = 144;
const QUALITY = 0.82;
const atWork = new Map(); // id to the promise of the small one

function drawn(picture, longest) {
  const scale = Math.min(1, longest / Math.max(picture.width, picture.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas;
}

async function decoded(blob) {
  try {
    return await createImageBitmap(blob, {imageOrientation: 'from-image'});
  } catch { // older browsers have it not, or not for every picture
    const picture = new Image();
    picture.src = await new Promise((done, fail) => {
      const reader = Object.assign(new FileReader(), {onload: () => done(reader.result), onerror: () => fail(reader.error)});
      reader.readAsDataURL(blob);
    });
    await picture.decode();
    return picture;
  }
}

async function smaller(blob) {
  const picture = await decoded(blob);
  const made = await new Promise((done) => { drawn(picture, LONGEST_PX).toBlob(done, 'image/jpeg', QUALITY); });
  const thumb = drawn(picture, THUMB_PX).toDataURL('image/jpeg', 0.7);
  if (picture.close) picture.close();
  return made && {blob: made, thumb};
}

async function sha256(blob) {
  if (!crypto.subtle) return '';
  const digest = await crypto.subtle.digest('SHA-256', await blob.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

const stem = (name) => (name || 'photo').replace(/\.[^.]*$/, '');

async function small(photo) {
  const made = await smaller(photo.blob).catch(() => null); // the server judges
  const name = made ? `${stem(photo.name)}.jpg` : photo.name;
  const done = {...photo, ...made, name, raw: false, plain: !made, sha256: await sha256(made ? made.blob : photo.blob)};
  if (await get('photos', photo.id)) await put('photos', done); // unless it was thrown away meanwhile
  return done;
}

/* The small one of a photo; `plain`: it is no picture that can be read here, and goes as it is. */
export function shrink(photo) {
  if (!photo.raw) return Promise.resolve(photo);
  if (!atWork.has(photo.id)) atWork.set(photo.id, small(photo).finally(() => atWork.delete(photo.id)));
  return atWork.get(photo.id);
}

/* Keeps a file of the camera for the report `key`, as it is. */
export async function take(file, key) {
  const photo = {id: uuid(), key, name: file.name || 'photo', blob: file, raw: true, thumb: '', at: Date.now()};
  await put('photos', photo);
  return photo;
}

const of = async (key) => (await all('photos')).filter((photo) => photo.key === key).sort((a, b) => a.at - b.at);

/* Those whose making small was cut off, by a page that was closed. */
export async function finish(key) {
  for (const photo of await of(key)) await shrink(photo);
}

export async function show(list, key, words, changed) {
  if (!list) return;
  const photos = await of(key);
  list.replaceChildren(...photos.map((photo) => {
    const item = node('li');
    item.append(photo.thumb ? Object.assign(new Image(), {src: photo.thumb, alt: photo.name}) : node('span', '…', 'plain'));
    const away = twice('×', words.sure, async () => {
      await drop('photos', photo.id);
      await show(list, key, words, changed);
      changed();
    });
    away.setAttribute('aria-label', words['photo.drop']);
    item.append(away);
    return item;
  }));
}
