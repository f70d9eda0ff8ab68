/* A session that ended: back to the login, and from there to this page. A page that holds what somebody typed cancels
   `mg:logged-out` and says so itself. What the server did not take, as from a page older than itself, it says in a line. */
(function () {
  'use strict';
  const ask = window.fetch;
  const tell = (text) => {
    const line = document.getElementById('mg-refused') || document.createElement('div');
    Object.assign(line, { id: 'mg-refused', className: 'say bad', textContent: text });
    line.setAttribute('role', 'alert');
    Object.assign(line.style, { position: 'fixed', left: '1rem', right: '1rem', bottom: '1rem', zIndex: 5000, padding: '.7rem 1rem', background: '#fdecee', color: '#5d0f18', border: '1px solid #e4a3aa', borderRadius: '.4rem' });
    document.body.append(line);
  };
  window.fetch = async function (...given) {
    const answer = await ask.apply(this, given);
    const ours = answer.status === 401 && new URL(answer.url).origin === location.origin;
    if (ours && window.dispatchEvent(new CustomEvent('mg:logged-out', { cancelable: true }))) {
      location.assign('/login?next=' + encodeURIComponent(location.pathname + location.search));
    }
    if ([400, 413].includes(answer.status) && new URL(answer.url).pathname === '/_dash-update-component') {
      answer.clone().json().then((said) => tell(said.error), () => {});
    }
    return answer;
  };
})();
