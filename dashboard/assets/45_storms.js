/* Circles that move, as a storm's: the circle of this moment, its way as a dashed line, its name in the middle. */
(function () {
  'use strict';
  const MG = (window.MG = window.MG || {});
  const EVERY_MS = 5000; // a storm makes a few metres a second: less than a pixel
  const CIRCLE = { color: '#d9a8ff', weight: 2.5, fillColor: '#b070ff', fillOpacity: 0.1 };
  const WAY = { color: '#d9a8ff', weight: 1.5, dashArray: '3 7', fill: false };
  let storms = [], movedAt = -Infinity;

  /* [t in microseconds, lon, lat, radius in m] at `us`, even between the knots; null before the first and after the last */
  const circleAt = (knots, us) => {
    const next = knots.findIndex((knot) => knot[0] > us);
    if (next < 1) return null;
    const [a, b] = [knots[next - 1], knots[next]], share = (us - a[0]) / (b[0] - a[0]);
    return a.map((value, k) => value + share * (b[k] - value));
  };

  MG.setStorms = (features, pen, renderer, textMark) => {
    storms.forEach((storm) => storm.parts.forEach((part) => part.remove()));
    storms = features.map((feature) => {
      const { track, zh, en } = feature.properties, still = { pane: 'zones', renderer, interactive: false };
      const way = pen.polyline(track.map(([, lon, lat]) => [lat, lon]), { ...WAY, ...still });
      const circle = pen.circle([track[0][2], track[0][1]], { radius: track[0][3], ...CIRCLE, ...still });
      return { track, name: MG.zh ? zh : en || zh, way, circle, textMark, label: null, parts: [way, circle] };
    });
    movedAt = -Infinity;
  };

  MG.moveStorms = (now) => {
    if (performance.now() - movedAt < EVERY_MS) return;
    movedAt = performance.now();
    for (const storm of storms) {
      const at = circleAt(storm.track, now * 1000);
      if (!at) { storm.parts.forEach((part) => part.remove()); continue; }
      const middle = [at[2], at[1]];
      storm.circle.setLatLng(middle).setRadius(at[3]);
      if (!storm.label) storm.parts.push((storm.label = storm.textMark(middle, storm.name, 'grid-label storm')));
      storm.label.setLatLng(middle);
      storm.parts.forEach((part) => { if (!MG.map.hasLayer(part)) part.addTo(MG.map); });
    }
  };
})();
