/* What pages of people do in the browser itself: the address of a list, positions under the slider, sending of files. */
(function () {
  'use strict';
  const REST_MS = 15 * 60e3;
  const nowhere = [-89, 0]; // where a vessel is drawn whose place nobody knows

  const keepAddress = (text) => {
    // a change of the address would end the way to another page that has just begun: none without need
    if (text && text !== location.pathname + location.search) history.replaceState(history.state, '', text);
    return window.dash_clientside.no_update;
  };

  /* Positions of all vessels at one moment of the common timeline, and what is said of it. */
  const atMoment = (index, tracks, ids) => {
    const none = window.dash_clientside.no_update;
    if (!tracks || index === null || index === undefined) return [ids.map(() => none), none];
    const places = ids.map((id) => {
      const track = tracks.vessels[id.n];
      return track && track.lat[index] !== null ? [track.lat[index], track.lon[index]] : nowhere;
    });
    return [places, tracks.said[index] || ''];
  };

  /* The map shows all tracks, whatever its size is on this screen. */
  const fitTracks = (tracks) =>
    tracks && tracks.bounds
      ? { bounds: tracks.bounds, transition: 'fitBounds', options: { padding: [40, 40], maxZoom: 13 } }
      : window.dash_clientside.no_update;

  const word = (node, key) => node.dataset[key] || '';
  const csrf = () => (document.cookie.match(/(?:^|; )mg_csrf=([^;]*)/) || [])[1] || '';

  const send = async (button, file) => {
    const line = document.getElementById('case-file-state').appendChild(document.createElement('div'));
    line.textContent = word(button, 'sending').replace('{name}', file.name);
    try {
      const answer = await fetch(button.dataset.to, {
        method: 'POST', body: file, cache: 'no-store',
        headers: { 'X-CSRFToken': decodeURIComponent(csrf()), 'X-Name': encodeURIComponent(file.name), 'Content-Type': 'application/octet-stream' },
      });
      const said = answer.ok ? null : await answer.json().catch(() => ({}));
      line.textContent = answer.ok ? word(button, 'sent').replace('{name}', file.name) : `${word(button, 'failed').replace('{name}', file.name)} ${(said && said.error) || answer.status}`;
    } catch (error) {
      line.textContent = word(button, 'failed').replace('{name}', file.name);
    }
  };

  const choose = (button) => {
    const input = document.createElement('input');
    input.type = 'file';
    input.multiple = true;
    input.accept = word(button, 'accept');
    input.onchange = async () => {
      button.disabled = true;
      document.getElementById('case-file-state').replaceChildren();
      for (const file of input.files) await send(button, file);
      button.disabled = false;
      window.dash_clientside.set_props('case-again', { data: Date.now() });
    };
    input.click();
  };
  document.addEventListener('click', (event) => {
    const button = event.target.closest && event.target.closest('#case-file-add');
    if (button) choose(button);
  });

  /* A page that nobody touches stops asking, so that its session can end; the next touch wakes it. */
  let touchedAt = Date.now(), asleep = false;
  const rest = (on) => {
    const desk = document.querySelector('.desk[data-every]');
    if (!desk || on === asleep) return;
    asleep = on;
    desk.classList.toggle('asleep', on);
    window.dash_clientside.set_props(desk.dataset.every, { disabled: on });
  };
  for (const kind of ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart']) {
    window.addEventListener(kind, () => { touchedAt = Date.now(); rest(false); }, { passive: true });
  }
  setInterval(() => rest(Date.now() - touchedAt > REST_MS), 10000);

  /* Dash takes maps away whenever their part of the page is made anew, also in the middle of a zoom, whose timer then
     asks where a map stands that is no more. */
  if (window.L) {
    const proto = window.L.Map.prototype, ended = proto._onZoomTransitionEnd;
    proto._onZoomTransitionEnd = function () { if (this._mapPane) ended.call(this); };
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside, { desk: { keepAddress, atMoment, fitTracks } });
})();
