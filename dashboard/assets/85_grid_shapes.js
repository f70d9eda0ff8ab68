/* Grids as rings of corners (page of grids). Where grids meet their corner is one object, so that moved once it moves
   for all; whoever moves alone gets a corner of its own first. Pure: no map, no page. */
(function () {
  'use strict';
  const MG = (window.MG = window.MG || {});
  const ON_LINE = 2e-6; // degrees, 0.2 m: a corner this near to a line lies on it
  const name = (lon, lat) => `${lon.toFixed(7)},${lat.toFixed(7)}`;
  const isCorner = (c) => Array.isArray(c) && c.length > 1 && Number.isFinite(c[0]) && Number.isFinite(c[1]);
  const isRing = (ring) => Array.isArray(ring) && ring.length > 3 && ring.every(isCorner);
  const partsOf = (geometry) => {
    const parts = geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.type === 'MultiPolygon' ? geometry.coordinates : null;
    return Array.isArray(parts) && parts.length && parts.every((part) => Array.isArray(part) && part.length && part.every(isRing)) ? parts : null;
  };

  class Cover {
    constructor() {
      this.grids = new Map(); // id: parts, each a list of open rings of corners
      this.pool = new Map(); // name of a place: its corner
    }

    corner(lon, lat) {
      const place = name(lon, lat);
      if (!this.pool.has(place)) this.pool.set(place, { lon, lat });
      return this.pool.get(place);
    }

    /* The corner at the place of another cover's corner, if there is any. */
    like(corner) { return (corner && this.pool.get(name(corner.lon, corner.lat))) || null; }

    /* Put a GeoJSON polygon in; false where it is none. */
    put(id, geometry) {
      const parts = partsOf(geometry);
      if (!parts) return false;
      this.grids.set(id, parts.map((part) => part.map((ring) => once(ring.slice(0, -1).map((c) => this.corner(c[0], c[1]))))));
      return true;
    }

    rings(id) { return (this.grids.get(id) || []).flat(); }

    every(use) { for (const id of this.grids.keys()) for (const ring of this.rings(id)) use(ring, id); }

    geometry(id) {
      const parts = this.grids.get(id).map((part) => part.map((ring) => [...ring, ring[0]].map((c) => [c.lon, c.lat])));
      return parts.length === 1 ? { type: 'Polygon', coordinates: parts[0] } : { type: 'MultiPolygon', coordinates: parts };
    }

    /* Every corner that lies on a line of another grid becomes a corner of that line too. */
    knit() {
      const all = [...this.pool.values()].sort((a, b) => a.lon - b.lon);
      this.every((ring) => {
        for (let i = ring.length - 1; i >= 0; i -= 1) {
          const between = onEdge(ring[i], ring[(i + 1) % ring.length], all);
          if (between.length) ring.splice(i + 1, 0, ...between);
        }
      });
    }

    sharing(corner) {
      const ids = new Set();
      this.every((ring, id) => { if (ring.includes(corner)) ids.add(id); });
      return [...ids];
    }

    /* A corner of this grid alone in the place of one that it shares. */
    own(id, corner) {
      const mine = { lon: corner.lon, lat: corner.lat };
      for (const ring of this.rings(id)) ring.forEach((c, i) => { if (c === corner) ring[i] = mine; });
      return mine;
    }

    /* A new corner between two neighbours of a ring: in all grids that have that line, or in one. */
    insert(a, b, lon, lat, only) {
      const corner = { lon, lat };
      this.every((ring, id) => {
        if (only && id !== only) return;
        for (let i = ring.length - 1; i >= 0; i -= 1) {
          const next = ring[(i + 1) % ring.length];
          if ((ring[i] === a && next === b) || (ring[i] === b && next === a)) ring.splice(i + 1, 0, corner);
        }
      });
      return corner;
    }

    /* Take a corner away where one line alone goes through it; ids of the grids, or null where lines meet there. */
    remove(corner, only) {
      const uses = [];
      this.every((ring, id) => {
        const i = ring.indexOf(corner);
        if (i >= 0 && (!only || id === only)) uses.push({ ring, id, i, ends: [ring.at(i - 1), ring[(i + 1) % ring.length]] });
      });
      const [first] = uses;
      const one = uses.every((u) => u.ring.length > 3 && first.ends.every((end) => u.ends.includes(end)));
      if (!first || !one) return null;
      uses.forEach((u) => u.ring.splice(u.i, 1));
      return [...new Set(uses.map((u) => u.id))];
    }

    /* The grid that holds a place; the smallest where there are several. */
    at(lon, lat) {
      const found = [...this.grids.keys()].filter((id) => this.rings(id).filter((ring) => holds(ring, lon, lat)).length % 2 === 1);
      return found.sort((a, b) => size(this.rings(a)[0]) - size(this.rings(b)[0]))[0] || null;
    }
  }

  const once = (ring) => ring.filter((corner, i) => corner !== ring.at(i - 1));

  const onEdge = (a, b, all) => {
    const west = Math.min(a.lon, b.lon) - ON_LINE, east = Math.max(a.lon, b.lon) + ON_LINE, dx = b.lon - a.lon, dy = b.lat - a.lat, long = Math.hypot(dx, dy);
    const found = [];
    for (let i = firstFrom(all, west); i < all.length && all[i].lon <= east; i += 1) {
      const c = all[i];
      if (c === a || c === b) continue;
      const along = ((c.lon - a.lon) * dx + (c.lat - a.lat) * dy) / long, beside = Math.abs((c.lat - a.lat) * dx - (c.lon - a.lon) * dy) / long;
      if (beside <= ON_LINE && along > ON_LINE && along < long - ON_LINE) found.push([along, c]);
    }
    return found.sort((x, y) => x[0] - y[0]).map((pair) => pair[1]);
  };
  const firstFrom = (all, lon) => {
    let low = 0, high = all.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (all[middle].lon < lon) low = middle + 1; else high = middle;
    }
    return low;
  };
  const holds = (ring, lon, lat) => {
    let inside = false;
    ring.forEach((c, i) => {
      const p = ring.at(i - 1);
      if ((c.lat > lat) !== (p.lat > lat) && lon < ((p.lon - c.lon) * (lat - c.lat)) / (p.lat - c.lat) + c.lon) inside = !inside;
    });
    return inside;
  };
  const size = (ring) => Math.abs(ring.reduce((sum, c, i) => sum + ring.at(i - 1).lon * c.lat - c.lon * ring.at(i - 1).lat, 0));

  MG.GridCover = Cover;
})();
