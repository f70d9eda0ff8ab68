/* Spreadsheets of the page of people: a file is sent to be judged, and once more, the same, when that is agreed to. */
(function () {
  'use strict';
  const WHERE = '/api/v1/people/import', BUSY = 'sheet-busy';
  const at = (id) => document.getElementById(`people-sheet-${id}`);
  const csrf = () => decodeURIComponent((document.cookie.match(/(?:^|; )mg_csrf=([^;]*)/) || [])[1] || '');
  let kept = null; // { file, sheet, agreed }: what is shown, and may be agreed to
  let asking = null;

  const word = (name) => JSON.parse(at('state').dataset.words)[name];
  const show = (view) => window.dash_clientside.set_props('people-sheet-result', { children: view });

  const bar = (text, part) => {
    const state = at('state');
    if (!state) return;
    const line = document.createElement('span'), progress = document.createElement('progress');
    line.textContent = text;
    if (part !== null) progress.value = part;
    state.replaceChildren(...(text ? [progress, line] : []));
  };
  const busy = (on) => {
    document.querySelector('.sheet-import')?.classList.toggle(BUSY, on);
    for (const id of ['pick', 'name', 'do']) if (at(id)) at(id).disabled = on;
    if (!on) bar('', null);
  };
  const failed = (name) => {
    bar('', null);
    const line = document.createElement('div');
    line.className = 'say bad';
    line.setAttribute('role', 'alert');
    line.textContent = word(name);
    at('state').append(line);
  };

  const lastLine = (text) => JSON.parse(text.trimEnd().split('\n').pop());
  const working = (text) => {
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    if (!whole) return;
    const step = lastLine(whole);
    if ('step' in step) bar(word('working').replace('{n}', step.step).replace('{of}', step.of), step.of ? step.step / step.of : null);
  };

  const ended = (ask, sent) => {
    busy(false);
    asking = null;
    if (ask.status === 401) return location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
    let told = null;
    try { told = lastLine(ask.responseText); } catch (error) { /* cut off, or no answer of ours */ }
    if (!told || !('view' in told)) return failed('lost');
    kept = told.agreed ? { ...sent, agreed: told.agreed } : null;
    show(told.view);
  };

  const send = (sent, agreed) => {
    const ask = new XMLHttpRequest(), lang = at('state').dataset.lang;
    asking = ask;
    ask.open('POST', `${WHERE}?sheet=${encodeURIComponent(sent.sheet)}&lang=${lang}`);
    ask.setRequestHeader('X-CSRFToken', csrf());
    ask.setRequestHeader('X-Name', encodeURIComponent(sent.file.name));
    ask.setRequestHeader('Content-Type', 'application/octet-stream');
    if (agreed) ask.setRequestHeader('X-Agreed', agreed);
    ask.upload.onprogress = (event) => bar(word('sending'), event.lengthComputable ? event.loaded / event.total : null);
    ask.upload.onload = () => bar(word('judging'), null);
    ask.onprogress = () => working(ask.responseText);
    ask.onload = () => ended(ask, sent);
    ask.onerror = () => { busy(false); asking = null; kept = null; failed(agreed ? 'changed' : 'lost'); };
    busy(true);
    bar(word('sending'), null);
    ask.send(sent.file);
  };

  const take = (file) => {
    if (!file || asking) return;
    kept = null;
    show(null);
    const endings = at('drop').dataset.accept.split(',');
    if (!endings.some((ending) => file.name.toLowerCase().endsWith(ending))) return failed('type');
    send({ file, sheet: at('name').value }, '');
  };

  document.addEventListener('click', (event) => {
    const button = event.target.closest?.('button');
    if (button?.id === 'people-sheet-pick') {
      const input = document.createElement('input');
      input.type = 'file';
      input.accept = at('drop').dataset.accept;
      input.onchange = () => take(input.files[0]);
      input.click();
    }
    if (button?.id === 'people-sheet-do' && kept && !asking) send(kept, kept.agreed);
  });

  document.addEventListener('change', (event) => {
    if (event.target.id !== 'people-sheet-name') return;
    const link = at('template'), address = new URL(link.href);
    address.searchParams.set('sheet', event.target.value);
    link.href = address.pathname + address.search;
    kept = null; // what is shown is about another sheet
    show(null);
    bar('', null);
  });

  const over = (event) => event.target.closest?.('#people-sheet-drop');
  for (const kind of ['dragover', 'dragleave', 'drop']) {
    document.addEventListener(kind, (event) => {
      if (!at('drop')) return;
      event.preventDefault(); // beside the field a file that is dropped would be opened in place of the page
      at('drop').classList.toggle('over', kind === 'dragover' && Boolean(over(event)));
      if (kind === 'drop' && over(event)) take(event.dataTransfer.files[0]);
    });
  }
})();
