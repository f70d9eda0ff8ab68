/* What the phone keeps: the draft as typed, the outbox, photos. IndexedDB, for a photo is too large for the rest. */
const NAME = document.body.dataset.form === 'public' ? 'mg-public' : 'mg-report';
const STORES = {meta: 'key', outbox: 'key', photos: 'id'};
export const DRAFT = 'draft';

let opened = null;

function open() {
  opened ??= new Promise((done, fail) => {
    const ask = indexedDB.open(NAME, 1);
    ask.onupgradeneeded = () => {
      for (const [store, keyPath] of Object.entries(STORES)) ask.result.createObjectStore(store, {keyPath});
    };
    ask.onsuccess = () => done(ask.result);
    ask.onerror = () => fail(ask.error);
  });
  return opened;
}

/* Runs `work` with the stores in one transaction; resolves with its answer when that is on the disk. */
async function within(names, mode, work) {
  const db = await open();
  return new Promise((done, fail) => {
    const tx = db.transaction(names, mode);
    const stores = Object.fromEntries(names.map((name) => [name, tx.objectStore(name)]));
    let answer = null;
    const keep = (ask, then) => {
      ask.onsuccess = () => { answer = ask.result; if (then) then(ask.result); };
    };
    work(stores, keep);
    tx.oncomplete = () => done(answer);
    tx.onerror = tx.onabort = () => fail(tx.error);
  });
}

export const put = (name, value) => within([name], 'readwrite', (s) => s[name].put(value));
export const get = (name, key) => within([name], 'readonly', (s, keep) => keep(s[name].get(key)));
export const all = (name) => within([name], 'readonly', (s, keep) => keep(s[name].getAll()));
export const drop = (name, key) => within([name], 'readwrite', (s) => s[name].delete(key));

/* The draft becomes a report that waits, with its photos: all of it or nothing. */
export const queue = (item) => within(['meta', 'outbox', 'photos'], 'readwrite', (s, keep) => {
  s.outbox.put(item);
  s.meta.delete(DRAFT);
  keep(s.photos.getAll(), (photos) => {
    for (const photo of photos) if (photo.key === DRAFT) s.photos.put({...photo, key: item.key});
  });
});

/* A report that was refused goes back into the form. */
export const reopen = (item) => within(['meta', 'outbox', 'photos'], 'readwrite', (s, keep) => {
  s.outbox.delete(item.key);
  s.meta.put({...item.draft, key: DRAFT});
  keep(s.photos.getAll(), (photos) => {
    for (const photo of photos) if (photo.key === item.key) s.photos.put({...photo, key: DRAFT});
  });
});

/* A report with its photos goes for good. */
export const forget = (key) => within(['outbox', 'photos'], 'readwrite', (s, keep) => {
  s.outbox.delete(key);
  keep(s.photos.getAll(), (photos) => {
    for (const photo of photos) if (photo.key === key) s.photos.delete(photo.id);
  });
});
