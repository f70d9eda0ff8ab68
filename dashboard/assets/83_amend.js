/* While a case is amended, a click on its map says where it was: on the sea, or on a vessel at the moment of the slider. */
(function () {
  'use strict';
  const pickPlace = (clicked) => {
    const none = window.dash_clientside.no_update;
    const at = clicked && clicked.latlng;
    if (!at || !document.querySelector('.amend')) return none;
    for (const [name, value] of [['lon', at.lng], ['lat', at.lat]]) {
      window.dash_clientside.set_props({ type: 'case-field', name }, { value: value.toFixed(5) });
    }
    return none;
  };
  window.dash_clientside = Object.assign({}, window.dash_clientside, { amend: { pickPlace } });
})();
