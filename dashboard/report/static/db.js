/* What the phone keeps: reports as they are typed, the outbox, photos. IndexedDB, for a photo is too large for the rest.
   What cannot be written there (storage full, private mode) is held by the page until it is closed; `isUnsafe` tells. */
const NAME = document.body.dataset.form === 'public' ? 'mg-public' : 'mg-report';
const KEYS = {meta: 'key', outbox: 'key', photos: 'id'};
const OPEN_MS = 5000; // some browsers never answer after they slept
const held = Object.fromEntries(Object.keys(KEYS).map((name) => [name, new Map()]));
const others = 'BroadcastChannel' in window ? new BroadcastChannel(NAME) : null; // windows with the same form

let opened = null;
let told = () => {};

export function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  return [...bytes].map((byte, n) => ([4, 6, 8, 10].includes(n) ? '-' : '') + byte.toString(16).padStart(2, '0')).join('');
}

function open() {
  opened = opened || new Promise((done, fail) => {
    setTimeout(() => fail(new Error('the storage does not open')), OPEN_MS);
    const ask = indexedDB.open(NAME, 1);
    ask.onupgradeneeded = () => {
      for (const [store, keyPath] of Object.entries(KEYS)) ask.result.createObjectStore(store, {keyPath});
    };
    ask.onsuccess = () => {
      ask.result.onclose = () => { opened = null; };
      ask.result.onversionchange = () => ask.result.close();
      done(ask.result);
    };
    ask.onerror = () => fail(ask.error);
  });
  return opened;
}

/* Runs `work` with the stores in one transaction; resolves with its request's answer when that is on the disk. */
async function within(names, mode, work) {
  const db = await open();
  return new Promise((done, fail) => {
    const tx = db.transaction(names, mode, {durability: names.join() === 'meta' ? 'relaxed' : 'strict'});
    const ask = work(Object.fromEntries(names.map((name) => [name, tx.objectStore(name)])));
    if (mode === 'readwrite' && tx.commit) tx.commit(); // at once: it holds then even where the page ends before the answer
    tx.oncomplete = () => done(ask && ask.result);
    tx.onerror = tx.onabort = () => fail(tx.error);
  });
}

/* Once more with a new connection: phones cut those of pages that they put to sleep. */
async function surely(names, mode, work) {
  try {
    return await within(names, mode, work);
  } catch {
    opened = null;
    return within(names, mode, work);
  }
}

const isRow = (what) => typeof what === 'object';

function hold(name, what) {
  if (isRow(what)) held[name].set(what[KEYS[name]], what);
  else held[name].delete(what);
}

/* All of it or nothing. Changes are pairs of a store and a row to put, or the key of one to drop. */
export async function write(changes) {
  const before = isUnsafe();
  try {
    await surely([...new Set(changes.map(([name]) => name))], 'readwrite', (stores) => {
      for (const [name, what] of changes) isRow(what) ? stores[name].put(what) : stores[name].delete(what);
    });
    for (const [name, what] of changes) held[name].delete(isRow(what) ? what[KEYS[name]] : what);
  } catch {
    for (const [name, what] of changes) hold(name, what);
  }
  if (isUnsafe() !== before) told();
  if (others && changes.some(([name]) => name === 'outbox')) others.postMessage('changed');
}

export const put = (name, row) => write([[name, row]]);
export const drop = (name, key) => write([[name, key]]);

export async function get(name, key) {
  if (held[name].has(key)) return held[name].get(key);
  return surely([name], 'readonly', (stores) => stores[name].get(key)).catch(() => undefined);
}

export async function all(name) {
  const kept = await surely([name], 'readonly', (stores) => stores[name].getAll()).catch(() => []);
  return [...kept.filter((row) => !held[name].has(row[KEYS[name]])), ...held[name].values()];
}

/* A report with its photos goes for good. */
export async function forget(key) {
  const photos = (await all('photos')).filter((photo) => photo.key === key);
  await write([['outbox', key], ['meta', key], ...photos.map((photo) => ['photos', photo.id])]);
}

/* Whether something would be lost with the page. */
export const isUnsafe = () => held.photos.size > 0 || [...held.meta.values()].some((row) => row.draft)
  || [...held.outbox.values()].some((item) => item.state !== 'done');

/* Calls `unsafe` when that changes, and `changed` when another window sent or dropped a report. */
export function listen(unsafe, changed) {
  told = unsafe;
  if (others) others.onmessage = changed;
  window.addEventListener('beforeunload', (event) => { if (isUnsafe()) event.preventDefault(); });
}
