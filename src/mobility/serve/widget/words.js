// What the numbers are and are not, and where they come from.
'use strict';
(() => {
  const { make } = careerometer;
  const WHAT = {
    pay: [
      'Pay',
      'What full-time employees earn on average, before tax. Annual pay is 52 weeks of it; hourly pay is weekly pay ' +
        'over weekly hours. Who starts earns less, and employers differ.',
    ],
    hours: ['Hours', 'Paid hours a week of full-time employees, on average.'],
    employment: [
      'Jobs ahead',
      'A projection: what happens if past trends go on. It is no promise, and knows nothing of events to come. ' +
        'Openings as people leave come on top of growth; there are some even where an occupation shrinks.',
    ],
    none: [
      'No number',
      'Where too few people do the job in the place asked for, surveys cannot say. Where they are not many a number ' +
        'is rough, and says so.',
    ],
    average: ['UK average', 'The same number for all occupations together, in all of the UK.'],
  };
  const INVENTED =
    'These numbers are invented (synthetic data), to try the careerometer with. Do not choose a job by them.';

  const fold = (name, inside) => make('details', {}, make('summary', {}, name), inside);
  function day(date) {
    const found = new Date(`${date}T12:00:00Z`);
    const long = { day: 'numeric', month: 'long', year: 'numeric' };
    return Number.isNaN(Number(found)) ? date : found.toLocaleDateString('en-GB', long);
  }
  // The foot of the page, for the `release` of the API.
  function foot(release) {
    const what = Object.entries(WHAT).flatMap(([own, [name, words]]) => [
      make('dt', {}, name),
      make('dd', {}, make('p', {}, words), make('p', { id: `basis-${own}` })),
    ]);
    const sources = (release.sources || []).map((one) => make('li', {}, one));
    return [
      make('p', {}, `Release ${release.id}, ${day(release.date)}${release.title ? `: ${release.title}` : ''}.`),
      fold('What the numbers are', make('dl', {}, ...what)),
      ...(sources.length ? [fold('Sources', make('ul', {}, ...sources))] : []),
    ];
  }
  // What a release says that its numbers are, which comes with the first card.
  function ground(card) {
    for (const name of ['pay', 'hours', 'employment'])
      if (card[name] && card[name].basis) document.getElementById(`basis-${name}`).textContent = card[name].basis;
  }
  Object.assign(careerometer, { INVENTED, foot, ground });
})();
