/* The pen of the page of grids: where a corner belongs that is being drawn, and a line that is not closed yet. */
(function () {
  'use strict';
  const MG = (window.MG = window.MG || {});
  const CORNER_PX = 11, LINE_PX = 8, CLOSE_PX = 12, SAME_PX = 3;
  const LINE = { color: '#0a5a9c', weight: 2.5, dashArray: '4 4', interactive: false };
  const DOT = { radius: 5, color: '#0a5a9c', weight: 2, fillColor: '#fff', fillOpacity: 1, interactive: false };

  /* The nearest corner of the covers, else the nearest place on their lines, as LatLng; null where none is near.
     `held` is the corner in hand: neither it nor the lines that hang on it count. */
  MG.gridSnap = (map, pen, covers, held, at) => {
    const view = map.getBounds().pad(0.1), zoom = map.getZoom();
    const px = (lat, lon) => map.project([lat, lon], zoom); // not rounded to whole pixels, as points of the screen are
    const here = px(at.lat, at.lng), every = (use) => covers.forEach((cover) => cover.every(use));
    let best = null, nearest = Infinity;
    const take = (lat, lon, limit) => {
      const away = here.distanceTo(px(lat, lon));
      if (away <= limit && away < nearest) [nearest, best] = [away, pen.latLng(lat, lon)];
    };
    every((ring) => ring.forEach((c) => { if (c !== held && view.contains([c.lat, c.lon])) take(c.lat, c.lon, CORNER_PX); }));
    if (best) return best;
    every((ring) => ring.forEach((c, i) => {
      const next = ring[(i + 1) % ring.length];
      if (c === held || next === held || !view.intersects([[c.lat, c.lon], [next.lat, next.lon]])) return;
      const start = px(c.lat, c.lon), run = px(next.lat, next.lon).subtract(start), to = here.subtract(start);
      const along = Math.min(1, Math.max(0, (to.x * run.x + to.y * run.y) / (run.x * run.x + run.y * run.y || 1)));
      take(c.lat + along * (next.lat - c.lat), c.lon + along * (next.lon - c.lon), LINE_PX);
    }));
    return best;
  };

  /* A new grid, corner by corner. */
  MG.GridPen = class {
    constructor(map, pen) {
      this.map = map;
      this.pen = pen;
      this.corners = [];
      this.path = pen.polyline([], LINE).addTo(map);
      this.dots = pen.layerGroup().addTo(map);
      map.doubleClickZoom.disable();
      map.getContainer().classList.add('drawing');
    }

    get closes() { return this.corners.length > 2; }

    near(a, b, px) { return this.map.latLngToContainerPoint(a).distanceTo(this.map.latLngToContainerPoint(b)) <= px; }

    /* One corner more; true where it is the first again, so that the ring is whole. */
    add(at) {
      if (this.closes && this.near(at, this.corners[0], CLOSE_PX)) return true;
      if (this.corners.length && this.near(at, this.corners.at(-1), SAME_PX)) return false; // the second of a double click
      this.corners.push(at);
      this.pen.circleMarker(at, DOT).addTo(this.dots);
      this.reach(at);
      return false;
    }

    reach(at) { this.path.setLatLngs([...this.corners, at]); }

    back() {
      if (!this.corners.pop()) return;
      this.dots.removeLayer(this.dots.getLayers().at(-1));
      this.path.setLatLngs(this.corners);
    }

    lift() {
      this.path.remove();
      this.dots.remove();
      this.map.getContainer().classList.remove('drawing');
      setTimeout(() => this.map.doubleClickZoom.enable(), 300); // not for the double click that ended it
    }

    geometry() { return { type: 'Polygon', coordinates: [[...this.corners, this.corners[0]].map((c) => [c.lng, c.lat])] }; }
  };
})();
