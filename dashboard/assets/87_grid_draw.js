/* Drawing of grids on the map of a proposal (#grids-draft-map): corners are moved, added and taken away, grids drawn
   new. What is drawn goes to the server, which lays it onto the neighbours, lets them follow, and judges it; what comes
   back is shown here. Nothing here decides anything. */
(function () {
  'use strict';
  const MG = (window.MG = window.MG || {});
  const NEW = '*'; // the grid that has no id yet
  const PANE = 'grids-drawn', UNDO_MOST = 50;
  const STYLE = {
    rest: { color: '#4f8fa0', weight: 1, fillColor: '#2f8f9d', fillOpacity: 0.05, dashArray: null },
    picked: { color: '#0a5a9c', weight: 2.5, fillColor: '#0a5a9c', fillOpacity: 0.03, dashArray: null },
    moved: { color: '#0a5a9c', weight: 2.5, fillColor: '#0a5a9c', fillOpacity: 0.06, dashArray: null },
    old: { color: '#8a4b00', weight: 2, dashArray: '7 6', fill: false, interactive: false },
  };
  const el = (id) => document.getElementById(id);
  const tools = () => el('grids-tools');
  const words = () => JSON.parse(tools().dataset.words);
  const props = (id, changes) => window.dash_clientside.set_props(id, changes);
  const nothing = () => window.dash_clientside.no_update;

  let pen, map = null, base = null, names = {};
  let cover, old, changed, given, raw, past, stroke, selected, chosen, sent = 0, line = null, held = null;
  let layers = null, ready = null, handles, shown, mark, file = null; // file: what a form took before its grids came

  if (window.L) {
    window.L.Map.addInitHook(function () {
      if (!this.getContainer().closest('#grids-draft-map')) return;
      pen = window.L;
      map = this;
      MG.gridMap = this; // for the tests
      this.whenReady(start);
    });
  }

  /* The state: grids in force, and over them those that differ. */
  const reset = () => {
    [changed, given, raw, past, stroke, selected, chosen, line, held] = [new Set(), new Map(), [], [], new Set(), null, null, null, null];
    rebuild([]);
  };
  const rebuild = (features, ended) => {
    cover = new MG.GridCover();
    const drawn = new Map(features.map((f) => [f.id, f.geometry]));
    for (const f of base) if (!drawn.has(f.id) && !(ended || []).includes(f.id)) cover.put(f.id, f.geometry);
    raw = features.filter((f) => !cover.put(f.id, f.geometry));
    cover.knit();
    chosen = cover.like(chosen);
    changed = new Set([...drawn.keys()].filter((id) => cover.grids.has(id)));
    if (!cover.grids.has(selected)) select(null);
  };
  const features = () => [
    ...[...changed].map((id) => ({ type: 'Feature', id, properties: given.get(id) || {}, geometry: cover.geometry(id) })),
    ...raw,
  ];
  const remember = () => {
    past.push({ features: features(), stroke: [...stroke] });
    if (past.length > UNDO_MOST) past.shift();
  };
  const post = (touched) => {
    touched.forEach((id) => { stroke.add(id); changed.add(id); });
    sent += 1;
    props('grids-send', { disabled: true });
    props('grids-new-form', { hidden: !changed.has(NEW) });
    props('grids-drawn', { data: { n: sent, features: features(), touched: [...stroke] } });
    draw();
  };
  const follows = () => Boolean(document.querySelector('#grids-follow input:checked'));

  /* What came back for the last stroke takes its place; what comes late for an earlier one, or into the middle of the
     next, does not: then the next is sent with all that was touched since. */
  const adopt = (settled) => {
    if (!settled || !base || settled.n !== sent || line || held) return nothing();
    stroke = new Set();
    rebuild(settled.features, settled.ended);
    draw();
    return nothing();
  };
  const load = (loaded) => {
    if (!loaded) return nothing();
    file = { loaded, form: el('grids-upload') };
    if (!base) return nothing();
    reset();
    loaded.features.forEach((f) => given.set(f.id, f.properties));
    rebuild(loaded.features);
    post([]);
    if (!layers) return nothing();
    const bounds = pen.featureGroup([...changed].map((id) => shown.get(id))).getBounds();
    if (bounds.isValid()) map.fitBounds(bounds, { padding: [30, 30], maxZoom: 12, animate: false });
    return nothing();
  };
  const begin = (data) => {
    if (!data) return nothing();
    base = data.grids;
    names = data.names;
    old = new MG.GridCover();
    base.forEach((f) => old.put(f.id, f.geometry));
    sent = 0; // as the server answers where nothing is drawn yet
    reset();
    if (map) start();
    if (file && file.form && file.form === el('grids-upload')) load(file.loaded);
    return nothing();
  };
  const start = () => {
    if (!base || !map.getContainer().isConnected) return;
    if (ready === map) { draw(); return; }
    ready = map;
    map.createPane(PANE).style.zIndex = 350; // over the land, under what the server tells
    [layers, handles] = [pen.layerGroup().addTo(map), pen.layerGroup().addTo(map)];
    mark = pen.circleMarker([0, 0], { radius: 9, color: '#0a5a9c', weight: 3, fill: false, interactive: false });
    map.on('click', press).on('mousemove', trace).on('dblclick', () => { if (line) finish(); });
    draw();
  };

  /* Drawing of all that is shown. */
  const latLngs = (id) => cover.grids.get(id).map((part) => part.map((ring) => ring.map((c) => [c.lat, c.lon])));
  const draw = () => {
    if (!layers) return;
    layers.clearLayers();
    shown = new Map();
    for (const f of base) if (changed.has(f.id)) pen.geoJSON(f.geometry, { style: STYLE.old, pane: PANE, interactive: false }).addTo(layers);
    for (const id of [...cover.grids.keys()].sort((a, b) => changed.has(a) - changed.has(b))) {
      const polygon = pen.polygon(latLngs(id), { ...styleOf(id), pane: PANE, className: 'grid-shape' }).addTo(layers);
      polygon.bindTooltip(document.createTextNode(nameOf(id)), { sticky: true, direction: 'top', opacity: 0.9 });
      shown.set(id, polygon);
    }
    if (chosen && !cover.rings(selected).flat().includes(chosen)) chosen = null;
    drawHandles();
    tell();
  };
  const styleOf = (id) => (changed.has(id) ? STYLE.moved : id === selected ? STYLE.picked : STYLE.rest);
  const nameOf = (id) => {
    const own = given.get(id);
    return (own && own.name_zh) || names[id] || (id === NEW ? words().fresh : id);
  };
  const drawHandles = () => {
    handles.clearLayers();
    if (line || !selected || !cover.grids.has(selected)) return;
    for (const ring of cover.rings(selected)) {
      ring.forEach((corner, i) => {
        handles.addLayer(cornerHandle(corner));
        handles.addLayer(middleHandle(corner, ring[(i + 1) % ring.length]));
      });
    }
  };
  const icon = (kind, px) => pen.divIcon({ className: `grid-handle ${kind}`, iconSize: [px, px] });
  const grip = (at, kind, px) => pen.marker([at.lat, at.lon], { icon: icon(kind, px), draggable: true, keyboard: kind !== 'middle', title: kind === 'middle' ? words().add : words().move, alt: '' });

  const cornerHandle = (corner) => {
    const shared = cover.sharing(corner).length > 1;
    const handle = grip(corner, `corner${shared ? ' shared' : ''}${corner === chosen ? ' chosen' : ''}`, 14);
    handle.on('click', () => { chosen = chosen === corner ? null : corner; drawHandles(); tell(); });
    wire(handle, () => (follows() || !shared ? corner : cover.own(selected, corner)));
    return handle;
  };
  const middleHandle = (a, b) => {
    const handle = grip({ lat: (a.lat + b.lat) / 2, lon: (a.lon + b.lon) / 2 }, 'middle', 10);
    const add = () => { const at = handle.getLatLng(); return cover.insert(a, b, at.lng, at.lat, follows() ? null : selected); };
    handle.on('click', () => { remember(); chosen = add(); post(cover.sharing(chosen)); });
    wire(handle, add);
    return handle;
  };
  const wire = (handle, take) => {
    let ids = [];
    handle.on('dragstart', () => {
      remember();
      held = take();
      ids = cover.sharing(held);
      chosen = null;
    });
    handle.on('drag', () => {
      const at = snap(handle.getLatLng());
      [held.lon, held.lat] = [at.lng, at.lat];
      handle.setLatLng(at);
      ids.forEach((id) => shown.get(id).setLatLngs(latLngs(id)).setStyle(STYLE.moved));
    });
    handle.on('dragend', () => {
      mark.remove();
      [chosen, held] = [held, null];
      post(ids);
    });
  };

  const snap = (at) => {
    const found = MG.gridSnap(map, pen, [cover, old], held, at);
    if (found) mark.setLatLng(found).addTo(map); else mark.remove();
    return found || at;
  };

  /* A new grid, corner by corner. */
  const press = (event) => {
    if (!line) select(cover.at(event.latlng.lng, event.latlng.lat));
    else if (line.add(snap(event.latlng))) finish();
    else tell();
  };
  const trace = (event) => { if (line) line.reach(snap(event.latlng)); };
  const penDown = () => {
    select(null);
    line = new MG.GridPen(map, pen);
    drawHandles();
    tell();
  };
  const penUp = () => {
    if (!line) return;
    line.lift();
    mark.remove();
    line = null;
  };
  const finish = () => {
    if (!line || !line.closes) return;
    remember();
    cover.put(NEW, line.geometry());
    cover.knit();
    penUp();
    selected = NEW;
    post([NEW]);
  };

  /* Buttons, keys, words. */
  const select = (id) => {
    if (id === selected) return;
    selected = id;
    chosen = null;
    props('grids-pick', { value: id && id !== NEW ? id : null });
    draw();
  };
  const pick = (id) => {
    if (!id || !map || !cover || id === selected || !cover.grids.has(id)) return nothing();
    select(id);
    map.fitBounds(pen.polygon(latLngs(id)).getBounds(), { padding: [40, 40], maxZoom: 12, animate: false });
    return nothing();
  };
  const erase = () => {
    if (!chosen) return;
    const before = { features: features(), stroke: [...stroke] };
    const ids = cover.remove(chosen, follows() ? null : selected);
    if (!ids) { tell('junction'); return; }
    past.push(before);
    chosen = null;
    post(ids);
  };
  const undo = () => {
    if (line) { line.back(); tell(); return; }
    const last = past.pop();
    if (!last) return;
    rebuild(last.features);
    stroke = new Set(last.stroke.filter((id) => changed.has(id)));
    post([]);
  };
  const ACTS = {
    draw: () => { if (!line) { penDown(); return; } penUp(); post([]); },
    finish,
    erase,
    undo,
    reset: () => { penUp(); select(null); reset(); post([]); },
  };
  const tell = (why) => {
    const box = tools();
    if (!box || !cover) return;
    const said = words(), key = why || (line ? (line.closes ? 'close' : 'draw') : chosen ? 'chosen' : selected ? 'edit' : 'idle');
    const text = said[key].replace('{name}', selected ? nameOf(selected) : '').replace('{n}', line ? String(line.corners.length) : '');
    if (el('grids-hint').textContent !== text) el('grids-hint').textContent = text;
    const button = (act) => box.querySelector(`[data-act=${act}]`);
    button('draw').setAttribute('aria-pressed', String(Boolean(line)));
    button('finish').hidden = !line;
    button('finish').disabled = !line || !line.closes;
    button('erase').disabled = !chosen;
    button('undo').disabled = line ? !line.corners.length : !past.length;
    button('reset').disabled = !changed.size && !raw.length && !line;
  };
  document.addEventListener('click', (event) => {
    const button = event.target.closest('#grids-tools [data-act]');
    if (button && map && cover) ACTS[button.dataset.act]();
    if (event.target.closest('#grids-send')) props('grids-send', { disabled: true }); // once is enough
  });
  document.addEventListener('keydown', (event) => {
    if (!tools() || !cover || event.target.closest('input, textarea, select, [role=combobox], .dash-dropdown')) return;
    if (event.key === 'Escape' && line) ACTS.draw();
    else if (event.key === 'Delete' || event.key === 'Backspace') { if (line) undo(); else if (chosen) erase(); else return; } else return;
    event.preventDefault();
  });

  window.dash_clientside = Object.assign({}, window.dash_clientside, { grids: { begin, load, adopt, pick } });
})();
