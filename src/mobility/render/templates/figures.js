// What a picture says where one points at it, with mouse, finger or keyboard. Without a script the picture stands alone.
(() => {
  'use strict';
  const SVG = 'http://www.w3.org/2000/svg',
    NEAR = 22,
    POINT = 9;
  const make = (name, keys = {}, parent) => {
    const one = document.createElementNS(SVG, name);
    for (const key in keys) one.setAttribute(key, keys[key]);
    if (parent) parent.append(one);
    return one;
  };
  const shape = (mark, more = {}) =>
    mark.path < 0
      ? make('circle', { cx: mark.x, cy: mark.y, r: POINT, ...more })
      : make('path', { d: `M${mark.x},${mark.y}` + mark.data.paths[mark.path].replace(/^m0,0/, ''), ...more });

  function begin(box, data) {
    const [width] = data.size,
      [top, tall] = data.drawing,
      start = +box.dataset.view.split(' ')[1]; // the page says the title above it in words of its own
    const marks = data.marks.map(([row, column, x, y, path, line]) => ({ row, column, x, y, path, line, data }));
    const cells = marks.filter((mark) => mark.row >= 0 && mark.column >= 0);
    const svg = make('svg', { viewBox: box.dataset.view, 'aria-hidden': 'true' }, box);
    const dim = make('g', {}, svg),
      ring = make('g', { class: 'ring' }, svg),
      ground = make('g', { class: 'ground' }, svg);
    marks.forEach((mark, at) => {
      if (mark.path >= 0) ground.append(shape(mark, { 'data-at': at }));
    });
    const tip = Object.assign(document.createElement('div'), { className: 'tip', hidden: true });
    tip.setAttribute('role', 'status');
    box.append(tip);
    let now = null;

    const lineOf = (row) => document.getElementById(`${data.table}.${data.rows[row][0]}`);
    const alike = (one, other) => one.row === other.row && one.column === other.column;
    function clear() {
      document.querySelectorAll('tr.pointed').forEach((line) => line.classList.remove('pointed'));
      ring.replaceChildren();
      dim.replaceChildren();
      tip.hidden = true;
      now = null;
    }
    // Everything in the drawing but the marks of a row or a column is dimmed.
    function bring(row, column) {
      clear();
      const mine = marks.filter((mark) => (row < 0 || mark.row === row) && (column < 0 || mark.column === column));
      const mask = make('mask', { id: `mask-${box.id}` }, dim);
      make('rect', { y: top, width, height: tall, fill: '#fff' }, mask);
      mine.forEach((mark) => mask.append(shape(mark, { fill: '#000', stroke: '#000', 'stroke-width': 4 })));
      for (const line of new Set(mine.map((mark) => mark.line).filter((line) => line >= 0))) {
        const points = mine
          .filter((mark) => mark.line === line)
          .map((mark) => `${mark.x},${mark.y}`)
          .join(' ');
        make('polyline', { points, fill: 'none', stroke: '#000', 'stroke-width': 9 }, mask);
      }
      make('rect', { y: top, width, height: tall, fill: '#fff', opacity: 0.78, mask: `url(#mask-${box.id})` }, dim);
    }
    function say(mark) {
      const words = data.cells[`${mark.row},${mark.column}`],
        names = [];
      if (data.rows.length > 1 || data.columns.length === 1) names.push(data.rows[mark.row][1]);
      if (data.columns.length > 1) names.push(data.columns[mark.column][1]);
      const head = document.createElement('p'),
        number = document.createElement('strong');
      head.textContent = names.join(', ') + ': ';
      number.textContent = words[0];
      head.append(number);
      tip.hidden = false; // before its words, so that they are read out
      tip.replaceChildren(
        head,
        ...words.slice(1).map((line) => {
          const one = document.createElement('p');
          one.textContent = line;
          return one;
        }),
      );
    }
    // Beside the mark, inside what is seen of the picture.
    function put(mark) {
      const scale = svg.clientWidth / width,
        left = box.scrollLeft,
        half = tip.offsetWidth / 2;
      const drawn = ring.firstChild.getBBox(),
        middle = (drawn.x + drawn.width / 2) * scale;
      const below = (drawn.y - start + drawn.height) * scale + 8,
        above = (drawn.y - start) * scale - tip.offsetHeight - 8;
      const high = below + tip.offsetHeight > svg.clientHeight && above > 0;
      tip.style.left = Math.max(left, Math.min(middle - half, left + box.clientWidth - 2 * half)) + 'px';
      tip.style.top = (high ? above : Math.min(below, Math.max(0, svg.clientHeight - tip.offsetHeight))) + 'px';
    }
    function show(mark) {
      if (now && alike(now, mark)) return;
      clear();
      now = mark;
      cells.filter((one) => alike(one, mark)).forEach((one) => ring.append(shape(one)));
      say(mark);
      put(mark);
      lineOf(mark.row)?.classList.add('pointed');
    }
    function at(event) {
      const under = document.elementFromPoint(event.clientX, event.clientY)?.dataset?.at;
      if (under !== undefined) return marks[under];
      const seen = svg.getBoundingClientRect(),
        scale = width / seen.width;
      const x = (event.clientX - seen.x) * scale,
        y = start + (event.clientY - seen.y) * scale;
      const far = (mark) => Math.hypot(mark.x - x, mark.y - y);
      const near = cells.filter((mark) => mark.path < 0).sort((one, other) => far(one) - far(other))[0];
      return near && far(near) < NEAR * Math.max(1, scale) ? near : null;
    }
    function point(event) {
      if (tip.contains(event.target)) return;
      const mark = at(event);
      if (!mark) clear();
      else if (mark.row < 0 || mark.column < 0) bring(mark.row, mark.column);
      else show(mark);
    }
    // The next number along a row (`across`) or a column; those that are not drawn are passed over.
    function step(across, by) {
      const key = across ? 'column' : 'row',
        other = across ? 'row' : 'column';
      const ahead = cells.filter((mark) => mark[other] === now[other] && Math.sign(mark[key] - now[key]) === by);
      ahead.sort((one, two) => by * (one[key] - two[key]));
      if (ahead.length) show(ahead[0]);
    }
    const first = () =>
      cells.reduce((one, two) => (two.row < one.row || (two.row === one.row && two.column < one.column) ? two : one));
    const keys = { ArrowRight: [true, 1], ArrowLeft: [true, -1], ArrowDown: [false, 1], ArrowUp: [false, -1] };
    const hear = {
      pointermove: point,
      pointerdown: point,
      pointerleave: (event) => {
        if (event.pointerType === 'mouse') clear();
      },
      blur: clear,
      keydown(event) {
        if (event.key === 'Escape') return clear();
        if (!keys[event.key] || !cells.length) return;
        if (now) step(...keys[event.key]);
        else show(first());
        ring.firstChild.scrollIntoView({ block: 'nearest', inline: 'nearest' });
      },
    };
    // A row of the table that the picture shows: its marks stand out while one points at the row.
    const over = (line) => {
      const row = data.rows.findIndex((_, at) => lineOf(at) === line);
      if (row >= 0) bring(row, -1);
    };
    document.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') clear();
    });
    return { hear, over, clear };
  }

  const hint = Object.assign(document.createElement('p'), { className: 'hint' });
  hint.textContent = 'Point at a mark of a picture, or use the arrow keys in it, for its number.';
  document.querySelector('[data-marks]')?.before(hint);

  // What a picture says is loaded when somebody first points at it or at its table, or comes to it with the keyboard.
  document.querySelectorAll('[data-marks]').forEach((box) => {
    const name = `marks/${box.dataset.marks}`,
      table = document.querySelector(`table[data-cells="${box.dataset.table}"]`);
    let picture;
    const ready = () =>
      picture
        ? Promise.resolve(picture)
        : window.mobility.load(name, `assets/${name}.js`).then((data) => (picture ??= begin(box, data)));
    const on = (target, kind, act) =>
      target?.addEventListener(kind, (event) => {
        ready().then(
          (own) => act(own, event),
          () => {},
        );
      });
    for (const kind of ['pointermove', 'pointerdown', 'pointerleave', 'blur', 'keydown'])
      on(box, kind, (own, event) => own.hear[kind](event));
    box.addEventListener('keydown', (event) => {
      if (event.key.startsWith('Arrow')) event.preventDefault();
    });
    on(box, 'focus', () => {});
    for (const kind of ['pointerover', 'focusin'])
      on(table, kind, (own, event) => own.over(event.target.closest('tr')));
    for (const kind of ['pointerleave', 'focusout']) on(table, kind, (own) => own.clear());
    box.setAttribute('aria-label', `${box.getAttribute('aria-label')}: arrow keys go from number to number`);
  });
})();
