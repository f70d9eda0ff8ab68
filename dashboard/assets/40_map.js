/* The map: coast, grids shaded by their worst open alert, ports, markers of alerts, the locator inset. */
(function () {
  'use strict';
  const MG = (window.MG = window.MG || {});
  const SHADE = ['#2f8f9d', '#5aa9e6', '#f2c14e', '#ff8c42', '#ff3b4e']; // none, notice, warning, alarm, emergency
  const FILL = [0.07, 0.16, 0.2, 0.26, 0.34];
  const worst = new Map(); // grid code: severity now shown
  const grids = new Map(); // grid code: its Leaflet layer
  const marks = new Map(); // alert id: its Leaflet marker
  const renderers = {}; // one canvas a pane for the life of the page: Leaflet never takes one away by itself
  let pen, inset, insetRing, ring, coastData;

  /* dash-leaflet hands out no map object: take it as it is made. The inset is made by us and left alone. */
  let ours = false;
  if (window.L) {
    window.L.Map.addInitHook(function () {
      if (ours || MG.map) return;
      MG.map = this;
      pen = window.L;
    });
  }

  const land = (feature) => ({
    stroke: !feature.properties.wide, color: '#6486a0', weight: 1, fillColor: '#2c475c', fillOpacity: 1,
  });
  const gridStyle = (level) => ({
    color: level ? SHADE[level] : '#3f7285', weight: level ? 2.2 : 1, fillColor: SHADE[level], fillOpacity: FILL[level],
  });
  const zoneStyle = (feature) => {
    const banned = feature.properties.kind === 'no_fishing' || feature.properties.kind === 'trawl_ban';
    if (feature.properties.guarded) return { color: '#ff8a98', weight: MG.rem() * 0.16, dashArray: '10 7', fillColor: '#ff3b4e', fillOpacity: 0.12 };
    return { color: '#c96a7a', weight: 1.5, dashArray: '6 6', fill: false, opacity: banned ? 0.75 : 0 };
  };

  const still = { interactive: false };
  const geo = (data, style) => pen.geoJSON(data, { style, ...still });

  MG.startMap = async () => {
    const map = MG.map;
    const VesselLayer = MG.defineLayer(pen);
    const box = map.getContainer();
    map.on('dragstart zoomstart', () => { if (!fitting) touchedAt = performance.now(); });
    box.addEventListener('mousedown', () => { if (touchedAt !== null) touchedAt = performance.now(); }, true);
    new ResizeObserver(() => { map.invalidateSize({ pan: false, animate: false }); fit(); }).observe(box);
    for (const [name, z] of [['land', 210], ['grids', 310], ['zones', 320]]) {
      const pane = map.createPane(name);
      pane.style.zIndex = z;
      pane.style.pointerEvents = 'none';
      renderers[name] = pen.canvas({ pane: name, padding: 0.3 });
    }
    MG.vessels = new VesselLayer().addTo(map);
    wirePointer(map);
    map.on('zoomend moveend', () => labelGrids());
    window.addEventListener('resize', () => labelGrids());
    const coast = await retry('/geo/coast.json');
    coastData = coast;
    pen.geoJSON(coast, { style: land, pane: 'land', renderer: renderers.land, ...still }).addTo(map);
  };

  const retry = async (path) => {
    for (;;) {
      try {
        return (await MG.get(path)).body;
      } catch (error) {
        MG.lastError = String(error);
        await new Promise((done) => setTimeout(done, 2000));
      }
    }
  };

  /* The map shows all grids, also when a banner takes room from it, until someone drags or zooms it: then the view is
     theirs, until nobody has touched it for view_s. */
  let drawn = [], bounds = null, touchedAt = null, fitting = false;
  const fit = () => {
    if (!bounds || touchedAt !== null) return;
    fitting = true;
    try { MG.map.fitBounds(bounds, { padding: [4, 4], animate: false }); } finally { fitting = false; }
  };
  MG.fitAgain = () => {
    if (touchedAt === null || performance.now() - touchedAt < MG.options.view_s * 1000) return;
    touchedAt = null;
    fit();
  };

  /* Grids, zones and ports; called again when the store has others. */
  MG.loadPlaces = async () => {
    for (const name of ['grids', 'zones', 'ports']) MG.forget(`/geo/${name}.json`);
    const [g, z, p] = await Promise.all(['grids', 'zones', 'ports'].map(async (n) => (await MG.get(`/geo/${n}.json`)).body));
    drawn.forEach((layer) => layer.remove());
    grids.clear();
    worst.clear();
    const map = MG.map;
    const layer = pen.geoJSON(g, {
      style: gridStyle(0), pane: 'grids', renderer: renderers.grids, ...still,
      onEachFeature: (feature, part) => grids.set(feature.properties.code, part),
    }).addTo(map);
    const moving = (feature) => Array.isArray(feature.properties.track);
    MG.setStorms(z.features.filter(moving), pen, renderers.zones, textMark);
    const standing = { ...z, features: z.features.filter((feature) => !moving(feature)) };
    const zones = pen.geoJSON(standing, { style: zoneStyle, pane: 'zones', renderer: renderers.zones, ...still }).addTo(map);
    const ports = pen.geoJSON(p, {
      pointToLayer: (_, at) => pen.circleMarker(at, { radius: MG.rem() * 0.22, color: '#04101a', weight: 1, fillColor: '#e8d9a8', fillOpacity: 1, ...still }),
    }).addTo(map);
    drawn = [layer, zones, ports];
    if (grids.size) bounds = layer.getBounds();
    fit();
    labelGrids();
  };

  MG.gridCodes = () => [...grids.keys()];
  MG.shadeGrids = (tiles) => {
    let changed = false;
    for (const tile of tiles) {
      const layer = grids.get(tile.code);
      if (!layer || worst.get(tile.code) === tile.worst) continue;
      worst.set(tile.code, tile.worst);
      layer.setStyle(gridStyle(tile.worst));
      changed = true;
    }
    if (changed) labelGrids();
  };

  /* Names of grids where they fit; those with open alerts first, none over another. */
  let labels = [];
  const labelGrids = () => {
    const map = MG.map;
    labels.forEach((l) => l.remove());
    labels = [];
    const taken = [], high = MG.rem() * 1.3, order = [...grids].sort((a, b) => (worst.get(b[0]) || 0) - (worst.get(a[0]) || 0));
    for (const [code, layer] of order) {
      const level = worst.get(code) || 0, property = layer.feature.properties, name = MG.zh ? property.zh : property.en;
      const at = map.latLngToContainerPoint([property.label[1], property.label[0]]);
      const wide = name.length * MG.rem() * (MG.zh ? 1.15 : 0.62), box = layer.getBounds();
      const room = map.latLngToContainerPoint(box.getNorthEast()).x - map.latLngToContainerPoint(box.getSouthWest()).x;
      const mine = [at.x - wide / 2, at.y - high / 2, at.x + wide / 2, at.y + high / 2];
      const clash = taken.some((t) => mine[0] < t[2] && mine[2] > t[0] && mine[1] < t[3] && mine[3] > t[1]);
      if (clash || (!level && room < wide)) continue;
      taken.push(mine);
      labels.push(textMark([property.label[1], property.label[0]], name, `grid-label level${level}`));
    }
  };
  const textMark = (at, text, className) => {
    const node = MG.make('span', className, text);
    return pen.marker(at, { icon: pen.divIcon({ className: 'anchor', html: node, iconSize: [0, 0] }), keyboard: false, ...still }).addTo(MG.map);
  };

  /* One marker an alert with a place: emergencies pulse, alarms ring, the rest is told by the symbol's colour. */
  MG.markAlerts = (alerts) => {
    const seen = new Set();
    for (const alert of alerts) {
      if (!MG.isOpen(alert) || alert.severity < 3 || alert.lon === null) continue;
      seen.add(alert.id);
      const at = [alert.lat, alert.lon], old = marks.get(alert.id), look = `level${alert.severity}${alert.seen ? ' seen' : ''}`;
      if (old && old.look === look) { old.mark.setLatLng(at); continue; }
      if (old) old.mark.remove();
      const node = MG.make('div', `pulse ${look}`);
      const icon = pen.divIcon({ className: 'anchor', html: node, iconSize: [0, 0] });
      const mark = pen.marker(at, { icon, keyboard: false, zIndexOffset: 500 * alert.severity, ...still }).addTo(MG.map);
      marks.set(alert.id, { mark, look });
    }
    for (const [id, { mark }] of marks) if (!seen.has(id)) { mark.remove(); marks.delete(id); }
  };

  /* The locator: where an emergency is, close up, without moving the map people look at. As much land at every size of
     the screen, and always nearer than the map. */
  const closeUp = () => Math.max(10 + Math.round(4 * Math.log2(MG.rem() / 16)) / 4, MG.map.getZoom() + 1);
  MG.locate = (alert) => {
    const on = Boolean(alert && alert.lon !== null && coastData);
    MG.show(MG.el('inset'), on);
    if (!on) return;
    MG.el('inset').classList.toggle('seen', Boolean(alert.seen));
    const at = [alert.lat, alert.lon];
    if (!inset) {
      ours = true;
      inset = pen.map(MG.el('inset-map'), {
        zoomControl: false, attributionControl: false, dragging: false, scrollWheelZoom: false, doubleClickZoom: false,
        boxZoom: false, keyboard: false, touchZoom: false, preferCanvas: true, zoomSnap: 0.25, center: at, zoom: closeUp(), fadeAnimation: false, zoomAnimation: false,
      });
      ours = false;
      geo(coastData, land).addTo(inset);
      insetRing = pen.marker(at, { icon: pen.divIcon({ className: 'anchor', html: MG.make('div', 'pulse level4'), iconSize: [0, 0] }), ...still }).addTo(inset);
    }
    inset.invalidateSize({ animate: false });
    inset.setView(at, closeUp(), { animate: false });
    insetRing.setLatLng(at);
    const north = alert.lat >= 0 ? 'N' : 'S', east = alert.lon >= 0 ? 'E' : 'W';
    MG.text(MG.el('inset-name'), `${MG.alertPlace(alert)}  ${Math.abs(alert.lat).toFixed(3)}°${north} ${Math.abs(alert.lon).toFixed(3)}°${east}`);
  };

  /* hover: a short tip; click: the card, made by the server */
  const wirePointer = (map) => {
    const box = map.getContainer(), tip = MG.make('div', 'vessel-tip');
    box.appendChild(tip);
    let frame = 0, last = null, down = null;
    map.on('mousemove', (e) => {
      last = e.containerPoint;
      if (!frame) frame = requestAnimationFrame(() => { frame = 0; showTip(box, tip, last); });
    });
    map.on('mouseout movestart', () => { tip.style.display = 'none'; });
    box.addEventListener('mousedown', (e) => { down = [e.clientX, e.clientY]; }, true);
    box.addEventListener('click', (e) => {
      if (!down || Math.hypot(e.clientX - down[0], e.clientY - down[1]) > 4) return;
      const i = hit(map.mouseEventToContainerPoint(e), 0.9);
      if (i >= 0) { e.stopPropagation(); MG.openCard(i); }
    }, true);
  };
  /* the vessel under the pointer; one that the list of names does not hold yet cannot be asked for, and offers nothing */
  const hit = (point, reach) => {
    const i = MG.vessels.nearest(point, MG.rem() * reach);
    return i >= 0 && MG.mmsiOf(i) ? i : -1;
  };
  const showTip = (box, tip, point) => {
    const i = hit(point, 0.7);
    box.style.cursor = i >= 0 ? 'pointer' : '';
    tip.style.display = i >= 0 ? 'block' : 'none';
    if (i < 0) return;
    const speed = MG.speedOf(i);
    MG.text(tip, speed === 255 ? MG.nameOf(i) : `${MG.nameOf(i)}  ${MG.word('unit.kn', { n: (speed / 2).toFixed(1) })}`);
    tip.style.left = `${point.x + 14}px`;
    tip.style.top = `${point.y + 10}px`;
  };

  let closing = 0, chosen = 0; // MMSI of the card's vessel, 0 none: slots change with the server
  MG.openCard = (i) => {
    chosen = MG.mmsiOf(i);
    clearTimeout(closing);
    closing = setTimeout(MG.closeCard, MG.options.card_s * 1000);
    window.dash_clientside.set_props('map-event', { data: { mmsi: chosen, at: Date.now() } });
    MG.followChosen();
  };
  /* ?mmsi= of an address, as the desk links it: its card and its place, once they are known */
  let asked = Number(new URLSearchParams(location.search).get('mmsi'));
  MG.openAsked = () => {
    const slot = asked && MG.fleet ? MG.slotOf(asked) : null;
    if (slot === null) return;
    asked = 0;
    if (slot < 0) return;
    MG.openCard(slot);
    if (Number.isNaN(MG.fleet.X[slot])) return;
    touchedAt = performance.now();
    MG.map.setView(MG.placeOf(slot), 11, { animate: false });
  };
  MG.closeCard = () => {
    chosen = 0;
    clearTimeout(closing);
    window.dash_clientside.set_props('map-event', { data: null });
    window.dash_clientside.set_props('card', { children: null });
    MG.followChosen();
  };
  MG.followChosen = () => {
    const slot = chosen ? MG.slotOf(chosen) : null;
    if (slot === -1) { MG.closeCard(); return; }
    if (slot === null || Number.isNaN(MG.fleet.X[slot])) { if (ring) ring.remove(); ring = null; return; }
    const at = MG.placeOf(slot);
    if (ring) ring.setLatLng(at);
    else ring = pen.marker(at, { icon: pen.divIcon({ className: 'anchor', html: MG.make('div', 'chosen'), iconSize: [0, 0] }), keyboard: false, ...still }).addTo(MG.map);
  };
  document.addEventListener('keydown', (e) => { if (e.key === 'Escape' && MG.ready()) MG.closeCard(); }); // on the wall alone: other pages have no card
  document.addEventListener('click', (e) => { if (e.target.closest('.card-close')) MG.closeCard(); });
})();
