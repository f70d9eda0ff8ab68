/* On the wall: reports of major matters that were not received in time, and the tones for them and for emergencies that
   nobody has seen. Nobody stands there to press anything: it sounds until somebody received or acknowledged. */
(function () {
  'use strict';
  const MG = (window.MG = window.MG || {});
  const REPEAT_MS = 30000, APART_MS = 2500, TURN_MS = 6000;
  const called = { report: { known: new Set(), at: -Infinity }, emergency: { known: new Set(), at: -Infinity } };
  let calling = false, tried = false, heardAt = -Infinity;

  MG.paintReports = (status, now) => {
    const late = status.reports || [], box = MG.el('banner-late');
    MG.show(box, late.length > 0);
    MG.show(MG.el('mark-sound'), MG.soundBlocked());
    if (!late.length) return;
    const k = Math.floor(performance.now() / TURN_MS) % late.length, report = late[k];
    const count = late.length > 1 ? `${k + 1}/${late.length}  ` : '';
    MG.text(MG.el('banner-late-title'), count + MG.word('banner.late'));
    MG.text(MG.el('banner-late-sub'), [MG.placeName(report.grid), MG.word('banner.late_to', { to: report.to[MG.zh ? 'zh' : 'en'] }),
      MG.word('banner.late_for', { age: MG.ageFine((now - report.due) / 1000) })].filter(Boolean).join(' · '));
  };

  /* What calls for whom: by name, so that another one sounds at once. */
  const open = {
    emergency: (status) => status.alerts.filter((a) => MG.isOpen(a) && a.severity === 4 && !a.seen).map((a) => `${a.id} ${a.repeats}`),
    report: (status) => (status.reports || []).map((r) => `${r.grid} ${r.to.zh} ${r.due}`),
  };
  MG.callOut = async (status) => {
    if (!tried) { tried = true; MG.trySound(); }
    const turn = performance.now();
    for (const name of ['emergency', 'report']) {
      const now = open[name](status), mine = called[name];
      const due = now.some((one) => !mine.known.has(one)) || (now.length && turn - mine.at >= REPEAT_MS);
      if (!due || calling || turn - heardAt < APART_MS) continue;
      calling = true;
      if (await MG.sound(name)) [mine.known, mine.at, heardAt] = [new Set(now), turn, turn];
      calling = false;
    }
  };
})();
