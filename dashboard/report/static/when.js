/* When it happened: just now, or a day and an hour by two taps. A dispute is never of now unless somebody says so:
   it is told at the quay, hours later. */
import {el, node} from './dom.js';

const EAST_MS = 28800000; // Beijing time
const DAY_MS = 86400000;
const field = el('form').elements.happened_at;
const days = [...document.querySelectorAll('[data-day]')];
let words = {};
let changed = () => {};
let told = false; // "just now" was tapped
let needed = false; // of what must be told
let open = null; // the day whose hours are shown

export const beijing = (ms) => new Date(ms + EAST_MS).toISOString().slice(0, 16);
const dayOf = (ago) => beijing(Date.now() - ago * DAY_MS).slice(0, 10);

export function setUp(texts, onChange) {
  [words, changed] = [texts, onChange];
  el('now').addEventListener('click', () => take('', true));
  for (const day of days) day.addEventListener('click', () => { open = open === day ? null : day; show(); });
  field.addEventListener('input', () => { [told, open] = [false, null]; show(); });
}

/* {happened, just}: empty and true where it is just now; empty and false where nobody has said. */
export const read = () => ({happened: field.value, just: !field.value && (told || !needed)});

export function write(saved) {
  field.value = saved ? saved.happened : '';
  [told, open] = [Boolean(saved && saved.just && saved.told), null];
  show();
}

export const isTold = () => told;

export function fit(isNeeded) {
  needed = isNeeded;
  show();
}

function take(value, isNow) {
  [field.value, told, open] = [value, isNow, null];
  show();
  changed();
}

function show() {
  el('now').setAttribute('aria-pressed', String(read().just && !open));
  for (const day of days) {
    day.setAttribute('aria-pressed', String(open ? day === open : field.value.startsWith(dayOf(Number(day.dataset.day)))));
  }
  el('hours').hidden = !open;
  el('hours').replaceChildren(...(open ? hours(dayOf(Number(open.dataset.day))) : []));
}

function hours(day) {
  const last = day === dayOf(0) ? Number(beijing(Date.now()).slice(11, 13)) : 23;
  return Array.from({length: last + 1}, (_, hour) => {
    const made = node('button', words.hour.replace('{h}', hour));
    made.type = 'button';
    made.addEventListener('click', () => take(`${day}T${String(hour).padStart(2, '0')}:00`, false));
    return made;
  });
}
