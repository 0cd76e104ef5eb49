"""Record: a row a cell, with its evidence, why it is hidden, what it protects and what is left open of it."""

import numpy as np
import pandas as pd

from mobility.disclosure.evidence import COLUMNS as EVIDENCE
from mobility.disclosure.mitigation import Hidden, Protection
from mobility.disclosure.relations import NOBODY, Form, System

PROTECTS = "protects another cell"
COLUMNS = [*EVIDENCE, "reason", "protects", "interval_low", "interval_high", "rounded_to", "rows_name"]
BY_SUBTRACTION = "what could be had by subtraction"
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
    each. search, hidden : what protects them, where cells were hidden for others.
    """
    found = evidence.assign(reason=reasons, protects="", interval_low=np.nan, interval_high=np.nan, rounded_to=np.nan)
    found["rows_name"] = "" if system is None else system.names[system.own]
    if search is None or hidden is None:
        return found[COLUMNS]
    names = (found["table"] + "/" + found["row"] + "/" + found["column"]).to_numpy()
    by_number = _protected(search, hidden, names)
    for cell in np.flatnonzero(hidden.cells):
        told = search.system.tells[cell].indices
        if not found.at[cell, "reason"]:
            found.at[cell, "reason"] = PROTECTS
            protected = dict.fromkeys(name for number in told for name in by_number.get(int(number), ()))
            found.at[cell, "protects"] = "; ".join(protected)
        own = int(search.system.own[cell])
        if own != NOBODY:
            low, high = hidden.seen.interval(search.system.form(own).atoms)
            found.loc[cell, ["interval_low", "interval_high"]] = low, high
    return found[COLUMNS]


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
