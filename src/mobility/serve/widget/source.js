// Where the numbers come from: a server (the API beside this page) or, in a page without one, the data embedded in it.
'use strict';
window.careerometer = (() => {
  const API = new URL('../api/v2/', document.baseURI);

  const pinned = new URLSearchParams(location.search).get('release'); // where the host asks for another than today's

  // An answer of the API; an error carries the words in which the API says why there is none.
  async function ask(path, query) {
    const address = new URL(path, API);
    for (const [name, value] of Object.entries({ ...query, release: pinned }))
      if (value) address.searchParams.set(name, value);
    const answer = await fetch(address);
    const body = await answer.json().catch(() => ({ error: `The server answered ${answer.status} without words.` }));
    if (body.error) throw new Error([body.error, body.dataset].filter(Boolean).join(': '));
    return body;
  }
  const server = {
    release: () => ask('release', {}),
    card: (soc, region) => ask('card', { soc, region }),
    find: async (text, limit) => (await ask('search', { q: text, limit })).found,
  };

  // A script of the folder, loaded once and only when it is needed: reading a file is not allowed to a page from disk.
  const loaded = {};
  function script(name) {
    loaded[name] ||= new Promise((done, failed) => {
      const own = document.createElement('script');
      own.src = name;
      own.onload = done;
      own.onerror = () => failed(new Error(`${name} is not in the folder of this page.`));
      document.head.append(own);
    });
    return loaded[name];
  }
  // A card from its parts, each the number of a shape and the values that belong into it (mobility.serve.folder).
  function measure(shapes, [shape, ...values]) {
    const { error, series, coarser, ...more } = shapes[shape];
    if (error) return { error };
    const next = () => values.shift();
    return {
      ...more,
      series: series.map((year) => ({ ...year, value: next(), national: { value: year.national } })),
      coarser: coarser.map((says) => ({ says, value: next() })),
    };
  }
  function unpacked({ occupations, shapes, cards }, soc, region) {
    const at = occupations.findIndex((one) => one.soc === soc);
    if (at < 0) throw new Error(`${soc} is no occupation of this release.`);
    const [pay, hours, employment, replacement] = cards[region || ''][at];
    const measures = { pay, hours, employment };
    for (const name of Object.keys(measures)) measures[name] = measure(shapes, measures[name]);
    return { occupation: occupations[at], ...measures, replacement: shapes[replacement[0]] };
  }
  const folder = {
    release: async () => window.careerometerData.about,
    card: async (soc, region) => unpacked(window.careerometerData, soc, region),
    async find(text, limit) {
      await Promise.all([script('search.js'), script('titles.js')]);
      careerometer.search ||= careerometer.searchOver(window.careerometerTitles);
      return careerometer.search(text, limit);
    },
  };
  return { source: () => (window.careerometerData ? folder : server) };
})();
