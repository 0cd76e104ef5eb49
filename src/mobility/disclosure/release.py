"""From restricted cells to released cells: evidence, judgement and mitigation of all tables of a study together."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pandas as pd

from mobility.cells import CELL_COLUMNS, LOW_BASE, SUPPRESSED
from mobility.cells.odds import adjusted_as_shown
from mobility.disclosure.earlier import few_since, now_and_then
from mobility.disclosure.elsewhere import Elsewhere
from mobility.disclosure.evidence import evidence_of
from mobility.disclosure.fits import BLANKS, Fits
from mobility.disclosure.judgement import few, judge
from mobility.disclosure.mitigation import Protection
from mobility.disclosure.numbers import Table
from mobility.disclosure.positions import COLUMNS as POSITIONS
from mobility.disclosure.positions import median_steps, rounded_medians
from mobility.disclosure.record import PROTECTS, record_of
from mobility.disclosure.relations import NOBODY, Form, System, relations_of
from mobility.disclosure.rounded import judge_rounded
from mobility.disclosure.rounding import Rounder, rounds
from mobility.disclosure.steps import Chain, chains_beside
from mobility.disclosure.words import without_alike, without_numbers, without_small
from mobility.statistics import CHANGE_LIKE, COUNT_LIKE, CURVE, SHARE_LIKE

COUNTS = ["n", "base", "persons"]
BLANKED = ["value", "std_error", "ci_low", "ci_high", *COUNTS]
HELD_BACK = "held back: too few persons, or it would give back a number that is held back"
UNTOLD = "no interval: it would tell the number of rows, which is held back"
NO_FITS = Fits()
NAMELESS = np.array([], dtype=str)
# Of a marginal effect `persons` are those on the smaller side of a group of a fit: less those of others, or of another
# fit, they would tell how few of a side are in the rest. They are judged, and not told.
MARGINAL, STD_ERROR = "marginal_effect", "std_error"
SMALL_BASE = 30
RECORD_COLUMNS = ["study", "table", "access", "threshold", "cells", "suppressed", "secondary", "low_base"]


@dataclass(frozen=True)
class Former:
    """What was judged before, and cannot be changed.

    earlier : tables of earlier releases, their cells as released: what they show is known, what they hide is not told
    now, and neither are few persons by whom a cell differs from the same cell then. chains : what their losses told.
    shut : places of lines of the losses whose numbers differ by few from what earlier releases told of them.
    elsewhere : records of other studies of the same source: a number of the same rows that one of them hides is hidden
    here too, and one that it shows is known.
    """

    earlier: Sequence[Table] = ()
    chains: Sequence[Chain] = ()
    elsewhere: Sequence[pd.DataFrame] = ()
    shut: Sequence[int] = ()


@dataclass(frozen=True)
class Release:
    """Cells that may leave, one row that sums up the judgement (`RECORD_COLUMNS`), and a row a cell (`record.py`)."""

    cells: pd.DataFrame
    record: pd.DataFrame
    reasons: pd.DataFrame


@dataclass(frozen=True)
class Together:
    """What of a study may leave.

    tables : its cells. steps : the record of the numbers of its losses. lines : those of the losses that may not tell
    theirs. known : lines whose numbers shown cells of fits tell. names : of all its numbers, by which they are known in
    other studies.
    """

    tables: list[Release]
    steps: pd.DataFrame
    lines: list[int]
    known: list[int]
    names: np.ndarray


def release_tables(
    tables: Sequence[Table],
    access: str,
    threshold: int,
    earlier: Sequence[Table] = (),
    rounder: Rounder | None = None,
    elsewhere: Sequence[pd.DataFrame] = (),
) -> list[Release]:
    """Judge the cells of tables beside losses that tell the rows of each of them: see `release_together`."""
    beside = chains_beside(tables, threshold) if threshold > 0 else []
    former = Former(earlier, (), elsewhere)
    return release_together(tables, beside, access, threshold, former, rounder, hide_steps=False).tables


def release_together(
    tables: Sequence[Table],
    chains: Sequence[Chain],
    access: str,
    threshold: int,
    former: Former,
    rounder: Rounder | None = None,
    hide_steps: bool = True,
    fits: Fits = NO_FITS,
) -> Together:
    """Judge the cells of the tables of a study and blank what rests on too few persons, or would give it back.

    Parameters
    ----------
    tables : tables of one study. chains : what its losses tell. access : class of the data's access, for the record.
    threshold : smallest number of distinct persons; with 0 nothing is held back. former : what was judged before.
    rounder : by which counts and shares are rounded in place of being hidden, and the losses; None for none.
    hide_steps : whether what the losses tell can be hidden too. fits : whose rows the fits of the study used.
    """
    if rounder and threshold > 0 and tables:
        tables, record, names = _rounded(tables, chains, threshold, former, rounder, fits)
        lines = list[int]()
    else:
        record, lines, names = _judged(tables, chains, threshold, former, hide_steps, fits)
    ends = np.cumsum([0, *(len(table.cells) for table in tables)])
    record = record.assign(**dict.fromkeys(POSITIONS, np.nan))
    own, steps = record.iloc[: ends[-1]], record.iloc[ends[-1] :]
    lines = [*lines, *former.shut]
    apart = fits.apart(tables, own, threshold, lines, rounder is not None, few_since(tables, former.earlier, threshold))
    own, blanks = apart.judged(own, threshold), apart.blanks
    found = [
        _released(table, own.iloc[start:end], blanks.iloc[start:end], access, threshold)
        for table, (start, end) in zip(tables, pairwise(ends), strict=True)
    ]
    return Together(found, steps, [*lines, *apart.shut], list(apart.known), names)


def _judged(
    tables: Sequence[Table],
    chains: Sequence[Chain],
    threshold: int,
    former: Former,
    steps: bool = True,
    fits: Fits = NO_FITS,
) -> tuple[pd.DataFrame, list[int], np.ndarray]:
    """The record of all cells, lines of the losses that are not told, and names of all numbers.

    The lines are none unless `steps` can be hidden; the numbers of the losses that can be are in the record after the
    cells of the tables.
    """
    if threshold <= 0:
        evidence = evidence_of([replace(table, sample=None, frame=None) for table in tables])
        return record_of(evidence, judge(evidence, threshold)), [], NAMELESS
    system = relations_of([*tables, *former.earlier], threshold, [*chains, *former.chains])
    system, changed, then = now_and_then(system, tables, former.earlier, threshold)
    system = system.knowing_steps(len(chains) if steps else 0)
    system = fits.priced(tables, chains if steps else [], system)
    evidence = evidence_of(tables, system, chains)
    reasons = judge(evidence, threshold)
    system, reasons = Elsewhere.read(former.elsewhere).applied(system, reasons)
    by_itself = (reasons != "") & ~few(evidence["fewest"], threshold)
    primary, sensitive = _sensitive(system, by_itself, threshold)
    search = Protection(system, threshold, sorted({*primary, *changed}), [*sensitive, *then])
    hidden = search.solve()
    record = record_of(evidence, reasons, system, search, hidden)
    gone = set(system.own[-system.hidable :][hidden.cells[-system.hidable :]]) if system.hidable else set()
    lines = [place for chain, numbers in zip(chains, system.steps, strict=steps)
             for step, number in zip(chain.steps, numbers, strict=True) if number in gone
             for place in chain.lines[step]]  # fmt: skip
    return record, lines, system.names[:-1].astype(str)


def _rounded(
    tables: Sequence[Table], chains: Sequence[Chain], threshold: int, former: Former, rounder: Rounder, fits: Fits
) -> tuple[Sequence[Table], pd.DataFrame, np.ndarray]:
    """Tables of which those that can be are rounded, the record of all cells, and names as `_judged` gives them.

    Tables that cannot be rounded are judged alone.
    """
    soft = np.concatenate([np.full(len(table.cells), rounds(table)) for table in tables])
    sharp = [table for table in tables if not rounds(table)]
    own, _, names = _judged(sharp, chains, threshold, former, steps=False) if sharp else (None, [], NAMELESS)
    exact = np.zeros(len(soft), dtype=bool)
    if own is not None:
        exact[~soft] = (own["reason"] == "").to_numpy()
    told = fits.told(sharp, own, threshold) if own is not None else {}
    made, record = judge_rounded(tables, chains, exact, rounder, threshold, told)
    if own is not None:
        more = record["reason"].where((record["reason"] != "") & ~soft)
        record.loc[~soft, own.columns] = own.to_numpy()
        record["reason"] = more.fillna(record["reason"])
    return made, record.astype(own.dtypes.to_dict() if own is not None else {}), names


def _sensitive(system: System, broken: pd.Series, threshold: int) -> tuple[list[int], list[Form]]:
    """Numbers that are hidden in any case, and sums of rows that nobody may come to know.

    broken : cells whose own number goes with them. Where it is few of its rows that a mean tells, the number itself,
    how many have a value, may be told.
    """
    broken = broken.to_numpy()
    told = np.asarray(system.tells.sum(axis=0)).ravel() > 0
    primary = {int(number) for number in np.flatnonzero(few(system.persons, threshold) & told)}
    primary |= {int(number) for number in system.own[broken & (system.own != NOBODY)]}
    outside = [(number, form) for number, form in system.outside if few(np.array(form.persons), threshold)]
    primary |= {number for number, _ in outside if number != NOBODY}
    numbers = [system.form(number) for number in sorted(primary)]
    return sorted(primary), [*numbers, *(form for _, form in outside), *system.parts]


def _released(table: Table, record: pd.DataFrame, blanks: pd.DataFrame, access: str, threshold: int) -> Release:
    hidden, spec = (record["reason"] != "").to_numpy(), table.spec
    steps = median_steps(table, threshold)
    record = record.assign(**{name: steps[name].where(~hidden).to_numpy() for name in POSITIONS})
    cells = rounded_medians(table.cells[CELL_COLUMNS], steps)
    cells["flag"] = np.where(hidden, SUPPRESSED, cells["flag"])
    if hidden.any():
        cells = adjusted_as_shown(cells, spec)
    said = [
        without_small(without_alike(note), threshold) if threshold > 0 else note for note in cells["note"].astype(str)
    ]
    cells["note"] = np.where(hidden, HELD_BACK, np.array(said, dtype=object))
    cells["stars"] = np.where(hidden, "", cells["stars"])
    of_base = spec.statistic.judged_as in (SHARE_LIKE, CHANGE_LIKE)
    low = ~hidden & (cells["flag"] == "") & (cells["base"] < SMALL_BASE) & of_base
    cells.loc[low.fillna(False), "flag"] = LOW_BASE
    cells[COUNTS] = cells[COUNTS].astype("Int64")
    if threshold > 0 and spec.statistic.judged_as == COUNT_LIKE:
        cells["base"] = pd.NA
    if threshold > 0 and spec.statistic.name == MARGINAL:
        cells.loc[cells["statistic"].isin([MARGINAL, STD_ERROR]), "persons"] = pd.NA
    nets = [threshold > 0 and told.net for told in table.told]
    cells.loc[nets, ["n", "persons"]] = pd.NA  # of nobody's moves, and few though none of them is
    of_fit = few(record["dropped"], threshold) | few(record["droppable"], threshold)
    untold = of_fit | (threshold > 0 and spec.statistic.job == CURVE)
    cells = _without_numbers(cells, blanks.assign(counts=blanks["counts"] | untold))
    cells.loc[hidden, BLANKED] = pd.NA
    # That an effect has an error tells more than one person on a side, or that not all of them are alike.
    cells = cells[~(hidden & cells["statistic"].eq(STD_ERROR).to_numpy())]
    second = int(record["reason"].eq(PROTECTS).sum())
    counts = (int(hidden.sum()) - second, second, int((cells["flag"] == LOW_BASE).sum()))
    row = (table.cells["study"].iloc[0], spec.table, access, threshold, len(hidden), *counts)
    return Release(cells, pd.DataFrame([row], columns=RECORD_COLUMNS), record.reset_index(drop=True))


def _without_numbers(cells: pd.DataFrame, blanks: pd.DataFrame) -> pd.DataFrame:
    """Cells of fits without the numbers that would tell others, as `blanks` says (`BLANKS`), in their notes neither."""
    counts, persons, interval = (blanks[name].to_numpy() for name in BLANKS)
    for which, names in ((counts, COUNTS), (persons, ["persons"]), (interval, ["ci_low", "ci_high"])):
        if which.any():
            cells.loc[which, names] = pd.NA
    cells.loc[counts | persons, "note"] = [without_numbers(note) for note in cells.loc[counts | persons, "note"]]
    cells[COUNTS] = cells[COUNTS].astype("Int64")
    cells.loc[interval, "note"] = [f"{note}; {UNTOLD}" if note else UNTOLD for note in cells.loc[interval, "note"]]
    return cells
