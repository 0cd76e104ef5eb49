"""Record: a row a cell, with its evidence, why it is hidden, what it protects and what is left open of it."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mobility.disclosure.evidence import COLUMNS as EVIDENCE
from mobility.disclosure.judgement import few
from mobility.disclosure.mitigation import Hidden, Protection
from mobility.disclosure.relations import NOBODY, Form, System

PROTECTS = "protects another cell"
COLUMNS = [*EVIDENCE, "reason", "protects", "interval_low", "interval_high", "interval_of", "rounded_to", "rows_name"]
BY_SUBTRACTION = "what could be had by subtraction"
SOME, OUTSIDE = "of the few of whom it tells", "of its base outside it"
BEFORE = "what an earlier release hid"


def record_of(
    evidence: pd.DataFrame,
    reasons: pd.Series,
    system: System | None = None,
    search: Protection | None = None,
    hidden: Hidden | None = None,
) -> pd.DataFrame:
    """The record of all cells, columns `COLUMNS`.

    reasons : of each cell the rule that it breaks, empty for none. system : of their numbers, which names the rows of
    each. search, hidden : what protects them, where cells were hidden for others. `interval_low` and `interval_high`
    are of the few persons of whom a cell tells, as of those who say yes in a mean, or of its base outside it; of the
    cell's own number where it tells of none.
    """
    found = evidence.assign(reason=reasons, protects="", interval_low=np.nan, interval_high=np.nan, rounded_to=np.nan)
    found["interval_of"] = ""
    found["rows_name"] = "" if system is None else system.names[system.own]
    if search is None or hidden is None:
        return found[COLUMNS]
    names = (found["table"] + "/" + found["row"] + "/" + found["column"]).to_numpy()
    by_number = _protected(search, hidden, names)
    outside: dict[int, list[Form]] = {}
    for _, form in search.system.outside:
        if few(form.persons, search.threshold):
            outside.setdefault(form.cell, []).append(form)
    for cell in np.flatnonzero(hidden.cells):
        told = search.system.tells[cell].indices
        if not found.at[cell, "reason"]:
            found.at[cell, "reason"] = PROTECTS
            protected = dict.fromkeys(name for number in told for name in by_number.get(int(number), ()))
            found.at[cell, "protects"] = "; ".join(protected)
        asked = _asked(search, int(cell), outside.get(int(cell), []))
        left = [(*hidden.seen.interval(form.atoms), of) for of, form in asked]
        if left:
            narrowest = min(left, key=lambda ends: ends[1] - ends[0])
            found.loc[cell, ["interval_low", "interval_high", "interval_of"]] = narrowest
    return found[COLUMNS]


def _asked(search: Protection, cell: int, outside: Sequence[Form]) -> list[tuple[str, Form]]:
    """Sums of few persons that a cell tells, or that are `outside` it; where there are none its own, if it has one.

    Each with whom it is of, empty for the rows of the cell.
    """
    system, own = search.system, int(search.system.own[cell])
    told = [int(number) for number in system.tells[cell].indices]
    few_ones = [number for number in told if few(system.persons[number], search.threshold)]
    asked = [("" if number == own else SOME, system.form(number)) for number in few_ones]
    asked += [(OUTSIDE, form) for form in outside]
    return asked or ([] if own == NOBODY else [("", system.form(own))])


def _protected(search: Protection, hidden: Hidden, names: np.ndarray) -> dict[int, list[str]]:
    """By hidden number, names of the cells that are protected by it: of a number that breaks a rule, its own."""
    found = {number: [_name(form, search, names)] for number, form in hidden.chosen.items()}
    for number in search.primary:
        found.setdefault(int(number), [_name(search.system.form(int(number)), search, names)])
    return found


def _name(form: Form, search: Protection, names: np.ndarray) -> str:
    """The cell that a sum of atoms is of; of a number that no cell of this release tells, whose it is."""
    if form.cell != NOBODY:
        return str(names[form.cell])
    if form.number == NOBODY:
        return BY_SUBTRACTION
    telling = search.tells.indices[search.tells.indptr[form.number] : search.tells.indptr[form.number + 1]]
    own = [cell for cell in telling if search.system.own[cell] == form.number]
    return str(names[[*own, *telling][0]]) if len(telling) else BEFORE
