/* What a report says: whether it is whole, and as the server is told. */
import * as place from './place.js';
import * as vessels from './vessels.js';

export const COUNTS = ['people_in_water', 'injured', 'dead_or_missing', 'crowd'];
export const COUNTED = ['emergency', 'dispute', 'hazard'];
export const MARKED = ['dispute', 'hazard']; // an emergency is a major matter by itself
const MOST = 10000;

const count = (text) => Math.min(MOST, Number.parseInt((text || '').normalize('NFKC').replace(/\D/g, ''), 10) || 0);

export const isEmpty = ({kind, texts, vessels: list}) => !kind && !list.some((vessel) => vessel.mmsi || vessel.typed)
  && Object.entries(texts).every(([name, text]) => (COUNTS.includes(name) ? !count(text) : !text.trim()));

/* Key of a word for what is missing; null: nothing is. */
export function fault(saved, isPublic) {
  if (!saved.kind) return 'missing.kind';
  const named = vessels.sent(saved.vessels, false).length;
  const note = saved.texts.note.trim();
  if (isPublic && saved.kind === 'dispute' && !saved.texts.other_vessel.trim()) return 'missing.other_vessel';
  if (!isPublic && saved.kind === 'dispute' && named < 2) return 'missing.vessels';
  if (saved.kind === 'dispute' && !saved.happened && !saved.just) return 'missing.when';
  if (isPublic) return note.length < 2 ? 'missing.note' : null;
  if (saved.kind === 'emergency' && saved.where) return null; // two taps: the rest is told by radio
  return saved.subkind || named || note ? null : 'missing.note';
}

export function bodyOf(saved, isPublic, gearSubkinds) {
  const {texts, kind, subkind} = saved;
  const {body: placed, text} = place.sent(saved.where, kind === 'emergency');
  const said = [texts.place.trim(), text].filter(Boolean).join(' · ').slice(0, 200);
  const body = {kind, subkind, note: texts.note.trim(), place: said, ...placed};
  if (saved.happened) body.happened_at = new Date(`${saved.happened}+08:00`).toISOString(); // as all times on the screen
  if (isPublic) {
    const about = kind === 'complaint' ? texts.about.trim() : '';
    const vessel = ['dispute', 'emergency'].includes(kind) ? texts.vessel.trim() : '';
    const other_vessel = kind === 'dispute' ? texts.other_vessel.trim() : '';
    return {...body, about, vessel, other_vessel, name: texts.name.trim(), phone: texts.phone.normalize('NFKC').trim(), website: texts.website};
  }
  if (MARKED.includes(kind) && saved.major) body.major = true;
  if (COUNTED.includes(kind)) for (const name of COUNTS) body[name] = count(texts[name]);
  return {...body, vessels: vessels.sent(saved.vessels, kind === 'dispute' && gearSubkinds.includes(subkind), kind === 'dispute')};
}
