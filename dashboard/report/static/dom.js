/* Small parts of the page. */
const SURE_MS = 4000;

export const el = (id) => document.getElementById(id);

export const node = (tag, text = '', className = '') => Object.assign(document.createElement(tag), {textContent: text, className});

export function button(text, work) {
  const made = node('button', text, 'quiet');
  made.type = 'button';
  made.addEventListener('click', work);
  return made;
}

/* What throws something away asks once more: wet thumbs slip. */
export function armed(made, question, work) {
  const text = made.textContent;
  let timer = 0;
  const calm = () => {
    clearTimeout(timer);
    made.classList.remove('sure');
    made.textContent = text;
  };
  made.addEventListener('click', () => {
    if (made.classList.contains('sure')) {
      calm();
      work();
    } else {
      made.classList.add('sure');
      made.textContent = question;
      timer = setTimeout(calm, SURE_MS);
    }
  });
  return made;
}

export const twice = (text, question, work) => armed(button(text, () => {}), question, work);
