/* The form: kept as it is typed, put into the outbox with one tap. */
import {all, drop, forget, get, listen, put, uuid, write} from './db.js';
import {armed, el} from './dom.js';
import * as list from './list.js';
import * as outbox from './outbox.js';
import * as photos from './photos.js';
import * as place from './place.js';
import {bodyOf, COUNTS, fault, isEmpty, MARKED} from './said.js';
import * as vessels from './vessels.js';
import * as when from './when.js';

const data = document.body.dataset;
const words = JSON.parse(data.words);
const gearSubkinds = data.gearSubkinds.split(' ');
const form = el('form');
const TEXTS = ['note', 'place', 'about', 'vessel', 'other_vessel', 'name', 'phone', 'website', ...COUNTS];
const SETTLE_MS = 4000; // a report waits so long for its place, an emergency twice
let current = uuid(); // key of the report in the form, which its photos have from the first
let owner = null; // account that began it
let written = 0; // when this window last wrote it
let ready = false;
let busy = false;
let taking = 0; // photos that are being kept
let waiting = 0;
let message = '';

const checked = (name) => (form.querySelector(`[name="${name}"]:checked`) || {value: ''}).value;
const kindNow = () => checked('kind');
const subkindNow = () => (kindNow() ? checked(`subkind-${kindNow()}`) : '');
const isUrgent = () => kindNow() === 'emergency';
const account = () => (outbox.state.me ? outbox.state.me.account : null);
const showPhotos = () => photos.show(el('photos'), current, words, keep);

function titleOf(kind, names) {
  const chosen = form.querySelector(`[name="subkind-${kind}"]:checked`) || form.querySelector('[name=kind]:checked');
  return [chosen ? chosen.nextElementSibling.textContent : '', names.slice(0, 2).join('、')].filter(Boolean).join('：');
}

function draft() {
  const texts = Object.fromEntries(TEXTS.filter((n) => form.elements[n]).map((n) => [n, form.elements[n].value]));
  const [kind, named] = [kindNow(), vessels.read()];
  return {
    key: current, draft: true, at: Date.now(), account: owner || account(), kind, subkind: subkindNow(), texts,
    ...when.read(), told: when.isTold(), major: Boolean(form.elements.major?.checked), vessels: named, where: place.read(),
    title: titleOf(kind, [...named.map((vessel) => vessel.name || vessel.typed), texts.vessel, texts.other_vessel].filter(Boolean)) || texts.note.slice(0, 20) || '…',
  };
}

const holdsNothing = (saved) => isEmpty(saved) && !taking && !(el('photos') && el('photos').children.length);

async function keep() {
  fit();
  if (!ready) return;
  place.follow();
  tell();
  const now = draft();
  const nothing = holdsNothing(now);
  [written, owner] = [now.at, nothing ? null : now.account];
  await (nothing ? drop('meta', current) : put('meta', now));
}

function fill(saved) {
  [current, owner, written] = saved ? [saved.key, saved.account, saved.at] : [uuid(), null, 0];
  form.reset();
  for (const name of TEXTS) {
    if (form.elements[name] && saved && saved.texts[name] !== undefined) form.elements[name].value = saved.texts[name];
  }
  const pick = (name, value) => { const box = form.querySelector(`[name="${name}"][value="${value}"]`); if (box) box.checked = true; };
  if (saved && saved.kind) pick('kind', saved.kind);
  if (saved && saved.subkind) pick(`subkind-${saved.kind}`, saved.subkind);
  if (form.elements.major) form.elements.major.checked = Boolean(saved && saved.major);
  when.write(saved);
  vessels.write(saved && saved.vessels);
  place.write(saved && saved.where);
  fit();
  return showPhotos();
}

/* What belongs to the kind shows, the rest does not. */
function fit() {
  const kind = kindNow();
  for (const part of form.querySelectorAll('[data-only]')) part.hidden = !part.dataset.only.split(' ').includes(kind);
  when.fit(kind === 'dispute');
  if (el('major')) el('major').hidden = !(MARKED.includes(kind) && outbox.state.me && outbox.state.me.may_mark);
  if (el('people') && (kind === 'emergency' || COUNTS.some((name) => Number(form.elements[name].value)))) el('people').open = true;
  vessels.fit(kind, kind === 'dispute' && gearSubkinds.includes(subkindNow()));
}

/* Begun by this account or by nobody known, and not sent: the newest first. */
async function drafts() {
  const sent = new Set((await all('outbox')).map((item) => item.key));
  const mine = (row) => row.draft && !sent.has(row.key) && (!row.account || row.account === account());
  return (await all('meta')).filter(mine).sort((a, b) => b.at - a.at);
}

/* Into the form, unless something was typed there while all this came. */
async function resumeLast() {
  const [last] = holdsNothing(draft()) ? await drafts() : [];
  if (last && holdsNothing(draft())) await fill(last);
}

const others = async () => (await drafts()).filter((row) => row.key !== current);

/* The form after something happened elsewhere: another window wrote or sent it, somebody else logged in. */
async function follow() {
  if (!ready || busy) return;
  const [sent, stored] = [await get('outbox', current), await get('meta', current)];
  const isAnothers = owner && account() && owner !== account();
  if (isAnothers || sent) await fill(null);
  else if (stored && stored.at > written) await fill(stored);
}

/* The foot says what is wrong, in an emergency the place that goes with it, else what waits. */
function tell() {
  const idle = () => (isUrgent() ? place.brief() : [waiting ? words['waiting.n'].replace('{n}', waiting) : '', false]);
  const [text, bad] = message ? [message, true] : busy ? [words['place.asking'], false] : idle();
  el('state').textContent = text;
  el('state').className = bad ? 'bad' : '';
}

function say(key) {
  message = key ? words[key] : '';
  tell();
}

async function draw() {
  await follow();
  waiting = await list.draw();
  const {me} = outbox.state;
  el('who').textContent = me ? me.name : '';
  if (me && me.grids) place.list(me.grids);
  fit();
  tell();
}

function hold(is) {
  busy = is;
  el('send').disabled = is;
  form.inert = is;
  tell();
}

async function send(event) {
  event.preventDefault();
  if (!ready || busy) return;
  const named = (saved) => fault(saved, data.form === 'public');
  const urgent = isUrgent();
  let wrong = named(draft());
  if (!wrong || (urgent && !place.read())) {
    hold(true);
    try {
      await place.settle(urgent ? 2 * SETTLE_MS : SETTLE_MS);
      wrong = named(draft());
      if (!wrong) await queue(draft());
    } finally {
      hold(false);
    }
  }
  if (wrong) {
    say(wrong);
    ({'missing.kind': form.querySelector('[name=kind]'), 'missing.vessels': el('vessel-group'), 'missing.when': el('now'), 'missing.other_vessel': form.elements.other_vessel}[wrong] || form.elements.note).scrollIntoView({block: 'center'});
    return;
  }
  window.scrollTo(0, 0);
  await draw();
  outbox.hurry(urgent);
  place.fresh();
}

async function queue(saved) {
  if (await get('outbox', saved.key)) saved.key = uuid(); // another window sent its own
  const urgent = saved.kind === 'emergency';
  const item = {
    key: saved.key, at: saved.at, account: saved.account, title: saved.title, body: bodyOf(saved, data.form === 'public', gearSubkinds),
    draft: saved, justNow: !saved.happened, floor: outbox.floor(), unsure: words['clock.unsure'], urgent, state: 'waiting',
  };
  if (navigator.storage && navigator.storage.persist) navigator.storage.persist(); // it is not for the phone to clear away
  await write([['outbox', item], ['meta', saved.key]]);
  say('');
  await fill(null);
}

/* Back into the form with its own time and place, unless something else stands there. */
async function reopen(item) {
  if (!holdsNothing(draft())) {
    say('mend_first');
    return;
  }
  const {happened, where} = item.draft;
  const at = happened || when.beijing(item.at);
  const saved = {...item.draft, at: Date.now(), happened: at, where: where && {...where, fixed: true}};
  await write([['outbox', item.key], ['meta', saved]]);
  await fill(saved);
  await draw();
}

async function resume(saved) {
  if (!holdsNothing(draft())) await keep();
  await fill(saved);
  await draw();
}

async function clear() {
  await forget(current);
  await fill(null);
  say('');
  window.scrollTo(0, 0);
  place.fresh();
}

function steppers() {
  for (const step of form.querySelectorAll('[data-step]')) {
    step.addEventListener('click', () => {
      const field = step.parentElement.querySelector('input');
      field.value = Math.max(0, (Number.parseInt(field.value.normalize('NFKC'), 10) || 0) + Number(step.dataset.step));
      keep();
    });
  }
}

function cameras() {
  for (const camera of form.querySelectorAll('[type=file]')) {
    camera.addEventListener('change', async () => {
      const [files, key] = [[...camera.files], current];
      camera.value = '';
      taking += 1;
      await keep();
      const kept = await Promise.all(files.map((file) => photos.take(file, key)));
      await showPhotos();
      taking -= 1;
      if ((await Promise.all(kept.map(photos.shrink))).some((photo) => photo.plain)) say('photo.unreadable');
      await showPhotos();
      if (key !== current) outbox.now(); // it was sent meanwhile
    });
  }
}

function wire() {
  steppers();
  cameras();
  form.addEventListener('input', () => { if (message) say(''); keep(); });
  form.addEventListener('change', keep);
  for (const kind of form.querySelectorAll('[name=kind]')) kind.addEventListener('change', () => place.chosen());
  form.addEventListener('submit', send);
  form.querySelector('[name=subkind-emergency][value=overboard]')?.addEventListener('change', () => {
    if (form.elements.people_in_water && !Number(form.elements.people_in_water.value)) form.elements.people_in_water.value = 1;
    keep();
  });
  armed(el('clear'), words.sure, clear);
  el('zone').hidden = new Date().getTimezoneOffset() === -480;
  listen(draw, draw);
  document.addEventListener('visibilitychange', () => { if (!document.hidden) draw(); });
  window.addEventListener('pageshow', (event) => { if (event.persisted) draw(); });
  window.addEventListener('offline', draw);
}

async function start() {
  vessels.setUp(words, keep);
  const isPast = () => kindNow() === 'dispute' && Boolean(when.read().happened);
  when.setUp(words, keep);
  place.setUp(words, keep, {vessels: vessels.read, isUrgent, isPast, when: when.read, shown: () => { if (ready) tell(); }});
  list.setUp(words, reopen, resume, others);
  await outbox.remember();
  await resumeLast();
  ready = true;
  wire();
  await keep();
  hold(false);
  data.ready = 'yes';
  photos.finish(current).then(showPhotos);
  place.fresh();
  await draw();
  await outbox.prepare();
  await draw();
  await resumeLast();
  if (data.form === 'staff' && navigator.serviceWorker) navigator.serviceWorker.register('/report/static/sw.js', {scope: '/report'}).catch(() => {});
  await outbox.start(draw);
}

start();
