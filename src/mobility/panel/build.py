"""The panel: waves stacked into one row a person and wave, answers carried forward where the survey feeds forward."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from mobility.errors import CatalogueDrift
from mobility.intake.missing import BLANK, NOT_ASKED
from mobility.panel.register import Source

CATALOGUE_COLUMNS = ["name", "kind", "waves", "codes"]
KEYS = ["person", "wave"]


def stack_waves(frames: Mapping[str, pd.DataFrame], source: Source) -> pd.DataFrame:
    """One row a person and wave, sorted by both.

    Columns: `person` (int64), `wave` (number, int16), `year` (the wave's survey year, int16), then the harmonised
    variables as codes.
    """
    identifier, waves = source.spec["person"], [source.waves[letter] for letter in frames]
    rows = [len(frame) for frame in frames.values()]
    person = np.concatenate([frame[identifier].to_numpy() for frame in frames.values()])
    number = np.repeat(np.array([wave.number for wave in waves], dtype=np.int16), rows)
    year = np.repeat(np.array([wave.survey_year for wave in waves], dtype=np.int16), rows)
    order = np.lexsort([number, person])
    columns = {"person": person[order], "wave": number[order], "year": year[order]}
    # A column at a time, so that memory holds the panel and not three of it.
    for name in dict.fromkeys(name for frame in frames.values() for name in frame.columns if name != identifier):
        parts = [frame[name] for frame in frames.values()]
        columns[name] = pd.concat(parts, ignore_index=True).array.take(order)
    return pd.DataFrame(columns, copy=False)


def carry_forward(panel: pd.DataFrame, rules: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Fill what the survey asks once and feeds forward, and say so in `<name>_carried`.

    Each of a rule's `variables` is filled from the person's last wave in which it was answered, never backwards. With
    `while` the variables are one answer, such as a date: they are filled together from the last wave in which the
    first of them was answered, and only as long as the named variables hold those codes in every wave since. A wave
    that lacks one of these stays without it: otherwise it would be known only for those with nothing new to say.
    """
    panel = panel.copy(deep=False)  # what is not filled stays shared
    same_person = (panel["person"] == panel["person"].shift()).to_numpy()
    for rule in rules:
        names = [name for name in rule["variables"] if name in panel]
        if not names:
            continue
        linked = same_person.copy()
        for name, code in rule.get("while", {}).items():
            linked &= (panel[name] == code).to_numpy() if name in panel else False
        groups = [names] if "while" in rule else [[name] for name in names]
        for group in groups:
            source_row = _last_answer(panel[group[0]].to_numpy() >= 0, linked)
            carried = source_row != np.arange(len(panel))
            # A wave that lacks the question would have had new answers: its old ones are not those of everyone.
            lacks = (panel[group] == NOT_ASKED) if "while" in rule else pd.DataFrame(False, panel.index, group)
            for name in group:
                values = panel[name].to_numpy()
                filled = (source_row >= 0) & ~(lacks[name] | lacks[group[0]]).to_numpy()
                found = values[source_row]
                panel[name] = np.where(filled, np.where(found == NOT_ASKED, BLANK, found), values)
                panel[f"{name}_carried"] = carried & filled
    return panel


def _last_answer(answered: np.ndarray, linked: np.ndarray) -> np.ndarray:
    """Row of the last answer that reaches each row through an unbroken chain of `linked` rows; -1 where none does."""
    rows = np.arange(len(answered))
    last = np.maximum.accumulate(np.where(answered, rows, -1))
    chain_start = np.maximum.accumulate(np.where(linked, -1, rows))
    return np.where(last >= chain_start, last, -1)


def describe(panel: pd.DataFrame, source: Source, letters: Sequence[str]) -> pd.DataFrame:
    """Catalogue of a panel: for each variable its kind, the waves of the run that ask it, and its code list.

    The waves are the register's: a column that one delivery lacks is a note of its check, not a change of the panel.
    """
    rows = []
    for name in panel.columns:
        if name in (*KEYS, "year"):
            continue
        if name.endswith("_carried"):
            rows.append((name, "flag", "", ""))
            continue
        asked = [letter for letter in letters if source.variable(name, letter) is not None]
        codes = next(variable.codes for variable in source.variables if variable.name == name)
        rows.append((name, source.kind(name), ",".join(asked), codes))
    return pd.DataFrame(rows, columns=CATALOGUE_COLUMNS).sort_values("name", ignore_index=True)


def check_catalogue(found: pd.DataFrame, committed: pd.DataFrame, waves: Sequence[str], accept: str) -> None:
    """Stop the run when the panel's variables are no longer those of the committed catalogue.

    Waves that the catalogue does not know (a new wave) and waves that this run leaves out are no drift.

    Raises
    ------
    CatalogueDrift
        One line a variable that was added, lost or changed, and `accept`, the command that takes the change over.
    """
    known = {letter for text in committed["waves"] for letter in text.split(",") if letter}
    compared = known & set(waves)
    before = {row.name: _entry(row, compared) for row in committed.itertuples(index=False)}
    now = {row.name: _entry(row, compared) for row in found.itertuples(index=False)}
    lines = [f"added: {name} {now[name]}" for name in sorted(now.keys() - before.keys())]
    lines += [f"lost: {name} {before[name]}" for name in sorted(before.keys() - now.keys())]
    for name in sorted(now.keys() & before.keys()):
        if now[name] != before[name]:
            lines.append(f"changed: {name}: {before[name]} became {now[name]}")
    if lines:
        listed = "\n".join(f"  - {line}" for line in lines)
        raise CatalogueDrift(f"{len(lines)} variables differ from the catalogue:\n{listed}\nIf that is meant: {accept}")


def _entry(row: Any, waves: set[str]) -> str:
    asked = ",".join(letter for letter in row.waves.split(",") if letter in waves)
    return f"({row.kind}{', codes ' + row.codes if row.codes else ''}{', waves ' + asked if asked else ''})"
