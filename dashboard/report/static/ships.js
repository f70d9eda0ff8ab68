/* Where the vessels of the form were at the time, by their tracks, which the server has. What cannot be asked now it
   finds when it has the report; until then the last position of a vessel that was chosen is all there is. */
import {shownName} from './vessels.js';

const ASK_MS = 15000;
let words = {};
let vessels = () => [];
let when = () => ({happened: '', just: true});
let asking = null; // {stop, done}

export function setUp(texts, asked) {
  words = texts;
  ({vessels, when} = asked);
}

/* Names or numbers of the first two, as they stand in the form. */
export const named = () => vessels().map((vessel) => (vessel.mmsi ? String(vessel.mmsi).padStart(9, '0') : vessel.typed))
  .filter((one) => one && one !== words['vessel.unknown']).slice(0, 2);

/* Of a question: the same vessels and the same time need not be asked again. */
export const key = () => JSON.stringify([named(), when().happened]);

/* What a report has where no track tells its place: the last position of a vessel that was chosen, else where the phone
   is, unless that is too old: it finds a unit that knows the boats. */
export function otherwise(where, oldest) {
  const known = vessels().find((vessel) => Number.isFinite(vessel.lon) && Number.isFinite(vessel.lat));
  if (known) return {lon: known.lon, lat: known.lat, name: shownName(known), at: known.seen - 1000 * known.age_s};
  if (!where || !where.accuracy || Math.abs(Date.now() - where.at) > oldest) return {};
  return {lon: where.lon, lat: where.lat, accuracy: where.accuracy, at: where.at};
}

export const isAsking = () => asking !== null;
export const asked = () => (asking ? asking.done : null);

export function drop() {
  if (asking) asking.stop.abort();
  asking = null;
}

/* `got` is called with {lon, lat, name, at, nm, found}, or null: there is no line, or nobody knows. */
export function ask(got) {
  const stop = new AbortController();
  const mine = {stop};
  asking = mine;
  mine.done = answer(stop).then((found) => {
    if (asking !== mine) return; // another question was asked since
    asking = null;
    got(found);
  });
}

async function answer(stop) {
  const query = new URLSearchParams(named().map((one) => ['vessel', one]));
  const {happened} = when();
  if (happened) query.set('at', new Date(`${happened}+08:00`).toISOString());
  const late = setTimeout(() => stop.abort(), ASK_MS);
  try {
    const said = await fetch(`/api/v1/vessels/place?${query}`, {signal: stop.signal, redirect: 'manual'});
    const {place} = said.ok ? await said.json() : {};
    if (!place) return null;
    return {lon: place.lon, lat: place.lat, name: place.names[0], at: Date.parse(place.t), nm: place.distance_nm, found: true};
  } catch {
    return null;
  } finally {
    clearTimeout(late);
  }
}
