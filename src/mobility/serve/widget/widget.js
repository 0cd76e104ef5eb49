// The careerometer: three cards, what is shown on them, and what the page around it set.
'use strict';
(() => {
  const { make, PERIODS, pounds } = careerometer;
  const CARDS = 3;
  const YES = ['1', 'true', 'yes', 'on'];
  const here = (id) => document.getElementById(id);
  const say = (words) => (here('status').textContent = words);
  const source = careerometer.source();
  // A card holds `soc` and `title` once chosen, then `data` or `error`; `before` is the card that a search replaces.
  const state = { per: 'annual', region: '', average: false, cards: Array.from({ length: CARDS }, () => ({})) };

  // What the page around it set; what cannot be is said, not guessed.
  function settle(asked, regions, periods) {
    const wrong = [],
      [per, region, theme] = ['pay', 'region', 'theme'].map((name) => asked.get(name));
    if (per && !periods.includes(per)) wrong.push(`pay “${per}”: it can be ${periods.join(', ')}.`);
    else if (per) state.per = per;
    const named = (one) => one.code === region || one.name.toLowerCase() === region.toLowerCase();
    const found = region && regions.find(named);
    if (region && !found)
      wrong.push(`region “${region}”: it can be ${regions.map((one) => `${one.code} (${one.name})`).join(', ')}.`);
    else if (region) state.region = found.code;
    state.average = YES.includes((asked.get('average') || '').toLowerCase());
    if (['dark', 'light'].includes(theme)) document.documentElement.dataset.theme = theme;
    if (wrong.length) tell(`The page that shows this asked for ${wrong.join(' And for ')}`);
  }
  function tell(words) {
    here('told').textContent = words;
    here('told').hidden = false;
  }

  // Pay an hour is worked out from hours: where a release has none it is not offered.
  const periodsOf = ({ measures }) => Object.keys(PERIODS).filter((per) => per !== 'hourly' || measures.includes('hours'));

  function controls(regions, periods) {
    const radio = (per) => make('input', { type: 'radio', name: 'per', value: per, checked: per === state.per });
    here('per').replaceChildren(...periods.map((per) => make('label', {}, radio(per), PERIODS[per].name)));
    here('region').append(...regions.map((one) => make('option', { value: one.code }, one.name)));
    here('region').value = state.region;
    here('where').hidden = !regions.length;
    here('average').checked = state.average;
    here('settings').addEventListener('change', change);
    here('settings').addEventListener('submit', (event) => event.preventDefault());
  }
  function change(event) {
    const { name, id, value, checked } = event.target;
    if (id === 'region') return move(value);
    if (name === 'per') state.per = value;
    else state.average = checked;
    paint();
    return say(name === 'per' ? `Pay is shown ${PERIODS[value].unit}.` : `UK average ${checked ? 'shown' : 'hidden'}.`);
  }
  async function move(region) {
    state.region = region;
    await Promise.all(state.cards.map((card, number) => (card.soc ? load(number) : null)));
    say(`Numbers are of ${here('region').selectedOptions[0].textContent}.`);
  }

  // Ask for the numbers of a card; what comes late, for a card or region that is no longer shown, is left aside.
  async function load(number) {
    const card = state.cards[number],
      { region } = state;
    const found = await source.card(card.soc, region).then(
      (data) => ({ data, error: null, title: data.occupation.title }),
      (error) => ({ data: null, error }),
    );
    if (state.cards[number] !== card || state.region !== region) return;
    Object.assign(card, found);
    if (card.data) careerometer.ground(card.data);
    paint();
  }
  // The card as it is, until its numbers come; then what was pressed is gone, and the focus goes to the heading.
  async function loadAndFocus(number) {
    paint();
    await load(number);
    here(`card-${number}`).querySelector('h2').focus();
  }
  async function choose(number, { soc, title }) {
    const card = (state.cards[number] = { soc, title });
    await loadAndFocus(number);
    say(`${title}: ${spoken(card)}`);
  }
  function spoken({ data }) {
    if (!data) return 'the numbers could not be loaded.';
    const pay = careerometer.pay(data, state.per);
    if (!pay || pay.value === null) return 'no pay is told.';
    return `pay ${pounds(pay.value, state.per)} ${PERIODS[state.per].unit}.`;
  }
  function again(number) {
    state.cards[number] = { before: state.cards[number] };
    paint();
    here(`find-${number}`).focus();
  }
  async function giveBack(number) {
    state.cards[number] = state.cards[number].before;
    await loadAndFocus(number); // the region may be another one by now
  }

  // An empty card keeps its box while others change, so that what is typed stays.
  function paint() {
    const pays = state.cards.map((card) => card.data && careerometer.pay(card.data, state.per)).filter(Boolean);
    const values = pays.flatMap((pay) => [pay.value, state.average ? pay.average : 0]);
    const shown = { per: state.per, average: state.average, most: Math.max(0, ...values) };
    state.cards.forEach((card, number) => {
      const old = here(`card-${number}`);
      if (old && old === card.box) return;
      const one = card.soc ? chosen(card, number, shown) : empty(card, number);
      if (old) old.replaceWith(one);
      else here('cards').append(one);
    });
  }
  function empty(card, number) {
    const back = card.before ? () => giveBack(number) : null;
    const box = careerometer.chooser({ number, say, back, chosen: (found) => choose(number, found) });
    card.box = make('section.card.empty', { id: `card-${number}`, 'aria-label': `Job ${number + 1}, not chosen` }, box);
    return card.box;
  }
  function chosen(card, number, shown) {
    const heading = make('h2', { id: `title-${number}`, tabindex: '-1' }, card.title || `Occupation ${card.soc}`);
    const own = { id: `card-${number}`, 'aria-labelledby': heading.id };
    if (card.data) return full(card, number, shown, heading, own);
    const waiting = make('p.small', {}, 'Loading …');
    if (!card.error) return make('section.card', { ...own, 'aria-busy': 'true' }, heading, waiting);
    return make(
      'section.card',
      own,
      heading,
      make('p.refused', {}, `The numbers could not be loaded. ${card.error.message}`),
      button('Try again', () => loadAndFocus(number)),
      ' ',
      button('Choose another job', () => again(number)),
    );
  }
  const button = (words, onclick, name) => make('button.plain', { type: 'button', onclick, 'aria-label': name }, words);
  function full(card, number, shown, heading, own) {
    const other = button('Change', () => again(number), `Change ${card.title}`);
    return make('section.card.full', own, make('div.top', {}, heading, other), ...careerometer.contents(card, shown));
  }

  // In a frame: tell the page around it how tall it is, so that it never scrolls inside.
  function grow() {
    if (window.parent === window) return;
    const main = here('careerometer');
    const tellHeight = () => {
      parent.postMessage({ careerometer: Math.ceil(main.getBoundingClientRect().height) }, '*');
    };
    new ResizeObserver(tellHeight).observe(main);
  }
  async function start() {
    const asked = new URLSearchParams(location.search);
    const about = await source.release();
    const periods = periodsOf(about);
    settle(asked, about.regions, periods);
    controls(about.regions, periods);
    here('footer').replaceChildren(...careerometer.foot(about.release));
    here('invented').hidden = !about.release.synthetic;
    here('invented').textContent = careerometer.INVENTED;
    const jobs = (asked.get('jobs') || '').split(',').map((soc) => soc.trim());
    jobs.filter(Boolean).slice(0, CARDS).forEach((soc, at) => (state.cards[at] = { soc }));
    paint();
    await Promise.all(state.cards.map((card, number) => (card.soc ? load(number) : null)));
  }
  grow();
  start().catch((error) => tell(`The numbers cannot be reached. ${error.message} Load the page again.`));
})();
