/* The page's own clockwork: polling, the age of data, banners, and a watchdog. Nothing here waits for the server. */
(function () {
  'use strict';
  const MG = (window.MG = window.MG || {});
  const API = '/api/v1/wall/';
  const STALL_S = 30; // no turn of the loop for so long: load the page anew
  const AGAIN_S = 300; // but for a fault of painting at most so often: one that stays must not make the wall flicker
  MG.startS = 20; // no page for so long after its scripts were there: its content was never sent
  const answers = { vessels: -Infinity, status: -Infinity }; // when each was last answered, readably
  let clockAt = 0, serverNow = 0, turnAt = 0, started = 0, status = null;
  const broken = new Map(); // painter that fails: since when
  let places = '', namesAsked = 0, build = null;

  /* the server's time, carried on by our own steady clock */
  MG.now = () => (serverNow ? serverNow + (performance.now() - clockAt) : Date.now());
  const heard = (what, now) => {
    answers[what] = clockAt = performance.now();
    serverNow = now;
  };

  /* Whether `work` did not fail; one that does stops no other, and is remembered until it succeeds. */
  const tried = (name, work) => {
    try {
      work();
      broken.delete(name);
      return true;
    } catch (error) {
      if (!broken.has(name)) broken.set(name, performance.now());
      window.__mg.error = MG.lastError = String(error && error.stack || error);
      return false;
    }
  };
  const brokenS = () => (broken.size ? (performance.now() - Math.min(...broken.values())) / 1000 : 0);

  const draw = () => {
    if (!MG.map._animatingZoom) MG.vessels.draw();
    MG.followChosen();
  };
  /* A server that has read nothing yet wipes nothing off: the last picture stays. What could not be drawn is not heard. */
  const pollVessels = async () => {
    const got = await MG.get(`${API}vessels.bin`, async (response) => MG.decode(await response.arrayBuffer()));
    const fresh = !got.same && !(got.body.unread && MG.fleet);
    if (fresh) MG.fleet = got.body;
    if ((fresh || broken.has('vessels')) && !tried('vessels', draw)) return;
    heard('vessels', got.now);
    if (!fresh) return;
    const fleet = MG.fleet;
    requestAnimationFrame(() => setTimeout(() => painted(fleet), 0));
    const stale = !MG.meta || MG.meta.epoch !== fleet.epoch || MG.meta.names_rev < fleet.namesRev;
    if (stale && performance.now() > namesAsked) {
      namesAsked = performance.now() + 3000;
      const meta = await MG.get(`${API}meta.json`);
      if (!meta.same) MG.meta = meta.body;
      MG.followChosen();
    }
  };
  /* for measurement: what was on the screen, and when */
  const painted = (fleet) => {
    const at = performance.timeOrigin + performance.now();
    const frames = window.__mg.painted ? window.__mg.painted.frames + 1 : 1;
    window.__mg.painted = { rev: fleet.rev, clock: fleet.clock, newest: fleet.newest, made: fleet.made, n: fleet.n, at, frames };
  };

  const pollStatus = async () => {
    const got = await MG.get(`${API}status.json`);
    heard('status', got.now);
    if (!got.same) status = window.__mg.status = got.body.unread && status ? { ...status, store: 'down' } : got.body;
    if (build && status.build !== build) location.reload(); // a new program serves: become it
    build = status.build;
    const wanted = `${status.epoch}/${status.geo_rev}`; // each server counts anew; 0: it has read no places yet
    if (status.geo_rev > 0 && wanted !== places) {
      await MG.loadPlaces();
      places = wanted;
    }
  };

  /* Everything that shows an age is painted from here, by our own clock: first what must not be missed. */
  const paint = () => {
    const now = MG.now(), turn = Math.floor((performance.now() - started) / (MG.options.page_s * 1000));
    tried('age', () => paintAge(now));
    if (status) tried('sos', () => paintSos(now));
    if (status) tried('reports', () => MG.paintReports(status, now));
    if (status) tried('calls', () => MG.callOut(status));
    tried('clock', () => paintClock(now));
    tried('view', MG.fitAgain);
    tried('asked', MG.openAsked);
    if (!status) return;
    tried('feed banner', paintFeedBanner);
    tried('marks', () => MG.paintMarks(status));
    tried('feeds', () => MG.paintFeeds(status));
    tried('alerts', () => MG.paintAlerts(status, turn));
    tried('events', () => MG.paintEvents(status));
    tried('tiles', () => MG.paintTiles(status, turn));
    tried('grids', () => MG.shadeGrids(status.tiles));
    tried('places', () => MG.markAlerts(status.alerts));
    tried('storms', () => MG.moveStorms(now));
    tried('card', () => document.querySelectorAll('#card [data-since]').forEach((node) => MG.text(node, MG.age((now - Number(node.dataset.since)) / 1000))));
  };
  const paintClock = (now) => {
    MG.title();
    MG.text(MG.el('clock-time'), MG.clock(now));
    MG.text(MG.el('clock-date'), MG.date(now));
  };

  /* Why the picture is not live, and for how many seconds; null when it is. An outage counts from the last data known,
     and only where there never was any from the opening of the page. */
  const fault = (now) => {
    const open = (performance.now() - started) / 1000;
    const quiet = Math.min(open, (performance.now() - Math.min(answers.vessels, answers.status)) / 1000);
    const age = status && status.newest !== null ? (now - status.newest) / 1000 : null;
    if (brokenS() > MG.options.dead_s) return { why: 'paint', s: brokenS() };
    if (quiet > MG.options.dead_s) return { why: 'dead', s: age === null ? quiet : Math.max(age, quiet) };
    if (status && status.store === 'down') return { why: 'store', s: age !== null ? Math.max(age, 0) : status.read_at ? (now - status.read_at) / 1000 : open };
    if (status && age === null) return { why: 'empty', s: open };
    if (status && age < -MG.options.ahead_s) return { why: 'clock', s: -age };
    if (status && age > MG.options.stale_s) return { why: quiet > MG.options.dead_s / 2 ? 'dead' : 'stale', s: age };
    return null;
  };
  const paintAge = (now) => {
    const wrong = fault(now), value = MG.el('age-value');
    const age = status && status.newest !== null ? Math.max(0, (now - status.newest) / 1000) : null;
    MG.text(value, wrong && wrong.why === 'clock' ? MG.word('feed.ahead') : age === null ? MG.word('age.unknown') : age < 10 ? MG.word('age.s', { s: age.toFixed(1) }) : MG.ageFine(age));
    const half = age !== null && age > MG.options.stale_s / 2;
    const state = wrong ? 'bad' : age === null ? 'unknown' : half ? 'slow' : 'good';
    if (MG.el('age').className !== state) MG.el('age').className = state;
    const shown = Boolean(wrong) && !(wrong.why === 'empty' && wrong.s < MG.options.dead_s);
    MG.show(MG.el('banner-dead'), shown);
    MG.el('wall').classList.toggle('not-live', shown);
    if (!shown) return;
    const said = wrong.why === 'clock' || wrong.why === 'paint' ? `banner.${wrong.why}` : 'banner.dead';
    MG.text(MG.el('banner-dead-title'), MG.word(said, { age: MG.ageFine(wrong.s) }));
    MG.text(MG.el('banner-dead-sub'), MG.word(`banner.why.${wrong.why}`));
  };

  const paintSos = (now) => {
    const open = status.alerts.filter((a) => MG.isOpen(a) && a.severity === 4);
    open.sort((a, b) => Number(Boolean(a.seen)) - Number(Boolean(b.seen))); // unseen first; else the order stays
    MG.show(MG.el('banner-sos'), open.length > 0);
    if (!open.length) { MG.locate(null); return; }
    const k = Math.floor((performance.now() - started) / 6000) % open.length, alert = open[k];
    const count = open.length > 1 ? `${k + 1}/${open.length}  ` : '';
    MG.text(MG.el('banner-sos-title'), `${count}${MG.word('severity.emergency')} · ${MG.ruleName(alert)} · ${MG.alertWho(alert, status)}`);
    MG.el('banner-sos').classList.toggle('seen', Boolean(alert.seen)); // somebody has it: no more breathing
    MG.text(MG.el('banner-sos-sub'), [MG.alertSeen(alert), MG.alertPlace(alert), MG.word('banner.since', { age: MG.ageFine((now - alert.raised) / 1000) }), ...MG.alertSaid(alert)].filter(Boolean).join(' · '));
    MG.locate(alert);
  };

  /* a watched feed that is late, while others still bring data */
  const paintFeedBanner = () => {
    const late = MG.wallFeeds(status).filter(MG.feedLate);
    const on = late.length > 0 && MG.el('banner-dead').hidden;
    MG.show(MG.el('banner-feed'), on);
    if (!on) return;
    MG.text(MG.el('banner-feed-title'), MG.word('banner.feed'));
    MG.text(MG.el('banner-feed-sub'), late.map((f) => `${MG.feedName(f, status)} ${MG.feedAge(f) === null ? '' : MG.ageFine(MG.feedAge(f))}`).join(' · '));
  };

  /* Loads the page anew, but only from a server that answers: else nothing would be left. */
  const reload = async (before) => {
    try {
      if (!(await fetch('/healthz', { cache: 'no-store', signal: AbortSignal.timeout(3000) })).ok) return;
      if (before) before();
      location.reload();
    } catch (error) {
      MG.lastError = String(error);
    }
  };
  /* when its loop has stalled or its painting fails */
  const watch = () => {
    if (performance.now() - turnAt > STALL_S * 1000) { reload(); return; }
    if (brokenS() < MG.options.dead_s || Date.now() - Number(sessionStorage.mgReloadedAt || 0) < AGAIN_S * 1000) return;
    reload(() => { sessionStorage.mgReloadedAt = Date.now(); });
  };

  const start = () => {
    MG.open();
    started = turnAt = performance.now();
    window.__mg = { painted: null, status: null, error: null };
    MG.drawLegend();
    MG.startMap();
    const beat = () => { turnAt = performance.now(); };
    MG.poll(pollVessels, MG.options.poll_s * 1000, beat);
    MG.poll(pollStatus, MG.options.poll_s * 1000, beat);
    setInterval(paint, 500);
    setInterval(watch, 5000);
  };
  /* Dash renders the page after these files are loaded; the map comes with it. Dash asks for it once: the page that got
     no answer then would stay empty. */
  let asked = performance.now();
  const wait = setInterval(() => {
    if (location.pathname !== '/') {
      clearInterval(wait); // a page of people: nothing of the wall runs there
    } else if (MG.ready() && MG.map && MG.map._loaded && MG.el('tiles')) {
      clearInterval(wait);
      start();
    } else if (performance.now() - asked > MG.startS * 1000) {
      asked = performance.now();
      reload();
    }
  }, 50);
  document.addEventListener('visibilitychange', () => { turnAt = performance.now(); });
})();
