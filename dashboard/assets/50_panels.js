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
  const fits = (box, rowRem) => Math.max(1, Math.floor((box.clientHeight + 1) / (rowRem * MG.rem())));
  const page = (list, size, turn) => {
    const pages = Math.max(1, Math.ceil(list.length / Math.max(1, size)));
    const at = turn % pages;
    return { items: list.slice(at * size, (at + 1) * size), at, pages };
  };

  const who = (a) => a.name || (a.mmsi ? String(a.mmsi).padStart(9, '0') : MG.wordOr(`feed.${a.place}`, a.place));
  MG.who = who;
  MG.ruleName = (a) => MG.wordOr(`rule.${a.rule}`, a.rule);

  MG.paintAlerts = (status, turn) => {
    status.counts.forEach((n, k) => MG.text(MG.el(`count-${LEVEL[k + 1]}`), String(n)));
    LEVEL.slice(1).forEach((name, k) => MG.el(`count-${name}`).parentNode.classList.toggle('some', status.counts[k] > 0));
    const box = MG.el('alert-list'), room = fits(box, 4.1);
    const urgent = status.alerts.filter((a) => a.active && a.severity === 4).slice(0, Math.max(1, room - 2));
    const rest = status.alerts.filter((a) => !urgent.includes(a));
    const shown = page(rest, Math.max(1, room - urgent.length), turn);
    keyed(box, [...urgent, ...shown.items], (a) => a.id,
      () => parts(MG.make('li'), ['_rule', '_who', '_where', '_age']),
      (node, a) => {
        const name = `alert ${LEVEL[a.severity]}${a.active ? '' : ' over'}`;
        if (node.className !== name) node.className = name;
        MG.text(node._rule, MG.ruleName(a));
        MG.text(node._who, who(a));
        MG.text(node._where, [a.active ? '' : MG.word('alert.over'), a.mmsi ? MG.placeName(a.grid) : '', a.text].filter(Boolean).join(' · '));
        MG.text(node._age, MG.age((MG.now() - a.raised) / 1000));
      });
    const more = status.alerts_total - urgent.length;
    MG.text(MG.el('alert-more'), status.alerts_total === 0 ? MG.word('alerts.none')
      : shown.pages > 1 ? MG.word('alerts.page', { at: shown.at + 1, pages: shown.pages, n: more }) : '');
    MG.el('alerts').classList.toggle('calm', status.alerts_total === 0);
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
  MG.feedLate = (feed) => feed.down !== null || (feed.last !== null && MG.feedAge(feed) > feed.late_after_s);
  MG.feedName = (feed) => MG.wordOr(`kind.${feed.kind}`, feed.name);
  MG.paintFeeds = (status) => {
    keyed(MG.el('feeds'), status.feeds.slice(0, 6), (f) => f.code,
      () => parts(MG.make('div'), ['_dot', '_name', '_age']),
      (node, f) => {
        const name = `chip ${f.last === null ? 'never' : MG.feedLate(f) ? 'late' : 'good'}`;
        if (node.className !== name) node.className = name;
        node.title = f.name;
        MG.text(node._name, MG.feedName(f));
        MG.text(node._age, f.last === null ? MG.word('feed.never') : MG.age(MG.feedAge(f)));
      });
  };

  /* Tiles in three rows. One with an open alert or silent vessels stands tall, the calm ones share what is left and,
     when there are too many, turn page by page. A grid with an open alert is on every page. */
  const ROWS = 3, NARROW = 6.9, WIDE = 10.2, GAP = 0.4;
  MG.planTiles = (tiles, widthRem) => {
    const marked = tiles.filter((t) => t.worst > 0), calm = tiles.filter((t) => t.worst === 0);
    const most = Math.max(4, Math.floor((widthRem + GAP) / (NARROW + GAP))), least = Math.max(4, Math.floor((widthRem + GAP) / (WIDE + GAP)));
    for (let columns = least; columns <= most; columns++) {
      if (marked.length + Math.ceil(calm.length / ROWS) <= columns) return { columns, tall: marked, small: [], calm, page: calm.length };
    }
    const keep = calm.length ? 2 : 0; // columns left for the calm ones
    let tall = Math.min(marked.length, most - keep);
    while (tall > 0 && tall + Math.ceil((marked.length - tall) / ROWS) > most - keep) tall--;
    const cells = (most - tall) * ROWS, small = marked.slice(tall, tall + cells);
    return { columns: most, tall: marked.slice(0, tall), small, calm, page: Math.max(0, cells - small.length) };
  };

  MG.tileName = (code) => {
    const place = MG.meta && MG.meta.places[code];
    return place ? (MG.zh ? place.tile_zh : place.tile_en) : '';
  };
  const makeTile = () => {
    const node = parts(MG.make('div'), ['_name', '_now', '_flow', '_bad', '_levels']);
    parts(node._flow, ['_in', '_out']);
    parts(node._bad, ['_silent', '_disputes']);
    parts(node._levels, ['_4', '_3', '_2', '_1']);
    return node;
  };
  const fillTile = (node, t, size) => {
    const name = `tile ${size} level${t.worst}${t.silent ? ' silence' : ''}`;
    if (node.className !== name) node.className = name;
    MG.text(node._name, MG.tileName(t.code));
    MG.text(node._now, String(t.now));
    MG.text(node._flow._in, MG.word('tile.in', { n: t.in }));
    MG.text(node._flow._out, MG.word('tile.out', { n: t.out }));
    MG.text(node._bad._silent, MG.word('tile.silent', { n: t.silent }));
    MG.text(node._bad._disputes, MG.word('tile.disputes', { n: t.disputes }));
    node._bad._silent.className = t.silent ? 'silent some' : 'silent';
    t.alerts.forEach((n, k) => {
      const badge = node._levels[`_${k + 1}`], shown = n ? `badge ${LEVEL[k + 1]}` : 'badge';
      MG.text(badge, n ? String(n) : '');
      if (badge.className !== shown) badge.className = shown;
    });
  };
  MG.paintTiles = (status, turn) => {
    const box = MG.el('tiles'), plan = MG.planTiles(status.tiles, box.clientWidth / MG.rem() - 1);
    const shown = page(plan.calm, plan.page || plan.calm.length, turn);
    if (box.dataset.columns !== String(plan.columns)) {
      box.dataset.columns = String(plan.columns);
      box.style.gridTemplateColumns = `repeat(${plan.columns}, minmax(0, 1fr))`;
    }
    const calm = plan.page ? shown.items : [];
    const size = new Map([...plan.tall.map((t) => [t, 'tall']), ...plan.small.map((t) => [t, 'small']), ...calm.map((t) => [t, 'calm'])]);
    keyed(box, [...size.keys()], (t) => t.code, makeTile, (node, t) => fillTile(node, t, size.get(t)));
    box.dataset.page = shown.pages > 1 ? `${shown.at + 1}/${shown.pages}` : '';
  };

  MG.paintMarks = (status) => {
    MG.show(MG.el('mark-demo'), status.demo);
    MG.show(MG.el('mark-sample'), status.sample);
    const names = ['under_way', 'fishing', 'moored', 'lost', 'alert'];
    if (MG.fleet) names.forEach((name, k) => MG.text(MG.el(`n-${name}`), String(MG.fleet.counts[k])));
  };
})();
