"""Reading one wave: harmonised names, the survey's own codes, and every problem of the file at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from mobility.errors import nearest
from mobility.panel.find import DeliveredFile
from mobility.panel.formats import UnreadableFile, read_columns, to_codes
from mobility.panel.missing import BLANK, NOT_ASKED, OWN_KINDS
from mobility.panel.register import VERIFIED, Source, Variable, Wave

FEW = 5


@dataclass(frozen=True)
class WaveData:
    """One wave as read.

    frame : one row a person, a column a harmonised name (int32 or int64 codes, float64 amounts); empty on a problem.
    rows : rows in the file.
    present : harmonised names whose column the file has.
    problems : what must be mended before a run. notes : what a run can live with, and what the delivery settles.
    """

    wave: Wave
    frame: pd.DataFrame
    rows: int
    present: tuple[str, ...]
    problems: tuple[str, ...]
    notes: tuple[str, ...]


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
    wanted = {name: source.variable(name, wave.letter) for name in dict.fromkeys([*required, *optional])}
    asked = {name: variable for name, variable in wanted.items() if variable is not None}
    columns = {name: source.column(variable, wave.letter).lower() for name, variable in asked.items()}
    where = f"wave {wave.letter}: {item.path}"
    try:
        raw = read_columns(item.path, item.format, lambda header: _wanted_columns(columns, header))
    except UnreadableFile as error:
        return WaveData(wave, pd.DataFrame(), 0, (), (f"{where} {error}",), ())
    problems, notes = _header_problems(raw.header, columns, asked, required, wave, where)
    if raw.frame.empty and not problems:
        problems.append(f"{where} has a header but no rows. Unpack it again, or leave the wave out")
    frame = pd.DataFrame(index=raw.frame.index)
    for name, variable in wanted.items():
        column = columns.get(name)
        if column not in raw.frame:
            frame[name] = pd.Series(NOT_ASKED, index=frame.index, dtype="int32")
            continue
        values, problem = _harmonise(raw.frame[column], variable)
        if problem:
            problems.append(f"{where}, column {column}: {problem}")
            continue
        frame[name] = values
        unknown = _unknown_codes(values, variable, source)
        if unknown:
            (problems if name in required else notes).append(f"{where}, column {column}: {unknown}")
    problems += _person_problems(raw.frame, frame, columns, source, where)
    present = tuple(name for name, column in columns.items() if column in raw.frame)
    return WaveData(
        wave, frame if not problems else frame.iloc[:0], len(raw.frame), present, tuple(problems), tuple(notes)
    )


def _wanted_columns(columns: dict[str, str], header: Sequence[str]) -> list[str]:
    there = set(header)
    return list(dict.fromkeys(column for column in columns.values() if column in there))


def _header_problems(
    header: Sequence[str],
    columns: dict[str, str],
    asked: dict[str, Variable],
    required: Sequence[str],
    wave: Wave,
    where: str,
) -> tuple[list[str], list[str]]:
    """Absent columns: a problem where the study needs them, else a note; one line where the whole prefix is wrong."""
    names = [name.strip().lower() for name in header]
    prefixed = [name for name in names if "_" in name[:3]]
    own = [name for name in prefixed if name.startswith(wave.prefix)]
    if prefixed and not own:
        found = pd.Series([name.split("_")[0] for name in prefixed]).mode()[0]
        return [
            f"{where}: its columns start with {found}_, not {wave.prefix}. It is another wave's file under this name; "
            "put the right file in its place"
        ], []
    problems, notes = [], []
    for name, column in columns.items():
        if column in names:
            continue
        text = f"{where}: no column {column} ({name}); {nearest(column, names) if names else 'the header is empty'}"
        sure = "" if asked[name].confidence == VERIFIED else f" (the register calls it {asked[name].confidence})"
        if name in required:
            problems.append(f"{text}{sure}. Mend the row of `{name}` in variables.csv, or unpack the file again")
        else:
            notes.append(f"wave {wave.letter}: optional column {column} ({name}) is absent{sure}; treated as not asked")
    return problems, notes


def _harmonise(values: pd.Series, variable: Variable) -> tuple[pd.Series, str]:
    """A column as codes or amounts, and what is wrong with it."""
    if variable.kind == "text":
        return values.astype("str"), ""
    if variable.kind == "amount":
        numbers = pd.to_numeric(values, errors="coerce").astype("float64")
        bad = values[numbers.isna() & values.notna()]
        return numbers.fillna(BLANK), _text_problem(bad) if len(bad) else ""
    try:
        return to_codes(values, BLANK), ""
    except (ValueError, TypeError):
        numbers = pd.to_numeric(values, errors="coerce")
        bad = values[(numbers.isna() & values.notna()) | (numbers % 1 != 0) & numbers.notna()]
        return values, _text_problem(bad)


def _text_problem(bad: pd.Series) -> str:
    """`text` in words, with its first rows."""
    shown = ", ".join(f"`{value}` in row {row + 1}" for row, value in bad.head(FEW).items())
    more = f" and {len(bad) - FEW} more" if len(bad) > FEW else ""
    return f"{len(bad)} cells are not whole numbers: {shown}{more}. Take the numeric file, not one with labels"


def _unknown_codes(values: pd.Series, variable: Variable, source: Source) -> str:
    """Codes of a category that neither its code list nor the sentinels know, with their counts."""
    allowed = source.allowed(variable)
    if variable.kind != "category" or allowed is None:
        return ""
    counts = values.value_counts()
    known = {*source.missing, *OWN_KINDS}
    unknown = {int(code): int(count) for code, count in counts.items() if code not in known and code not in allowed}
    if not unknown:
        return ""
    shown = ", ".join(f"{code} ({count} rows)" for code, count in sorted(unknown.items())[:FEW])
    listed = f"{min(allowed)}-{max(allowed)}" if len(allowed) > 20 else ", ".join(map(str, sorted(allowed)))
    return (
        f"unknown code {shown}; allowed: {listed} and the missing codes. "
        f"If it is a new code, add it to `{variable.codes}` in recodes.yaml"
    )


def _person_problems(
    raw: pd.DataFrame, frame: pd.DataFrame, columns: dict[str, str], source: Source, where: str
) -> list[str]:
    """What makes persons unsafe to link: an identifier in single precision, blank, or twice in a wave."""
    person = source.spec["person"]
    column = columns.get(person)
    if column not in raw or person not in frame:
        return []
    if str(raw[column].dtype) == "float32":
        return [
            f"{where}, column {column}: stored as float32, which cannot hold ten digits, so persons are mixed up. "
            "Export the file again with the identifier as a whole number (long or double)"
        ]
    missing = int((frame[person] < 0).sum())
    if missing:
        return [f"{where}, column {column}: {missing} rows have no identifier. Unpack the file again"]
    twice = frame[person][frame[person].duplicated(keep=False)]
    if len(twice):
        shown = ", ".join(map(str, twice.unique()[:FEW]))
        return [
            f"{where}, column {column}: {twice.nunique()} persons stand in more than one row ({shown}). "
            "A wave has one row a person; unpack the file again"
        ]
    frame[person] = frame[person].astype("int64")
    return []
