/* Where it is: the phone's own place with its accuracy, the last position of a vessel that is named, or a grid. */
import {age} from './vessels.js';

const buttons = [...document.querySelectorAll('[data-way]')];
const found = document.getElementById('place-found');
const grids = document.getElementById('grids');
const LANG = document.body.dataset.lang.startsWith('zh') ? 'zh' : 'en';
let words = {};
let changed = () => {};
let vessels = () => [];
let where = null; // {way, lon, lat, accuracy, name, age_s, grid}

export function setUp(texts, onChange, readVessels) {
  [words, changed, vessels] = [texts, onChange, readVessels];
  const ways = {phone: locate, vessel: byVessel, grid: byGrid};
  for (const button of buttons) button.addEventListener('click', () => ways[button.dataset.way]());
  grids?.addEventListener('change', () => set(grids.value ? {way: 'grid', grid: grids.value} : null));
}

/* A new report is most often about here; where the person has let us before, nobody needs to be asked. */
export async function begin() {
  const right = await navigator.permissions?.query({name: 'geolocation'});
  if (right?.state === 'granted' && !where) locate();
}

export const read = () => where;

export function write(value) {
  where = value ?? null;
  show();
}

function set(value) {
  write(value);
  changed();
}

export function list(rows) {
  if (!grids) return;
  const none = new Option(words['place.choose'], '');
  grids.replaceChildren(none, ...rows.map((grid) => new Option(grid[LANG], grid.id)));
  if (where?.way === 'grid') grids.value = where.grid;
}

function locate() {
  found.textContent = words['place.asking'];
  const got = ({coords}) => set({
    way: 'phone', lon: Number(coords.longitude.toFixed(5)), lat: Number(coords.latitude.toFixed(5)),
    accuracy: Math.round(coords.accuracy),
  });
  const failed = (error) => { found.textContent = words[error.code === 1 ? 'place.forbidden' : 'place.failed']; };
  if (!navigator.geolocation) return failed({code: 2});
  return navigator.geolocation.getCurrentPosition(got, failed, {enableHighAccuracy: true, timeout: 20000, maximumAge: 30000});
}

function byVessel() {
  const known = vessels().find((vessel) => Number.isFinite(vessel.lon) && Number.isFinite(vessel.lat));
  if (!known) {
    found.textContent = words['place.no_vessel'];
    return;
  }
  const {lon, lat, name, mmsi, age_s: old, seen} = known;
  set({way: 'vessel', lon, lat, name: name || String(mmsi), age_s: old + Math.round((Date.now() - seen) / 1000)});
}

function byGrid() {
  grids.hidden = false;
  grids.focus();
  set(grids.value ? {way: 'grid', grid: grids.value} : null);
}

const minutes = (degrees) => `${Math.floor(Math.abs(degrees))}°${((Math.abs(degrees) % 1) * 60).toFixed(2)}′`;
const shown = ({lon, lat}) => `${minutes(lat)}${lat < 0 ? 'S' : 'N'} ${minutes(lon)}${lon < 0 ? 'W' : 'E'}`;

/* In words, for the screen and for the case. */
export function said(value) {
  if (value?.way === 'phone') return words['place.by_phone'].replace('{m}', value.accuracy);
  if (value?.way === 'vessel') return words['place.by_vessel'].replace('{name}', value.name).replace('{age}', age(value.age_s));
  return '';
}

function show() {
  for (const button of buttons) button.setAttribute('aria-pressed', String(button.dataset.way === where?.way));
  if (grids) grids.hidden = where?.way !== 'grid' && document.activeElement !== grids;
  found.textContent = where && where.way !== 'grid' ? `${said(where)} · ${shown(where)}` : '';
}
