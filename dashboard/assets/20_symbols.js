/* Vessel symbols as pixels: drawn once a size into lists of (row, column, colour), copied by the layer. */
(function () {
  'use strict';
  const MG = (window.MG = window.MG || {});
  const TURN = 72; // headings, 5 degrees apart
  const UNDER_WAY = 0, FISHING = 1, MOORED = 2, LOST = 3, ALERT = 4;
  const INK = '#04101a';

  const hull = (x, long, wide) => {
    x.beginPath();
    x.moveTo(0, -long);
    x.lineTo(wide, long * 0.8);
    x.lineTo(0, long * 0.42);
    x.lineTo(-wide, long * 0.8);
    x.closePath();
  };
  /* each in a box of 24 units, bow up */
  const SHAPES = {
    [UNDER_WAY]: (x) => { hull(x, 9, 5.4); x.fillStyle = '#52c7ff'; x.fill(); x.stroke(); },
    [FISHING]: (x) => {
      hull(x, 9, 5.4); x.fillStyle = '#7ee081'; x.fill(); x.stroke();
      x.beginPath(); x.moveTo(-6, -1); x.lineTo(6, -1); x.lineWidth = 1.8; x.strokeStyle = '#7ee081'; x.stroke();
    },
    [MOORED]: (x) => { x.beginPath(); x.arc(0, 0, 3.2, 0, 7); x.fillStyle = '#7f95a8'; x.fill(); x.stroke(); },
    [LOST]: (x) => {
      x.lineWidth = 1.8; x.strokeStyle = '#b9a6d9';
      x.beginPath(); x.arc(0, 0, 4.6, 0, 7); x.stroke();
      x.beginPath(); x.moveTo(-4, 4); x.lineTo(4, -4); x.stroke();
    },
    [ALERT]: (x) => { hull(x, 11, 7); x.fillStyle = '#ff3b4e'; x.lineWidth = 1.4; x.strokeStyle = '#fff'; x.fill(); x.stroke(); },
  };
  const ROUND = new Set([MOORED, LOST]);

  MG.paintSymbol = (x, state, size, heading) => {
    x.setTransform(1, 0, 0, 1, 0, 0);
    x.clearRect(0, 0, size, size);
    x.translate(size / 2, size / 2);
    x.rotate((heading * Math.PI) / 180);
    x.scale(size / 24, size / 24);
    x.lineWidth = 1;
    x.strokeStyle = INK;
    x.lineJoin = 'round';
    SHAPES[state](x);
  };

  MG.sprites = (size) => {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = size;
    const x = canvas.getContext('2d', { willReadFrequently: true });
    const cells = [];
    for (let state = 0; state < 5; state++) {
      let first = null;
      for (let turn = 0; turn < TURN; turn++) {
        if (!first || !ROUND.has(state)) {
          MG.paintSymbol(x, state, size, turn * 5);
          const pixels = new Uint32Array(x.getImageData(0, 0, size, size).data.buffer);
          const cell = [];
          for (let k = 0; k < pixels.length; k++) if (pixels[k] >>> 24) cell.push((k / size) | 0, k % size, pixels[k]);
          first = Int32Array.from(cell);
        }
        cells.push(first);
      }
    }
    return { cells, size, turn: TURN };
  };

  /* the legend shows the very same drawings */
  MG.drawLegend = () => {
    document.querySelectorAll('#legend .symbol').forEach((node, state) => {
      if (node.firstChild) return;
      const size = Math.round(MG.rem() * 1.8);
      const canvas = document.createElement('canvas');
      canvas.width = canvas.height = size;
      MG.paintSymbol(canvas.getContext('2d'), state, size, 0);
      node.appendChild(canvas);
    });
  };
  MG.STATE = { UNDER_WAY, FISHING, MOORED, LOST, ALERT };
})();
