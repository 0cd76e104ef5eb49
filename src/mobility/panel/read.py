"""Reading one wave: harmonised names, the survey's own codes, and every problem of the file at once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from mobility.intake.formats import (
    UnreadableFile,
    bad_cells,
    read_columns,
    rows_named,
    to_codes,
    to_identifiers,
    to_numbers,
)
from mobility.intake.missing import BLANK, OWN_KINDS
from mobility.panel.columns import OTHERS, Found, joined
from mobility.panel.find import DeliveredFile
from mobility.panel.header import Header
from mobility.panel.identifiers import SINGLE_EXACT, rounded_persons
from mobility.panel.register import LISTED, Source, Variable, Wave

FEW = 5
LIST_ALL = 20
SINGLE_ERROR = 1e-4  # more than 3.1 loses in single precision, less than any decimal of a class
SHARED = 10  # rows from which a code that nobody knows is no longer about one person


@dataclass(frozen=True)
class WaveData:
    """One wave as read.

    frame : one row a person, a column a harmonised name (int64 identifiers, int32 or int64 codes, float64 amounts);
        empty on a problem.
    rows : rows in the file. header : the file's columns, lower-cased; empty where it cannot be read.
    present : harmonised names whose column the file has, and that column.
    problems : what must be mended before a run. notes : what a run can live with, and what the delivery settles.
    unmatched : by other file that variables come from, rows without a row there, and rows there that met none.
    others : by other file its columns, lower-cased.
    """

    wave: Wave
    frame: pd.DataFrame
    rows: int
    header: tuple[str, ...]
    present: Mapping[str, str]
    problems: tuple[str, ...]
    notes: tuple[str, ...]
    unmatched: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    others: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


ReadWave = Callable[[DeliveredFile, Source, Wave, Sequence[str], Sequence[str]], WaveData]


def read_wave(
    item: DeliveredFile, source: Source, wave: Wave, required: Sequence[str], optional: Sequence[str] = ()
) -> WaveData:
    """Read the wanted variables of one wave.

    Parameters
    ----------
    item : the wave's file.
    required, optional : harmonised names. A required one that the register places in this wave must be there and hold
        only known codes; an optional one that is absent becomes `NOT_ASKED`, with a note.
    """
    wanted = {name: source.variable(name, wave.name) for name in dict.fromkeys([*required, *optional])}
    asked = {name: variable for name, variable in wanted.items() if variable is not None}
    where = f"wave {wave.name}: {item.path}"
    texts = [
        name.lower()
        for variable in asked.values()
        if variable.kind == "text"
        for name in source.column(variable, wave.name).split(OTHERS)
    ]
    try:
        raw = read_columns(
            item.path, item.format, lambda names: Header(tuple(names), asked, source, wave, where).wanted(), texts
        )
    except UnreadableFile as error:
        return WaveData(wave, pd.DataFrame(), 0, (), {}, (f"{where} {error}",), ())
    if raw.frame.empty:
        problem = f"{where} has a header but no rows. Unpack it again, or leave the wave out"
        return WaveData(wave, pd.DataFrame(), 0, raw.header, {}, (problem,), ())
    header = Header(raw.header, asked, source, wave, where)
    problems, notes = header.told(required)
    series = {}
    for name in wanted:
        if not (name in header.found and header.found[name].columns):
            series[name] = source.not_asked(name, raw.frame.index)
            continue
        place = f"{where}, column {header.found[name].shown}"
        series[name], wrong, unknown = _harmonise(raw.frame, header.found[name], asked[name], source)
        problems += [f"{place}: {text}" for text in wrong]
        (problems if name in required else notes).extend(f"{place}: {text}" for text in unknown)
    problems += _person_problems(raw.frame, series, header.found.get(source.spec["person"], Found()), source, where)
    frame = pd.DataFrame() if problems else pd.DataFrame(series)
    present = {name: found.shown for name, found in header.found.items() if found.columns}
    return WaveData(wave, frame, len(raw.frame), raw.header, present, tuple(problems), tuple(notes))


def _harmonise(
    frame: pd.DataFrame, found: Found, variable: Variable, source: Source
) -> tuple[pd.Series, list[str], list[str]]:
    """A column as codes or amounts; what is wrong with its cells; which of its codes are unknown."""
    if found.widths:
        return *joined(frame, found, BLANK), []
    values = frame[found.columns[0]]
    if variable.kind == "text":
        return values.astype("str"), [], []
    if variable.kind == "amount":
        numbers, bad = to_numbers(values)
        return numbers.fillna(BLANK), _bad_cells(bad, "numbers"), []
    return _coded(values, variable, source)


def _coded(values: pd.Series, variable: Variable, source: Source) -> tuple[pd.Series, list[str], list[str]]:
    """As `_harmonise`, of a kind whose cells are whole numbers, or of which only the whole part counts (3.1 is 3)."""
    make = to_identifiers if variable.kind == "identifier" else to_codes
    if variable.kind == "whole_part":
        numbers, bad = to_numbers(values)
        values = np.floor(numbers + SINGLE_ERROR) if bad.empty else values
    codes, bad = make(values, BLANK)
    if len(bad):
        return codes, _bad_cells(bad, "numbers" if variable.kind == "whole_part" else "whole numbers"), []
    return codes, [], _unknown_codes(codes, variable, source)


def _bad_cells(bad: pd.Series, expected: str) -> list[str]:
    return [f"{bad_cells(bad, expected)}. Take the file of numeric codes, not one with labels"] if len(bad) else []


def _unknown_codes(values: pd.Series, variable: Variable, source: Source) -> list[str]:
    """Codes of a category that neither its code list nor the sentinels know, with their counts."""
    allowed = source.allowed(variable)
    if variable.kind not in LISTED or allowed is None:
        return []
    counts = values.value_counts()
    known = {*source.missing, *OWN_KINDS}
    unknown = {int(code): int(count) for code, count in counts.items() if code not in known and code not in allowed}
    if not unknown:
        return []
    return [
        f"unknown code {_codes_named(values, unknown)}; {_allowed_text(allowed, min(unknown))}. "
        f"If it is a new code, add it to `{variable.codes}` in {source.folder / 'recodes.yaml'}"
    ]


def _codes_named(values: pd.Series, unknown: Mapping[int, int]) -> str:
    """Codes that many rows share, with their counts; of the others, which may be about one person, the rows only."""
    shared = {code: count for code, count in sorted(unknown.items()) if count >= SHARED}
    shown = [f"{code} ({count} rows)" for code, count in list(shared.items())[:FEW]]
    shown += [f"{len(shared) - FEW} more"] if len(shared) > FEW else []
    rare = values.isin([code for code in unknown if code not in shared])
    return " and ".join([*shown, *([f"in {rows_named((np.flatnonzero(rare) + 1).tolist())}"] if rare.any() else [])])


def _allowed_text(allowed: frozenset[int] | range, code: int) -> str:
    """The allowed codes in words; of a long list those nearest to `code`."""
    if isinstance(allowed, range):
        return f"allowed: {allowed.start}-{allowed.stop - 1} and the missing codes"
    if len(allowed) <= LIST_ALL:
        return f"allowed: {', '.join(map(str, sorted(allowed)))} and the missing codes"
    close = sorted(sorted(allowed, key=lambda known: abs(known - code))[:3])
    return f"{len(allowed)} codes are allowed, nearest: {', '.join(map(str, close))}"


def _person_problems(
    raw: pd.DataFrame, series: Mapping[str, pd.Series], found: Found, source: Source, where: str
) -> list[str]:
    """What makes persons unsafe to link: an identifier in single precision, blank, or twice in a wave."""
    if not found.columns:
        return []
    column = found.shown
    if str(raw[found.columns[0]].dtype) == "float32" and not found.widths:
        return [
            f"{where}, column {column}: stored as float32, which cannot hold ten digits, so persons are mixed up. "
            "Export the file again with the identifier as a whole number (long or double)"
        ]
    person = series[source.spec["person"]]
    if person.dtype.kind != "i":
        return []
    missing = int((person < 0).sum())
    if missing:
        return [f"{where}, column {column}: {missing} of its cells hold no identifier. Unpack the file again"]
    if rounded_persons(person):
        return [
            f"{where}, column {column}: every identifier beyond {SINGLE_EXACT:,} is a multiple of a power of two. They "
            "went through single precision (float) and were stored whole afterwards, so persons are mixed up. Export "
            "the file again with the identifier as a whole number (long or double)"
        ]
    twice = person[person.duplicated(keep=False)]
    shown = ", ".join(str(row + 1) for row in twice.index[:FEW])
    several = [
        f"{where}, column {column}: persons who stand in more than one row: {twice.nunique()} (rows {shown}"
        f"{', ...' if len(twice) > FEW else ''}). A wave has one row a person; unpack the file again"
    ]
    return [] if twice.empty else several
