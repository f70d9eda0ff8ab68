/* What Dash leaves out of a page: its language, for whatever reads it aloud, and pictures that are fetched as they come
   into view. */
(function () {
  'use strict';
  const begin = () => {
    const desk = document.querySelector('.desk[lang]');
    if (desk && document.documentElement.lang !== desk.lang) document.documentElement.lang = desk.lang;
    document.querySelectorAll('img[data-src]').forEach((picture) => {
      if (picture.getAttribute('src') === picture.dataset.src) return;
      picture.loading = 'lazy';
      picture.src = picture.dataset.src;
    });
  };
  new MutationObserver(begin).observe(document.documentElement, {
    childList: true, subtree: true, attributes: true, attributeFilter: ['data-src', 'lang'],
  });
})();
