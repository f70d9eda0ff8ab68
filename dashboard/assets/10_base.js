/* Namespace MG: words, text, time, requests. Loaded first (assets load in order of name). */
(function () {
  'use strict';
  const MG = (window.MG = window.MG || {});
  const root = () => document.getElementById('wall');

  MG.el = (id) => document.getElementById(id);

  /* Words and options stand on the page's root element, so they are there even when the server is not. */
  MG.ready = () => Boolean(root() && root().dataset.words);
  MG.open = () => {
    MG.table = JSON.parse(root().dataset.words);
    MG.options = JSON.parse(root().dataset.options);
    MG.zh = root().dataset.lang.startsWith('zh');
    document.documentElement.lang = MG.zh ? 'zh-CN' : 'en';
    MG.title();
  };
  /* Dash's pages set the title too, whenever their own callback comes: said again with every paint, it holds. */
  MG.title = () => {
    if (document.title !== MG.word('title')) document.title = MG.word('title');
  };
  MG.word = (key, values) => {
    const text = MG.table[key] || '';
    return values ? text.replace(/\{(\w+)\}/g, (_, name) => String(values[name])) : text;
  };
  MG.wordOr = (key, other) => MG.table[key] || other;

  /* Text only: what comes from outside never becomes markup. Untouched when equal, to spare the layout. */
  MG.text = (node, value) => {
    if (node && node.textContent !== value) node.textContent = value;
  };
  MG.make = (tag, className, text) => {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text !== undefined) node.textContent = text;
    return node;
  };
  MG.show = (node, on) => {
    if (node && node.hidden === on) node.hidden = !on;
  };
  MG.rem = () => parseFloat(getComputedStyle(document.documentElement).fontSize);

  const two = (n) => String(n).padStart(2, '0');
  MG.age = (seconds) => {
    const s = Math.max(0, Math.floor(seconds));
    if (s < 60) return MG.word('age.s', { s });
    if (s < 3600) return MG.word('age.m', { m: Math.floor(s / 60) });
    if (s < 172800) return MG.word('age.h', { h: Math.floor(s / 3600), m: two(Math.floor((s % 3600) / 60)) });
    return MG.word('age.d', { d: Math.floor(s / 86400) });
  };
  /* the same, to the second below an hour: for what must be seen to count */
  MG.ageFine = (seconds) => {
    const s = Math.max(0, Math.floor(seconds));
    if (s < 60 || s >= 3600) return MG.age(s);
    return MG.word('age.ms', { m: Math.floor(s / 60), s: two(s % 60) });
  };
  /* Beijing time has no summer time: a fixed shift of eight hours. */
  const beijing = (ms) => new Date(ms + 8 * 3600e3);
  MG.clock = (ms) => {
    const d = beijing(ms);
    return `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}:${two(d.getUTCSeconds())}`;
  };
  /* hour and minute; with the date when that is another day */
  MG.moment = (ms) => {
    const d = beijing(ms), same = Math.floor((ms + 8 * 3600e3) / 864e5) === Math.floor((MG.now() + 8 * 3600e3) / 864e5);
    const at = `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}`;
    return same ? at : MG.word('clock.day_time', { m: d.getUTCMonth() + 1, d: d.getUTCDate(), at });
  };
  MG.date = (ms) => {
    const d = beijing(ms);
    return MG.word('clock.date', {
      y: d.getUTCFullYear(), m: d.getUTCMonth() + 1, d: d.getUTCDate(), w: MG.word(`weekday.${d.getUTCDay()}`),
    });
  };

  /* One request with its own time-out. `same`: the server says that what we have still holds. Whoever answers without
     the server's clock is not our server (a login page, say). `read` makes the body; what cannot be read is never kept. */
  const etags = new Map();
  MG.get = async (path, read) => {
    const headers = etags.has(path) ? { 'If-None-Match': etags.get(path) } : {};
    const response = await fetch(path, { headers, cache: 'no-store', signal: AbortSignal.timeout(4000) });
    const now = Number(response.headers.get('X-MG-Now'));
    if (path.startsWith('/api/') && !(now > 0)) throw new Error(`${path}: not from our server`);
    if (response.status === 304) return { same: true, now };
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    const body = await (read ? read(response) : response.json());
    etags.set(path, response.headers.get('ETag'));
    return { same: false, now, body };
  };
  MG.forget = (path) => etags.delete(path);

  /* Calls `work` every `ms`; after a failure waits up to 5 s. Cannot end: every failure is caught. */
  MG.poll = (work, ms, beat) => {
    let wait = ms;
    const turn = async () => {
      const began = performance.now();
      try {
        await work();
        wait = ms;
      } catch (error) {
        wait = Math.min(wait * 1.5, 5000);
        MG.lastError = String(error);
      }
      if (beat) beat();
      setTimeout(turn, Math.max(100, wait - (performance.now() - began)));
    };
    turn();
  };
})();
