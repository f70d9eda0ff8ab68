/* Sends what waits, again and again until the server has it: emergencies, other reports, then photos. */
import {all, drop, forget, get, put, write} from './db.js';
import {shrink} from './photos.js';

const {form, sendTo} = document.body.dataset;
const STAFF = form === 'staff';
const CASE_MS = 30000;
const PHOTO_MS = 180000; // 2 MB at 100 kbit/s
const FIRST_MS = 2000;
const LONGEST_MS = 60000;
const PATIENCE = 3; // tries; then another window that has the lock may be asleep
const KEPT = 50; // reports that are done stay on the list, without their text: whoever told of them asks for the code
const PASSING = [0, 401, 408, 425, 429]; // and all from 500 on: another try may go well
const MARK = 8; // characters of the session's token that tell it from another one
const MISSED = 3; // tries by which an emergency may fall behind others
const SLACK_MS = 120000; // answers tell the time to a second, after their way here

/* session: 'unknown', 'in', 'out', 'refused', 'offline' */
export const state = {session: 'unknown', me: null, sending: null};
const missed = new Map(); // report or photo to its tries in vain: one that breaks the line holds up no other
let csrf = '';
let ticket = ''; // of the public's form, good from `ticketFrom` on
let ticketFrom = 0;
let skewMs = 0;
let serverAt = 0; // ms, when the server last said its time
let tries = 0;
let timer = 0;
let running = false;
let pressing = false; // an emergency asks no lock: what is sent twice is filed once
let again = false; // asked for while it ran: something new may wait
let giving = null; // {stop, photo}: a try that gives way, a photo to any report, a report to an emergency
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

/* For a new report. */
export function hurry(urgent) {
  pressing = urgent;
  if (giving && (urgent || giving.photo)) giving.stop.abort();
  return now();
}

/* What the server says, {} where its answer is not ours: networks have pages of their own. */
async function ask(path, options, ms, stop = new AbortController()) {
  const ending = setTimeout(() => stop.abort(), ms);
  try {
    const answer = await fetch(path, {...options, signal: stop.signal, redirect: 'manual', cache: 'no-store'});
    const date = Date.parse(answer.headers.get('Date') || '');
    if (date) [skewMs, serverAt] = [date - Date.now(), date];
    const said = await answer.json().catch(() => ({}));
    return {status: answer.status, said: said || {}};
  } finally {
    clearTimeout(ending);
  }
}

const cookie = () => (/(?:^|; )mg_csrf="?([^;"]+)/.exec(document.cookie) || ['', ''])[1];

/* The server's time when it was last heard: nothing is filled in before it. */
export const floor = () => serverAt;

/* Who was here last, unless somebody else has logged in since. */
export async function remember() {
  const {mark, ...me} = await get('meta', 'me') || {};
  if (me.account && (!cookie() || cookie().startsWith(mark))) state.me = me;
  serverAt = (await get('meta', 'clock') || {at: 0}).at;
}

/* Who is logged in, as the server says now. */
async function whoAmI() {
  if (!STAFF) {
    state.session = 'in';
    return;
  }
  try {
    const {status, said} = await ask('/api/v1/report/me', {}, CASE_MS);
    const {csrf: token, ...me} = said;
    if (status === 200 && token) {
      csrf = token;
      Object.assign(state, {me, session: 'in'});
      await put('meta', {...me, key: 'me', mark: token.slice(0, MARK)});
    } else {
      state.session = status === 401 ? 'out' : status === 403 ? 'refused' : 'offline';
    }
  } catch {
    state.session = 'offline';
  }
}

async function takeTicket() {
  const {said} = await ask('/public/ticket', {}, CASE_MS);
  if (!said.ticket) return;
  ticket = said.ticket;
  ticketFrom = performance.now() + 1000 * said.wait_s;
}

/* A ticket that is old enough: taken when the page opened, else now. */
async function waitForTicket() {
  if (!ticket) await takeTicket();
  await new Promise((done) => { setTimeout(done, Math.max(0, ticketFrom - performance.now())); });
}

export async function prepare() {
  await (STAFF ? whoAmI() : takeTicket().catch(() => {}));
  if (serverAt) await put('meta', {key: 'clock', at: serverAt});
}

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
    const alone = (lock) => (lock || pressing || tries >= PATIENCE ? work() : false);
    const done = navigator.locks ? await navigator.locks.request(`mg-${form}`, {ifAvailable: true}, alone) : await work();
    if (done) [tries, pressing] = [0, false];
    else later();
  } catch {
    if (!again) state.session = 'offline';
    later();
  } finally {
    running = false;
    state.sending = null;
    await told();
    if (again) flush();
  }
}

const mine = (item) => !STAFF || !item.account || Boolean(state.me && item.account === state.me.account);
const missesOf = (id) => missed.get(id) || 0;
const isKnown = () => state.session === 'in' && csrf !== '' && cookie() === csrf;

/* What is to be sent, the most pressing first: emergencies, reports, photos, and what broke off often later. */
async function jobs(whose) {
  const items = (await all('outbox')).filter(whose);
  const waiting = items.filter((item) => item.state === 'waiting');
  const found = waiting.map((item) => ({id: item.key, at: item.at, rank: item.urgent ? 0 : MISSED, run: () => sendCase(item)}));
  for (const photo of (await all('photos')).filter((one) => !one.refused)) {
    const item = items.find((one) => one.key === photo.key && one.state !== 'refused');
    const run = async () => item.state === 'done' && sendPhoto(item, photo); // not before its report
    if (item) found.push({id: photo.id, at: photo.at, rank: 2 * MISSED, run});
  }
  const rank = (job) => job.rank + missesOf(job.id);
  return found.sort((a, b) => rank(a) - rank(b) || a.at - b.at);
}

/* True where nothing is left that another try could send. */
async function work() {
  const isOther = csrf !== '' && cookie() !== '' && cookie() !== csrf; // somebody logged in elsewhere on this phone
  const isIdle = !(await jobs(() => true)).length;
  if (isOther || (!isIdle && !isKnown())) await whoAmI();
  if (isIdle) return true;
  let [whole, broken] = [true, 0];
  for (const job of await jobs(mine)) {
    if (again) return false;
    if (state.session !== 'in') return state.session !== 'offline';
    try {
      whole = await job.run() && whole;
      broken = 0;
    } catch (error) {
      missed.set(job.id, missesOf(job.id) + 1);
      [whole, broken] = [false, broken + 1];
      if (broken > 1) throw error; // no fault of one report: it is the line
    }
  }
  if (broken) throw new Error('the last try broke off');
  await shorten();
  return whole && state.session !== 'offline';
}

async function post(path, body, headers, {ms, photo, urgent}) {
  const stop = new AbortController();
  giving = urgent ? null : {stop, photo};
  try {
    return await ask(path, {method: 'POST', body, headers: {'X-CSRFToken': csrf, ...headers}}, ms, stop);
  } finally {
    giving = null;
  }
}

const isPassing = (status) => status >= 500 || PASSING.includes(status);

/* When a report of "just now" was filled in, by the server's clock; the phone's may be set right while it waits. */
function bodyOf(item) {
  const body = {...item.body, request_key: item.key};
  const waited = Date.now() - item.at;
  if (item.justNow && (waited < 0 || waited > CASE_MS)) {
    const at = item.at + skewMs;
    if (at >= item.floor - SLACK_MS && waited >= 0) body.happened_at = new Date(at).toISOString();
    else body.note = `${body.note}\n${item.unsure}`.trim().slice(0, 5000);
  }
  if (!STAFF) body.ticket = ticket;
  return JSON.stringify(body);
}

/* Whether a refusal was of a session that is another one by now. */
async function isOfOtherSession(token) {
  await whoAmI();
  return csrf !== token || state.session !== 'in';
}

/* False where it must be tried again. */
async function sendCase(item) {
  state.sending = item.key;
  await told();
  if (!STAFF) await waitForTicket();
  const token = csrf;
  const {status, said} = await post(sendTo, bodyOf(item), {'Content-Type': 'application/json'}, {ms: CASE_MS, urgent: item.urgent});
  if (status < 300 && said.case_id) {
    const {key, at, title} = item;
    const account = item.account || (state.me && state.me.account) || null;
    const {case_id, code, photo_key} = said;
    Object.assign(item, {state: 'done', case_id, code, photo_key});
    await write([['outbox', {key, at, title, account, state: 'done', case_id, code, photo_key}], ['meta', key]]);
    return true;
  }
  if (said.field === 'ticket') ticket = '';
  if (status === 401) state.session = 'out';
  if (isPassing(status) || !said.error || said.field === 'ticket') return false;
  if (status === 403 && await isOfOtherSession(token)) return false;
  Object.assign(item, {state: 'refused', status, field: said.field || ''});
  await put('outbox', item);
  return true;
}

async function sendPhoto(item, photo) {
  state.sending = item.key;
  await told();
  const token = csrf;
  const small = await shrink(photo);
  const headers = {'Content-Type': small.blob.type || 'application/octet-stream', 'X-Name': encodeURIComponent(small.name)};
  if (small.sha256) headers['X-SHA256'] = small.sha256;
  if (!STAFF) Object.assign(headers, {'X-Case': item.case_id, 'X-Photo-Key': item.photo_key || ''});
  const path = STAFF ? `/api/v1/cases/${encodeURIComponent(item.case_id)}/attachments` : '/public/photo';
  const {status, said} = await post(path, small.blob, headers, {ms: PHOTO_MS, photo: true});
  if (status < 300 && said.seq) {
    await drop('photos', photo.id);
    return true;
  }
  if (status === 401) state.session = 'out';
  if (status < 400 || isPassing(status) || said.field === 'whole') return false;
  if (status === 403 && await isOfOtherSession(token)) return false;
  await put('photos', {...small, refused: {status, field: said.field || ''}}); // it stays: it may be evidence
  return true;
}

async function shorten() {
  const photos = await all('photos');
  const done = (await all('outbox')).filter((item) => item.state === 'done' && !photos.some((p) => p.key === item.key));
  for (const item of done.sort((a, b) => b.at - a.at).slice(KEPT)) await forget(item.key);
}
