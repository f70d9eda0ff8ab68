/* A session that ended: back to the login, and from there to this page. A page that holds what somebody typed cancels
   `mg:logged-out` and says so itself. */
(function () {
  'use strict';
  const ask = window.fetch;
  window.fetch = async function (...given) {
    const answer = await ask.apply(this, given);
    const ours = answer.status === 401 && new URL(answer.url).origin === location.origin;
    if (ours && window.dispatchEvent(new CustomEvent('mg:logged-out', { cancelable: true }))) {
      location.assign('/login?next=' + encodeURIComponent(location.pathname + location.search));
    }
    return answer;
  };
})();
