/* The vessels: decoding of vessels.bin (views/frame.py) and their canvas layer. */
(function () {
  'use strict';
  const MG = (window.MG = window.MG || {});
  const MAGIC = 0x3157474d, HEAD = 64, SIZE = 12, NOT_DRAWN = -(2 ** 31);
  const mercX = (lon) => (lon + 180) / 360;
  const mercY = (lat) => (1 - Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) / Math.PI) / 2;
  const ratio = () => Math.min(2, window.devicePixelRatio || 1);

  MG.decode = (buffer) => {
    const v = new DataView(buffer);
    if (buffer.byteLength < HEAD || v.getUint32(0, true) !== MAGIC) throw new Error('vessels.bin: not ours');
    const n = v.getUint32(4, true);
    if (buffer.byteLength !== HEAD + n * SIZE) throw new Error('vessels.bin: cut short');
    const number = (k) => v.getFloat64(8 + 8 * k, true);
    const fleet = {
      n, rev: number(0), namesRev: number(1), epoch: number(2), clock: number(3), newest: number(4), made: number(5), unread: number(6) === 1,
      i32: new Int32Array(buffer, HEAD), u16: new Uint16Array(buffer, HEAD), u8: new Uint8Array(buffer, HEAD),
      X: new Float64Array(n), Y: new Float64Array(n), counts: [0, 0, 0, 0, 0], last: [],
    };
    for (let i = 0; i < n; i++) {
      const lon = fleet.i32[i * 3];
      if (lon === NOT_DRAWN) { fleet.X[i] = NaN; continue; }
      fleet.X[i] = mercX(lon / 1e6);
      fleet.Y[i] = mercY(fleet.i32[i * 3 + 1] / 1e6);
      const state = fleet.u8[i * SIZE + 10] & 15;
      fleet.counts[state]++;
      if (state === MG.STATE.ALERT) fleet.last.push(i);
    }
    return fleet;
  };
  MG.stateOf = (i) => MG.fleet.u8[i * SIZE + 10] & 15;
  MG.courseOf = (i) => MG.fleet.u16[i * 6 + 4];
  MG.speedOf = (i) => MG.fleet.u8[i * SIZE + 11];
  MG.placeOf = (i) => [MG.fleet.i32[i * 3 + 1] / 1e6, MG.fleet.i32[i * 3] / 1e6]; // lat, lon: Leaflet's order

  /* Only defined once Leaflet is there: see 40_map.js. */
  MG.defineLayer = (L) => L.Layer.extend({
    onAdd(map) {
      const pane = map.getPane('vessels') || map.createPane('vessels');
      pane.style.zIndex = 450;
      pane.style.pointerEvents = 'none';
      this._canvas = L.DomUtil.create('canvas', 'leaflet-zoom-animated vessels', pane);
      this._reset();
    },
    onRemove() { this._canvas.remove(); },
    getEvents() { return { moveend: this._reset, resize: this._reset, zoomanim: this._zoomanim }; },
    _zoomanim(e) {
      const map = this._map;
      L.DomUtil.setTransform(
        this._canvas, map._latLngToNewLayerPoint(this._corner, e.zoom, e.center), map.getZoomScale(e.zoom, this._zoom));
    },
    _reset() {
      const map = this._map, k = ratio(), size = map.getSize(), pad = size.multiplyBy(0.15).round(), c = this._canvas;
      const w = size.x + 2 * pad.x, h = size.y + 2 * pad.y;
      if (c.width !== Math.round(w * k) || c.height !== Math.round(h * k)) {
        c.width = Math.round(w * k);
        c.height = Math.round(h * k);
        c.style.width = `${w}px`;
        c.style.height = `${h}px`;
      }
      const at = map.containerPointToLayerPoint([-pad.x, -pad.y]);
      L.DomUtil.setPosition(c, at);
      this._corner = map.layerPointToLatLng(at);
      this._zoom = map.getZoom();
      this.draw();
    },
    draw() {
      const fleet = MG.fleet;
      if (!fleet || !this._map) return;
      const k = ratio(), c = this._canvas, w = c.width, h = c.height;
      const wanted = Math.round(MG.rem() * (this._zoom >= 11 ? 1.6 : 1.3) * k);
      if (!this._sprites || this._sprites.size !== wanted) this._sprites = MG.sprites(wanted);
      this._x = this._x || c.getContext('2d', { willReadFrequently: true });
      if (!this._image || this._image.width !== w || this._image.height !== h) {
        this._image = new ImageData(w, h);
        this._pixels = new Uint32Array(this._image.data.buffer);
      }
      this._pixels.fill(0);
      const world = 256 * 2 ** this._zoom * k;
      const view = { world, w, h, x: mercX(this._corner.lng) * world, y: mercY(this._corner.lat) * world };
      /* calm ones below, those in alert on top */
      for (const layer of [MG.STATE.MOORED, MG.STATE.LOST, -1]) this._copy(fleet, view, layer);
      for (const i of fleet.last) this._stamp(fleet, view, i, MG.STATE.ALERT);
      this._x.putImageData(this._image, 0, 0);
      this._names(fleet, view);
    },
    _copy(fleet, view, wanted) {
      for (let i = 0; i < fleet.n; i++) {
        const state = fleet.u8[i * SIZE + 10] & 15;
        const moving = state === MG.STATE.UNDER_WAY || state === MG.STATE.FISHING;
        if (wanted === -1 ? moving : state === wanted) this._stamp(fleet, view, i, state);
      }
    },
    _stamp(fleet, view, i, state) {
      const { cells, size, turn } = this._sprites, half = size / 2;
      const X = Math.round(fleet.X[i] * view.world - view.x - half), Y = Math.round(fleet.Y[i] * view.world - view.y - half);
      if (!(X >= 0 && Y >= 0 && X <= view.w - size && Y <= view.h - size)) return;
      const course = fleet.u16[i * 6 + 4];
      const cell = cells[state * turn + (course === 65535 ? 0 : Math.round(course / 50) % turn)];
      const start = Y * view.w + X, pixels = this._pixels;
      for (let k = 0; k < cell.length; k += 3) {
        const at = start + cell[k] * view.w + cell[k + 1];
        if (cell[k + 2] >>> 24 > 127 || pixels[at] === 0) pixels[at] = cell[k + 2];
      }
    },
    _names(fleet, view) {
      if (this._zoom < 12 || !MG.meta) return;
      const size = this._sprites.size, x = this._x;
      x.font = `${Math.round(MG.rem() * ratio())}px "Noto Sans CJK SC", "Microsoft YaHei", sans-serif`;
      x.fillStyle = '#d9e8f3';
      for (let i = 0, drawn = 0; i < fleet.n && drawn < 800; i++) {
        const X = fleet.X[i] * view.world - view.x, Y = fleet.Y[i] * view.world - view.y;
        if (!(X > 0 && Y > 0 && X < view.w && Y < view.h) || MG.stateOf(i) === MG.STATE.MOORED) continue;
        x.fillText(MG.nameOf(i), X + size * 0.6, Y + size * 0.25);
        drawn++;
      }
    },
    /* index of the vessel nearest to a point of the map's box, within `reach` pixels, else -1 */
    nearest(point, reach) {
      const fleet = MG.fleet, map = this._map;
      if (!fleet || !map) return -1;
      const world = 256 * 2 ** map.getZoom(), corner = map.containerPointToLatLng([0, 0]);
      const ox = mercX(corner.lng) * world, oy = mercY(corner.lat) * world;
      let best = -1, least = reach * reach;
      for (let i = 0; i < fleet.n; i++) {
        const dx = fleet.X[i] * world - ox - point.x, dy = fleet.Y[i] * world - oy - point.y, d = dx * dx + dy * dy;
        if (d < least) { least = d; best = i; }
      }
      return best;
    },
  });

  /* names come apart from positions; entry i of both is one vessel as long as the epoch is the same */
  const known = () => MG.meta && MG.fleet && MG.meta.epoch === MG.fleet.epoch;
  MG.mmsiOf = (i) => (known() && MG.meta.mmsi[i]) || 0;
  MG.digits = (mmsi) => (mmsi ? String(mmsi).padStart(9, '0') : '');
  MG.nameOf = (i) => (known() && (MG.meta.names[i] || MG.digits(MG.meta.mmsi[i]))) || '';
  /* index of a vessel; -1: there is no such vessel; null: not to be told before the list of names has come */
  MG.slotOf = (mmsi) => {
    const slot = known() ? MG.meta.mmsi.indexOf(mmsi) : -1;
    return slot < 0 && !(known() && MG.meta.names_rev >= MG.fleet.namesRev) ? null : slot;
  };
  /* Code 0 alone is outside all grids. A code that the list does not hold, or not yet, is said as it is. */
  MG.placeName = (code) => {
    if (!code) return MG.word('place.none');
    const place = MG.meta && MG.meta.places[code];
    if (place) return MG.zh ? place.zh : place.en;
    return MG.meta ? MG.word('place.code', { code }) : '';
  };
})();
