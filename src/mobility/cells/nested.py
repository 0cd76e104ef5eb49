"""Whose rows the fits of a study used: sets of rows of a frame, and by how many persons one has more than another.

A number of rows is of a set: the frame's, a sample's, complete cases, those of a fit, and of these the ones with an
outcome; a number of persons of those in its rows. Equal sets have one name.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from mobility.cells import OF_PERSONS
from mobility.cells.basis import MANY
from mobility.cells.fitted import FittedModel
from mobility.estimators import BINARY, COUNT
from mobility.models import Prepared
from mobility.settings import Study

SETS = ["name", "step", "rows", "sample", "units"]
NESTED = ["larger", "smaller", "persons"]
NOBODY = "nobody"  # name of the set without rows, which is in every other
WHOLE = ":0"  # ends the name of all rows of a frame, which come first


@dataclass(eq=False)
class _Sets:
    """Different sets of rows of a frame, in the order in which they came, each with the data that it was first of."""

    name: str
    frame: pd.DataFrame
    rows: dict[bytes, str] = field(default_factory=dict)
    masks: dict[str, np.ndarray] = field(default_factory=dict)
    data: dict[str, Prepared] = field(default_factory=dict)
    outcomes: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)

    def named(self, data: Prepared, places: np.ndarray | None = None) -> str:
        """The name of the rows of the frame at some places of the model's sample; of the whole frame for None."""
        mask = np.ones(len(self.frame), dtype=bool)
        if places is not None:
            mask[:] = False
            mask[self.frame.index.get_indexer(data.outcome.index[places])] = True
        name = self.rows.setdefault(np.packbits(mask).tobytes(), f"{self.name}:{len(self.rows)}")
        self.masks.setdefault(name, mask)
        self.data.setdefault(name, data)
        return name

    def with_outcome(self, name: str, data: Prepared) -> str:
        """The name of those of a set who have a model's outcome of 0 and 1; empty where it is none."""
        if data.spec.outcome.kind != BINARY:
            return ""
        outcome = data.spec.outcome
        own = f"{name} {outcome.column} {'/'.join(map(str, outcome.values))}"
        events = np.zeros(len(self.frame), dtype=bool)
        events[self.frame.index.get_indexer(data.outcome.index)] = data.outcome.to_numpy("float64") > 0
        self.masks.setdefault(own, events & self.masks[name])
        self.data.setdefault(own, data)
        self.outcomes[own] = (name, (outcome.column, *map(str, outcome.values)))
        return own

    def persons(self, mask: np.ndarray, data: Prepared, units: np.ndarray) -> int:
        """Distinct units in some rows; of counts their sum, as `Prepared.people`; rows, where each counts one."""
        if data.unit is not None:
            return int(np.count_nonzero(np.bincount(units[mask])))
        if (data.outcome == 1).all():
            return int(mask.sum())
        counts = data.outcome.reindex(self.frame.index[mask]).to_numpy("float64", na_value=0.0)
        return int(np.nansum(counts))


def nested_rows(
    fitted: Mapping[str, FittedModel], frames: Mapping[str, pd.DataFrame], study: Study
) -> tuple[dict[str, FittedModel], pd.DataFrame, pd.DataFrame]:
    """Fitted models whose bases name their rows, the sets of rows, and which of them have few persons more.

    Parameters
    ----------
    fitted : models by name. frames : those of the study by name, whose index has each label once.

    Returns
    -------
    the models; a row a set and chain of losses that tells how many rows it has, columns `SETS` (`sample` 1 where it is
    the whole frame or a sample, `units` 1 where each of its rows is of a person or an area and not a count, else 0); a
    row a pair of nested sets, or of their persons, columns `NESTED`: distinct persons in rows of the larger and not of
    the smaller; of those with an outcome the fewer of them and of those without it; of persons those who are in no row
    of the smaller. Pairs apart by 1,000 rows or more are left out. `NOBODY` is nested in sets of fewer persons.
    """
    found: dict[str, _Sets] = {}
    named, lines = {}, []
    for name, model in fitted.items():
        data, frame = model.data, model.spec.frame
        sets = found.setdefault(frame, _Sets(frame, frames[frame]))
        complete = data.design.kept
        whole, sample = sets.named(data), sets.named(data, np.arange(len(data.outcome)))
        units = int(data.unit is not None or (data.outcome == 1).all())
        lines += [(whole, name, len(frames[frame]), 1, units), (sample, name, len(data.outcome), 1, units)]
        cases = sets.named(data, complete)
        lines.append((cases, name, len(complete), 0, units))
        bases = {}
        for estimator, fit in model.fits.items():
            own = sets.named(data, complete[fit.rows])
            lines.append((own, name if own == cases else f"{name}__{estimator}", len(fit.rows), 0, units))
            basis, events = model.bases[estimator], sets.with_outcome(own, data)
            bases[estimator] = replace(basis, rows=own, complete=cases, events=events)
        named[name] = replace(model, bases=bases)
    pairs = [pair for frame, sets in found.items() for pair in _pairs(sets, study.unit_of(frame))]
    return named, pd.DataFrame(lines, columns=SETS).drop_duplicates(), pd.DataFrame(pairs, columns=NESTED)


def _pairs(sets: _Sets, unit: str) -> Iterator[tuple[str, str, int]]:
    """Nested sets of a frame, the larger first, and how many persons they are apart."""
    units = pd.factorize(sets.frame[unit])[0] if unit in sets.frame else np.arange(len(sets.frame))
    plain = [name for name in sets.masks if name not in sets.outcomes]
    people = {name: sets.persons(sets.masks[name], sets.data[name], units) for name in plain}
    of_persons = [name for name in plain if sets.data[name].unit is not None and 0 < people[name] < MANY]
    yield from ((name + end, NOBODY, people[name]) for name in of_persons for end in ("", OF_PERSONS))
    for larger, smaller in _nested({name: sets.masks[name] for name in plain}):
        more, data = sets.masks[larger] & ~sets.masks[smaller], sets.data[larger]
        lost = apart = sets.persons(more, data, units)
        if more.sum() < MANY and data.spec.outcome.kind != COUNT:  # rows of counts are of areas, and nobody
            yield larger, smaller, apart
        if data.unit is not None and sets.data[smaller].unit is not None:
            lost = people[larger] - people[smaller]
        if lost < MANY:
            yield larger + OF_PERSONS, smaller + OF_PERSONS, lost
    for outcome in dict.fromkeys(outcome for _, outcome in sets.outcomes.values()):
        own = [name for name, (_, other) in sets.outcomes.items() if other == outcome]
        for larger, smaller in _nested({name: sets.masks[sets.outcomes[name][0]] for name in own}):
            apart = sets.masks[sets.outcomes[larger][0]] & ~sets.masks[sets.outcomes[smaller][0]]
            if apart.sum() < MANY:
                data, events = sets.data[larger], sets.masks[larger]
                sides = [sets.persons(apart & side, data, units) for side in (events, ~events)]
                yield larger, smaller, min((side for side in sides if side), default=0)


def _nested(masks: Mapping[str, np.ndarray]) -> Iterator[tuple[str, str]]:
    """Pairs of sets of which the first has all rows of the second, and more."""
    names = list(masks)
    if not names:
        return
    rows = np.array([masks[name] for name in names], dtype="float32")
    common, sizes = rows @ rows.T, rows.sum(axis=1)
    for one, other in np.argwhere((common == sizes) & (sizes < sizes[:, None])):
        yield names[one], names[other]
