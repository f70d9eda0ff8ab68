/* Rows of vessels: typed, or chosen from what the server suggests while there is a line. */
const WAIT_MS = 250;
const MOST = 20;
const SAYS = ['person', 'person_phone', 'loss_yuan', 'says']; // what a side's own skipper tells
const MOST_YUAN = 1e9;
const row = document.getElementById('vessel-row');
const box = document.getElementById('vessels');
let words = {};
let changed = () => {};
let kind = '';

const part = (line, selector) => line.querySelector(selector);
const rows = () => (box ? [...box.children] : []);

export function setUp(texts, onChange) {
  words = texts;
  changed = onChange;
  document.getElementById('add-vessel')?.addEventListener('click', () => {
    if (rows().length < MOST) part(add(), '.asked').focus();
  });
}

const sideOf = (n) => (kind === 'dispute' ? ['claimant', 'respondent'][n] ?? 'involved' : 'involved');

/* As many rows as the kind asks for, with the questions of gear where it is about gear. */
export function fit(ofKind, isGear) {
  kind = ofKind;
  if (!box) return;
  while (rows().length < (kind === 'dispute' ? 2 : 1)) add();
  rows().forEach((line, n) => {
    part(line, '.side').textContent = words[`side.${sideOf(n)}`];
    part(line, '.unknown').hidden = kind !== 'dispute' || n === 0 || Boolean(line.vessel) || Boolean(part(line, '.asked').value);
    part(line, '.gear-line').hidden = !isGear;
    part(line, '.says').hidden = kind !== 'dispute';
  });
}

function add(vessel) {
  const line = row.content.firstElementChild.cloneNode(true);
  box.append(line);
  const asked = part(line, '.asked');
  let timer = 0;
  asked.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(() => suggest(line), WAIT_MS);
    changed();
  });
  asked.addEventListener('keydown', (event) => { if (event.key === 'Enter') event.preventDefault(); });
  part(line, '.unknown').addEventListener('click', () => {
    asked.value = words['vessel.unknown'];
    changed();
  });
  part(line, '.drop').addEventListener('click', () => {
    choose(line, null);
    asked.value = '';
    changed();
  });
  part(line, '.gear').addEventListener('change', () => changed());
  const first = part(line, '[name=set-first]');
  first.addEventListener('change', () => { // of one alone, or of nobody
    for (const other of rows()) if (other !== line && first.checked) part(other, '[name=set-first]').checked = false;
    changed();
  });
  if (vessel) {
    asked.value = vessel.typed || '';
    choose(line, vessel.mmsi ? vessel : null);
    part(line, '.gear').value = vessel.gear_out || '';
    first.checked = vessel.first === true;
    for (const name of SAYS) part(line, `[name=${name}]`).value = vessel[name] || '';
    part(line, '.says').open = SAYS.some((name) => vessel[name]);
  }
  return line;
}

async function suggest(line) {
  const q = part(line, '.asked').value.trim();
  const list = part(line, '.found');
  line.asking?.abort();
  list.hidden = true;
  if (q.length < 2 || q === words['vessel.unknown']) return;
  line.asking = new AbortController();
  try {
    const answer = await fetch(`/api/v1/vessels?q=${encodeURIComponent(q)}`, {signal: line.asking.signal, redirect: 'manual'});
    const {vessels} = answer.ok ? await answer.json() : {vessels: []};
    list.replaceChildren(...vessels.slice(0, 6).map((vessel) => option(line, vessel)));
    list.hidden = !vessels.length;
  } catch { /* no line: what is typed stands */ }
}

function option(line, vessel) {
  const item = document.createElement('li');
  const button = document.createElement('button');
  const name = Object.assign(document.createElement('span'), {textContent: shownName(vessel)});
  const more = Object.assign(document.createElement('small'), {textContent: said(vessel)});
  button.type = 'button';
  button.append(name, more);
  button.addEventListener('click', () => {
    choose(line, {...vessel, seen: Date.now()});
    changed();
  });
  item.append(button);
  return item;
}

export const shownName = ({name, mmsi}) => name || digits(mmsi);

const digits = (mmsi) => String(mmsi).padStart(9, '0');

export function age(seconds) {
  if (seconds < 3600) return words['age.m'].replace('{n}', Math.max(1, Math.round(seconds / 60)));
  if (seconds < 172800) return words['age.h'].replace('{n}', Math.round(seconds / 3600));
  return words['age.d'].replace('{n}', Math.round(seconds / 86400));
}

const said = (vessel) => `${digits(vessel.mmsi)} · ${vessel.age_s === null ? words['vessel.unheard'] : age(vessel.age_s)}`;

function choose(line, vessel) {
  line.vessel = vessel;
  part(line, '.line').hidden = Boolean(vessel);
  part(line, '.found').hidden = true;
  part(line, '.taken').hidden = !vessel;
  if (vessel) {
    part(line, '.name').textContent = shownName(vessel);
    part(line, '.more').textContent = said(vessel);
    const gear = part(line, '.gear');
    if (!gear.value && [...gear.options].some((o) => o.value === vessel.gear)) gear.value = vessel.gear;
  }
}

/* For the draft: everything as it stands. */
export const read = () => rows().map((line) => ({
  ...line.vessel, typed: part(line, '.asked').value.trim(), gear_out: part(line, '.gear').value,
  first: part(line, '[name=set-first]').checked, ...Object.fromEntries(SAYS.map((name) => [name, part(line, `[name=${name}]`).value])),
}));

export function write(list) {
  box?.replaceChildren();
  for (const vessel of list || []) add(vessel);
}

/* Of one side; what is no number or telephone is left out of them, and stands in what it says. */
function told(vessel) {
  const {person = '', person_phone: phone = '', loss_yuan: loss = '', says = ''} = vessel;
  const yuan = Math.min(MOST_YUAN, Math.round(Number.parseFloat(loss.normalize('NFKC').replace(/[^\d.]/g, ''))) || 0);
  const said = {person: person.trim(), person_phone: phone.normalize('NFKC').replace(/[^0-9+() -]/g, '').trim(), loss_yuan: yuan, says: says.trim()};
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value));
}

/* For the server: those that are somebody. Who set first is told of that one alone: of the others nobody said so. */
export function sent(list, isGear, isDispute = false) {
  return list.filter((vessel) => vessel.mmsi || vessel.typed).map((vessel) => {
    const typed = (vessel.typed || '').normalize('NFKC'); // keyboards here write wide digits too
    const number = vessel.mmsi ?? (/^\d{9}$/.test(typed) ? Number(typed) : null);
    const name = vessel.mmsi ? vessel.name : number === null ? typed : '';
    return {
      ...(number === null ? {} : {mmsi: number}), name: (name || '').slice(0, 60),
      ...(isGear && vessel.gear_out ? {gear: vessel.gear_out} : {}), ...(isGear && vessel.first ? {set_first: true} : {}),
      ...(isDispute ? told(vessel) : {}),
    };
  });
}
