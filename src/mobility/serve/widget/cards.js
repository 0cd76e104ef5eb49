// What stands on a card: the occupation, and its numbers, told or refused.
'use strict';
(() => {
  const { make, PERIODS, pounds, count } = careerometer;
  const MOST_TASKS = 8;
  const sentence = (words) => words.charAt(0).toUpperCase() + words.slice(1);

  // `shown` : per what pay is told, whether the UK average is shown, and the largest pay of all cards, a full bar.
  function contents(card, shown) {
    const parts = [['pay', pay], ['hours', hours], ['jobs', jobs]].map(([name, told]) => {
      const found = careerometer[name](card.data, shown.per);
      return found && told(found, shown);
    });
    return [about(card), ...noted(parts.filter(Boolean))];
  }
  function about(card) {
    const { description, tasks = [] } = card.data.occupation;
    const [first, ...rest] = (description || '').split(/(?<=\.)\s+(?=[A-Z])/);
    const items = tasks.slice(0, MOST_TASKS).map((task) => make('li', {}, task));
    const words = make('div', {}, rest.join(' '), items.length ? make('ul', {}, ...items) : null);
    const keep = (event) => (card.open = event.target.open);
    const more = make('summary', {}, 'More about this job');
    const fold = make('details', { open: card.open, ontoggle: keep }, more, words);
    return make('div.about', {}, make('p', {}, first), fold);
  }
  // What makes a number rough is said in full once a card.
  function noted(numbers) {
    const notes = numbers.map((one) => one.querySelector('.note')).filter(Boolean);
    const again = notes.slice(1).filter((note) => note.textContent === notes[0].textContent);
    for (const note of again) note.textContent = 'Rough too.';
    return numbers;
  }

  // One number: told, told with a note, or refused with the reason and the coarser answer.
  function number(name, found, big, format, more) {
    const told = found.value !== null,
      { coarser } = found;
    const parts = told
      ? [make('p.big', {}, ...big()), ...more]
      : [make('p.refused', {}, sentence(found.why || 'this release does not hold it.'))];
    if (told && found.note) parts.push(make('p.small.note', {}, `Rough: ${found.note}`));
    if (!told && coarser)
      parts.push(make('p.coarser', {}, `For ${coarser.says}: `, make('strong', {}, format(coarser.value))));
    return make('div.number', {}, make('h3', {}, name), ...parts);
  }
  function bar(value, most) {
    const inner = make('span');
    inner.style.setProperty('--of', most > 0 ? (100 * value) / most : 0);
    return make('div.bar', { 'aria-hidden': 'true' }, inner);
  }
  // The line below a number that says what it is in all occupations of the UK, where it is asked for and known.
  function averageOf(value, format, shown, most) {
    if (!shown.average || value === null) return [];
    return [make('div.average-of', {}, make('p', {}, `UK average: ${format(value)}`), most ? bar(value, most) : null)];
  }
  const fullTime = (name, year) => (year ? `${name}, full time, ${year}` : name);

  function pay(found, shown) {
    const { unit } = PERIODS[shown.per],
      format = (value) => `${pounds(value, shown.per)} ${unit}`;
    const big = () => [pounds(found.value, shown.per), make('span.unit', {}, ` ${unit}`)];
    const more = [bar(found.value || 0, shown.most), ...averageOf(found.average, format, shown, shown.most)];
    return number(fullTime('Pay', found.year), found, big, format, more);
  }
  function hours(found, shown) {
    const whole = (value) => count(Math.round(value)),
      format = (value) => `${whole(value)} hours a week`;
    const big = () => [whole(found.value), make('span.unit', {}, ' hours a week')];
    return number(fullTime('Hours', found.year), found, big, format, averageOf(found.average, format, shown));
  }

  const many = (value) => count(Math.round(value / 100) * 100); // no count of jobs is known more closely
  const LITTLE = 2; // per cent
  const percent = (share) => Math.abs(Math.round(100 * share));

  // What a change may be, in words: one share where that is all that whole per cents tell apart, else from and to.
  function moved({ least, most }) {
    const [low, high] = [least, most].map((share) => Math.round(100 * share));
    if (low <= 0 && high >= 0) return Math.max(-low, high) <= LITTLE ? 'about the same' : 'no clear change';
    const ends = [percent(least), percent(most)].sort((one, other) => one - other),
      way = low > 0 ? 'up' : 'down';
    if (low === high) return `${way} ${count(ends[0])}%`;
    return Number.isFinite(most) ? `${way} ${count(ends[0])} to ${count(ends[1])}%` : way;
  }
  function jobs(found, shown) {
    const name = `Jobs ahead, ${found.from} to ${found.to}`,
      format = (value) => `${many(value)} jobs`;
    if (!found.change) {
      const big = () => [many(found.now), make('span.unit', {}, ' jobs')];
      return number(`Jobs, ${found.from}`, { ...found, value: found.now }, big, format, leaving(found));
    }
    const more = [make('p.small', {}, fromTo(found)), ...leaving(found), ...averageOf(found.average, moved, shown)];
    return number(name, { ...found, value: found.now }, () => [sentence(moved(found.change))], format, more);
  }
  function fromTo({ from, now, then, change }) {
    const words = moved(change);
    if (words === 'about the same') return `About ${many(now)} jobs in ${from}.`;
    if (words === 'no clear change')
      return `About ${many(now)} jobs, then about ${many(then)}: a difference within the rounding.`;
    const more = then > now ? 'more' : 'fewer';
    return `From about ${many(now)} jobs to ${many(then)}: ${many(Math.abs(then - now))} ${more}.`;
  }
  function leaving({ leaving: flow }) {
    if (!flow) return [];
    const openings = `about ${many(flow.jobs)} openings as people retire or leave, ${flow.from} to ${flow.to}`;
    return [make('p.small', {}, `Besides, ${openings}.`)];
  }
  Object.assign(careerometer, { contents });
})();
