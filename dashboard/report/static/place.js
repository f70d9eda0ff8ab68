/* Where it is: the phone's own place with its accuracy and age, where the vessels were at the time, a grid, or a point.
   A place of the phone that nobody pinned is "here, now": it is taken anew whenever it is old. */
import {el} from './dom.js';
import * as ships from './ships.js';
import {age} from './vessels.js';
import {beijing} from './when.js';

const OLD_MS = 120000; // at 10 kn a third of a mile
const WORDS_ONLY_MS = 1800000; // older than that it leads a case to the wrong grid: it is told, and marks no place
const LOOK_MS = 60000; // satellites are found that slowly by a cold phone
const GOOD_M = 30;
const SOON_MS = 15000;
const TYPING_MS = 600;
const METRES_BELOW_NM = 0.1;
const buttons = [...document.querySelectorAll('[data-way]')];
const found = el('place-found');
const grids = el('grids');
const LANG = document.body.dataset.lang.startsWith('zh') ? 'zh' : 'en';
let words = {};
let changed = () => {};
let isUrgent = () => false;
let isPast = () => false; // a dispute of which it was told when it was: nobody is there any more
let drawn = () => {};
let where = null; // {way, lon, lat, accuracy, at, pinned, name, grid, nm, key, found}; at: of the position
let watch = null;
let stopping = 0;
let trouble = '';
let listed = null;
let settled = () => {};
let typing = 0;

/* Infinite where the phone's clock was set back since. */
const elapsed = (value) => (value.at > Date.now() + OLD_MS ? Infinity : Math.max(0, Date.now() - value.at));
const isOld = (value) => elapsed(value) > OLD_MS;
/* `fixed`: of a report that was sent once; it stays where it was filled in. */
const isGuess = (value, urgent) => value.way === 'phone' && !value.fixed && (urgent || !value.pinned);

export function setUp(texts, onChange, asked) {
  [words, changed] = [texts, onChange];
  ({isUrgent, isPast, shown: drawn} = asked);
  ships.setUp(texts, asked);
  const ways = {phone: () => locate(true), vessel: () => byVessel(), grid: byGrid, chart: byChart};
  for (const button of buttons) {
    button.addEventListener('click', () => {
      el('chart').hidden = true;
      ways[button.dataset.way]();
    });
  }
  if (grids) grids.addEventListener('change', () => set(grids.value ? {way: 'grid', grid: grids.value} : null));
  document.addEventListener('visibilitychange', () => { if (document.hidden) stop(); else fresh(); });
  setInterval(() => { show(); if (!document.hidden) fresh(); }, 30000);
}

async function isAllowed() {
  try {
    return (await navigator.permissions.query({name: 'geolocation'})).state === 'granted';
  } catch {
    return false; // older browsers cannot tell
  }
}

const needsLook = () => !where || (isGuess(where, isUrgent()) && isOld(where));

/* Looks for the phone's place where none stands here, or an old guess; `ask`: the person may be asked for leave. */
export async function fresh(ask = false) {
  if (watch !== null || !needsLook()) return;
  if ((ask || await isAllowed()) && watch === null && needsLook()) locate(where ? where.pinned : false);
}

/* Another kind is chosen: what was pinned long ago was pinned for something else. */
export function chosen() {
  if (where && where.way === 'phone' && isOld(where)) Object.assign(where, {pinned: false, fixed: false});
  if (where && where.auto && !isPast()) set(null);
  return fresh(isUrgent());
}

/* For who sends: until the place is as good as it gets, but not for long. */
export async function settle(ms) {
  follow(true);
  const end = new Promise((done) => { setTimeout(done, ms); });
  await Promise.race([ships.asked(), end]);
  await fresh(isUrgent());
  if (watch === null || !needsLook()) return;
  await Promise.race([new Promise((done) => { settled = done; }), end]);
}

export const read = () => where;

export function write(value) {
  stop();
  clearTimeout(typing);
  ships.drop();
  el('chart').hidden = true;
  where = value || null;
  show();
}

function set(value) {
  where = value;
  show();
  changed();
}

export function list(rows) {
  if (!grids || listed === rows) return; // somebody may be choosing
  listed = rows;
  grids.replaceChildren(new Option(words['place.choose'], ''), ...rows.map((grid) => new Option(grid[LANG], grid.id)));
  if (where && where.way === 'grid') grids.value = where.grid;
}

function stop(said = '') {
  if (watch !== null) navigator.geolocation.clearWatch(watch);
  clearTimeout(stopping);
  watch = null;
  trouble = said;
  settled();
}

/* The first place at once, then better ones: a phone's first is often that of a mast. */
function locate(pinned) {
  stop();
  if (!navigator.geolocation) {
    stop('place.failed');
    show();
    return;
  }
  const begun = Date.now();
  const got = ({coords}) => {
    const since = where && where.way === 'phone' && where.at >= begun;
    if (since && where.accuracy <= coords.accuracy && elapsed(where) < SOON_MS) return;
    const [lon, lat, accuracy] = [Number(coords.longitude.toFixed(5)), Number(coords.latitude.toFixed(5)), Math.round(coords.accuracy)];
    if (accuracy <= GOOD_M) stop();
    set({way: 'phone', lon, lat, accuracy, at: Date.now(), pinned: Boolean(pinned)});
  };
  const failed = (error) => {
    if (error.code !== 1) return; // it goes on looking
    stop('place.forbidden');
    show();
  };
  watch = navigator.geolocation.watchPosition(got, failed, {enableHighAccuracy: true, timeout: 20000, maximumAge: 0});
  stopping = setTimeout(() => {
    stop(where && where.way === 'phone' && where.at >= begun ? '' : 'place.failed');
    show();
  }, LOOK_MS);
  show();
}

/* After vessels or time changed: where the vessels were then. `soon`: nobody types any more. */
export function follow(soon = false) {
  clearTimeout(typing);
  const isFree = !where || (where.way === 'phone' && !where.pinned && !where.fixed);
  if (where && where.way === 'vessel' ? (where.key === ships.key() && (where.found || !soon)) || where.fixed : !(isFree && isPast() && ships.named().length)) return;
  const auto = !where || where.way !== 'vessel' || where.auto;
  if (soon) byVessel(auto);
  else typing = setTimeout(() => byVessel(auto), TYPING_MS);
}

/* `auto`: nobody asked for it, so that it goes again with the kind for which it was taken. */
function byVessel(auto = false) {
  stop(ships.named().length ? '' : 'place.no_vessel');
  ships.drop();
  if (!ships.named().length) {
    if (where && where.way === 'vessel') set(null);
    show();
    return;
  }
  const key = ships.key();
  set({way: 'vessel', key, auto, ...ships.otherwise(where, WORDS_ONLY_MS)});
  ships.ask((found) => {
    if (found && where && where.way === 'vessel' && where.key === key) set({way: 'vessel', key, auto, ...found});
    else show();
  });
  show();
}

/* The chart comes when it is first wanted, and moves what is there; without it the place can be typed. */
async function byChart() {
  stop();
  const box = el('chart');
  box.hidden = false;
  const {open} = await import('./chart.js');
  const from = where && Number.isFinite(where.lon) ? where : {};
  open(box, from, words, (lon, lat) => {
    ships.drop();
    set({way: 'chart', lon: Number(lon.toFixed(5)), lat: Number(lat.toFixed(5)), at: Date.now()});
  });
  show();
}

function byGrid() {
  stop();
  grids.hidden = false;
  grids.focus();
  set(grids.value ? {way: 'grid', grid: grids.value} : null);
}

const minutes = (degrees) => `${Math.floor(Math.abs(degrees))}°${((Math.abs(degrees) % 1) * 60).toFixed(2)}′`;
const shown = ({lon, lat}) => `${minutes(lat)}${lat < 0 ? 'S' : 'N'} ${minutes(lon)}${lon < 0 ? 'W' : 'E'}`;

const far = (nm) => (nm < METRES_BELOW_NM ? words['far.m'].replace('{n}', Math.round(nm * 1852)) : words['far.nm'].replace('{n}', nm.toFixed(1)));

/* In words, for the screen and for the case. */
export function said(value) {
  if (!value || value.way === 'grid') return '';
  if (value.way === 'chart') return words['place.by_chart'];
  if (value.way === 'vessel' && value.found) {
    const key = Number.isFinite(value.nm) ? 'place.met' : 'place.track';
    const clock = beijing(value.at).slice(11);
    return words[key].replace('{name}', value.name).replace('{at}', clock).replace('{far}', far(value.nm || 0));
  }
  if (value.way === 'vessel' && !Number.isFinite(value.lon)) return '';
  if (value.way === 'vessel' && value.accuracy) return words['place.told_at'].replace('{m}', value.accuracy);
  const old = elapsed(value) === Infinity ? words['age.unknown'] : age(elapsed(value) / 1000);
  if (value.way === 'vessel') return words['place.by_vessel'].replace('{name}', value.name).replace('{age}', old);
  const by = words['place.by_phone'].replace('{m}', value.accuracy);
  return isOld(value) ? words['place.old'].replace('{place}', by).replace('{age}', old) : by;
}

/* What of it goes into a report: {lon, lat} or {grid_id}, and its words. */
export function sent(value, urgent) {
  if (!value) return {body: {}, text: ''};
  if (value.way === 'grid') return {body: {grid_id: value.grid}, text: ''};
  if (value.way === 'vessel' && !value.found) {
    const last = Number.isFinite(value.lon) ? {lon: value.lon, lat: value.lat} : {};
    return {body: {...last, by_tracks: true, place_else: said(value)}, text: ''};
  }
  if (isGuess(value, urgent) && elapsed(value) > WORDS_ONLY_MS) return {body: {}, text: `${said(value)} ${shown(value)}`};
  return {body: {lon: value.lon, lat: value.lat}, text: said(value)};
}

const isOfOldPhone = () => Boolean(where) && where.way === 'phone' && isOld(where);

/* For the foot of the page, where whoever calls for help looks: in a few words, and whether they are bad news. */
export function brief() {
  const text = where ? said(where) || words[where.way === 'grid' ? 'place.by_grid' : 'place.later'] : words[watch === null ? 'place.none' : 'place.asking'];
  return [text, where ? isOfOldPhone() : watch === null];
}

function show() {
  for (const button of buttons) button.setAttribute('aria-pressed', String(Boolean(where) && button.dataset.way === where.way));
  if (grids) grids.hidden = !(where && where.way === 'grid') && document.activeElement !== grids;
  const isPoint = Boolean(where) && Number.isFinite(where.lon) && !(where.way === 'vessel' && where.accuracy);
  const byShip = Boolean(where) && where.way === 'vessel' && !where.found;
  const placed = isPoint ? `${said(where)} · ${shown(where)}` : '';
  const look = (watch !== null && needsLook()) || ships.isAsking();
  const status = look ? words['place.asking'] : trouble ? words[trouble] : '';
  found.textContent = [status, placed, byShip && !ships.isAsking() ? words['place.later'] : ''].filter(Boolean).join(' ');
  found.classList.toggle('bad', isOfOldPhone() || trouble !== '');
  drawn();
}
