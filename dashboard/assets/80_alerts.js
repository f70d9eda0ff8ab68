/* The page of alerts (#alq): presses and keys to its callbacks, ages by a steady clock, the reader's place, sound.
   Its list is made by the server; nothing here makes markup. */
(function () {
  'use strict';
  const MG = (window.MG = window.MG || {});
  const el = (id) => document.getElementById(id);
  const root = () => el('alq');
  const rows = () => [...document.querySelectorAll('#alq-list [data-id].al-row')];
  const tell = (id, data) => window.dash_clientside.set_props(id, { data });
  let chosen = null, known = null, list = null, watcher = null, anchor = null, words = {}, audio = null, down = null;

  const press = (act, id, more) => tell('alq-press', { act, id, at: Date.now(), ...more });
  const choose = (id) => {
    chosen = id;
    mark();
    hold();
    tell('alq-chosen', id);
    window.dash_clientside.set_props('alq-verdict', { value: null });
    for (const id of ['alq-reason', 'alq-reopen-why']) window.dash_clientside.set_props(id, { value: '' });
  };
  const mark = () => rows().forEach((row) => row.setAttribute('aria-selected', String(row.dataset.id === chosen)));

  /* The row being read keeps its height on the screen, whatever comes in above it; who is at the top and reads nothing
     sees the new ones come. */
  const hold = () => {
    const row = rows().find((r) => r.dataset.id === chosen) || (list.scrollTop > 4 ? rows().find((r) => r.offsetTop + r.offsetHeight > list.scrollTop) : null);
    anchor = row ? { id: row.dataset.id, top: row.getBoundingClientRect().top - list.getBoundingClientRect().top } : null;
  };
  const settle = () => {
    const row = anchor && rows().find((r) => r.dataset.id === anchor.id);
    if (row && anchor.top > -row.offsetHeight && anchor.top < list.clientHeight) list.scrollTop += row.getBoundingClientRect().top - list.getBoundingClientRect().top - anchor.top;
    notice();
    mark();
    hold();
    ages();
  };
  /* how many unseen ones stand above what is in view */
  const notice = () => {
    const above = rows().filter((r) => r.dataset.state === 'open' && r.offsetTop + r.offsetHeight <= list.scrollTop + 4).length;
    const button = el('alq-above');
    button.hidden = above === 0;
    button.textContent = (words['alerts.more_above'] || '').replace('{n}', String(above));
  };

  const two = (n) => String(n).padStart(2, '0');
  const age = (s) => {
    const say = (key, values) => words[key].replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
    if (s < 60) return say('age.s', { s });
    if (s < 3600) return say('age.m', { m: Math.floor(s / 60) });
    if (s < 172800) return say('age.h', { h: Math.floor(s / 3600), m: two(Math.floor((s % 3600) / 60)) });
    return say('age.d', { d: Math.floor(s / 86400) });
  };
  let clock = null; // what the list said of the time, and when by our own steady clock
  const serverNow = () => {
    const said = list && list.querySelector('[data-now]'), now = said ? Number(said.dataset.now) : 0;
    if (now && (!clock || clock.now !== now)) clock = { now, at: performance.now() };
    return clock ? clock.now + performance.now() - clock.at : Date.now();
  };
  const ages = () => document.querySelectorAll('#alq [data-since]').forEach((node) => {
    const text = age(Math.max(0, Math.floor((serverNow() - Number(node.dataset.since)) / 1000)));
    if (node.textContent !== text) node.textContent = text;
  });

  /* Three tones for an emergency that is new or called out again; only after a person has switched it on. */
  const tone = (pitch = 880) => [0, 0.28, 0.56].forEach((at) => {
    const source = audio.createOscillator(), gain = audio.createGain(), begin = audio.currentTime + at;
    source.frequency.value = pitch;
    gain.gain.setValueAtTime(0.25, begin);
    gain.gain.exponentialRampToValueAtTime(0.001, begin + 0.22);
    source.connect(gain).connect(audio.destination);
    source.start(begin);
    source.stop(begin + 0.24);
  });
  MG.alertSounds = 0;
  const sound = () => {
    const told = list.querySelector('[data-urgent]'); // all that are unseen, also those that this page does not list
    if (!told) return;
    const calls = told.dataset.urgent.split(' ').filter(Boolean);
    const fresh = known !== null && calls.some((call) => !known.has(call));
    known = new Set([...(known || []), ...calls]);
    if (!fresh || !audio) return;
    MG.alertSounds += 1;
    tone();
  };
  /* who has switched the sound on relies on the page: it rests no more (70_desk.js), and its session goes on */
  const stayAwake = (on) => {
    const desk = root().closest('.desk');
    if (on) desk.removeAttribute('data-every'); else desk.dataset.every = 'alq-every';
  };
  const toggleSound = () => {
    if (audio) { audio.close(); audio = null; } else { audio = new AudioContext(); audio.resume(); tone(); }
    stayAwake(Boolean(audio));
    el('alq-sound').setAttribute('aria-pressed', String(Boolean(audio)));
    el('alq-sound-text').textContent = words[audio ? 'alerts.sound.on' : 'alerts.sound.off'];
  };

  window.addEventListener('mg:pulse', (event) => { if (audio && event.detail && event.detail !== 'ended') tone(440); });

  const step = (by) => {
    const all = rows(), at = all.findIndex((r) => r.dataset.id === chosen);
    const next = all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + by))];
    if (!next) return;
    choose(next.dataset.id);
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: 'nearest' });
    hold();
  };
  const resolve = () => {
    const verdict = document.querySelector('#alq-verdict input:checked'), reason = el('alq-reason');
    if (chosen) press('resolve', chosen, { verdict: verdict ? verdict.value : '', reason: reason.value });
  };
  const pressed = (target) => {
    const button = target.closest('[data-act]'), row = target.closest('.al-row');
    if (target.closest('#alq-sound')) toggleSound();
    else if (target.closest('#alq-above')) list.scrollTo({ top: 0, behavior: 'smooth' });
    else if (target.closest('#alq-resolve')) resolve();
    else if (target.closest('#alq-reopen')) { if (chosen) press('reopen', chosen, { reason: el('alq-reopen-why').value }); }
    else if (button && button.dataset.act === 'page') tell('alq-page', Number(button.dataset.id));
    else if (button) { button.disabled = true; setTimeout(() => { button.disabled = false; }, 2000); press(button.dataset.act, button.dataset.id); }
    else if (row && !target.closest('a')) {
      choose(row.dataset.id);
      if (innerWidth <= 1000) el('alq-detail').scrollIntoView({ block: 'start' });
    }
  };
  /* The list is made anew as alerts come. What went from under a finger between down and up was meant all the same: the
     browser sends no click for it. */
  document.addEventListener('pointerdown', (e) => { down = hooked() && e.target.closest('#alq') ? { target: e.target, x: e.clientX, y: e.clientY } : null; });
  document.addEventListener('pointerup', (e) => {
    const lost = down && !down.target.isConnected && Math.hypot(e.clientX - down.x, e.clientY - down.y) < 12;
    if (lost && e.button === 0 && hooked()) pressed(down.target);
    down = null;
  });
  document.addEventListener('click', (e) => { if (hooked() && e.target.closest('#alq')) pressed(e.target); });
  document.addEventListener('keydown', (e) => {
    if (!hooked() || e.ctrlKey || e.metaKey || e.altKey || e.target.closest('input, textarea, select, [role=combobox], .dash-dropdown, .leaflet-container')) return;
    const row = rows().find((r) => r.dataset.id === chosen);
    if (e.key === 'ArrowDown' || e.key === 'ArrowUp') step(e.key === 'ArrowDown' ? 1 : -1);
    else if (e.key === 'Enter' && e.target.classList.contains('al-row')) choose(e.target.dataset.id);
    else if ((e.key === 'a' || e.key === 'A') && row && row.querySelector('[data-act=acknowledge]')) press('acknowledge', chosen);
    else return;
    e.preventDefault();
  });

  /* Whether the page is there, with its list under our eyes from the first press on. */
  const hooked = () => {
    if (!root() || !el('alq-list')) { list = null; return false; }
    if (list !== el('alq-list')) { if (watcher) watcher.disconnect(); begin(); }
    return true;
  };
  const begin = () => {
    list = el('alq-list');
    words = JSON.parse(root().dataset.words);
    [chosen, known, anchor] = [null, null, null];
    watcher = new MutationObserver(() => { settle(); sound(); if (!chosen) first(); });
    watcher.observe(list, { childList: true, subtree: true, attributes: true, attributeFilter: ['data-state', 'data-calls', 'data-now', 'data-urgent'] });
    list.addEventListener('scroll', () => { hold(); notice(); }, { passive: true });
    if (audio) { audio.close(); audio = null; }
  };
  /* the one that the address names, else the first of the list, where there is room for both */
  const first = () => {
    const asked = new URLSearchParams(location.search).get('alert');
    if (!document.querySelector('#alq .leaflet-map-pane')) return; // a map that is not there yet would not look there
    if (asked) choose(asked);
    else if (rows().length && innerWidth > 1000) choose(rows()[0].dataset.id);
  };
  setInterval(() => {
    if (!hooked()) return;
    ages();
    if (!chosen) first();
  }, 500);
})();
