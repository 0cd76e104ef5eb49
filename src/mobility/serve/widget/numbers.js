// From a card of the API to what is told of it: which year, per what, and why a number is not told.
'use strict';
(() => {
  const WEEKS = 52;
  const PERIODS = {
    weekly: { name: 'Weekly', unit: 'a week', step: 10 },
    annual: { name: 'Annual', unit: 'a year', step: 100 },
    hourly: { name: 'Hourly', unit: 'an hour', step: 0.1 },
  };
  const whole = new Intl.NumberFormat('en-GB');
  const pence = new Intl.NumberFormat('en-GB', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const rounded = (value, step) => Math.round(value / step) * step;
  const last = (list) => list[list.length - 1];
  const known = (value) => value !== null && value !== undefined;

  const pounds = (value, period) =>
    `£${period === 'hourly' ? pence.format(rounded(value, 0.1)) : whole.format(rounded(value, PERIODS[period].step))}`;

  // Weekly pay per period; hourly needs the hours of the same year. Null where it cannot be said.
  function per(weekly, hours, period) {
    if (!known(weekly)) return null;
    if (period === 'hourly') return hours ? weekly / hours : null;
    return period === 'annual' ? weekly * WEEKS : weekly;
  }
  const holds = (part) => Boolean(part && part.series && part.series.length);

  // Of the coarser answers the first of the same occupation, in a wider place; else the first.
  function nearest(offers) {
    const answered = offers.filter((one) => known(one.value));
    return answered.find((one) => !(one.query || '').includes('coarse=true')) || answered[0] || null;
  }
  // The part of a card for a measure: its last year, told or with the reason why not.
  function latest(part) {
    if (!holds(part)) return { value: null, reason: '', coarser: null };
    const year = last(part.series.filter((one) => !one.projected)) || last(part.series);
    return { ...year, coarser: nearest(part.coarser || []), national: year.national || null };
  }
  const national = (found) => (found.national && known(found.national.value) ? found.national.value : null);

  // This and the next two are null where the release does not hold the measure at all.
  function pay(card, period) {
    if (!holds(card.pay)) return null;
    const weekly = latest(card.pay),
      hours = latest(card.hours);
    const own = per(weekly.value, hours.value, period);
    const wide = weekly.coarser,
      wideHours = wide && hours.coarser && hours.coarser.says === wide.says ? hours.coarser.value : null;
    const coarser = wide ? per(wide.value, wideHours, period) : null;
    const noHours = 'No hours are told for this job, so pay an hour cannot be worked out.';
    return {
      year: weekly.year,
      value: own,
      average: per(national(weekly), national(hours), period),
      note: weekly.verdict === 'noted' ? weekly.reason : '',
      why: known(weekly.value) && own === null ? noHours : weekly.reason,
      coarser: coarser === null ? null : { says: wide.says, value: coarser },
    };
  }
  function hours(card) {
    if (!holds(card.hours)) return null;
    const found = latest(card.hours);
    return {
      year: found.year,
      value: known(found.value) ? found.value : null,
      average: national(found),
      note: found.verdict === 'noted' ? found.reason : '',
      why: found.reason,
      coarser: found.coarser,
    };
  }
  // Openings as people leave: the rate of the occupation, which is of the UK, on the jobs of the place asked for.
  function leaving({ employment, replacement }) {
    if (!replacement || replacement.error) return null;
    const { start_year: from, end_year: to, rate } = replacement;
    const start = employment.series.find((one) => one.year === from);
    const jobs = start && known(start.value) ? rounded(rate * start.value, 100) : 0;
    return jobs ? { from, to, jobs } : null;
  }
  const BAND = 1000; // modelled jobs are told as the middle of their thousand: 12,345 as 12,500
  const bandOf = (part) => (part.judged_by === 'employment' ? BAND : 0);

  // The change from one number of jobs to another as a share: the least and the most that it may be.
  function change(from, to, band) {
    if (!known(from) || !known(to) || from <= 0) return null;
    const share = (first, end) => (first > 0 ? (end - first) / first : Infinity);
    return { least: share(from + band / 2, to - band / 2), most: share(from - band / 2, to + band / 2) };
  }

  // Jobs from the last year that is no projection (or the first) to the last that is.
  function jobs(card) {
    if (!holds(card.employment)) return null;
    const band = bandOf(card.employment),
      now = latest(card.employment),
      ends = last(card.employment.series),
      ahead = ends.projected ? ends : null;
    return {
      from: now.year,
      to: ahead ? ahead.year : null,
      now: known(now.value) ? now.value : null,
      then: ahead && known(ahead.value) ? ahead.value : null,
      change: ahead ? change(now.value, ahead.value, band) : null,
      average: ahead ? change(national(now), national(ahead), band) : null,
      leaving: leaving(card),
      note: now.verdict === 'noted' ? now.reason : '',
      why: now.reason,
      coarser: now.coarser,
    };
  }
  Object.assign(careerometer, { PERIODS, pounds, pay, hours, jobs, count: (value) => whole.format(value) });
})();
