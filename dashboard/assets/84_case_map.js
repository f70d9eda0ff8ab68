// Names of the zones on the map of a case: each beside the longest piece of its outline in view, none over another.
(() => {
  'use strict';
  const LEAST_PX = 90; // an outline of which less is in view has no name
  const HIGH = 24; // of a name, px
  const STEPS = 16; // places looked at along one side of an outline

  const sides = (part) => (Array.isArray(part[0]) ? part.flatMap(sides) : part.slice(1).map((end, n) => [part[n], end]));
  const wide = (text) => [...text].reduce((sum, sign) => sum + (sign > '\u2e80' ? 14 : 8), 16);
  const box = ([x, y], text) => [x - wide(text) / 2, y - HIGH / 2, x + wide(text) / 2, y + HIGH / 2];
  const apart = (a, b) => a[2] < b[0] || b[2] < a[0] || a[3] < b[1] || b[3] < a[1];

  /** Length in view (px) of one side of an outline, and places on it, from the middle out. */
  const seen = (map, [from, to]) => {
    const [a, b, size] = [map.latLngToContainerPoint(from), map.latLngToContainerPoint(to), map.getSize()];
    const inside = [];
    for (let n = 0; n <= STEPS; n += 1) {
      const at = [a.x + ((b.x - a.x) * n) / STEPS, a.y + ((b.y - a.y) * n) / STEPS];
      if (at[0] > 0 && at[0] < size.x && at[1] > 0 && at[1] < size.y) inside.push(at);
    }
    const px = (Math.hypot(b.x - a.x, b.y - a.y) * inside.length) / (STEPS + 1);
    const half = inside.length >> 1;
    return { px, places: inside.map((_, n) => inside[half + (n % 2 ? 1 : -1) * ((n + 1) >> 1)]).filter(Boolean) };
  };

  /** What is written on the map already: vessels, times, alerts, the place; and its buttons. */
  const written = (map) => {
    const own = map.getContainer().getBoundingClientRect();
    const all = map.getContainer().querySelectorAll('.leaflet-tooltip:not(.zone-name), .leaflet-control');
    return [...all].map((part) => part.getBoundingClientRect())
      .map((r) => [r.left - own.left, r.top - own.top, r.right - own.left, r.bottom - own.top]);
  };

  const place = (map, named) => {
    const [taken, size] = [written(map), map.getSize()];
    const fits = (own) => own[0] > 0 && own[1] > 0 && own[2] < size.x && own[3] < size.y;
    named.forEach((layer) => {
      const text = layer.getTooltip().getContent().textContent;
      const found = sides(layer.getLatLngs()).map((side) => seen(map, side)).sort((one, other) => other.px - one.px);
      const long = found.reduce((sum, side) => sum + side.px, 0) >= LEAST_PX;
      const free = (at) => fits(box(at, text)) && taken.every((other) => apart(box(at, text), other));
      const best = long && found.flatMap((side) => side.places).find(free);
      if (!best) return layer.closeTooltip();
      taken.push(box(best, text));
      return layer.openTooltip(map.containerPointToLatLng(best));
    });
  };

  const maps = new Map(); // the layers of each map that have names

  const nameIn = (lang) => (feature, layer) => {
    if (!layer.getLatLngs) return;
    const text = document.createTextNode(feature.properties[lang] || feature.properties.zh);
    layer.bindTooltip(text, { permanent: true, direction: 'center', className: 'zone-name' });
    layer.on('add', () => {
      const map = layer._map;
      if (!maps.has(map)) {
        maps.set(map, new Set());
        map.on('moveend resize', () => place(map, maps.get(map)));
        map.on('unload', () => maps.delete(map));
      }
      maps.get(map).add(layer);
      setTimeout(() => maps.has(map) && place(map, maps.get(map)));
    });
    layer.on('remove', () => maps.forEach((layers) => layers.delete(layer)));
  };

  window.caseMap = { zh: nameIn('zh'), en: nameIn('en') };
})();
