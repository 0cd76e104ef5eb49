"""Attack studies of a run and count: hidden, recovered exactly, too narrow."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from attack.bounds import ContradictionError, System, intervals
from attack.direct import (
    AREAS,
    Told,
    from_adjusted,
    from_backtest,
    from_losses,
    from_tests,
    in_reports,
    in_words,
    shown_small,
    subtracted,
)
from attack.fits import from_counts, from_fits, from_groups, from_intervals, from_saturated
from attack.knowledge import add, rewriting
from attack.printed import in_print
from attack.relations import Collected, Where, build, collect, joined_releases, kept_of, weights_of
from attack.released import Left, Place, read_cells, read_left
from attack.rounding import from_rounding
from attack.totals import add_totals

NOBODY = 1e-6
HALF = 0.5  # by which events fall short of the whole number that they are counted as: 2.99 moves as 3


@dataclass(frozen=True)
class Bounded:
    """Hidden cells of a study with the least and most that each can be, and what the attack could not use.

    rounded : the same of cells shown as 0 or as the multiple to which they are rounded, with that multiple.
    shown_before : hidden cells of later releases, with the release, whose very number an earlier one shows: that is
    read, not had back, and no later release can take it away. cut_off : integer programmes that were not carried to
    their end, of which the bounds proved until then stand. base : to a multiple of which the numbers of the study are
    rounded, of the last release; 0 where they are exact.
    """

    intervals: Mapping[Place, tuple[float, float]]
    hidden: int
    contradictions: tuple[str, ...] = ()
    rounded: Mapping[Place, tuple[float, float, int]] = field(default_factory=dict)
    subtracted: tuple[Told, ...] = ()
    shown_before: tuple[Place, ...] = ()
    cut_off: int = 0
    base: int = 0


def attack(left: Left, threshold: int, balanced: bool = True, flags: Mapping[Place, str] | None = None) -> Bounded:
    """Bound every hidden cell of a study that counts rows of a frame, by everything that left of it.

    balanced : whether it is known that everyone is observed in every wave, where it is so. flags : of hidden cells
    `primary` (few persons in it) or `secondary`, where they are known too.
    """
    return attack_together({"": left}, threshold, balanced, flags)


def attack_together(
    releases: Mapping[str, Left],
    threshold: int,
    balanced: bool = True,
    flags: Mapping[Place, str] | None = None,
    sums: bool = True,
) -> Bounded:
    """The same of several releases of one study, in their order, to subtract.

    Frames that were not changed have the same numbers. sums : whether events that add up where they are shown are taken
    to do so everywhere, and rates to tell them in all digits; where that cannot be, it is not.
    """
    found, cells, kept, former = None, {}, {}, list[Collected]()
    for name, left in releases.items():
        plain = rewriting(left.study)
        own = collect(left, lambda frame, where, plain=plain, name=name: _named(name, *plain(frame, where)))
        add(left, own, balanced)
        if sums:
            add_totals(own)
        for all_of, of_it in ((cells, own.cells), (kept, kept_of(own, former, threshold))):
            all_of |= {(*place, name) if name else place: weights for place, weights in of_it.items()}
        former.append(own)
        found = own if found is None else joined_releases(found, own)
    wrong = list(found.disagreements)
    hidden = sum(len(left.hidden) for left in releases.values())
    try:
        model = build(found)
        own = weights_of(model, cells)
        rates = {place for each in former for place in each.rates}
        for place, flag in (flags or {}).items():
            _use_flag(model.system, own.get(place, {}), flag, threshold, HALF if place[:3] in rates else 0.0)
        wanted = own | weights_of(model, kept)
        # Of a rounded number, and of a hidden one beside such, see `too_close`.
        apart = left.rounded_to - 1 if left.rounded_to else threshold
        enough = [found.rounded[place] - 1 if place in found.rounded else apart for place in wanted]
        bounds = intervals(model.system, list(wanted.values()), enough)
    except ContradictionError as error:
        if sums:
            return attack_together(releases, threshold, balanced, flags, sums=False)
        return Bounded({}, hidden, (*wrong, str(error)))
    small = subtracted(model.system, model.names, threshold)
    found_of = dict(zip(wanted, bounds, strict=True))
    rounded = {place: (*found_of.pop(place), base) for place, base in found.rounded.items()}
    read = shown_before(releases, found_of)
    open_to = {place: bounds for place, bounds in found_of.items() if place not in read}
    base, cut_off = left.rounded_to, model.system.cut_off
    return Bounded(open_to, hidden, tuple(wrong), rounded, tuple(small), tuple(read), cut_off, base)


def shown_before(
    releases: Mapping[str, Left], intervals: Mapping[tuple[str, ...], tuple[float, float]]
) -> dict[tuple[str, ...], float]:
    """Hidden cells of which nothing is left open but the number that an earlier release shows in the same place."""
    names, found = list(releases), {}
    for place, (low, high) in intervals.items():
        own, name = place[:3], "".join(place[3:])
        for left in [releases[before] for before in names[: names.index(name)]]:
            if high - low < 1 - NOBODY and abs(left.numbers.get(own, -1.0) - low) < NOBODY:
                found[place] = low
    return found


def _named(name: str, frame: str, where: Where) -> tuple[str, Where]:
    return f"{name}{frame}", where


def _use_flag(system: System, weights: Mapping[int, float], flag: str, threshold: int, less: float) -> None:
    """A cell that is hidden for itself has somebody in it, one that protects another at least as many as the rule.

    less : by how much its number may fall short of what is counted in it. A difference can be below nothing.
    """
    if weights and min(weights.values()) > 0:
        system.at_least(weights, (1.0 if flag == "primary" else float(threshold)) - less, f"flag {flag}")


def exact(interval: tuple[float, float]) -> bool:
    """Whether one whole number is left at most, and somebody is counted: that nobody is in a cell may be shown."""
    return interval[1] - interval[0] < 1 - 1e-6 and _size(interval) > NOBODY


def too_narrow(interval: tuple[float, float], threshold: int) -> bool:
    """Whether the interval is narrower than the threshold, or tells that the number is below it."""
    close = interval[1] - interval[0] < threshold or _size(interval) < threshold
    return close and _size(interval) > NOBODY


def _size(interval: tuple[float, float]) -> float:
    """How large the number can be; net moves can be below 0."""
    return max(-interval[0], interval[1])


def _too_narrow(interval: tuple[float, float], threshold: int, base: int) -> bool:
    """Of a hidden cell; beside rounded numbers it is as open as one that is shown as 0."""
    return bool(too_close(*interval, base, threshold) if base else too_narrow(interval, threshold))


def too_close(low: float, high: float, base: int, threshold: int) -> bool:
    """Whether a rounded number that may be small, and need not be 0, can be fewer numbers than its base."""
    return high - low + 1 < base and low < threshold and high > 0


def truth_of(restricted: Path, places: list[Place]) -> dict[Place, float]:
    """The n of cells before judgement, to see whether the attack is right."""
    found = {}
    for name in {place[0] for place in places}:
        cells = read_cells(restricted / f"{name}.csv")
        found |= {(name, row, column): n for row, column, n in cells[["row", "column", "n"]].to_numpy()}
    return {place: found[place] for place in places if place in found}


def flags_of(restricted: Path, left: Left, threshold: int) -> dict[Place, str]:
    """Which hidden cells have few persons (`primary`) and which enough (`secondary`), by the cells before judgement."""
    found = {}
    for table in {place[0] for place in left.hidden}:
        cells = read_cells(restricted / f"{table}.csv")
        for row, column, persons in cells.loc[cells["persons"] > 0, ["row", "column", "persons"]].to_numpy():
            found[table, row, column] = "primary" if persons < threshold else "secondary"
    return {place: found[place] for place in left.hidden if place in found}


def directly(left: Left, root: Path, threshold: int) -> list[Told]:
    """Everything that is told without arithmetic between tables."""
    reports, released = (root / name / left.study.name for name in ("reports", "results/released"))
    small = [*shown_small(left, threshold), *in_words(left, threshold), *from_losses(left, threshold)]
    beside = [*from_tests(left), *from_backtest(left, released)]
    beside += [*from_fits(left, threshold), *from_groups(left, threshold), *from_saturated(left), *from_counts(left)]
    beside += [*from_adjusted(left), *from_intervals(left), *from_rounding(left)]
    return [*small, *beside, *in_reports(left, reports), *in_print(left, reports, threshold)]


def row_of(study: str, threshold: int, bounded: Bounded, told: list[Told]) -> dict:
    """A row of the table of results."""
    kinds = [*bounded.intervals.values()]
    return {
        "study": study,
        "threshold": threshold,
        "hidden": bounded.hidden,
        "bounded": len(kinds),
        "exact": sum(bool(exact(one)) for one in kinds),
        "narrow": sum(_too_narrow(one, threshold, bounded.base) for one in kinds),
        "nobody": sum(bool(one[1] <= NOBODY) for one in kinds),
        "rounded": len(bounded.rounded),
        "rounded_narrow": sum(too_close(*one, threshold) for one in bounded.rounded.values()),
        "subtracted": len(bounded.subtracted),
        "told": sum(one.kind != AREAS for one in told),
        "of_areas": sum(one.kind == AREAS for one in told),
        "contradictions": len(bounded.contradictions),
        "cut_off": bounded.cut_off,
    }


def studies_of(root: Path) -> list[str]:
    """Studies of which something left."""
    return sorted(path.name for path in (root / "results" / "released").iterdir() if path.is_dir())


def attack_run(root: Path, specs: Path, threshold: int, studies: list[str] | None = None) -> list[dict]:
    """Attack every study of a run below `root`; a row a study."""
    rows = []
    for study in studies or studies_of(root):
        left = read_left(root, specs, study)
        rows.append(row_of(study, threshold, attack(left, threshold), directly(left, root, threshold)))
        print("  ".join(f"{name} {value}" for name, value in rows[-1].items()), flush=True)
    return rows
