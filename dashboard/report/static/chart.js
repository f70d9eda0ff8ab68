/* A small chart to set or shift the place: what lies under the cross. Land comes with the page's own files, which the
   phone keeps; without it, and for who reads the place off a plotter, degrees and minutes can be typed. */
import {button, node} from './dom.js';

const START = {lon: 122.4, lat: 30.0};
const NEAR = 11; // zoom: 2 ** zoom * 256 pixels round the world
const LEAST = 7;
const MOST = 15;
const LAND = '#e9e4d4';
const SHORE = '#8d8671';
const SEA = '#d3e4ee';
const LINES = '#9fb8c6';
const CROSS = '#b3101f';
let rings = null;
let drawn = null; // {canvas, zoom, lon, lat, from, pick, fields}
let words = {};

const scale = () => 256 * 2 ** drawn.zoom / 360; // pixels a degree of longitude
const north = (lat) => Math.log(Math.tan(Math.PI / 4 + lat * Math.PI / 360)) * 180 / Math.PI;
const south = (y) => Math.atan(Math.exp(y * Math.PI / 180)) * 360 / Math.PI - 90;

async function land() {
  try {
    const coded = await (await fetch('/report/static/land.json')).json();
    rings = coded.map((ring) => {
      let [x, y] = [0, 0];
      const points = [];
      for (let n = 0; n < ring.length; n += 2) {
        [x, y] = [x + ring[n], y + ring[n + 1]];
        points.push([x / 1e4, north(y / 1e4)]);
      }
      return points;
    });
    paint();
  } catch { /* no line: it is the sea with its degrees */ }
}

/* Shows it in `box` with the cross at `from`; `pick` is called with what the cross was moved to. */
export function open(box, from, texts, pick) {
  words = texts;
  const canvas = node('canvas');
  const at = Number.isFinite(from.lon) ? {lon: from.lon, lat: from.lat} : START;
  drawn = {canvas, zoom: from === START || !Number.isFinite(from.lon) ? 9 : NEAR, ...at, from: Number.isFinite(from.lon) ? at : null, pick, fields: []};
  const zooms = node('div', '', 'zooms');
  for (const [sign, by, name] of [['+', 1, 'chart.in'], ['−', -1, 'chart.out']]) {
    const made = button(sign, () => zoom(drawn.zoom + by));
    made.setAttribute('aria-label', words[name]);
    zooms.append(made);
  }
  const frame = node('div', '', 'frame');
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-label', words['chart.label']);
  frame.append(canvas, zooms);
  box.replaceChildren(frame, node('p', words['chart.hint'], 'hint'), typed());
  const ratio = Math.min(2, window.devicePixelRatio || 1);
  [canvas.width, canvas.height] = [canvas.clientWidth * ratio, canvas.clientHeight * ratio];
  canvas.getContext('2d').scale(ratio, ratio);
  dragged(canvas);
  paint();
  tell();
  if (!rings) land();
}

function zoom(to) {
  drawn.zoom = Math.max(LEAST, Math.min(MOST, to));
  paint();
}

function moved() {
  paint();
  tell();
  drawn.pick(drawn.lon, drawn.lat);
}

/* One finger shifts, two zoom. */
function dragged(canvas) {
  const fingers = new Map();
  const apart = () => { const [a, b] = [...fingers.values()]; return Math.hypot(a.x - b.x, a.y - b.y); };
  canvas.addEventListener('pointerdown', (event) => {
    canvas.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, {x: event.clientX, y: event.clientY});
  });
  canvas.addEventListener('pointermove', (event) => {
    const finger = fingers.get(event.pointerId);
    if (!finger) return;
    const before = fingers.size === 2 ? apart() : 0;
    const [dx, dy] = [event.clientX - finger.x, event.clientY - finger.y];
    Object.assign(finger, {x: event.clientX, y: event.clientY});
    if (fingers.size === 1) {
      drawn.lon -= dx / scale();
      drawn.lat = south(north(drawn.lat) + dy / scale());
      drawn.isMoved = true;
    } else if (before) drawn.zoom = Math.max(LEAST, Math.min(MOST, drawn.zoom + Math.log2(apart() / before)));
    paint();
  });
  for (const end of ['pointerup', 'pointercancel']) {
    canvas.addEventListener(end, (event) => {
      fingers.delete(event.pointerId);
      if (!fingers.size && drawn.isMoved) {
        drawn.isMoved = false;
        moved();
      }
    });
  }
}

function paint() {
  const {canvas, lon, lat, from} = drawn;
  const [pen, wide, high] = [canvas.getContext('2d'), canvas.clientWidth, canvas.clientHeight];
  const [each, middle] = [scale(), north(lat)];
  const x = (east) => wide / 2 + (east - lon) * each;
  const y = (up) => high / 2 - (up - middle) * each;
  pen.fillStyle = SEA;
  pen.fillRect(0, 0, wide, high);
  [pen.fillStyle, pen.strokeStyle, pen.lineWidth] = [LAND, SHORE, 1];
  for (const ring of rings || []) {
    pen.beginPath();
    for (const [east, up] of ring) pen.lineTo(x(east), y(up));
    pen.closePath();
    pen.fill();
    pen.stroke();
  }
  lines(pen, x, y, wide, high);
  if (from) dot(pen, x(from.lon), y(north(from.lat)));
  [pen.strokeStyle, pen.lineWidth] = [CROSS, 2];
  pen.beginPath();
  pen.arc(wide / 2, high / 2, 11, 0, 2 * Math.PI);
  for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
    pen.moveTo(wide / 2 + 5 * dx, high / 2 + 5 * dy);
    pen.lineTo(wide / 2 + 22 * dx, high / 2 + 22 * dy);
  }
  pen.stroke();
}

/* Degrees and minutes, as far apart as a thumb. */
function lines(pen, x, y, wide, high) {
  const step = [1 / 60, 1 / 30, 1 / 12, 1 / 6, 0.5, 1, 2].find((one) => one * scale() > 70) || 2;
  [pen.strokeStyle, pen.fillStyle, pen.lineWidth, pen.font] = [LINES, '#16232e', 0.7, '12px sans-serif'];
  const half = wide / 2 / scale();
  for (let n = Math.ceil((drawn.lon - half) / step); n * step < drawn.lon + half; n += 1) {
    line(pen, x(n * step), 0, x(n * step), high);
    pen.fillText(minutes(n * step, 0), x(n * step) + 3, high - 5);
  }
  const [low, top] = [south(north(drawn.lat) - high / 2 / scale()), south(north(drawn.lat) + high / 2 / scale())];
  for (let n = Math.ceil(low / step); n * step < top; n += 1) {
    line(pen, 0, y(north(n * step)), wide, y(north(n * step)));
    pen.fillText(minutes(n * step, 0), 4, y(north(n * step)) - 4);
  }
}

function line(pen, x1, y1, x2, y2) {
  pen.beginPath();
  pen.moveTo(x1, y1);
  pen.lineTo(x2, y2);
  pen.stroke();
}

function dot(pen, x, y) {
  pen.fillStyle = '#0a5a9c';
  pen.beginPath();
  pen.arc(x, y, 5, 0, 2 * Math.PI);
  pen.fill();
}

function minutes(degrees, digits) {
  const all = Math.round(Math.abs(degrees) * 60 * 10 ** digits) / 10 ** digits;
  return `${Math.floor(all / 60)}°${(all % 60).toFixed(digits).padStart(2, '0')}′`;
}

/* Degrees and minutes of both, in the order in which they are read off. */
function typed() {
  const box = node('div', '', 'typed');
  for (const [axis, most] of [['lat', 90], ['lon', 180]]) {
    const pair = ['°', '′'].map((unit) => {
      const field = node('input');
      Object.assign(field, {inputMode: 'decimal', maxLength: 7, className: `${axis} ${unit === '°' ? 'deg' : 'min'}`});
      field.setAttribute('aria-label', `${words[`chart.${axis}`]} ${unit}`);
      field.addEventListener('change', () => fromTyped(axis, pair, most));
      return field;
    });
    drawn.fields.push(...pair);
    box.append(node('span', words[`chart.${axis}`]), pair[0], node('span', '°'), pair[1], node('span', '′'));
  }
  return box;
}

function fromTyped(axis, pair, most) {
  const [whole, part] = pair.map((field) => Number(field.value.normalize('NFKC').trim() || 0));
  const value = whole + part / 60;
  const isPlace = Number.isFinite(value) && whole >= 0 && part >= 0 && part < 60 && value <= most;
  for (const field of pair) field.setAttribute('aria-invalid', String(!isPlace));
  if (!isPlace) return;
  drawn[axis] = Math.min(value, axis === 'lat' ? 85 : 180);
  moved();
}

function tell() {
  [drawn.lat, drawn.lon].forEach((value, n) => {
    const all = Math.round(Math.abs(value) * 6000) / 100;
    drawn.fields[2 * n].value = Math.floor(all / 60);
    drawn.fields[2 * n + 1].value = (all % 60).toFixed(2);
  });
}
