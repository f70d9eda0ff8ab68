/* Sends what waits, again and again until the server has it: first the reports, then their photos. */
import {all, drop, forget, get, put} from './db.js';

const {form, sendTo} = document.body.dataset;
const STAFF = form === 'staff';
const CASE_MS = 30000;
const PHOTO_MS = 180000; // 2 MB at 100 kbit/s
const FIRST_MS = 2000;
const LONGEST_MS = 60000;
const KEPT = 10; // reports that are done stay on the list, without their text
const PASSING = [0, 401, 408, 425, 429]; // and all from 500 on: another try may go well

/* session: 'unknown', 'in', 'out', 'refused', 'offline' */
export const state = {session: 'unknown', me: null, sending: null};
let csrf = '';
let ticket = ''; // of the public's form, good from `ticketFrom` on
let ticketFrom = 0;
let skewMs = 0;
let tries = 0;
let timer = 0;
let running = false;
let again = false; // asked for while it ran: something new may wait
let told = () => {};

export function start(onChange) {
  told = onChange;
  window.addEventListener('online', now);
  document.addEventListener('visibilitychange', () => { if (!document.hidden) now(); });
  return now();
}

export function now() {
  tries = 0;
  return flush();
}

export const uuid = () => crypto.randomUUID();

async function ask(path, options, ms) {
  const answer = await fetch(path, {...options, signal: AbortSignal.timeout(ms), redirect: 'manual', cache: 'no-store'});
  const date = Date.parse(answer.headers.get('Date') || '');
  if (date) skewMs = date - Date.now();
  return answer;
}

/* Who is logged in, as the server says now. */
export async function whoAmI() {
  if (!STAFF) {
    state.session = 'in';
    return;
  }
  try {
    const answer = await ask('/api/v1/report/me', {}, CASE_MS);
    if (answer.ok) {
      const {csrf: token, ...me} = await answer.json();
      csrf = token;
      Object.assign(state, {me, session: 'in'});
      await put('meta', {key: 'me', ...me});
    } else {
      state.session = answer.status === 401 ? 'out' : answer.status === 403 ? 'refused' : 'offline';
    }
  } catch {
    state.session = 'offline';
  }
  state.me ??= await get('meta', 'me') ?? null;
}

async function takeTicket() {
  const answer = await ask('/public/ticket', {}, CASE_MS);
  if (!answer.ok) return;
  const said = await answer.json();
  ticket = said.ticket;
  ticketFrom = performance.now() + 1000 * said.wait_s;
}

/* A ticket that is old enough: taken when the page opened, else now. */
async function waitForTicket() {
  if (!ticket) await takeTicket();
  await new Promise((done) => { setTimeout(done, Math.max(0, ticketFrom - performance.now())); });
}

export const prepare = () => (STAFF ? whoAmI() : takeTicket().catch(() => {}));

function later() {
  clearTimeout(timer);
  const wait = Math.min(LONGEST_MS, FIRST_MS * 2 ** tries) * (0.75 + Math.random() / 2);
  tries += 1;
  timer = setTimeout(flush, wait);
}

async function flush() {
  again = running;
  if (running) return;
  running = true;
  clearTimeout(timer);
  try {
    const whole = () => work();
    const done = navigator.locks
      ? await navigator.locks.request(`mg-${form}`, {ifAvailable: true}, (lock) => (lock ? whole() : false))
      : await whole();
    if (done) tries = 0;
    else later();
  } catch {
    later();
  } finally {
    running = false;
    state.sending = null;
    await told();
    if (again) flush();
  }
}

const mine = (item) => !STAFF || !item.account || item.account === state.me?.account;

/* True where nothing is left that another try could send. */
async function work() {
  const items = (await all('outbox')).sort((a, b) => a.at - b.at);
  const photos = await all('photos');
  const owed = (item) => item.state === 'waiting' || (item.state === 'done' && photos.some((p) => p.key === item.key));
  if (!items.some(owed)) return true;
  await whoAmI();
  if (state.session !== 'in') return state.session === 'out' || state.session === 'refused';
  for (const item of items.filter((i) => i.state === 'waiting' && mine(i))) {
    if (!await sendCase(item)) return false;
  }
  for (const item of items.filter((i) => i.state === 'done' && mine(i))) {
    for (const photo of photos.filter((p) => p.key === item.key)) {
      if (!await sendPhoto(item, photo)) return false;
    }
  }
  await shorten();
  return true;
}

async function post(path, body, headers, ms) {
  const answer = await ask(path, {method: 'POST', body, headers: {'X-CSRFToken': csrf, ...headers}}, ms);
  let said = {};
  try { said = await answer.json(); } catch { /* a proxy's own page */ }
  return {status: answer.status, said};
}

const isPassing = (status) => status >= 500 || PASSING.includes(status);

function bodyOf(item) {
  const body = {...item.body, request_key: item.key};
  if (item.justNow && Date.now() - item.at > CASE_MS) body.happened_at = new Date(item.at + skewMs).toISOString();
  if (!STAFF) body.ticket = ticket;
  return JSON.stringify(body);
}

/* False where it must be tried again. */
async function sendCase(item) {
  state.sending = item.key;
  await told();
  if (!STAFF) await waitForTicket();
  const token = csrf;
  const {status, said} = await post(sendTo, bodyOf(item), {'Content-Type': 'application/json'}, CASE_MS);
  if (status === 200 || status === 201) {
    const {key, at, title} = item;
    Object.assign(item, {state: 'done', case_id: said.case_id, code: said.code});
    const account = item.account ?? state.me?.account ?? null;
    await put('outbox', {key, at, title, account, state: 'done', case_id: said.case_id, code: said.code});
    return true;
  }
  if (said.field === 'ticket') ticket = '';
  if (status === 403) await whoAmI(); // the session may be another one by now
  const changed = csrf !== token || state.session === 'out';
  if (isPassing(status) || said.field === 'ticket' || (status === 403 && changed)) {
    if (status === 401) state.session = 'out';
    return false;
  }
  Object.assign(item, {state: 'refused', status, field: said.field || '', error: said.error || '', mend: said.mend || ''});
  await put('outbox', item);
  return true;
}

async function sendPhoto(item, photo) {
  state.sending = item.key;
  await told();
  const headers = {'Content-Type': photo.blob.type, 'X-Name': encodeURIComponent(photo.name), 'X-SHA256': photo.sha256};
  const path = `/api/v1/cases/${encodeURIComponent(item.case_id)}/attachments`;
  const {status, said} = await post(path, photo.blob, headers, PHOTO_MS);
  if (status === 200 || status === 201) {
    await drop('photos', photo.id);
    return true;
  }
  if (isPassing(status)) return false;
  await drop('photos', photo.id); // refused for good: the case itself is there, and says so
  await put('outbox', {...item, photo_error: said.error || String(status)});
  return true;
}

async function shorten() {
  const done = (await all('outbox')).filter((i) => i.state === 'done').sort((a, b) => b.at - a.at);
  for (const item of done.slice(KEPT)) await forget(item.key);
}
