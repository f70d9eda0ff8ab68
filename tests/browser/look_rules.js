/* What is wrong with a page as its user sees it: by rule, lines that say where. `wide`: width of the screen, px;
   `thumb`: whether it is worked by a thumb. */
({ wide, thumb }) => {
  const all = (selector) => [...document.querySelectorAll(selector)].filter(seen);
  const named = (n) => {
    const own = [n.tagName.toLowerCase(), n.id && `#${n.id}`, typeof n.className === 'string' && n.className && `.${n.className.trim().replace(/\s+/g, '.')}`];
    return `${n.parentElement?.className || n.parentElement?.tagName || ''} > ${own.filter(Boolean).join('')} "${(n.innerText ?? n.value ?? '').trim().slice(0, 24)}"`;
  };
  const seen = (n) => {
    const box = n.getBoundingClientRect();
    return box.width > 1 && box.height > 1 && box.right > 0 && !n.closest('.trap') && n.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  };
  const above = (n, test) => { for (let up = n; up; up = up.parentElement) if (test(up)) return up; return null; };
  const texts = () => {
    const found = new Set(), walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const n = walk.currentNode.parentElement;
      if (walk.currentNode.data.trim() && !n.closest('script, style, svg, .leaflet-container') && seen(n)) found.add(n);
    }
    return [...found];
  };

  /* Nothing stands out of the screen but what scrolls by itself. */
  const standsOut = () => {
    const page = document.documentElement.scrollWidth;
    const scrolls = (up) => up !== document.body && up !== document.documentElement && /auto|scroll|hidden|clip/.test(getComputedStyle(up).overflowX);
    const out = all('body *').filter((n) => n.getBoundingClientRect().right > wide + 1 && !above(n.parentElement, scrolls));
    return [...(page > wide + 1 ? [`the page is ${page} px wide`] : []), ...out.map(named)];
  };

  /* A thumb finds it: 44 px each way (WCAG 2.5.5), of itself or of its label; a link within a sentence is excepted. */
  const small = () => {
    if (!thumb) return [];
    const faults = [];
    for (const n of all('a[href], button, input, select, textarea, summary, [role=button], [role=option]')) {
      if (n.disabled || n.type === 'hidden' || n.closest('.leaflet-marker-pane, .leaflet-control-attribution')) continue;
      const around = n.parentElement.innerText?.trim() ?? '';
      if (n.matches('p a, blockquote a, .hint a') && around.length > n.innerText.trim().length + 8) continue;
      const pressed = n.matches('[type=radio], [type=checkbox], [type=file]') ? n.closest('label') || n : n;
      const box = pressed.getBoundingClientRect();
      if (box.width < 43.5 || box.height < 43.5) faults.push(`${named(n)} ${Math.round(box.width)}x${Math.round(box.height)}`);
    }
    return faults;
  };

  /* WCAG 1.4.3: 4.5 to 1, large text 3 to 1. Over pictures and gradients it cannot be told. */
  const number = (text) => {
    const part = text.match(/[\d.]+/g)?.map(Number) ?? [0, 0, 0, 0], scale = text.startsWith('color(') ? 255 : 1;
    return [part[0] * scale, part[1] * scale, part[2] * scale, part[3] ?? 1];
  };
  const over = (top, below) => [0, 1, 2].map((k) => top[k] * top[3] + below[k] * (1 - top[3])).concat([1]);
  const light = (colour) => {
    const [r, g, b] = colour.slice(0, 3).map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (n) => {
    const layers = [];
    for (let up = n; up; up = up.parentElement) {
      const style = getComputedStyle(up), colour = number(style.backgroundColor);
      if (style.backgroundImage !== 'none') return null;
      if (colour[3] > 0) layers.push(colour);
      if (colour[3] === 1) break;
    }
    return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 1]);
  };
  const pale = () => {
    const faults = [];
    for (const n of texts()) {
      const style = getComputedStyle(n), back = ground(n);
      if (!back || n.closest(':disabled, [inert], [aria-disabled=true]')) continue;
      let opacity = 1;
      above(n, (up) => { opacity *= Number(getComputedStyle(up).opacity); return false; });
      const own = number(style.color), ink = over([...own.slice(0, 3), own[3] * opacity], back);
      const [most, least] = [light(ink), light(back)].sort((a, b) => b - a), ratio = (most + 0.05) / (least + 0.05);
      const size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
      if (ratio < (large ? 3 : 4.5)) faults.push(`${named(n)} ${ratio.toFixed(2)}: ${style.color} on ${back.slice(0, 3).map(Math.round)}`);
    }
    return faults;
  };

  /* Text that its box cuts off: only where a title says all of it. */
  const cut = () => all('body *').filter((n) => {
    if (!n.innerText?.trim() || n.closest('.leaflet-container, svg, [title]') || n.matches('select, textarea, input')) return false;
    const style = getComputedStyle(n);
    const across = /hidden|clip/.test(style.overflowX) && n.clientWidth > 0 && n.scrollWidth > n.clientWidth + 1;
    const down = /hidden|clip/.test(style.overflowY) && n.clientHeight > 0 && n.scrollHeight > n.clientHeight + 2;
    return across || down;
  }).map(named);

  /* What a screen reader has no name for, and an order of tabs of its own. */
  const nameless = () => {
    const label = (n) => n.getAttribute('aria-label') || n.title || n.alt || n.innerText?.trim() || n.placeholder
      || [...(n.labels ?? [])].map((one) => one.innerText.trim()).join('') || n.querySelector('[alt], [aria-label], title')
      || (n.getAttribute('aria-labelledby') ?? '').split(' ').some((id) => id && document.getElementById(id)?.innerText.trim());
    const pressed = all('a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button], [role=listbox]');
    const pictures = [...document.querySelectorAll('img:not([alt])')].filter((n) => !n.closest('.leaflet-container'));
    return [
      ...pressed.filter((n) => !label(n)).map((n) => `no name: ${named(n)}`),
      ...pictures.map((n) => `no alt: ${named(n)}`),
      ...[...document.querySelectorAll('[tabindex]')].filter((n) => n.tabIndex > 0).map((n) => `order of tabs: ${named(n)}`),
      ...(document.documentElement.lang ? [] : ['no language of the page']),
    ];
  };

  /* Small print below 13 px; a badge is printed, in millimetres. */
  const tiny = () => texts().filter((n) => parseFloat(getComputedStyle(n).fontSize) < 13 && !n.closest('.face')).map(named);

  return { wide: standsOut(), small: small(), pale: pale(), cut: cut(), nameless: nameless(), tiny: tiny() };
}
