/* Alerts, events, feeds and tiles. Nodes are reused, so a wall that runs for months does not grow. */
(function () {
  'use strict';
  const MG = (window.MG = window.MG || {});
  const LEVEL = ['', 'notice', 'warning', 'alarm', 'emergency'];

  /* makes `box` hold one node a item, in order; `make` once a key, `fill` each time */
  const keyed = (box, items, key, make, fill) => {
    const old = new Map([...box.children].map((node) => [node.dataset.key, node]));
    items.forEach((item, k) => {
      const name = String(key(item));
      let node = old.get(name);
      if (!node) { node = make(item); node.dataset.key = name; }
      old.delete(name);
      fill(node, item);
      if (box.children[k] !== node) box.insertBefore(node, box.children[k] || null);
    });
    old.forEach((node) => node.remove());
  };
  const parts = (node, names) => { for (const name of names) node[name] = node.appendChild(MG.make('span', name.slice(1))); return node; };
  const fits = (box, rowRem, gapRem = 0) => Math.max(1, Math.floor((box.clientHeight + 1 + gapRem * MG.rem()) / (rowRem * MG.rem())));
  const page = (list, size, turn) => {
    const pages = Math.max(1, Math.ceil(list.length / Math.max(1, size)));
    const at = turn % pages;
    return { items: list.slice(at * size, (at + 1) * size), at, pages };
  };

  const who = (a) => a.name || MG.digits(a.mmsi);
  /* whom an alert is about: a vessel, a feed by the name on its chip, else what the rule calls it */
  MG.alertWho = (a, status) => {
    const feed = a.feed && status.feeds.find((f) => f.name === a.feed);
    return who(a) || (feed ? MG.feedName(feed, status) : a.feed || a.place);
  };
  MG.alertPlace = (a) => (!a.mmsi ? '' : a.grid === 0 && a.lon === null ? MG.word('place.unknown') : MG.placeName(a.grid));
  MG.alertSaid = (a) => [a.device && MG.wordOr(`device.${a.device}`, a.device), a.low && MG.word('feed.low'), a.text];
  /* people have not closed it; who of them has seen it, as a unit or body: no person is named on a wall */
  MG.isOpen = (a) => a.active && !a.resolved;
  MG.alertSeen = (a) => (!a.seen ? '' : a.by ? MG.word('alert.seen_by', { post: a.by[MG.zh ? 'zh' : 'en'], at: MG.moment(a.seen) })
    : MG.word('alert.seen', { at: MG.moment(a.seen) }));
  const standing = (a) => (!a.active ? MG.word('alert.over') : a.resolved ? MG.word('alert.resolved') : MG.alertSeen(a));
  MG.ruleName = (a) => (a.rule === 'silence' && a.in_port ? MG.word('rule.silence_in_port') : MG.wordOr(`rule.${a.rule}`, a.rule));

  MG.paintAlerts = (status, turn) => {
    status.counts.forEach((n, k) => MG.text(MG.el(`count-${LEVEL[k + 1]}`), String(n)));
    LEVEL.slice(1).forEach((name, k) => MG.el(`count-${name}`).parentNode.classList.toggle('some', status.counts[k] > 0));
    const box = MG.el('alert-list'), room = fits(box, 4.05, 0.35);
    const active = status.alerts.filter((a) => a.active), over = status.alerts.filter((a) => !a.active);
    const urgent = active.filter((a) => MG.isOpen(a) && a.severity === 4).slice(0, Math.max(1, room - 2)), kept = new Set(urgent);
    const shown = page(active.filter((a) => !kept.has(a)), Math.max(1, room - urgent.length), turn);
    const left = Math.max(0, room - urgent.length - shown.items.length); // those that are over never take a page
    keyed(box, [...urgent, ...shown.items, ...over.slice(0, left)], (a) => a.id,
      () => parts(MG.make('li'), ['_rule', '_who', '_where', '_age']),
      (node, a) => {
        const name = `alert ${LEVEL[a.severity]}${!MG.isOpen(a) ? ' over' : a.seen ? ' seen' : ''}`;
        if (node.className !== name) node.className = name;
        MG.text(node._rule, MG.ruleName(a));
        MG.text(node._who, MG.alertWho(a, status));
        MG.text(node._where, [standing(a), a.zone ? a.zone[MG.zh ? 'zh' : 'en'] : '', MG.alertPlace(a), ...MG.alertSaid(a)].filter(Boolean).join(' · '));
        MG.text(node._age, MG.age((MG.now() - a.raised) / 1000));
      });
    const more = status.alerts_total - urgent.length;
    MG.text(MG.el('alert-more'), status.alerts_total === 0 ? MG.word('alerts.none')
      : shown.pages > 1 ? MG.word('alerts.page', { at: shown.at + 1, pages: shown.pages, n: more }) : '');
    MG.el('alerts').classList.toggle('calm', status.alerts.length === 0);
  };

  MG.paintEvents = (status) => {
    const box = MG.el('event-list');
    keyed(box, status.events.slice(0, fits(box, 1.9)), (e) => `${e.t}-${e.mmsi}-${e.place}-${e.kind}`,
      () => parts(MG.make('li'), ['_time', '_who', '_kind', '_where']),
      (node, e) => {
        if (node.className !== e.kind) node.className = e.kind;
        MG.text(node._time, MG.clock(e.t));
        MG.text(node._who, who(e));
        MG.text(node._kind, MG.wordOr(`event.${e.kind}`, e.kind));
        MG.text(node._where, MG.placeName(e.place));
      });
  };

  MG.feedAge = (feed) => (feed.last === null ? null : Math.max(0, (MG.now() - feed.last) / 1000));
  MG.feedAhead = (feed) => feed.last !== null && feed.last - MG.now() > MG.options.ahead_s * 1000;
  MG.feedLate = (feed) => feed.down !== null || MG.feedAhead(feed) || (feed.last !== null && MG.feedAge(feed) > feed.late_after_s);
  /* feeds whose silence matters, late ones first: there is not room for any number of chips */
  MG.wallFeeds = (status) => {
    const watched = status.feeds.filter((f) => f.watched), late = new Set(watched.filter(MG.feedLate));
    return [...late, ...watched.filter((f) => !late.has(f))];
  };
  MG.feedName = (feed, status) => {
    const kind = MG.wordOr(`kind.${feed.kind}`, feed.name);
    const alone = status.feeds.filter((f) => f.watched && f.kind === feed.kind).length < 2;
    return alone || kind === feed.name ? kind : `${kind} ${feed.name}`;
  };
  MG.paintFeeds = (status) => {
    keyed(MG.el('feeds'), MG.wallFeeds(status).slice(0, 6), (f) => f.code,
      () => parts(MG.make('div'), ['_dot', '_name', '_age']),
      (node, f) => {
        const name = `chip ${f.last === null ? 'never' : MG.feedLate(f) ? 'late' : 'good'}`;
        if (node.className !== name) node.className = name;
        node.title = f.name;
        MG.text(node._name, MG.feedName(f, status));
        MG.text(node._age, f.last === null ? MG.word('feed.never') : MG.feedAhead(f) ? MG.word('feed.ahead') : MG.age(MG.feedAge(f)));
      });
  };

  /* Tiles in three rows. One with an open alert, or with cases that somebody has to see from afar, stands tall, the calm ones share what is left and, when there are too
     many, turn page by page. Such a grid is on every page; when even those are too many, the worst are,
     and the rest turn first, within PAGES pages while half of the columns suffice. */
  const marked = (t) => t.worst > 0 || Boolean(t.cases) || (t.silent > 0 && t.disputes > 0);
  const ROWS = 3, PAGES = 5, NARROW = 6.9, WIDE = 10.2, GAP = 0.4;
  MG.planTiles = (tiles, widthRem) => {
    const urgent = tiles.filter(marked), calm = tiles.filter((t) => !marked(t));
    const most = Math.max(4, Math.floor((widthRem + GAP) / (NARROW + GAP))), least = Math.max(4, Math.floor((widthRem + GAP) / (WIDE + GAP)));
    for (let columns = least; columns <= most; columns++) {
      if (urgent.length + Math.ceil(calm.length / ROWS) <= columns) return { columns, tall: urgent, small: [], turning: calm, page: calm.length };
    }
    const keep = calm.length ? 2 : 0; // columns left for the calm ones
    let tall = Math.min(urgent.length, most - keep);
    while (tall > 0 && tall + Math.ceil((urgent.length - tall) / ROWS) > most - keep) tall--;
    const cells = (most - tall) * ROWS, small = urgent.slice(tall), free = cells - small.length;
    if (free >= (calm.length ? ROWS : 0)) return { columns: most, tall: urgent.slice(0, tall), small, turning: calm, page: free };
    let turns = 1;
    while (turns < most / 2 && tiles.length - (most - turns) * ROWS > PAGES * turns * ROWS) turns++;
    const fixed = urgent.slice(0, (most - turns) * ROWS);
    return { columns: most, tall: [], small: fixed, turning: [...urgent.slice(fixed.length), ...calm], page: turns * ROWS };
  };

  MG.tileName = (code) => {
    const place = MG.meta && MG.meta.places[code];
    return place ? (MG.zh ? place.tile_zh : place.tile_en) : '';
  };
  const makeTile = () => {
    const node = parts(MG.make('div'), ['_name', '_now', '_flow', '_bad', '_major', '_levels']);
    parts(node._flow, ['_in', '_out']);
    parts(node._bad, ['_silent', '_disputes', '_late', '_emergencies', '_urgent']);
    parts(node._levels, ['_4', '_3', '_2', '_1', '_cases']);
    return node;
  };
  const fillCases = (node, lateNode, what, open, late, short) => {
    const name = `${what}${open ? ' some' : ''}`;
    if (node.className !== name) node.className = name;
    MG.text(node, what === 'disputes' || open ? short ? MG.word('tile.disputes_short', { n: open }) : MG.word(`tile.${what}`, { n: open }) : '');
    MG.text(lateNode, late ? MG.word('tile.late', { n: late }) : '');
  };
  const fillTile = (node, t, size) => {
    const [late, emergencies, emergenciesLate, unreceived] = t.cases || [0, 0, 0, 0];
    const name = `tile ${size} level${t.worst}${t.silent ? ' silence' : t.disputes ? ' dispute' : ''}${t.cases ? ' urgent' : ''}`;
    if (node.className !== name) node.className = name;
    MG.text(node._name, MG.tileName(t.code));
    MG.text(node._now, String(t.now));
    MG.text(node._flow._in, MG.word('tile.in', { n: t.in }));
    MG.text(node._flow._out, MG.word('tile.out', { n: t.out }));
    MG.text(node._bad._silent, size === 'tall' ? MG.word('tile.silent', { n: t.silent }) : MG.word('tile.silent_short', { n: t.silent }));
    fillCases(node._bad._disputes, node._bad._late, 'disputes', t.disputes, late, size === 'calm');
    fillCases(node._bad._emergencies, node._bad._urgent, 'emergencies', emergencies, emergenciesLate);
    MG.text(node._major, unreceived ? MG.word('tile.unreceived', { n: unreceived }) : '');
    MG.text(node._levels._cases, t.cases ? String(late + emergencies + unreceived) : '');
    node._bad._silent.className = t.silent ? 'silent some' : 'silent';
    t.alerts.forEach((n, k) => {
      const badge = node._levels[`_${k + 1}`], shown = n ? `badge ${LEVEL[k + 1]}` : 'badge';
      MG.text(badge, n ? String(n) : '');
      if (badge.className !== shown) badge.className = shown;
    });
  };
  MG.paintTiles = (status, turn) => {
    const box = MG.el('tiles'), plan = MG.planTiles(status.tiles, box.clientWidth / MG.rem() - 1);
    const shown = page(plan.turning, plan.page, turn);
    if (box.dataset.columns !== String(plan.columns)) {
      box.dataset.columns = String(plan.columns);
      box.style.gridTemplateColumns = `repeat(${plan.columns}, minmax(0, 1fr))`;
    }
    const size = new Map([...plan.tall.map((t) => [t, 'tall']), ...plan.small.map((t) => [t, 'small']), ...shown.items.map((t) => [t, marked(t) ? 'small' : 'calm'])]);
    keyed(box, [...size.keys()], (t) => t.code, makeTile, (node, t) => fillTile(node, t, size.get(t)));
    box.dataset.page = shown.pages > 1 ? `${shown.at + 1}/${shown.pages}` : '';
  };

  MG.paintMarks = (status) => {
    MG.show(MG.el('mark-demo'), status.demo);
    MG.show(MG.el('mark-sample'), status.sample);
    MG.show(MG.el('note-sample'), status.sample);
    const names = ['under_way', 'fishing', 'moored', 'lost', 'alert'];
    if (MG.fleet) names.forEach((name, k) => MG.text(MG.el(`n-${name}`), String(MG.fleet.counts[k])));
  };
})();
