/* Keeps the form itself, and nothing of anyone, for a quay without a line. Build BUILD. */
const CACHE = 'mg-report-BUILD';
const FILES = 'KEPT';
const SHELLS = {zh: '/report/static/shell-zh.html', en: '/report/static/shell-en.html'};

const request = (file) => new Request(file, {cache: 'reload', credentials: 'omit'});

self.addEventListener('install', (event) => {
  const kept = caches.open(CACHE).then((cache) => cache.addAll(FILES.map(request)));
  event.waitUntil(kept.then(() => self.skipWaiting()));
});

self.addEventListener('activate', (event) => {
  const old = (name) => name.startsWith('mg-report-') && name !== CACHE;
  const cleared = caches.keys().then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name))));
  event.waitUntil(cleared.then(() => self.clients.claim()));
});

function keptAs(url, mode) {
  if (url.pathname === '/report' && mode === 'navigate') {
    const lang = (url.searchParams.get('lang') || 'LANG').slice(0, 2);
    return SHELLS[lang] || SHELLS['LANG'];
  }
  return FILES.includes(url.pathname) ? url.pathname : null;
}

self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  const file = event.request.method === 'GET' && url.origin === location.origin ? keptAs(url, event.request.mode) : null;
  if (!file) return;
  event.respondWith(caches.open(CACHE).then((cache) => cache.match(file)).then((kept) => kept || fetch(event.request)));
});
