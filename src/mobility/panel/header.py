"""The header of a wave's file against the register: which column is which variable, and what is said of the absent."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from mobility.intake.formats import nearest_columns
from mobility.intake.register import VERIFIED
from mobility.panel.columns import Found, find_columns, first_name
from mobility.panel.register import Source, Variable, Wave

FEW = 5


@dataclass(frozen=True)
class Header:
    """Columns of a file (lower-cased), and the variables that are asked in its wave.

    where : wave and path, with which every problem begins.
    """

    columns: tuple[str, ...]
    asked: Mapping[str, Variable]
    source: Source
    wave: Wave
    where: str

    @cached_property
    def found(self) -> dict[str, Found]:
        """Of each harmonised name the columns that hold it."""
        there = dict.fromkeys(self.columns)
        return {name: find_columns(self._text(variable), there) for name, variable in self.asked.items()}

    def wanted(self) -> list[str]:
        """The columns to read; the first of the file where it has none of them, to see whether it has rows."""
        found = dict.fromkeys(column for each in self.found.values() for column in each.columns)
        return list(found) or list(self.columns[:1])

    def told(self, required: Iterable[str]) -> tuple[list[str], list[str]]:
        """What must be mended, and what is worth knowing; one line where the whole prefix is wrong.

        An absent column is a problem where a study needs it, else a note.
        """
        foreign = self._foreign_prefix()
        if foreign:
            return [foreign], []
        absent = [name for name, found in self.found.items() if not (found.columns or found.rivals)]
        needed = [name for name in absent if name in set(required)]
        problems = [
            f"{self.where}: {self._absent(name)}. Mend the row of `{name}` in variables.csv, or unpack the file again"
            for name in needed
        ]
        notes = [
            f"wave {self.wave.name}: {self._absent(name)}; it is optional and treated as not asked"
            for name in absent
            if name not in needed
        ]
        return problems + self._other_period(needed) + self._rivals(), notes + self._other_names()

    def _text(self, variable: Variable) -> str:
        return self.source.column(variable, self.wave.name).lower()

    def _foreign_prefix(self) -> str:
        prefixed = [name for name in self.columns if "_" in name[:3]]
        if not prefixed or any(name.startswith(self.wave.prefix) for name in prefixed):
            return ""
        found = pd.Series([name.split("_")[0] for name in prefixed]).mode()[0]
        return (
            f"{self.where}: its columns start with {found}_, not {self.wave.prefix}. It is another wave's file under "
            "this name; put the right file in its place"
        )

    def _absent(self, name: str) -> str:
        variable = self.asked[name]
        column = first_name(self._text(variable))
        sure = "" if variable.confidence == VERIFIED else f" (the register calls it {variable.confidence})"
        return f"no column {column} ({name}); {nearest_columns(column, self.columns)}{sure}"

    def _other_period(self, needed: Iterable[str]) -> list[str]:
        """Where needed columns are absent and others are there that the register knows of other waves only."""
        if not list(needed):
            return []
        here = [self._text(each) for each in self.source.variables if self.wave.name in each.waves]
        own = {column for text in here for column in find_columns(text, dict.fromkeys(self.columns)).columns}
        others: dict[str, set[str]] = {}
        for variable in self.source.variables:
            column = first_name(variable.variable.lower())
            if not self.wave.prefix and column in self.columns and column not in own:
                others.setdefault(column, set()).update(variable.waves)
        if not others:
            return []
        shared = set.intersection(*others.values())
        waves = [wave for wave in self.source.waves if wave in shared]
        whose = f"; all of them are of {', '.join(waves)}" if waves else ""
        more = f" and {len(others) - FEW} more" if len(others) > FEW else ""
        return [
            f"{self.where}: it has {', '.join(list(others)[:FEW])}{more}, which are names of other waves{whose}. If it "
            "is the file of one of those under this name, put the right file in its place"
        ]

    def _rivals(self) -> list[str]:
        return [
            f"{self.where}: {' and '.join(found.rivals)} may all be `{name}` "
            f"({self.source.column(self.asked[name], self.wave.name)} in variables.csv). Write the one that you mean "
            "there, in a row of this wave"
            for name, found in self.found.items()
            if found.rivals
        ]

    def _other_names(self) -> list[str]:
        """Columns that are not the first that the register names, such as a weight of another vintage."""
        return [
            f"wave {self.wave.name}: {name} is read from {found.shown}, not {first_name(self._text(self.asked[name]))}"
            for name, found in self.found.items()
            if found.columns and not found.first
        ]
