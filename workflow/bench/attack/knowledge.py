"""What the public code says of the columns of a frame, beyond the specs: which is made from which."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise, product
from typing import ClassVar

import numpy as np
import pandas as pd

from attack.relations import Collected, Group, Rewrite, Where, joined
from attack.released import Left
from mobility.settings import Study

STEP = "origin|destination"
PAIR = "pair"  # "a to b": of types of area, or of a type and all areas
# Occupations outside the thirteen that a pathway or the text names, each with its class.
OTHERS = {
    "soc112": "nontech_manager",
    "soc342": "nontech_assoc_prof",
    "soc356": "nontech_assoc_prof",
    "soc541": "nontech_skilled_trade",
}
ALONE = "uncoded", "unemployed", "inactivity", "study"


def rewriting(study: Study) -> Rewrite:
    """How a group of rows of the study is said in the finest columns."""
    if study.about.module == "states":
        return _States([row["id"] for row in study.groups("states")])
    if study.name == "gatsby":
        return _Gatsby(study)
    return _by_sex if study.name == "state_of_nation" else lambda frame, where: (frame, where)


def _pairs(values: Iterable[tuple[str, str]]) -> frozenset[str]:
    return frozenset("|".join(pair) for pair in values)


class _States:
    """Pairs of states: `move` tells whether origin and destination are the same."""

    def __init__(self, states: list[str]) -> None:
        self.all = list(product(states, states))

    def __call__(self, frame: str, where: Where) -> tuple[str, Where]:
        own = {name: where[name] for name in ("origin", "destination", "move") if name in where}
        if frame != "pairs" or not own:
            return frame, where
        rest = {name: values for name, values in where.items() if name not in own}
        fits = [pair for pair in self.all if all(self._fits(pair, *part) for part in own.items())]
        return frame, {**rest, STEP: _pairs(fits)}

    def _fits(self, pair: tuple[str, str], name: str, values: frozenset[str] | None) -> bool:
        told = {"origin": pair[0], "destination": pair[1], "move": "stayed" if pair[0] == pair[1] else "moved"}
        return values is None or told[name] in values


class _Gatsby:
    """Pairs of the study gatsby: every view of them is made from the occupation or activity at both ends.

    An end is an occupation (13 technical ones), a class of others, or no work; `same` marks pairs in one of these
    classes whose three-digit occupation did not change.
    """

    def __init__(self, study: Study) -> None:
        occupations = study.groups("technical_occupations")
        classes = study.groups("destination_classes")
        self.technical = {row["id"]: row["soc2000"] for row in occupations}
        self.views = {row["id"]: next(c["id"] for c in classes if c["level"] == row["level"]) for row in occupations}
        others = [row["id"] for row in classes if row["soc2000_major"]]
        self.views |= {name: name for name in (*others, *ALONE)} | OTHERS
        self.missing = study.readings["missing_soc"]
        self.views["uncoded"] = {"exclude": "", "nontechnical": "nontech_others"}.get(self.missing, "uncoded")
        self.coded = [name for name in self.views if name not in ALONE]
        self.groups = {row["level"]: row["id"] for row in study.groups("technical_levels")}
        self.levels = {row["id"]: row["level"] for row in occupations}
        ends = [(first, second, "") for first, second in product(self.views, self.views)]
        twice = [(name, name, "same") for name in self.coded if name not in (*self.technical, *OTHERS)]
        single = (*self.technical, *OTHERS)
        self.all = [(a, b, "same") if a == b and a in single else (a, b, c) for a, b, c in ends] + twice

        self.study = study

    def _roles(self, pathway: str) -> dict[str, str]:
        """Role of each occupation of a pathway under the readings of the study."""
        roles = {row["soc"]: row["role"] for row in self.study.groups("pathway_levels") if row["pathway"] == pathway}
        for row in self.study.groups("pathway_choices"):
            if row["pathway"] == pathway and self.study.readings[row["choice"]] == row["alternative"]:
                roles[row["soc"]] = row["role"]
        return roles

    def _in_pathway(self, where: Where) -> frozenset[str] | None:
        """Pairs that a group of moves in one pathway is of; None where it is of several."""
        (pathway, *more) = where.get("pathway") or (None, None)
        if more:
            return None
        roles, kept = self._roles(str(pathway)), []
        for pair in self.all:
            if roles.get(str(self._soc(pair[0]))) == "origin" and self._soc(pair[1]):
                told = self._move(pair, roles)
                if all(values is None or told.get(name, pathway) in values for name, values in where.items()):
                    kept.append(pair)
        return _pairs(kept)

    def _move(self, pair: tuple[str, str, str], roles: Mapping[str, str]) -> dict[str, str]:
        """Whether a pair is progress, and where it ends, as the two columns of the frame say it."""
        role = {"origin": "lower"}.get(role := roles.get(str(self._soc(pair[1])), "leave"), role)
        if pair[2]:
            return {"move": "no_progress", "destination": "same_occupation"}
        stay = "no_progress" if self.study.readings["pathway_stay"] == "lower_level" else "leave_pathway"
        known = {"lower": (stay, "other_lower_level"), "progress": ("progress_in_pathway", "progress")}
        known["aside"] = ("aside", "aside")
        move, end = known.get(role, ("leave_pathway", f"leave_{self.views[pair[1]]}"))
        return {"move": move, "destination": end}

    def __call__(self, frame: str, where: Where) -> tuple[str, Where]:
        told = {name for name in where if name in self.TOLD}
        listed = self.study.readings["pathway_denominator"] == "same_and_listed"
        if frame == "pathway_moves" and listed and set(where) <= {"pathway", "move", "destination"}:
            kept = self._in_pathway(where)
            return (frame, where) if kept is None else ("pairs", {STEP: kept})
        if frame not in ("pairs", "progression") or not told or (frame == "progression" and set(where) != told):
            return frame, where
        known = self.missing != "exclude" or frame == "pairs"  # else destinations without a code are no progression
        ends = self.all if known else [pair for pair in self.all if pair[1] != "uncoded"]
        fits = [pair for pair in ends if all(self._fits(pair, name, where[name]) for name in told)]
        rest = {name: values for name, values in where.items() if name not in told}
        return "pairs", {**rest, STEP: _pairs(fits)}

    def _fits(self, pair: tuple[str, str, str], name: str, values: frozenset[str] | None) -> bool:
        found = self.TOLD[name](self, pair)
        return found is not None and (values is None or found in values)

    def _state(self, end: str) -> str | None:
        if end in ALONE:
            missing = "nontechnical" if self.missing == "nontechnical" else None
            return {"uncoded": missing, "unemployed": "unemployment"}.get(end, end)
        return "technical" if end in self.technical else "nontechnical"

    def _view(self, pair: tuple[str, str, str], end: int) -> str | None:
        return "same_occ" if pair[2] else self.views[pair[end]] or None

    def _soc(self, end: str) -> str | None:
        return self.technical.get(end, end.removeprefix("soc")) if end in self.coded else None

    def _new(self, pair: tuple[str, str, str]) -> str | None:
        if not {pair[0], pair[1]} <= set(self.coded):
            return None
        kind = "technical" if pair[1] in self.technical else "nontechnical"
        return "same_occupation" if pair[2] else f"new_{kind}_occupation"

    def _activity(self, end: str) -> str:
        return {"unemployed": "unemployment", "inactivity": "inactivity", "study": "study"}.get(end, "employed")

    def _group(self, end: str) -> str | None:
        level = self.levels.get(end, end.removeprefix("non"))
        associate = "other_assoc_professional"
        known = {"tech_prof": "other_professional", "tech_assoc_prof": associate}
        known |= {name: associate for name, view in OTHERS.items() if view == "nontech_assoc_prof"}
        return known.get(level, level if end in self.technical else None)

    TOLD: ClassVar[Mapping[str, Callable]] = {
        "origin_state": lambda self, pair: self._state(pair[0]),
        "destination_state": lambda self, pair: self._state(pair[1]),
        "origin_technical_occupation": lambda self, pair: pair[0] if pair[0] in self.technical else None,
        "destination_technical_occupation": lambda self, pair: pair[1] if pair[1] in self.technical else None,
        "origin_view": lambda self, pair: self._view(pair, 0),
        "destination_view": lambda self, pair: self._view(pair, 1),
        "origin_soc": lambda self, pair: self._soc(pair[0]),
        "destination_soc": lambda self, pair: self._soc(pair[1]),
        "destination_activity": lambda self, pair: self._activity(pair[1]),
        "new_occupation": lambda self, pair: self._new(pair),
        "origin_group": lambda self, pair: self._group(pair[0]),
    }


def _by_sex(frame: str, where: Where) -> tuple[str, Where]:
    """Columns of a class and a sex (`privileged__male`) as the two; one age as part of its band."""
    own = dict(where)
    for name in [name for name in where if name.endswith("_sex") and where[name]]:
        pairs = [value.split("__") for value in where[name] or () if "__" in value]
        first, sexes = frozenset(pair[0] for pair in pairs), frozenset(pair[-1] for pair in pairs)
        if len(pairs) == len(first) * len(sexes):
            del own[name]
            own = joined(own, {name.removesuffix("_sex"): first, "sex": sexes})
    if own.get("age") == frozenset(["19"]):
        own = joined(own, {"age_group": frozenset(["16_24"])})
    return frame, own


def add(left: Left, found: Collected, balanced: bool = True) -> None:
    """Relations that hold between frames of the study: pairs begin and end in person-waves."""
    if left.study.about.module == "states":
        _chain(left, found, balanced)
    _to_all(found)
    if left.study.name == "movers_psid":
        spec = left.study.tables["people"]
        for parts in (("male", "female"), ("other", "african_american"), ("to_12", "from_13_to_15", "from_16")):
            for column in spec.columns.items:
                _one_of(found, spec.frame, parts, {} if column.everyone else {"moved": frozenset([column.id])})


def _to_all(found: Collected) -> None:
    """Moves from an area to areas of each type are among those to all areas."""
    lines: dict[tuple, dict[str, Group]] = defaultdict(dict)
    for (table, _, _), (row, column, events) in found.rates.items():
        for (of, names), other in ((row, column), (column, row)):
            start, _, end = next(iter(names), "").partition(" to ")
            if of == PAIR and len(names) == 1:
                lines[table, start, other][end] = events
    for line in lines.values():
        if whole := line.pop("all", None):
            found.sums.append(({whole: 1.0, **dict.fromkeys(line.values(), -1.0)}, 0.0, np.inf, "moves to all areas"))


def _one_of(found: Collected, frame: str, parts: tuple[str, ...], where: Where) -> None:
    """Everyone is in one of the groups."""
    weights = {found.group(frame, {**where, "group": frozenset([name])}): -1.0 for name in parts}
    everyone = found.group(frame, {**where, "group": frozenset(["all"])})
    found.sums.append(({everyone: 1.0, **weights}, 0.0, 0.0, "everyone is in one group"))


def _chain(left: Left, found: Collected, balanced: bool) -> None:
    """Who is in a state in one wave begins a pair there, unless not observed in the next; and ends one."""
    counts = left.study.tables.get("persons")
    if counts is None or counts.rows.of != "wave":
        return
    states = [row["id"] for row in left.study.groups("states")]
    waves = [item.of[0] for item in counts.rows.items]
    full = balanced and _is_balanced(left.losses, len(waves))
    most = 0.0 if full else float("inf")
    for state in states:
        here = [found.group("person_waves", {"wave": frozenset([wave]), "state": frozenset([state])}) for wave in waves]
        for at, end in ((slice(None, -1), "origin"), (slice(1, None), "destination")):
            whole = found.group("pairs", {end: frozenset([state])})
            found.sums.append(({**dict.fromkeys(here[at], 1.0), whole: -1.0}, 0.0, most, f"{end}s in {state}"))
    for state, (first, second) in product(states, pairwise(range(len(waves)))):
        for at, end in ((first, "origin"), (second, "destination")):
            begin = frozenset([waves[first]])
            pair = found.group("pairs", {"wave": begin, end: frozenset([state])})
            own = found.group("person_waves", {"wave": frozenset([waves[at]]), "state": frozenset([state])})
            found.sums.append(({own: 1.0, pair: -1.0}, 0.0, most, f"{end} {state} in {waves[at]}"))


def _is_balanced(losses: pd.DataFrame, waves: int) -> bool:
    """Every person is observed in every wave: rows are persons times waves."""
    lines = losses[losses["step"] == "persons"] if len(losses) else losses
    return bool(len(lines)) and float(lines["rows_out"].iloc[-1]) == waves * float(lines["persons_out"].iloc[-1])
