/* The form: kept as it is typed, put into the outbox with one tap. */
import {DRAFT, all, drop, forget, get, put, queue, reopen} from './db.js';
import * as outbox from './outbox.js';
import * as photos from './photos.js';
import * as place from './place.js';
import * as vessels from './vessels.js';

const data = document.body.dataset;
const words = JSON.parse(data.words);
const gearSubkinds = data.gearSubkinds.split(' ');
const form = document.getElementById('form');
const el = (id) => document.getElementById(id);
const TEXTS = ['note', 'place', 'about', 'name', 'phone', 'website', 'people_in_water', 'injured', 'dead_or_missing'];
const COUNTS = ['people_in_water', 'injured', 'dead_or_missing'];
let ready = false;

const checked = (name) => form.querySelector(`[name="${name}"]:checked`)?.value ?? '';
const kindNow = () => checked('kind');
const subkindNow = () => (kindNow() ? checked(`subkind-${kindNow()}`) : '');
const isGear = () => kindNow() === 'dispute' && gearSubkinds.includes(subkindNow());

function draft() {
  const texts = Object.fromEntries(TEXTS.filter((n) => form.elements[n]).map((n) => [n, form.elements[n].value]));
  const now = el('now').getAttribute('aria-pressed') === 'true';
  const happened = now ? '' : form.elements.happened_at.value;
  return {key: DRAFT, kind: kindNow(), subkind: subkindNow(), texts, happened, vessels: vessels.read(), where: place.read()};
}

async function keep() {
  fit();
  if (ready) await put('meta', draft());
}

function fill(saved) {
  form.reset();
  for (const name of TEXTS) {
    if (form.elements[name] && saved?.texts?.[name] !== undefined) form.elements[name].value = saved.texts[name];
  }
  const pick = (name, value) => { const box = form.querySelector(`[name="${name}"][value="${value}"]`); if (box) box.checked = true; };
  if (saved?.kind) pick('kind', saved.kind);
  if (saved?.subkind) pick(`subkind-${saved.kind}`, saved.subkind);
  el('now').setAttribute('aria-pressed', String(!saved?.happened));
  form.elements.happened_at.value = saved?.happened ?? '';
  vessels.write(saved?.vessels);
  place.write(saved?.where);
  fit();
}

/* What belongs to the kind shows, the rest does not. */
function fit() {
  const kind = kindNow();
  for (const part of form.querySelectorAll('[data-only]')) part.hidden = !part.dataset.only.split(' ').includes(kind);
  vessels.fit(kind, isGear());
}

function fault(saved) {
  if (!saved.kind) return ['missing.kind', form.querySelector('[name=kind]')];
  const named = vessels.sent(saved.vessels, false).length;
  if (saved.kind === 'dispute' && named < 2) return ['missing.vessels', el('vessel-group')];
  if (data.form === 'public' && saved.texts.note.trim().length < 2) return ['missing.note', form.elements.note];
  if (saved.kind === 'emergency' && saved.where) return null; // two taps: the rest is told by radio
  if (!saved.subkind && !named && !saved.texts.note.trim()) return ['missing.note', form.elements.note];
  return null;
}

function bodyOf(saved) {
  const {texts, where, kind} = saved;
  const placed = [texts.place?.trim(), place.said(where)].filter(Boolean).join(' · ');
  const body = {kind, subkind: saved.subkind, note: texts.note.trim(), place: placed.slice(0, 200)};
  if (where?.lon !== undefined) Object.assign(body, {lon: where.lon, lat: where.lat});
  if (saved.happened) body.happened_at = new Date(saved.happened).toISOString();
  if (data.form === 'public') {
    const about = kind === 'complaint' ? texts.about.trim() : '';
    return {...body, about, name: texts.name.trim(), phone: texts.phone.trim(), website: texts.website};
  }
  if (where?.grid) body.grid_id = where.grid;
  if (kind === 'emergency') for (const name of COUNTS) body[name] = Number.parseInt(texts[name], 10) || 0;
  return {...body, vessels: vessels.sent(saved.vessels, kind === 'dispute' && gearSubkinds.includes(saved.subkind))};
}

function titleOf(saved) {
  const chosen = form.querySelector(`[name="subkind-${saved.kind}"]:checked`) ?? form.querySelector('[name=kind]:checked');
  const what = chosen.nextElementSibling.textContent;
  const names = saved.vessels.map((vessel) => vessel.name || vessel.typed).filter(Boolean);
  return [what, names.slice(0, 2).join('、')].filter(Boolean).join('：');
}

async function send(event) {
  event.preventDefault();
  const saved = draft();
  const wrong = fault(saved);
  if (wrong) {
    say(words[wrong[0]], true);
    wrong[1].scrollIntoView({block: 'center'});
    return;
  }
  const item = {
    key: outbox.uuid(), at: Date.now(), account: outbox.state.me?.account ?? null, title: titleOf(saved),
    body: bodyOf(saved), draft: saved, justNow: !saved.happened, state: 'waiting',
  };
  await queue(item);
  navigator.storage?.persist?.(); // what waits is not for the phone to clear away
  fill(null);
  await photos.show(el('photos') ?? document.createElement('ul'), words);
  window.scrollTo(0, 0);
  await draw();
  outbox.now();
  place.begin();
}

function say(text, bad) {
  el('state').textContent = text;
  el('state').className = bad ? 'bad' : '';
}

const node = (tag, text, className = '') => Object.assign(document.createElement(tag), {textContent: text, className});

function button(text, work) {
  const made = node('button', text, 'quiet');
  made.type = 'button';
  made.addEventListener('click', work);
  return made;
}

const isOthers = (item) => Boolean(item.account && outbox.state.me && item.account !== outbox.state.me.account);

async function drawItem(item, held) {
  const line = node('li', '', item.state);
  if (isOthers(item)) { // what it says is not for whoever holds the phone now
    line.append(node('span', words.other_account, 'wait'));
    return line;
  }
  line.append(node('strong', item.title));
  const left = held.filter((photo) => photo.key === item.key).length;
  if (item.state === 'done') {
    line.append(node('span', `${words.done} ${item.case_id}`, 'good'), node('span', `${words.code} ${item.code}`, 'code'));
    if (left) line.append(node('small', words['photos.left'].replace('{n}', left)));
    if (item.photo_error) line.append(node('small', `${words['photo.refused']} ${item.photo_error}`));
    if (!left) line.append(button(words.hide, async () => { await forget(item.key); await draw(); }));
  } else if (item.state === 'refused') {
    line.append(node('span', `${words.refused} ${words[`field.${item.field}`] ?? ''}`, 'bad'), node('small', item.error));
    line.append(button(words.mend, () => mend(item)));
  } else {
    const idle = outbox.state.session === 'out' ? 'waiting_login' : 'waiting';
    line.append(node('span', words[outbox.state.sending === item.key ? 'sending' : idle], 'wait'));
  }
  return line;
}

/* Back into the form, unless something else stands there. */
async function mend(item) {
  const now = draft();
  if (now.kind || now.texts.note || now.vessels.some((vessel) => vessel.mmsi || vessel.typed)) {
    say(words.mend_first, true);
    return;
  }
  await reopen(item);
  fill(item.draft);
  if (el('photos')) await photos.show(el('photos'), words);
  await draw();
}

async function clear() {
  for (const photo of await all('photos')) if (photo.key === DRAFT) await drop('photos', photo.id);
  await drop('meta', DRAFT);
  fill(null);
  if (el('photos')) await photos.show(el('photos'), words);
  say('', false);
  window.scrollTo(0, 0);
}

async function draw() {
  const held = await all('photos');
  const shown = (item) => item.state === 'waiting' || !isOthers(item);
  const items = (await all('outbox')).filter(shown).sort((a, b) => b.at - a.at);
  el('outbox').replaceChildren(...await Promise.all(items.map((item) => drawItem(item, held))));
  const {session, me} = outbox.state;
  el('who').textContent = me?.name ?? '';
  if (me?.grids) place.list(me.grids);
  const banner = el('banner');
  banner.hidden = !['out', 'refused', 'offline'].includes(session) && navigator.onLine;
  banner.replaceChildren(words[`session.${session === 'in' || session === 'unknown' ? 'offline' : session}`]);
  if (session === 'out') {
    const login = node('a', words.login);
    login.href = `/login?next=${encodeURIComponent(data.path)}`;
    banner.append(' ', login);
  }
  const waiting = items.filter((item) => item.state === 'waiting').length;
  say(waiting ? words['waiting.n'].replace('{n}', waiting) : '', false);
}

function steppers() {
  for (const step of form.querySelectorAll('[data-step]')) {
    step.addEventListener('click', () => {
      const field = step.parentElement.querySelector('input');
      field.value = Math.max(0, (Number.parseInt(field.value, 10) || 0) + Number(step.dataset.step));
      keep();
    });
  }
}

function camera() {
  el('camera')?.addEventListener('change', async ({target}) => {
    for (const file of target.files) {
      try { await photos.take(file); } catch { say(words['photo.unreadable'], true); }
    }
    target.value = '';
    await photos.show(el('photos'), words);
  });
}

async function start() {
  vessels.setUp(words, keep);
  place.setUp(words, keep, vessels.read);
  steppers();
  camera();
  form.addEventListener('input', keep);
  form.addEventListener('change', keep);
  form.addEventListener('submit', send);
  el('now').addEventListener('click', () => { el('now').setAttribute('aria-pressed', 'true'); form.elements.happened_at.value = ''; keep(); });
  form.elements.happened_at.addEventListener('input', () => el('now').setAttribute('aria-pressed', String(!form.elements.happened_at.value)));
  el('clear').addEventListener('click', clear);
  fill(await get('meta', DRAFT));
  if (el('photos')) await photos.show(el('photos'), words);
  ready = true;
  place.begin();
  await draw();
  window.addEventListener('offline', draw);
  await outbox.prepare();
  await draw();
  await outbox.start(draw);
  if (data.form === 'staff') navigator.serviceWorker?.register('/report/static/sw.js', {scope: '/report'}).catch(() => {});
  data.ready = 'yes';
}

start().catch(() => say(words.no_storage, true));
