/* What was filled in: unfinished, waiting, refused, done; photos that were refused; and what is wrong with the line. */
import {all, drop, forget, isUnsafe, put} from './db.js';
import {button, el, node, twice} from './dom.js';
import * as outbox from './outbox.js';

const {path} = document.body.dataset;
let words = {};
let reopen = async () => {};
let resume = async () => {};
let isFoldedOpen = false;
let unfinished = async () => []; // reports that were begun, other than the one in the form

export function setUp(texts, onReopen, onResume, readUnfinished) {
  [words, reopen, resume, unfinished] = [texts, onReopen, onResume, readUnfinished];
}

const me = () => outbox.state.me && outbox.state.me.account;
const isOthers = (item) => Boolean(item.account && me() && item.account !== me());

/* Why, in the words of the screen; the server's own are for programs. */
function why(kind, {status, field}) {
  const [part] = (field || '').split('.');
  return words[`${kind}.${part}`] || words[`${kind}.${status}`] || words[`${kind}.other`].replace('{n}', [status, part].join(' ').trim());
}

const after = (what, said) => what + (what.endsWith('：') ? '' : ' ') + said;

function save(photo) {
  const link = Object.assign(document.createElement('a'), {href: URL.createObjectURL(photo.blob), download: photo.name});
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

function refusedPhoto(photo) {
  const line = node('div', '', 'photo');
  if (photo.thumb) line.append(Object.assign(new Image(), {src: photo.thumb, alt: photo.name}));
  line.append(
    node('small', after(words['photo.refused'], why('photo', photo.refused)), 'bad'),
    button(words['photo.save'], () => save(photo)),
    button(words['photo.again'], async () => {
      await put('photos', {...photo, refused: null});
      await draw();
      outbox.now();
    }),
    twice(words['photo.drop'], words.sure, async () => { await drop('photos', photo.id); await draw(); }),
  );
  return line;
}

/* The code with its address, by whatever the phone sends messages with; else into its clipboard. */
function shared(item) {
  const url = `${location.origin}/c/${item.code}`;
  const text = words['code.text'].replace('{id}', item.case_id).replace('{code}', item.code);
  return button(words[navigator.share ? 'code.share' : 'code.copy'], async (event) => {
    const made = event.currentTarget;
    try {
      await (navigator.share ? navigator.share({text, url}) : navigator.clipboard.writeText(`${text} ${url}`));
      if (!navigator.share) made.textContent = words['code.copied'];
    } catch { /* nobody was chosen, or the phone forbids it: the code stands beside it */ }
  });
}

/* What was folded away is kept for whoever sent it: the skipper may ask for the code next month. */
function drawFolded(items) {
  const list = node('ul');
  list.append(...items.map((item) => {
    const line = node('li');
    const drop = twice(words['sent.drop'], words.sure, async () => { await forget(item.key); await draw(); });
    line.append(node('strong', item.title), node('span', item.case_id, 'good'), node('span', `${words.code} ${item.code}`, 'code'), shared(item), drop);
    return line;
  }));
  const box = node('details');
  box.append(node('summary', words['sent.list'].replace('{n}', items.length)), list);
  box.open = isFoldedOpen;
  box.addEventListener('toggle', () => { isFoldedOpen = box.open; });
  const line = node('li', '', 'folded');
  line.append(box);
  return line;
}

function drawItem(item, photos) {
  const line = node('li', '', item.state);
  if (isOthers(item)) { // what it says is not for whoever holds the phone now
    line.append(node('span', words.other_account, 'wait'));
    return line;
  }
  line.append(node('strong', item.title));
  const own = photos.filter((photo) => photo.key === item.key);
  const left = own.filter((photo) => !photo.refused).length;
  if (item.state === 'done') {
    line.append(node('span', `${words.done} ${item.case_id}`, 'good'), node('span', `${words.code} ${item.code}`, 'code'));
    if (left) line.append(node('small', words['photos.left'].replace('{n}', left)));
    line.append(shared(item));
    if (!own.length) line.append(button(words.hide, async () => { await put('outbox', {...item, folded: true}); await draw(); }));
    line.append(...own.filter((photo) => photo.refused).map(refusedPhoto));
  } else if (item.state === 'refused') {
    line.append(node('span', after(words.refused, why('fault', item)), 'bad'), button(words.mend, () => reopen(item)));
  } else {
    const idle = outbox.state.session === 'out' ? 'waiting_login' : 'waiting';
    line.append(node('span', words[outbox.state.sending === item.key ? 'sending' : idle], 'wait'));
  }
  return line;
}

function drawUnfinished(draft) {
  const line = node('li', '', 'unfinished');
  line.append(node('strong', draft.title), node('span', words.unfinished, 'wait'), button(words.resume, () => resume(draft)));
  return line;
}

function banner() {
  const {session} = outbox.state;
  const known = ['out', 'refused', 'offline'].includes(session);
  const parts = isUnsafe() ? [node('strong', `${words.unsafe} `)] : [];
  if (known || !navigator.onLine) parts.push(words[`session.${known ? session : 'offline'}`]);
  const [to, text] = {out: [`/login?next=${encodeURIComponent(path)}`, words.login], refused: ['/account', words.account]}[session] || [];
  if (to) parts.push(' ', Object.assign(node('a', text), {href: to}));
  el('banner').hidden = !parts.length;
  el('banner').replaceChildren(...parts);
}

/* Resolves with how many reports wait. */
export async function draw() {
  const photos = await all('photos');
  const every = (await all('outbox')).filter((item) => item.state === 'waiting' || !isOthers(item)).sort((a, b) => b.at - a.at);
  const [items, folded] = [every.filter((item) => !item.folded), every.filter((item) => item.folded && (item.account || null) === (me() || null))];
  const drafts = await unfinished();
  const lines = [...drafts.map(drawUnfinished), ...items.map((item) => drawItem(item, photos))];
  el('outbox').replaceChildren(...lines, ...(folded.length ? [drawFolded(folded)] : []));
  banner();
  return items.filter((item) => item.state === 'waiting').length;
}
