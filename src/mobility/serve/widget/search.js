// For a page without a server: the search over the titles of titles.js.
'use strict';
(() => {
  // The constants and steps are those of mobility.serve.search.find, which says why; a test compares the answers.
  const NUMBER = 0.99, STEM = 0.9, DOER = 0.92, BEGUN = 0.8, NEARLY = 0.92, PER_SLIP = 0.12;
  const LEAST_BEGUN = 2, MOST_BEGUN = 80, LEAST_SPELT = 4, LONG_WORD = 8, LEAST_PART = 3;
  const COVERED = 0.62, EXACT = 0.38, UNASKED = 0.93, ANOTHER_WAY = 0.96, OFTEN = 0.06, HALF = 8;
  const WORST = 0.4, BESIDE = 0.3, WHOLE = 0.999, IN_QUALIFIER = 0.9, IN_TEXT = 0.8, UNKNOWN = 9;
  const MOST_SAID = 4, MOST_READINGS = 6, MOST_NEAR = 12, MOST_WORDS = 12, LONGEST = 200;
  const WORTH = [1.03, 1.01, 1, 0.8], TEXT = 3, LEAST_ROOT = 4, MOST_CUT = 3;
  const EMPTY = new Set('a an and as at by for i in nec nos of on or other the to with'.split(' '));

  function plain(text) {
    const folded = text.replace(/’/g, "'").normalize('NFKD').replace(/\p{M}/gu, '');
    return folded.replace(/'[sS]?\b|'/g, '').replace(/&/g, ' and ');
  }
  const saysNothing = (word) => EMPTY.has(word.toLowerCase()) && !(word.length > 1 && word === word.toUpperCase());
  function wordsOf(text) {
    const all = plain(text).match(/[A-Za-z0-9]+/g) || [],
      own = all.filter((word) => !saysNothing(word));
    return (own.length ? own : all).map((word) => word.toLowerCase());
  }
  const compoundsOf = (text) =>
    (plain(text).match(/[A-Za-z0-9]+(?:-[A-Za-z0-9]+)+/g) || []).map((one) => one.replace(/-/g, '').toLowerCase());
  const oneNumber = (word) => (word.endsWith('ies') ? `${word.slice(0, -3)}y` : word.replace(/s$/, ''));
  const maySlip = (word) => word.length >= LEAST_SPELT && /^[a-z]+$/.test(word);

  // Letters left out, put in, changed or swapped with the next; more than `most` is `most + 1`.
  function slips(one, other, most) {
    if (Math.abs(one.length - other.length) > most) return most + 1;
    let before = [],
      last = Array.from({ length: other.length + 1 }, (_, at) => at);
    for (let i = 1; i <= one.length; i++) {
      const row = [i];
      for (let j = 1; j <= other.length; j++) {
        const same = one[i - 1] === other[j - 1] ? 0 : 1,
          swapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
        row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + same, swapped ? before[j - 2] + 1 : Infinity);
      }
      if (Math.min(...row) > most) return most + 1;
      [before, last] = [last, row];
    }
    return last[other.length];
  }

  // The index of titles.js: titles of each unit group by line, their words by number.
  function indexed(data) {
    const words = data.words.split(' '),
      place = new Map(words.map((word, at) => [word, at])),
      starts = [0],
      said = [],
      kinds = [];
    for (const own of data.titles) {
      for (const [kind, lines] of own.entries())
        for (const line of lines ? lines.split('\n') : []) {
          said.push(line);
          kinds.push(kind);
        }
      starts.push(said.length);
    }
    const index = { ...data, words, place, starts, said, kinds, postings: words.map(() => []), qualified: [] };
    const kin = new Map();
    data.stemOf.forEach((stem, word) => kin.set(stem, [...(kin.get(stem) || []), word]));
    const doers = new Map();
    for (const [stem, word] of data.doers) doers.set(stem, [...(doers.get(stem) || []), word]);
    const said_ = new Map();
    for (const [from, to] of data.said) {
      const key = wordsOf(from).join(' ');
      said_.set(key, [...(said_.get(key) || []), wordsOf(to)]);
    }
    Object.assign(index, { kin, doers, otherwise: said_ });
    fill(index);
    return index;
  }
  function fill(index) {
    const entries = index.said.map((line, at) => {
      if (index.kinds[at] === TEXT) return { words: [], extra: wordsOf(line) };
      const cut = line.indexOf('('),
        own = cut < 0 ? line : line.slice(0, cut),
        more = cut < 0 ? '' : line.slice(cut);
      index.qualified[at] = Boolean(more);
      return { words: [...new Set(wordsOf(own))], extra: [...wordsOf(more), ...compoundsOf(line)] };
    });
    const counts = new Map();
    for (const { words } of entries) {
      const stems = new Set(words.map((word) => index.stemOf[index.place.get(word)]));
      for (const stem of stems) counts.set(stem, (counts.get(stem) || 0) + 1);
    }
    index.rarity = index.stemOf.map((stem) => Math.log(1 + entries.length / (1 + (counts.get(stem) || 0))));
    entries.forEach(({ words, extra }, at) => {
      const own = words.map((word) => index.place.get(word)),
        weight = own.reduce((sum, word) => sum + index.rarity[word], 0);
      const outside = index.kinds[at] === TEXT ? IN_TEXT : IN_QUALIFIER;
      for (const word of new Set(extra.map((one) => index.place.get(one))))
        if (word !== undefined && !own.includes(word)) index.postings[word].push([at, outside, 0]);
      for (const word of own) index.postings[word].push([at, 1, index.rarity[word] / weight]);
    });
  }

  function searchOver(data) {
    const index = indexed(data),
      size = index.said.length,
      minor = index.groups.map(([soc]) => soc.slice(0, 3));

    // There is no stemmer here: of a word that no title has, `cut` takes the end off until some begin so.
    const stemOf = (word) => {
      const at = index.place.get(word) ?? index.place.get(oneNumber(word));
      return at === undefined ? -1 : index.stemOf[at];
    };
    function begun(word) {
      const found = [];
      if (word.length < LEAST_BEGUN) return found;
      for (let at = 0; at < index.words.length && found.length < MOST_BEGUN; at++)
        if (index.words[at].startsWith(word)) found.push(at);
      return found;
    }
    function cut(word) {
      for (let end = word.length - 1; end >= Math.max(LEAST_ROOT, word.length - MOST_CUT); end--) {
        const found = begun(word.slice(0, end)).filter((at) => index.words[at].length <= end + MOST_CUT + 1);
        if (found.length) return found;
      }
      return [];
    }
    function nearly(word) {
      if (!maySlip(word)) return [];
      const most = word.length >= LONG_WORD ? 2 : 1,
        found = [];
      index.words.forEach((other, at) => {
        const many = slips(word, other, most);
        if (many <= most) found.push([at, NEARLY - PER_SLIP * (many - 1), many]);
      });
      return found.sort((one, other) => one[2] - other[2]).slice(0, MOST_NEAR);
    }
    function kinOf(word, stem) {
      const doers = index.doers.get(stem) || [],
        kin = index.kin.get(stem) || [],
        fit = (known) => (oneNumber(word) === oneNumber(index.words[known]) ? NUMBER : STEM);
      return [...doers.map((known) => [known, DOER]), ...kin.map((known) => [known, fit(known)])];
    }
    function answers(words, at, spelt) {
      const word = words[at],
        own = index.place.get(word),
        stem = stemOf(word),
        found = new Map();
      const add = (known, fit) => found.set(known, Math.max(fit, found.get(known) || 0));
      for (const [known, fit] of kinOf(word, stem)) add(known, fit);
      if (stem < 0) for (const known of cut(word)) add(known, STEM);
      if (own === undefined || spelt) 
        for (const [near, fit] of nearly(word)) {
          add(near, fit);
          for (const [known, own] of kinOf(index.words[near], index.stemOf[near])) add(known, fit * own);
        }
      if (stem < 0 || at === words.length - 1) for (const known of begun(word)) add(known, BEGUN);
      if (own !== undefined) add(own, 1);
      return found;
    }
    function weigh(words, spelt) {
      const covered = new Float32Array(size),
        exact = new Float32Array(size),
        asked = new Uint8Array(size);
      let total = 0;
      words.forEach((_, at) => {
        const hit = new Float32Array(size),
          part = new Float32Array(size);
        let weight = 0;
        for (const [word, fit] of answers(words, at, spelt)) {
          if (fit >= STEM) weight = Math.max(weight, index.rarity[word]);
          for (const [entry, own, share] of index.postings[word]) {
            hit[entry] = Math.max(hit[entry], fit * own);
            part[entry] = Math.max(part[entry], fit * share);
            if (!share) asked[entry] = 1;
          }
        }
        weight ||= UNKNOWN;
        total += weight;
        for (let entry = 0; entry < size; entry++) {
          covered[entry] += weight * hit[entry];
          exact[entry] += part[entry];
        }
      });
      const score = new Float32Array(size),
        whole = new Uint8Array(size);
      for (let entry = 0; entry < size; entry++) {
        const share = covered[entry] / total,
          kind = index.kinds[entry];
        score[entry] = WORTH[kind] * share * (COVERED + EXACT * Math.min(exact[entry], 1));
        if (index.qualified[entry] && !asked[entry]) score[entry] *= UNASKED;
        whole[entry] = share >= WHOLE * IN_QUALIFIER && kind !== TEXT ? 1 : 0;
      }
      return { score, whole };
    }
    function better(one, other, factor) {
      for (let entry = 0; entry < size; entry++) {
        one.score[entry] = Math.max(one.score[entry], factor * other.score[entry]);
        one.whole[entry] |= other.whole[entry];
      }
      return one;
    }
    function read(words) {
      const found = weigh(words, false);
      if (found.whole.includes(1) || !words.some(maySlip)) return found;
      return better(found, weigh(words, true), 1);
    }
    function parts(word) {
      if (stemOf(word) >= 0) return null;
      let best = null;
      for (let cut = LEAST_PART; cut <= word.length - LEAST_PART; cut++) {
        const pair = [word.slice(0, cut), word.slice(cut)];
        const off = (one) => Math.abs(2 * one[0].length - word.length);
        if (pair.every((one) => index.place.has(one)) && (!best || off(pair) < off(best))) best = pair;
      }
      return best;
    }
    function readings(words) {
      const found = [];
      words.forEach((word, start) => {
        const put = (stop, own) => found.push([...words.slice(0, start), ...own, ...words.slice(stop)]);
        for (let stop = start + 1; stop <= Math.min(start + MOST_SAID, words.length); stop++)
          for (const means of index.otherwise.get(words.slice(start, stop).join(' ')) || []) put(stop, means);
        const apart = parts(word);
        if (apart) put(start + 1, apart);
        const joined = words.slice(start, start + 2).join('');
        if (joined !== word && index.place.has(joined)) put(start + 2, [joined]);
      });
      return found.filter((reading) => reading.length).slice(0, MOST_READINGS);
    }
    function groups({ score, whole }) {
      const found = index.groups.map(([soc, title], at) => {
        let best = index.starts[at],
          many = 0;
        for (let entry = index.starts[at]; entry < index.starts[at + 1]; entry++) {
          if (score[entry] > score[best]) best = entry;
          many += whole[entry];
        }
        const matched = index.kinds[best] === TEXT ? title : index.said[best];
        return { soc, title, at, matched, score: score[best] * (1 + (OFTEN * many) / (many + HALF)) };
      });
      const top = found.reduce((one, other) => (other.score > one.score ? other : one));
      for (const one of found)
        if (one.score < WORST * top.score) {
          const beside = minor[one.at] === minor[top.at];
          Object.assign(one, { score: beside ? BESIDE * top.score : 0, matched: '' });
        }
      return found.filter((one) => one.score > 0).sort((one, other) => other.score - one.score || one.at - other.at);
    }
    // A number is read as a code, or as the beginning of one.
    function coded(text) {
      const number = /^\s*([0-9]{1,4})\s*$/.exec(text);
      const own = index.groups.filter(([soc]) => number && soc.startsWith(number[1]));
      return own.map(([soc, title]) => ({ soc, title, matched: title, score: 1 }));
    }
    return (text, limit) => {
      const byCode = coded(text);
      if (byCode.length) return byCode.slice(0, limit);
      const words = wordsOf(text.slice(0, LONGEST)).slice(0, MOST_WORDS);
      if (!words.length) return [];
      const found = read(words);
      for (const reading of readings(words)) better(found, read(reading), ANOTHER_WAY);
      return groups(found).slice(0, limit);
    };
  }
  Object.assign(careerometer, { searchOver });
})();
