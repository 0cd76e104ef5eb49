"""Numbers of rows, persons and events of fits that, one less another, tell fewer persons than the threshold.

The rows of some fits are among those of others, of a sample or of a frame: the others lack a regressor. Each set of
rows has a name (`cells/nested.py`), and two names stand together where few persons are in the larger set alone. Of two
such numbers one is not told, wherever it stands: in cells, beside estimates, in the losses. Nor is that of a set of
few persons, nor how many rows a fit dropped whose own are not told.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from mobility.cells import INTERVAL, NAMES, OF_PERSONS
from mobility.cells.nested import NESTED, NOBODY, SETS, WHOLE
from mobility.disclosure.earlier import is_number
from mobility.disclosure.judgement import APART, IN_LOSSES, few
from mobility.disclosure.numbers import Table
from mobility.disclosure.relations import System
from mobility.disclosure.steps import Chain
from mobility.storage import read_csv

FOLDER, FILES = "fits", ("sets", "nested")  # of the restricted files of a study
BLANKS = ["counts", "persons", "interval"]  # what of a cell that stays is not told


@dataclass(frozen=True)
class Fits:
    """What is known of the rows of a study's fits: `sets` and `nested` as `cells.nested.nested_rows` gives them.

    losses : of the whole study.
    """

    sets: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=SETS))
    nested: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=NESTED))
    losses: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["step", "rows_out"]))

    @classmethod
    def read(cls, restricted: Path, losses: pd.DataFrame) -> "Fits":
        """Those in a study's folder of restricted files; of nothing where it has no fits."""
        if not (folder := restricted / FOLDER).is_dir():
            return cls()
        sets, nested = (read_csv(folder / f"{name}.csv") for name in FILES)
        return cls(sets, nested, losses)

    def apart(
        self,
        tables: Sequence[Table],
        record: pd.DataFrame,
        threshold: int,
        shut: Sequence[int],
        rounded: bool = False,
        since: np.ndarray | None = None,
    ) -> "Apart":
        """Which of the numbers are not told, the least information first.

        Parameters
        ----------
        tables : of the study. record : of their cells, in this order. threshold : smallest number of persons.
        shut : places of lines of the losses that are not told, because tables would tell others with them.
        rounded : whether tables and losses tell numbers of frames and samples rounded. They are then not judged for
        what those of fits tell with them, and a sample that lacks few of its frame is like a fit. since : by how few a
        number of each cell differs from that of an earlier release, missing where not by few.
        """
        names = _names(tables)
        shown = names[(record["reason"] == "").to_numpy()]
        left_out = names.loc[few(record["dropped"], threshold).to_numpy(), "fit"]
        lines = self._lines
        own = lines[lines["own"]]
        groups, number = _smallest_groups(tables, threshold), np.zeros(len(names), dtype=bool)
        since = np.full(len(names), np.nan) if since is None else since
        if (changed := ~np.isnan(since)).any():
            left_out = pd.concat([left_out, names.loc[changed, "fit"]])
            number = changed & np.concatenate([is_number(table.cells) for table in tables])
        gone = {*left_out[left_out != ""], *own.loc[own["place"].isin(shut) & self._of_units(own), "name"]}
        known = self.sets["name"].str.endswith(WHOLE) if rounded else self.sets["sample"] == 1
        samples = {NOBODY, *_and_persons(self.sets.loc[known, "name"])}
        cost = pd.concat([shown["tells"], shown["fit"], shown["fit"] + OF_PERSONS]).value_counts().to_dict()
        pairs = self.nested.loc[few(self.nested["persons"], threshold), NESTED[:2]].itertuples(index=False, name=None)
        hidden = _cover(list(pairs), _and_persons(gone), samples, cost)
        there = own["name"].isin({*shown["fit"], *shown["tells"]} - hidden)
        shut, known = lines.loc[lines["name"].isin(hidden), "place"].tolist(), own.loc[there, "place"].tolist()
        return Apart(names, hidden, self._nearest(hidden, samples), shut, known, groups, since, number)

    def told(self, tables: Sequence[Table], record: pd.DataFrame, threshold: int) -> dict[int, int]:
        """By the rows of a frame or sample the most that a fit of it is shown with beside rounded tables.

        tables : of the study. record : of their cells, in this order. threshold : smallest number of persons.
        """
        apart = self.apart(tables, record, threshold, (), rounded=True)
        names = apart.names[(record["reason"] == "").to_numpy()]
        shown = self.sets[self.sets["name"].isin({*names["fit"], *names["tells"]} - set(apart.hidden))]
        found = self.sets[self.sets["sample"] == 1].merge(shown, on="step", suffixes=("", "_shown"))
        return {int(rows): int(most) for rows, most in found.groupby("rows")["rows_shown"].max().items()}

    def priced(self, tables: Sequence[Table], chains: Sequence[Chain], system: System) -> System:
        """The system in which hiding a number of the losses costs the cells of fits too that are hidden with it.

        tables : of the study. chains : what its losses tell, those of the system.
        """
        lines, cells = self._lines, _names(tables)["tells"].value_counts()
        lines = lines[lines["own"] & self._of_units(lines)]
        found = lines["name"].map(cells).groupby(lines["place"]).max().dropna().to_dict()
        told = dict[int, float]()
        for chain, numbers in zip(chains, system.steps, strict=True):
            for step, number in zip(chain.steps, numbers, strict=True):
                told[number] = max([told.get(number, 0.0), *(found.get(place, 0.0) for place in chain.lines[step])])
        first = len(system.own) - system.hidable
        more = [told.get(number, 0.0) for number in system.own[first:].tolist()]
        return replace(system, worth=system.worth + np.append(np.zeros(first), more))

    @cached_property
    def _lines(self) -> pd.DataFrame:
        """Lines of the losses that tell how many rows are in a set: its `name`, their `place`, and whether it is `own`.

        Those of the chains of models, whose sets have names there; and lines of other chains of the frame that tell as
        many rows, as where the same gaps come in another order.
        """
        sets = self.sets.assign(frame=self.sets["name"].str.rsplit(":", n=1).str[0])
        places = self.losses[["step", "rows_out"]].reset_index(drop=True).reset_index(names="place")
        places = places.merge(sets[["step", "frame"]].drop_duplicates(), on="step")
        found = places.merge(sets, left_on=["frame", "rows_out"], right_on=["frame", "rows"], suffixes=("", "_of"))
        found["own"] = found["step"] == found["step_of"]
        return found.groupby(["place", "name"], as_index=False)["own"].any()

    def _of_units(self, lines: pd.DataFrame) -> pd.Series:
        """Which lines are of sets of rows of persons, or areas, and not of counts, whose few areas are nobody."""
        return lines["name"].isin(self.sets.loc[self.sets["units"] == 1, "name"])

    def _nearest(self, hidden: Collection[str], samples: Collection[str]) -> dict[str, float]:
        """By name the fewest persons by whom its set, or persons, differ from another that is told.

        By whom samples differ from each other and from the frame, tables and losses are judged.
        """
        of_fits = self.nested[~self.nested[NESTED[:2]].isin(samples).all(axis=1)]
        both = [of_fits.set_axis([*order, "persons"], axis=1) for order in (("own", "other"), ("other", "own"))]
        pairs = pd.concat(both, ignore_index=True)
        told = pairs[~pairs["other"].isin(hidden) & (pairs["persons"] > 0)]
        return told.groupby("own")["persons"].min().to_dict()


@dataclass(frozen=True)
class Apart:
    """What of the numbers of fits is not told.

    names : of each cell, `NAMES`. hidden : names of the sets of rows, or of their persons. nearest : by name the fewest
    persons by whom its set differs from another that is told. shut, known : places of the lines of the losses that tell
    hidden numbers, and of those that tell numbers of shown cells. groups : of each cell of a group of a fit's rows the
    persons in the smallest of these groups, where they are few, since it is what the others leave of the fit. since :
    by how few numbers of each cell differ from those of an earlier release. number : whether its value is one of these.
    """

    names: pd.DataFrame
    hidden: Collection[str]
    nearest: Mapping[str, float]
    shut: Sequence[int]
    known: Sequence[int]
    groups: np.ndarray
    since: np.ndarray
    number: np.ndarray

    def judged(self, record: pd.DataFrame, threshold: int) -> pd.DataFrame:
        """The record with reasons of cells whose value is such a number, `tells`, and `differs` of it or its base."""
        tells, fit = self.names["tells"], self.names["fit"]
        dropped = (tells != fit) & ~tells.isin(["", INTERVAL]) & ~tells.str.contains(" ") & fit.isin(self.hidden)
        differs = tells.where(~tells.isin(["", INTERVAL]) & ~dropped, fit).map(self.nearest).to_numpy("float64")
        differs = np.fmin(np.fmin(differs, self.groups), self.since)
        reasons = np.where(few(differs, threshold), APART.format(threshold=threshold), IN_LOSSES)
        of_group = ~np.isnan(self.groups) & (tells == fit) & (fit != "")  # an estimate that tells the rows of a group
        gone = (tells.isin(self.hidden) | dropped | of_group | self.number).to_numpy() & (
            record["reason"] == ""
        ).to_numpy()
        told = {"reason": np.where(gone, reasons, record["reason"]), "tells": tells.to_numpy(), "differs": differs}
        return record.assign(**told)

    @property
    def blanks(self) -> pd.DataFrame:
        """Of each cell whether its counts, its persons alone, or its interval are not told; columns `BLANKS`."""
        counts, persons = ((self.names["fit"] + end).isin(self.hidden) for end in ("", OF_PERSONS))
        interval = (self.names["tells"] == INTERVAL) & (counts | persons)
        counts |= ~np.isnan(self.groups) | ~np.isnan(self.since)
        return pd.DataFrame({"counts": counts, "persons": persons, "interval": interval})[BLANKS]


def _smallest_groups(tables: Sequence[Table], threshold: int) -> np.ndarray:
    """Of the cells of some tables the evidence `smallest` where it is few, else NaN."""
    parts = [table.cells.reindex(columns=["smallest"])["smallest"].to_numpy("float64") for table in tables]
    found = np.concatenate(parts) if parts else np.zeros(0)
    return np.where(few(found, threshold), found, np.nan)


def _and_persons(names: Iterable[str]) -> set[str]:
    """Names of sets of rows, and of the persons in them."""
    return {name + end for name in names for end in ("", OF_PERSONS)}


def _names(tables: Sequence[Table]) -> pd.DataFrame:
    """The names that the cells of some tables have, empty where they have none."""
    parts = [table.cells.reindex(columns=NAMES).astype("object").fillna("").astype("str") for table in tables]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=NAMES, dtype="str")


def _cover(
    pairs: Iterable[tuple[str, str]], hidden: Collection[str], fixed: Collection[str], cost: Mapping[str, int]
) -> set[str]:
    """Names to hide, those that are hidden already with them, so that of no pair both are told.

    The one with the most pairs for what it costs first, of equals the smaller set; at the end each is told after all
    that need not be hidden. Those `fixed` are told elsewhere.
    """
    found, free = set(hidden), [pair for pair in pairs if not set(pair) <= set(fixed)]
    while left := [pair for pair in free if found.isdisjoint(pair)]:
        smaller = dict.fromkeys([*(other for _, other in left), *(one for one, _ in left)])
        could = [name for name in smaller if name not in fixed]
        worth = {name: sum(name in pair for pair in left) / (1 + cost.get(name, 0)) for name in could}
        found.add(max(could, key=worth.__getitem__))
    for name in sorted(found - set(hidden), key=lambda name: (-cost.get(name, 0), name)):
        without = found - {name}
        if not any(without.isdisjoint(pair) for pair in free):
            found = without
    return found
