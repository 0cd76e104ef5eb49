// A box to type a job into, with a list of occupations below: the combobox of the ARIA Authoring Practices.
'use strict';
(() => {
  const MOST = 8,
    PAUSE = 150; // answers shown; milliseconds without a key before they are asked for

  const LABELS = ['First job', 'Second job', 'Third job'],
    EXAMPLES = ['nurse', 'plumber', 'chef'];

  // An element: a name with classes, attributes, and what is in it.
  function make(name, own = {}, ...inside) {
    const [tag, ...classes] = name.split('.');
    const one = document.createElement(tag);
    if (classes.length) one.className = classes.join(' ');
    for (const [key, value] of Object.entries(own)) {
      if (key.startsWith('on')) one.addEventListener(key.slice(2), value);
      else if (![null, undefined, false].includes(value)) one.setAttribute(key, value === true ? '' : value);
    }
    one.append(...inside.filter((part) => part !== null && part !== ''));
    return one;
  }

  // `chosen` is called with an occupation, `say` with words for who listens; `back`, if any, closes without a choice.
  function chooser({ number, chosen, say, back }) {
    const id = `find-${number}`;
    const list = make('ul.found', { id: `${id}-list`, role: 'listbox', 'aria-label': 'Jobs found', hidden: true });
    const none = make('p.none', { hidden: true });
    const input = make('input', {
      id, type: 'text', role: 'combobox', autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false',
      'aria-expanded': 'false', 'aria-controls': list.id, 'aria-autocomplete': 'list', 'aria-describedby': `${id}-hint`,
      oninput: type, onkeydown: press, onblur: () => setTimeout(close, 200),
    });
    const box = make(
      'div.find',
      {},
      make('label', { for: id }, LABELS[number]),
      make('p.hint', { id: `${id}-hint` }, `Type a job, such as ${EXAMPLES[number]}`),
      input,
      list,
      none,
      back ? make('button.plain.back', { type: 'button', onclick: back }, 'Keep the job that was here') : null,
    );
    let found = [],
      at = -1,
      turn = 0,
      timer;

    function type() {
      clearTimeout(timer);
      timer = setTimeout(look, PAUSE);
    }
    async function look() {
      const mine = ++turn,
        text = input.value.trim();
      if (!text) return close();
      let answer;
      try {
        answer = /[\p{L}\p{N}]/u.test(text) ? await careerometer.source().find(text, MOST) : [];
      } catch (error) {
        answer = error;
      }
      if (mine === turn) show(answer, text);
    }
    function show(answer, text) {
      const broken = answer instanceof Error;
      found = broken ? [] : answer;
      at = -1;
      list.replaceChildren(...found.map(option));
      list.hidden = !found.length;
      none.hidden = found.length > 0;
      none.textContent = broken
        ? `The search did not answer. ${answer.message}`
        : `No job found for “${text}”. Try another word for it, or a shorter one.`;
      input.setAttribute('aria-expanded', String(found.length > 0));
      input.removeAttribute('aria-activedescendant');
      const many = found.length === 1 ? '1 job' : `${found.length} jobs`;
      say(found.length ? `${many} found. Use the arrow keys.` : none.textContent);
    }
    function option(one, place) {
      const other = one.matched && one.matched.toLowerCase() !== one.title.toLowerCase();
      const more = other ? one.matched : one.matched ? '' : 'a related job';
      const own = { id: `${id}-${place}`, role: 'option', 'aria-selected': 'false' };
      const mouse = { onmousedown: (event) => event.preventDefault(), onclick: () => take(place) };
      return make('li', { ...own, ...mouse }, one.title, more ? make('small', {}, more) : null);
    }
    function mark(place) {
      at = (place + found.length) % found.length;
      [...list.children].forEach((one, own) => one.setAttribute('aria-selected', String(own === at)));
      list.children[at].scrollIntoView({ block: 'nearest' });
      input.setAttribute('aria-activedescendant', `${id}-${at}`);
    }
    function take(place) {
      if (found[place]) chosen(found[place]);
    }
    function close() {
      turn += 1;
      found = [];
      at = -1;
      list.hidden = none.hidden = true;
      list.replaceChildren();
      input.setAttribute('aria-expanded', 'false');
      input.removeAttribute('aria-activedescendant');
    }
    function press(event) {
      const steps = { ArrowDown: () => mark(at + 1), ArrowUp: () => mark(at < 0 ? found.length - 1 : at - 1) };
      if (found.length && steps[event.key]) steps[event.key]();
      else if (event.key === 'ArrowDown' && input.value.trim()) look();
      else if (event.key === 'Enter' && found.length) take(Math.max(at, 0));
      else if (event.key === 'Escape' && found.length) close();
      else if (event.key === 'Escape') input.value = '';
      else if (event.key !== 'Enter') return;
      event.preventDefault();
    }
    return box;
  }
  Object.assign(careerometer, { make, chooser });
})();
