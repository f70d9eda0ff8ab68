/* The page's own clockwork: polling, the age of data, banners, and a watchdog. Nothing here waits for the server. */
(function () {
  'use strict';
  const MG = (window.MG = window.MG || {});
  const API = '/api/v1/wall/';
  const STALL_S = 30; // no turn of the loop for so long: load the page anew
  let answeredAt = -Infinity, serverNow = 0, turnAt = 0, started = 0, status = null;
  let geoRev = -1, namesAsked = 0, build = null;

  /* the server's time, carried on by our own steady clock */
  MG.now = () => (serverNow ? serverNow + (performance.now() - answeredAt) : Date.now());
  const heard = (now) => {
    answeredAt = performance.now();
    if (now) serverNow = now;
  };

  const pollVessels = async () => {
    const got = await MG.get(`${API}vessels.bin`, 'bytes');
    heard(got.now);
    if (got.same) return;
    const fleet = MG.decode(got.body);
    MG.fleet = fleet;
    if (!MG.map._animatingZoom) MG.vessels.draw();
    MG.followChosen();
    requestAnimationFrame(() => setTimeout(() => painted(fleet), 0));
    const stale = !MG.meta || MG.meta.epoch !== fleet.epoch || MG.meta.names_rev < fleet.namesRev;
    if (stale && performance.now() > namesAsked) {
      namesAsked = performance.now() + 3000;
      const meta = await MG.get(`${API}meta.json`);
      if (!meta.same) MG.meta = meta.body;
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
    heard(got.now);
    if (!got.same) status = window.__mg.status = got.body;
    if (build && status.build !== build) location.reload(); // a new program serves: become it
    build = status.build;
    if (status.geo_rev !== geoRev) {
      await MG.loadPlaces();
      geoRev = status.geo_rev;
    }
  };

  /* everything that shows an age is painted from here, by our own clock */
  const paint = () => {
    const now = MG.now();
    MG.text(MG.el('clock-time'), MG.clock(now));
    MG.text(MG.el('clock-date'), MG.date(now));
    paintAge(now);
    if (!status) return;
    const turn = Math.floor((performance.now() - started) / (MG.options.page_s * 1000));
    MG.paintMarks(status);
    MG.paintFeeds(status);
    MG.paintAlerts(status, turn);
    MG.paintEvents(status);
    MG.paintTiles(status, turn);
    MG.shadeGrids(status.tiles);
    MG.markAlerts(status.alerts);
    paintSos(now);
    paintFeedBanner();
  };

  /* Why the picture is not live, and for how many seconds; null when it is. */
  const fault = (now) => {
    const quiet = (performance.now() - Math.max(answeredAt, started)) / 1000;
    const age = status && status.newest !== null ? (now - status.newest) / 1000 : null;
    if (quiet > MG.options.dead_s) return { why: 'dead', s: age === null ? quiet : Math.max(age, quiet) };
    if (status && status.store === 'down') return { why: 'store', s: status.read_at ? (now - status.read_at) / 1000 : quiet };
    if (status && age === null) return { why: 'empty', s: (performance.now() - started) / 1000 };
    if (status && age > MG.options.stale_s) return { why: quiet > MG.options.dead_s / 2 ? 'dead' : 'stale', s: age };
    return null;
  };
  const paintAge = (now) => {
    const wrong = fault(now), value = MG.el('age-value');
    const age = status && status.newest !== null ? Math.max(0, (now - status.newest) / 1000) : null;
    MG.text(value, age === null ? MG.word('age.unknown') : age < 10 ? MG.word('age.s', { s: age.toFixed(1) }) : MG.ageFine(age));
    const half = age !== null && age > MG.options.stale_s / 2;
    const state = wrong ? 'bad' : age === null ? 'unknown' : half ? 'slow' : 'good';
    if (MG.el('age').className !== state) MG.el('age').className = state;
    const shown = Boolean(wrong) && !(wrong.why === 'empty' && wrong.s < MG.options.dead_s);
    MG.show(MG.el('banner-dead'), shown);
    MG.el('wall').classList.toggle('not-live', shown);
    if (!shown) return;
    MG.text(MG.el('banner-dead-title'), MG.word('banner.dead', { age: MG.ageFine(wrong.s) }));
    MG.text(MG.el('banner-dead-sub'), MG.word(`banner.why.${wrong.why}`));
  };

  const paintSos = (now) => {
    const open = status.alerts.filter((a) => a.active && a.severity === 4);
    MG.show(MG.el('banner-sos'), open.length > 0);
    if (!open.length) { MG.locate(null); return; }
    const k = Math.floor((performance.now() - started) / 6000) % open.length, alert = open[k];
    const count = open.length > 1 ? `${k + 1}/${open.length}  ` : '';
    MG.text(MG.el('banner-sos-title'), `${count}${MG.word('severity.emergency')} · ${MG.ruleName(alert)} · ${MG.who(alert)}`);
    MG.text(MG.el('banner-sos-sub'), [MG.placeName(alert.grid), MG.word('banner.since', { age: MG.ageFine((now - alert.raised) / 1000) }), alert.text].filter(Boolean).join(' · '));
    MG.locate(alert);
  };

  /* a watched feed that is late, while others still bring data */
  const paintFeedBanner = () => {
    const late = status.feeds.filter((f) => f.watched && MG.feedLate(f));
    const on = late.length > 0 && MG.el('banner-dead').hidden;
    MG.show(MG.el('banner-feed'), on);
    if (!on) return;
    MG.text(MG.el('banner-feed-title'), MG.word('banner.feed'));
    MG.text(MG.el('banner-feed-sub'), late.map((f) => `${MG.feedName(f)} ${MG.feedAge(f) === null ? '' : MG.ageFine(MG.feedAge(f))}`).join(' · '));
  };

  /* Loads the page anew when its loop has stalled, but only from a server that answers: else nothing would be left. */
  const watch = async () => {
    if (performance.now() - turnAt < STALL_S * 1000) return;
    try {
      if ((await fetch('/healthz', { cache: 'no-store', signal: AbortSignal.timeout(3000) })).ok) location.reload();
    } catch (error) {
      MG.lastError = String(error);
    }
  };

  const guarded = (work) => () => {
    try { work(); } catch (error) { window.__mg.error = MG.lastError = String(error && error.stack || error); }
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
    setInterval(guarded(paint), 500);
    setInterval(watch, 5000);
  };
  /* Dash renders the page after these files are loaded; the map comes with it. */
  const wait = setInterval(() => {
    if (!(MG.ready() && MG.map && MG.map._loaded && MG.el('tiles'))) return;
    clearInterval(wait);
    start();
  }, 50);
  document.addEventListener('visibilitychange', () => { turnAt = performance.now(); });
})();
