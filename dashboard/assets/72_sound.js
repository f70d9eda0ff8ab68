/* Tones of a page, from files. Browsers let a page sound only after somebody has touched it, or where they are told to
   allow it: a tone that is refused makes `mg:sound` say so, and the next press on the page tries again. */
(function () {
  'use strict';
  const MG = (window.MG = window.MG || {});
  const players = new Map();
  let blocked = false;

  const player = (name) => {
    if (!players.has(name)) players.set(name, Object.assign(new Audio(`/assets/${name}.wav`), { preload: 'auto' }));
    return players.get(name);
  };
  const tell = (now) => {
    if (now === blocked) return;
    blocked = now;
    window.dispatchEvent(new CustomEvent('mg:sound', { detail: now }));
  };
  const play = async (name, volume) => {
    const audio = player(name);
    try {
      audio.volume = volume;
      audio.currentTime = 0;
      await audio.play();
      tell(false);
      return true;
    } catch (error) { // refused, or the file cannot be had: a page that cannot sound must say so either way
      MG.lastError = String(error);
      tell(true);
      return false;
    }
  };

  MG.sounds = { report: 0, emergency: 0 }; // how often each was heard
  MG.soundBlocked = () => blocked;
  /* Whether it was heard. */
  MG.sound = async (name) => {
    const heard = await play(name, 1);
    if (heard) MG.sounds[name] += 1;
    return heard;
  };
  /* Whether the page may sound, asked by a tone that nobody hears: known before there is anything to say. */
  MG.trySound = () => play('report', 0.001);
  for (const kind of ['pointerdown', 'keydown']) {
    window.addEventListener(kind, () => { if (blocked) MG.trySound(); }, { passive: true });
  }
})();
