/* Reports of major matters that wait for the receipt of who is logged in (#calls): shown on every page of people, with a
   tone once when a report comes and again and again from when it is late. Nothing but the receipt ends it: a device can
   be muted for some minutes, for what it has called out already. */
(function () {
  'use strict';
  const MG = (window.MG = window.MG || {});
  const REPEAT_MS = 20000, SHOWN = 3;
  const box = () => document.getElementById('calls');
  const part = (name) => box().querySelector(`.${name}`);
  let reports = [], now = 0, at = 0, tried = null, calling = false;

  /* what all windows of this device share: who sounds when, so that they do not sound over one another */
  const memory = {};
  const recall = (name) => {
    try { return JSON.parse(localStorage.getItem(name)) || {}; } catch (error) { return memory[name] || {}; }
  };
  const keep = (name, value) => {
    memory[name] = value;
    try { localStorage.setItem(name, JSON.stringify(value)); } catch (error) { MG.lastError = String(error); }
  };

  const clock = () => now + performance.now() - at;
  const isLate = (report) => report.due <= clock();
  const key = (report) => `${report.id}${isLate(report) ? ' late' : ''}`;
  const muteMs = () => Number(box().dataset.mute) * 60000;
  /* until when the device is mute, and for which of them; a clock that was set back mutes nothing */
  const muted = () => {
    const { until = 0, keys = [] } = recall('mg-calls-muted'), left = until - Date.now();
    return left > 0 && left <= muteMs() ? { left, keys } : { left: 0, keys: [] };
  };

  const span = (ms) => {
    const s = Math.floor(Math.abs(ms) / 1000), two = (n) => String(n).padStart(2, '0');
    return s < 3600 ? `${Math.floor(s / 60)}:${two(s % 60)}` : `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
  };
  const put = (node, text) => { if (node.textContent !== text) node.textContent = text; };
  const word = (name, values = {}) => box().dataset[name].replace(/\{(\w+)\}/g, (_, of) => String(values[of]));

  const lines = () => {
    const list = part('calls-list'), shown = reports.slice(0, SHOWN);
    if (list.dataset.ids !== JSON.stringify(shown)) {
      list.dataset.ids = JSON.stringify(shown);
      list.replaceChildren(...shown.map((report) => {
        const link = document.createElement('a');
        link.href = box().dataset.case.replace('CASE', encodeURIComponent(report.case));
        link.textContent = `${report.case} ${report.title}`;
        const item = document.createElement('li');
        item.append(link, document.createElement('b'));
        return item;
      }));
    }
    [...list.children].forEach((item, n) => put(item.lastChild, word(isLate(shown[n]) ? 'overdue' : 'left', { age: span(clock() - shown[n].due) })));
    put(part('calls-more'), reports.length > SHOWN ? word('more', { n: reports.length - SHOWN }) : '');
  };
  const paint = () => {
    const node = box();
    if (!node) return;
    if (tried !== node) { tried = node; MG.trySound(); } // a page may come before anything waits: whether it could sound
    const late = reports.filter(isLate), { left } = muted();
    const name = late.length ? 'late' : reports.length ? 'new' : '';
    if (node.className !== name) node.className = name;
    node.hidden = !name && !MG.soundBlocked();
    part('calls-said').hidden = part('calls-mute').hidden = !name;
    part('calls-blocked').hidden = !MG.soundBlocked();
    if (!name) return;
    put(part('calls-title'), word(name, { n: (late.length || reports.length) }));
    put(part('calls-mute'), word(left ? 'unmute' : 'hush', { n: node.dataset.mute }));
    put(part('calls-muted'), left ? word('muted', { age: span(left) }) : '');
    lines();
  };

  const call = async () => {
    if (!box() || !reports.length || calling) return;
    const { keys: hushed } = muted(), { keys: heard = [], last = 0 } = recall('mg-calls-heard');
    const loud = reports.map((report) => ({ key: key(report), late: isLate(report) })).filter((one) => !hushed.includes(one.key));
    const fresh = loud.some((one) => !heard.includes(one.key));
    const again = loud.some((one) => one.late) && Math.abs(Date.now() - last) >= REPEAT_MS;
    if (!fresh && !again) return;
    calling = true; // a tone that is asked for twice would begin anew
    if (await MG.sound('report')) keep('mg-calls-heard', { keys: reports.map(key), last: Date.now() });
    calling = false;
  };

  window.addEventListener('mg:status', (event) => {
    if (!event.detail.reports) return; // the store is away: what was to be received still is
    [reports, now, at] = [event.detail.reports, event.detail.now, performance.now()];
    paint();
  });
  window.addEventListener('mg:sound', paint);
  document.addEventListener('click', (event) => {
    if (!event.target.closest || !event.target.closest('.calls-mute')) return;
    keep('mg-calls-muted', muted().left ? {} : { until: Date.now() + muteMs(), keys: reports.map(key) });
    paint();
  });
  setInterval(() => { paint(); call(); }, 500);
})();
