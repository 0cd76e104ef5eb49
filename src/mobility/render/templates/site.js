// What pages can do more with a script: search, what stands behind a number, keys in tables, filters.
// Plain and without modules, so that it runs from disk; without it every page can be read and every link leads on.
(() => {
  'use strict';
  const root = document.currentScript.src.replace(/assets\/[^/]*$/, '');
  const waiting = new Map();
  const kept = new Map();

  const make = (name, attributes = {}, ...children) => {
    const node = document.createElement(name);
    Object.entries(attributes).forEach(([key, value]) => node.setAttribute(key, value));
    node.append(...children);
    return node;
  };

  // Names of programs in a text are code: between backticks, or with underscores (templating.py has the same for pages).
  const NAME = '[A-Za-z0-9]+(?:_+[A-Za-z0-9]+)+';
  const NAMES = new RegExp(`\`([^\`]+)\`|(?<![\\w/.-])(${NAME}(?:(?:, | or | and | )${NAME})*)(?![\\w/])`, 'g');
  const coded = (text) => {
    const parts = [];
    let end = 0;
    for (const found of text.matchAll(NAMES)) {
      parts.push(text.slice(end, found.index), make('code', {}, found[1] ?? found[2]));
      end = found.index + found[0].length;
    }
    return [...parts, text.slice(end)];
  };

  // A script of data calls `mobility.cells` or `mobility.index`; a page from disk may load it where it may not fetch.
  const load = (name, address) => {
    if (kept.has(name)) return Promise.resolve(kept.get(name));
    if (!waiting.has(name)) {
      waiting.set(name, new Promise((done, failed) => {
        const script = make('script', { src: root + address });
        script.onload = () => (kept.has(name) ? done(kept.get(name)) : failed());
        script.onerror = failed;
        document.head.append(script);
      }));
    }
    return waiting.get(name);
  };
  window.mobility = {
    load,
    cells: (table, content) => kept.set(`cells/${table}`, content),
    marks: (figure, content) => kept.set(`marks/${figure}`, content),
    index: (entries) => kept.set('search', entries),
  };
  const single = document.documentElement.dataset.single; // the whole site as one page: only anchors lead on
  const address = (target) => (single ? target.replace(/^[^#]*/, '') : root + target);

  // --- what stands behind a number -------------------------------------------------------------------------------
  const tables = [...document.querySelectorAll('table[data-cells]')];
  const linesOf = (table) => [...table.tBodies].flatMap((body) => [...body.rows]).filter((row) => row.id);
  let behind, opener;

  const window_ = () => {
    if (behind) return behind;
    behind = make('div', { id: 'behind', popover: '', role: 'dialog', 'aria-labelledby': 'behind-title', tabindex: '-1' });
    behind.addEventListener('toggle', (event) => {
      if (event.newState === 'closed' && opener && (behind.contains(document.activeElement) || document.activeElement === document.body)) opener.focus();
    });
    document.body.append(behind);
    return behind;
  };

  const place = (node, link) => {
    const at = link.getBoundingClientRect();
    const box = node.getBoundingClientRect();
    const below = at.bottom + 6 + box.height <= innerHeight || at.top < box.height + 6;
    node.style.left = `${Math.max(6, Math.min(at.right - box.width, innerWidth - box.width - 6))}px`;
    node.style.top = `${Math.max(6, below ? Math.min(at.bottom + 6, innerHeight - box.height - 6) : at.top - box.height - 6)}px`;
  };

  const quoted = (name) => (/^[\w@%+=:,./-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\"'\"'")}'`);

  const show = (link, table, content) => {
    const cell = link.closest('td');
    const line = cell.parentNode;
    const across = cell.cellIndex - 1;
    const down = linesOf(table).indexOf(line);
    const [told, bases] = content.cells[down * content.columns.length + across];
    const [column, label] = content.columns[across];
    const name = table.dataset.cells;
    const anchor = `#${line.id}.${column}`;
    const facts = make('dl');
    const add = (term, ...value) => facts.append(make('dt', {}, term), make('dd', {}, ...value));
    for (let at = 0; at < told.length; at += 2) add(content.words[told[at]], ...coded(content.words[told[at + 1]]));
    bases.forEach((at) => {
      const [title, target] = content.bases[at];
      add('Sample, columns, code', make('a', { href: address(target) }, title));
    });
    if (!content.printed) add('The same typed', make('code', {}, ['mobility explain', content.study, name, content.rows[down], column].map((word, at) => (at ? quoted(word) : word)).join(' ')));
    const close = make('button', { type: 'button' }, 'Close');
    close.addEventListener('click', () => behind.hidePopover());
    const title = make('p', { id: 'behind-title' }, make('a', { href: anchor }, `${line.cells[0].textContent}, ${label}`), `: ${link.textContent}`);
    window_().replaceChildren(close, title, facts);
    opener = link;
    if (!behind.matches(':popover-open')) behind.showPopover();
    place(behind, link);
    behind.focus({ preventScroll: true });
  };

  document.addEventListener('click', (event) => {
    const link = event.target.closest('table[data-cells] td > a');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !HTMLElement.prototype.showPopover) return;
    event.preventDefault();
    const table = link.closest('table');
    const name = `cells/${table.dataset.cells}`;
    load(name, `assets/${name}.js`).then((content) => show(link, table, content), () => { location.href = link.href; });
  });
  addEventListener('resize', () => behind && behind.matches(':popover-open') && opener && place(behind, opener));

  // --- keys: one stop a table, arrows from number to number -------------------------------------------------------
  const linkIn = (line, at) => line && line.cells[at] && !line.hidden && !line.cells[at].hidden && line.cells[at].querySelector('a');
  const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  const stopAt = (table, one) => table.querySelectorAll('td > a').forEach((link) => { link.tabIndex = link === one ? 0 : -1; });
  tables.forEach((table) => {
    const links = [...table.querySelectorAll('td > a')];
    if (!links.length) return;
    stopAt(table, links[0]);
    table.setAttribute('aria-describedby', 'site-keys');
    table.addEventListener('focusin', (event) => { if (links.includes(event.target)) stopAt(table, event.target); });
    table.addEventListener('keydown', (event) => {
      const step = steps[event.key];
      const cell = event.target.closest('td');
      if (!step || !cell) return;
      const lines = linesOf(table);
      let [down, across] = [lines.indexOf(cell.parentNode), cell.cellIndex];
      let next;
      do {
        down += step[0];
        across += step[1];
        next = linkIn(lines[down], across);
      } while (!next && lines[down] && lines[down].cells[across]);
      if (next) { event.preventDefault(); next.focus(); }
    });
  });
  if (tables.length) {
    document.querySelectorAll('.past').forEach((node) => node.remove());
    document.body.append(make('p', { id: 'site-keys', hidden: '' }, 'Arrow keys go from number to number; Enter opens what stands behind one.'));
  }

  // --- an address of a cell, and one inside a fold --------------------------------------------------------------
  const arrive = () => {
    const name = decodeURIComponent(location.hash.slice(1));
    document.querySelectorAll('td.here').forEach((cell) => cell.classList.remove('here'));
    let target = document.getElementById(name);
    const parts = name.split('.');
    const line = !target && parts.length > 2 && document.getElementById(parts.slice(0, 2).join('.'));
    if (line) {
      const table = line.closest('table');
      load(`cells/${parts[0]}`, `assets/cells/${parts[0]}.js`).then((content) => {
        const at = content.columns.findIndex(([id]) => id === parts.slice(2).join('.')) + 1;
        const link = linkIn(line, at);
        if (!link) return;
        line.cells[at].classList.add('here');
        line.cells[at].scrollIntoView({ block: 'center', inline: 'center' });
        link.focus({ preventScroll: true });
      }, () => table.scrollIntoView());
      target = line;
    }
    for (let fold = target && target.closest('details'); fold; fold = fold.parentNode.closest('details')) fold.open = true;
    if (target && target.matches('details')) target.open = true;
    if (target && !line) target.scrollIntoView();
  };
  addEventListener('hashchange', arrive);
  if (location.hash) arrive();
  document.querySelectorAll('.side[popover] a').forEach((link) => link.addEventListener('click', () => link.closest('.side').matches(':popover-open') && link.closest('.side').hidePopover()));

  // --- search ------------------------------------------------------------------------------------------------------
  const form = document.querySelector('form.search');
  if (form) {
    const [input, status, list] = [form.querySelector('input'), form.querySelector('[role=status]'), form.querySelector('ul')];
    const plain = (text) => text.toLowerCase().normalize('NFKD').replace(/[\u0300-\u036f]/g, '').replaceAll('_', ' ');
    const score = (entry, words) => words.reduce((sum, word) => {
      if (sum < 0) return sum;
      const [title, rest] = entry.plain;
      if (title.split(/[^a-z0-9.]+/).includes(word)) return sum + 4;
      if (title.includes(word)) return sum + 3;
      return rest.includes(word) ? sum + 1 : -1;
    }, 0);
    const find = async () => {
      const words = plain(input.value).split(/\s+/).filter(Boolean);
      const entries = await load('search', 'assets/search.js');
      entries.forEach((entry) => { entry.plain ??= [plain(entry[1]), plain(entry[2])]; });
      const found = entries.map((entry, at) => [score(entry, words), at, entry]).filter(([points]) => words.length && points > 0);
      found.sort((one, other) => other[0] - one[0] || one[1] - other[1]);
      list.replaceChildren(...found.slice(0, 30).map(([, , [kind, title, , target]]) => make('li', {}, make('a', { href: address(target) }, make('small', {}, kind), title))));
      list.hidden = !found.length;
      status.textContent = words.length ? `${found.length || 'Nothing'} found${found.length > 30 ? ', the first 30 are listed' : ''}` : '';
    };
    const close = () => { list.hidden = true; };
    form.hidden = false;
    form.addEventListener('submit', (event) => { event.preventDefault(); list.querySelector('a')?.click(); });
    input.addEventListener('input', () => find().catch(close));
    form.addEventListener('keydown', (event) => {
      const links = [...list.querySelectorAll('a')];
      const at = links.indexOf(document.activeElement);
      if (event.key === 'Escape') { close(); input.focus(); }
      if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
      event.preventDefault();
      const next = event.key === 'ArrowDown' ? links[Math.min(at + 1, links.length - 1)] : links[at - 1] || input;
      next?.focus();
    });
    form.addEventListener('focusout', (event) => { if (!form.contains(event.relatedTarget)) close(); });
    list.addEventListener('click', close);
    document.addEventListener('keydown', (event) => {
      if (event.key === '/' && !event.target.closest('input, textarea')) { event.preventDefault(); input.focus(); }
    });
  }

  // --- filters of large tables -----------------------------------------------------------------------------------
  const MANY_ROWS = 14;
  const MANY_COLUMNS = 7;
  const heads = (table) => [...table.tHead.rows[table.tHead.rows.length - 1].cells].filter((head) => !head.matches('.stub, .base'));
  const headOver = (table) => (table.tHead.rows.length > 1 ? [...table.tHead.rows[0].cells].filter((cell) => !cell.matches('.stub, .base')) : []);

  const filter = (table) => {
    const lines = linesOf(table);
    const columns = heads(table);
    const over = headOver(table);
    over.forEach((cell) => { cell.dataset.span = cell.colSpan; });
    const groupOf = columns.map((_, at) => {
      let end = 0;
      return over.findIndex((cell) => { end += Number(cell.dataset.span); return at < end; });
    });
    const shown = columns.map(() => true);
    const status = make('output', {});
    const rowWords = make('input', { type: 'search', autocomplete: 'off' });
    const apply = () => {
      const words = rowWords.value.toLowerCase().split(/\s+/).filter(Boolean);
      lines.forEach((line) => {
        const group = line.parentNode.rows[0].id ? '' : line.parentNode.rows[0].textContent;
        const text = `${group} ${line.cells[0].textContent}`.toLowerCase();
        line.hidden = !words.every((word) => text.includes(word));
        [...line.cells].slice(1, columns.length + 1).forEach((cell, at) => { cell.hidden = !shown[at]; });
      });
      [...table.tBodies].forEach((body) => { body.hidden = [...body.rows].some((row) => row.id) && [...body.rows].every((row) => row.hidden || !row.id); });
      table.querySelectorAll('tr.base').forEach((row) => [...row.cells].slice(1).forEach((cell, at) => { cell.hidden = !shown[at]; }));
      columns.forEach((head, at) => { head.hidden = !shown[at]; });
      over.forEach((cell, at) => {
        const width = groupOf.filter((group, column) => group === at && shown[column]).length;
        cell.hidden = !width;
        cell.colSpan = width || 1;
      });
      stopAt(table, [...table.querySelectorAll('td > a')].find((link) => link.offsetParent));
      const rows = lines.filter((line) => !line.hidden).length;
      status.textContent = `${rows} of ${lines.length} rows and ${shown.filter(Boolean).length} of ${columns.length} columns shown`;
    };
    const boxes = columns.map((head, at) => {
      const box = make('input', { type: 'checkbox' });
      box.checked = true;
      box.addEventListener('change', () => { shown[at] = box.checked; apply(); });
      const group = over[groupOf[at]]?.textContent.trim();
      return make('label', {}, box, group ? `${group}: ${head.textContent.trim()}` : head.textContent.trim());
    });
    rowWords.addEventListener('input', apply);
    const parts = [make('label', {}, 'Rows with', rowWords)];
    if (columns.length >= MANY_COLUMNS) parts.push(make('fieldset', {}, make('legend', {}, 'Columns'), ...boxes));
    const fold = make('details', { class: 'filter' }, make('summary', {}, 'Choose rows and columns'), ...parts, status);
    table.closest('.box').before(fold);
  };
  tables.filter((table) => linesOf(table).length >= MANY_ROWS || heads(table).length >= MANY_COLUMNS).forEach(filter);
})();
