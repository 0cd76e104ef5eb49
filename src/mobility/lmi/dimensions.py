"""The six dimensions of the careers database: codes in order, labels and coarser levels (Tables C.9.1 to C.9.4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mobility.errors import SpecError, nearest
from mobility.storage import read_register

FOLDER = "resources/classifications"
ALL = "all"
# The axes of every array, in their order, and the register of each.
REGISTERS = {
    "occupation": "lmi_occupations",
    "industry": "lmi_industries",
    "region": "lmi_regions",
    "gender": "lmi_genders",
    "status": "lmi_statuses",
    "qualification": "lmi_qualifications",
}
NAMES = tuple(REGISTERS)
# Columns of the registers that are levels, from fine to coarse.
LEVELS = ("minor", "sub_major", "major", "industry_22", "sector", "country", "six", "three")
# Which of the 79 industries are joined to 75, by the column of the register that says so.
JOINED = ("small", "mining")
SELF_EMPLOYED = "3"


@dataclass(frozen=True)
class Dimension:
    """One axis.

    codes : in the order of the arrays. labels : of the codes. levels : by coarser level, from fine to coarse, the group
    of each code. groups : by level, labels of its groups, in order.
    """

    name: str
    codes: tuple[str, ...]
    labels: Mapping[str, str]
    levels: Mapping[str, tuple[str, ...]]
    groups: Mapping[str, Mapping[str, str]]

    def members(self, level: str, group: str) -> tuple[int, ...]:
        """Places of the codes of a group of a level; of all codes for the level `all`; of one for the dimension's name.

        Raises
        ------
        SpecError
            No such level, or no such group in it.
        """
        if level == ALL:
            return tuple(range(len(self.codes)))
        of = {self.name: self.codes, **self.levels}
        if level not in of:
            raise SpecError(f"{self.name}: no level `{level}`; {nearest(level, [*of, ALL])}.")
        found = tuple(place for place, own in enumerate(of[level]) if own == group)
        if not found:
            raise SpecError(
                f"{self.name}: no `{group}` in the level {level}; {nearest(group, sorted(set(of[level])))}."
            )
        return found

    def label(self, level: str, group: str) -> str:
        """Label of a group of a level."""
        if level == ALL:
            return f"all of {self.name}"
        return self.labels[group] if level == self.name else self.groups[level][group]


@cache
def load_dimensions(root: Path, joined: str = JOINED[0]) -> Mapping[str, Dimension]:
    """The six dimensions by name, in the order of the arrays.

    joined : of `JOINED`, which of the 79 industries are joined to 75. Joined ones have the code of the first of them,
    so that a code has one meaning whatever is joined.
    """
    groups = read_register(root / FOLDER / "lmi_groups.csv")
    made = {}
    for name, register in REGISTERS.items():
        rows = read_register(root / FOLDER / f"{register}.csv")
        labels = dict(zip(rows["code"], rows["label"], strict=True))
        if name == "industry":
            own = rows[f"joined_{joined}"]
            labels = {code: "; ".join(part) for code, part in rows["label"].groupby(own, sort=False)}
            rows = rows[rows["code"] == own]
        of = groups[groups["dimension"] == name]
        levels = [level for level in LEVELS if level in rows]
        made[name] = Dimension(
            name,
            tuple(rows["code"]),
            labels,
            {level: tuple(rows[level]) for level in levels},
            {level: _labels(of[of["level"] == level]["code"], of[of["level"] == level]["label"]) for level in levels},
        )
    return made


def _labels(codes: Sequence[str], labels: Sequence[str]) -> Mapping[str, str]:
    return dict(zip(codes, labels, strict=True))


def industry_of(root: Path, joined: str = JOINED[0]) -> Mapping[int, str]:
    """From divisions of SIC2007 (1 to 96) to codes of the 75 industries; 97 to 99 are in none."""
    rows = read_register(root / FOLDER / "lmi_industries.csv")
    found: dict[int, str] = {}
    for divisions, code in zip(rows["divisions"], rows[f"joined_{joined}"], strict=True):
        first, _, last = divisions.partition("-")
        found |= dict.fromkeys(range(int(first), int(last or first) + 1), code)
    return found


def joined_industries(root: Path, joined: str = JOINED[0]) -> Mapping[str, str]:
    """From codes of the 79 industries to those of the 75."""
    rows = read_register(root / FOLDER / "lmi_industries.csv")
    return dict(zip(rows["code"], rows[f"joined_{joined}"], strict=True))
