"""What a long file is, from its columns: person, wave, states, codes and labels. Proposed and printed, never silent."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from mobility.errors import DeliveryError, nearest
from mobility.intake.cell_values import NUMBER, Missing, categories, clean, identifiers, whole_numbers
from mobility.intake.formats import UnreadableFile, describe_columns
from mobility.panel.table_source import read_file
from mobility.storage import read_words

ROLES = ("person", "wave", "state")
NO_MISSING = Missing.of(())


@dataclass(frozen=True)
class Proposal:
    """Columns of the three roles; `labels`: (code, id) of each state; `states`: (id, label); `waves` in their order."""

    file: str
    person: str
    wave: str
    state: str
    missing: tuple[str, ...]
    labels: tuple[tuple[str, str], ...]
    states: tuple[tuple[str, str], ...]
    waves: tuple[int, ...]

    @property
    def starts(self) -> tuple[int, ...]:
        """Waves that are followed by the next number."""
        return tuple(wave for wave in self.waves if wave + 1 in self.waves)

    @property
    def text(self) -> str:
        """The proposal in words, a line a decision."""
        codes = [f"  {code}: {name}" for code, name in self.labels]
        no_answer = ", ".join(self.missing) or "blank cells only"
        waves = ", ".join(map(str, self.waves))
        roles = [f"Person: column {self.person}", f"Wave: column {self.wave} ({waves})", f"State: column {self.state}"]
        return "\n".join([*roles, *codes, f"No answer: {no_answer}"])


def propose(path: Path, given: Mapping[str, str | None]) -> Proposal:
    """Look at a file.

    Parameters
    ----------
    given : column of a role (`ROLES`) where the user names it.

    Raises
    ------
    DeliveryError
        The file cannot be read; no column fits a role, or several do and none has a usual name; no wave follows
        another.
    """
    table = _columns(path)
    person = _chosen("person", [name for name in table if _is_person(table[name])], given, table, path)
    waves = [name for name in table if name != person and _is_wave(table, person, name)]
    wave = _chosen("wave", waves, given, table, path)
    states = [name for name in table if name not in (person, wave) and _is_state(table[name])]
    state = _chosen("state", states, given, table, path)
    codes = _codes(table[state])
    missing = tuple(code for code in codes if _is_no_answer(code))
    labels, shown = _labels([code for code in codes if code not in missing], _stata_labels(path, state), state)
    found = tuple(int(number) for number in sorted(whole_numbers(table[wave], NO_MISSING).values.dropna().unique()))
    proposal = Proposal(path.name, person, wave, state, missing, labels, shown, found)
    if not proposal.starts:
        raise _refusal(
            path, f"column {wave}: no two of its {len(found)} numbers follow each other. Number the waves 1, 2, 3"
        )
    return proposal


@cache
def _names() -> dict[str, Any]:
    return read_words(Path(__file__).parent / "names.yaml")


def _columns(path: Path) -> dict[str, pd.Series]:
    """All columns of the file by their names as written."""
    if not path.is_file():
        raise _refusal(path, "no such file. Give the file after --from")
    try:
        found = read_file(path, "--from", lambda header: list(range(len(header))))
    except UnreadableFile as error:
        raise _refusal(path, str(error)) from None
    twice = [name for name, times in Counter(name.lower() for name in found.header).items() if times > 1]
    if twice:
        raise _refusal(path, f"columns that are one name, since case does not count: {', '.join(twice)}. Rename them")
    return {name: found.frame[position] for position, name in enumerate(found.header) if name}


def _chosen(
    role: str,
    fitting: Sequence[str],
    given: Mapping[str, str | None],
    table: Mapping[str, pd.Series],
    path: Path,
) -> str:
    """The column that the user names, else the one with the likeliest name, else the only one that fits."""
    by_name = {name.lower(): name for name in table}
    named = given.get(role)
    if named:
        if named.lower() not in by_name:
            raise _refusal(path, f"no column `{named}`; {nearest(named, list(table))}. Mend --{role}")
        return by_name[named.lower()]
    usual = [by_name[name] for name in _names()[role] if by_name.get(name) in fitting]
    if usual or len(fitting) == 1:
        return (usual or list(fitting))[0]
    found = f"columns that may be it: {', '.join(fitting)}" if fitting else f"columns: {', '.join(table)}"
    raise _refusal(path, f"which column is the {role}? {found}. Say it with --{role} COLUMN")


def _is_person(column: pd.Series) -> bool:
    """Whole numbers, of which some stand more than once."""
    numbers = identifiers(column, NO_MISSING)
    return not numbers.problems and 1 < numbers.values.nunique() < numbers.values.notna().sum()


def _is_wave(table: Mapping[str, pd.Series], person: str, name: str) -> bool:
    """Whole numbers, not many of them, each once a person."""
    numbers = whole_numbers(table[name], NO_MISSING)
    if numbers.problems or not 1 < numbers.values.nunique() <= int(_names()["most_waves"]):
        return False
    keys = pd.DataFrame({"person": table[person], "wave": numbers.values}).dropna()
    return not keys.duplicated().any()


def _is_state(column: pd.Series) -> bool:
    """A few codes or words."""
    codes = [code for code in _codes(column) if not _is_no_answer(code)]
    fractions = [code for code in codes if NUMBER.fullmatch(code) and float(code) % 1]
    return 1 < len(codes) <= int(_names()["most_states"]) and not fractions


def _codes(column: pd.Series) -> list[str]:
    """Distinct cells as text, numbers first and in their order."""
    texts = categories(column, NO_MISSING, {}).values.dropna().unique()
    return sorted(texts, key=lambda text: (0, float(text), text) if NUMBER.fullmatch(text) else (1, 0.0, text))


def _is_no_answer(code: str) -> bool:
    """A word that programs write for no value, or a negative code."""
    return code in _names()["no_answer"] or bool(NUMBER.fullmatch(code) and float(code) < 0)


def _labels(
    codes: Sequence[str], known: Mapping[str, str], column: str
) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]:
    """(code, id) and (id, label) of each state: labels of the file, the word itself, or the column and the number."""
    labels, states, taken = [], [], set()
    for code in codes:
        text = known.get(code) or (f"{column} {code}" if NUMBER.fullmatch(code) else code)
        slug = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_") or "state"
        name = next(name for name in (slug, *(f"{slug}_{n}" for n in range(2, len(codes) + 2))) if name not in taken)
        taken.add(name)
        labels.append((code, name))
        states.append((name, text))
    return tuple(labels), tuple(states)


def _stata_labels(path: Path, column: str) -> dict[str, str]:
    """Value labels of a Stata file's column, by code; empty for other files."""
    if path.suffix.lower() != ".dta":
        return {}
    try:
        described = describe_columns(path, "dta")
    except UnreadableFile as error:
        raise _refusal(path, str(error)) from None
    labels = next((each.values for each in described if each.name == column.lower()), {})
    return {clean(code): str(label).strip() for code, label in labels.items()}


def _refusal(path: Path, problem: str) -> DeliveryError:
    return DeliveryError([f"{path}: {problem}"], str(path), "mobility new-study NAME --from FILE")
