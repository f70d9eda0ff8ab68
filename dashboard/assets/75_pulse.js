/* Whether a page of people still tells the truth: its server answers, the store is there, data comes. What it shows may
   be old otherwise, and old alerts look like a calm sea. Pages that ask by themselves carry #pulse, and those of accounts
   that reports of major matters can reach #calls (76_calls.js), which `mg:status` tells of each answer. A page that rests
   goes on asking this: it keeps no session alive. */
(function () {
  'use strict';
  const MG = (window.MG = window.MG || {});
  const EVERY_MS = 3000, DEAD_MS = 10000, STALE_MS = 60000; // a desk is not read from four metres: no need to hurry
  const box = () => document.getElementById('pulse'), calls = () => document.getElementById('calls');
  let heard = performance.now(), status = null, ended = false, said = '';

  const wrong = (node) => {
    const silent = performance.now() - heard;
    if (ended) return ['ended', 0];
    if (silent > DEAD_MS) return ['dead', silent];
    if (!status) return ['', 0];
    if (status.store === 'down') return ['store', 0];
    const age = status.newest === null ? 0 : status.now - status.newest + silent;
    return node.dataset.live && age > STALE_MS ? ['stale', age] : ['', 0];
  };
  const since = (ms) => `${Math.floor(ms / 60000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, '0')}`;
  const paint = () => {
    const node = box();
    if (!node) return;
    const [why, ms] = wrong(node);
    const text = why ? node.dataset[why].replace('{age}', since(ms)) : '';
    if (why !== said) {
      said = why;
      node.hidden = !why;
      window.dispatchEvent(new CustomEvent('mg:pulse', { detail: why }));
    }
    const line = node.querySelector('span');
    if (line.textContent !== text) line.textContent = text;
    node.querySelector('a').hidden = why !== 'ended';
  };

  const ask = async () => {
    if (!box() && !calls()) { heard = performance.now(); return; }
    try {
      const answer = await fetch('/api/v1/pulse.json', { cache: 'no-store', signal: AbortSignal.timeout(8000) });
      const away = answer.status === 503; // not even who asks can be read
      if (!away && !answer.ok) return;
      status = away ? { store: 'down' } : await answer.json();
      heard = performance.now();
      ended = false;
      window.dispatchEvent(new CustomEvent('mg:status', { detail: status }));
    } catch (error) {
      MG.lastError = String(error);
    }
  };
  const turn = async () => { await ask(); setTimeout(turn, EVERY_MS); };
  setInterval(paint, 500);
  turn();

  /* Words that somebody typed outlive the session: the page says so and waits for a login in another window. */
  const typed = () => [...document.querySelectorAll('#desk-main :is(textarea, input[type=text])')]
    .some((field) => field.value.trim() && !field.closest('[class*=filter], [role=combobox]'));
  window.addEventListener('mg:logged-out', (event) => {
    if (!box() || !typed()) return;
    event.preventDefault();
    ended = true;
    paint();
  });
})();
