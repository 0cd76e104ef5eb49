// What a page must be for everyone: each check gives the elements that are not, by name.
window.checks = (() => {
  const name = (one) =>
    one.tagName.toLowerCase() + (one.id ? `#${one.id}` : '') + [...one.classList].map((own) => `.${own}`).join('');
  const all = () => [...document.body.querySelectorAll('*')];
  const seen = () => all().filter((one) => one.checkVisibility());
  const beyond = (one) => one.getBoundingClientRect().right > window.innerWidth + 1;
  const scrolls = (way) => way === 'auto' || way === 'scroll';

  function held(one) {
    // inside a part that scrolls or clips
    for (let up = one.parentElement; up && up !== document.documentElement; up = up.parentElement)
      if (getComputedStyle(up).overflowX !== 'visible') return true;
    return false;
  }
  function wide() {
    const reach = document.documentElement.scrollWidth,
      room = window.innerWidth;
    if (reach <= room) return [];
    return [
      `${reach} of ${room} px`,
      ...all()
        .filter((one) => beyond(one) && !held(one))
        .slice(0, 3)
        .map(name),
    ];
  }
  function outOfReach() {
    const inside = 'a[href], button, input, select, textarea, summary, [tabindex="0"]';
    return seen()
      .filter((one) => {
        const look = getComputedStyle(one);
        const over =
          (scrolls(look.overflowX) && one.scrollWidth > one.clientWidth + 1) ||
          (scrolls(look.overflowY) && one.scrollHeight > one.clientHeight + 1);
        return over && one.tabIndex < 0 && !one.querySelector(inside);
      })
      .map(name);
  }
  function headings() {
    const found = seen().filter((one) => /^H[1-6]$/.test(one.tagName)),
      levels = found.map((one) => +one.tagName[1]);
    const jumps = found.filter((_, at) => levels[at] > (at ? levels[at - 1] : 0) + 1);
    const tops = levels.filter((level) => level === 1).length;
    return [...(tops === 1 ? [] : [`${tops} h1`]), ...jumps.map((one) => `${name(one)} ${one.textContent.trim()}`)];
  }
  function cut(sideways) {
    // on paper: clipped, beyond the edge of its sheet, or in a fold that is shut
    const here = seen(),
      turned = here.filter((one) => getComputedStyle(one).page in sideways);
    const edge = (one) => {
      const sheet = turned.find((sheet) => sheet.contains(one));
      return sheet ? sideways[getComputedStyle(sheet).page] : window.innerWidth;
    };
    const off = (one) => one.getBoundingClientRect().right > edge(one) + 1;
    const shut = (fold) =>
      [...fold.children].slice(1).some((one) => !one.checkVisibility({ contentVisibilityAuto: true }));
    const clipped = (one) =>
      getComputedStyle(one).overflowX !== 'visible' && one.clientWidth > 1 && one.scrollWidth > one.clientWidth + 1;
    const folds = here.filter((one) => one.tagName === 'DETAILS' && shut(one));
    return [...here.filter(clipped), ...here.filter(off).slice(0, 3), ...folds].map(name);
  }
  function moving() {
    const long = (times) => times.split(',').some((time) => parseFloat(time) > 0.01);
    const found = all().filter((one) => {
      const look = getComputedStyle(one);
      return long(look.transitionDuration) || long(look.animationDuration) || look.scrollBehavior === 'smooth';
    });
    return [...found.slice(0, 3).map(name), ...document.getAnimations().map(() => 'an animation')];
  }
  async function rules(tags, place) {
    const found = await axe.run(place || document, {
      runOnly: tags,
      resultTypes: ['violations'],
      performanceTimer: false,
    });
    return found.violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.target.join(' ')}`));
  }
  // The small windows of a page, one of each class, opened in turn.
  async function windows(tags) {
    const own = [...document.querySelectorAll('[popover]')],
      found = [];
    for (const kind of new Set(own.map((one) => one.className))) {
      const one = own.find((one) => one.className === kind);
      one.showPopover();
      found.push(...(await rules(tags, one)));
      one.hidePopover();
    }
    return found;
  }
  const openFolds = () =>
    document.querySelectorAll('details').forEach((fold) => {
      fold.open = true;
    });
  return { wide, outOfReach, headings, cut, moving, rules, windows, openFolds };
})();
