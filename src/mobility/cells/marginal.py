"""Marginal effects in cells: of a regressor over everybody or in a group, and the difference between two groups."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from mobility.cells import LOW_BASE, NOT_ESTIMABLE
from mobility.cells.coefficients import beside
from mobility.cells.fitted import REASONS, Asked, Cell, FittedModel, absent, evidence, interval_tells
from mobility.errors import SpecError, nearest
from mobility.models import Contrast, Fit, effect, estimate
from mobility.models.design import level_labels
from mobility.models.result import quantile, two_sided, used_rows
from mobility.settings import Item
from mobility.uncertainty import stars_of

LOST = "needs a coefficient that was not estimated"
ALONE = "one person on one side of the comparison: no error can be estimated"
LEVEL = 0.95
NOTHING = 1e-9  # of the error of the whole effect: an error that is rounding alone
FEW = 10  # persons on one side, below which clustered errors come out too small (MacKinnon and Webb 2017)


def marginal_effects(asked: Asked, row: Item, column: Item) -> list[Cell]:
    """Average marginal effect of a row in units of the outcome (a probability as a proportion), and its error.

    Of the regressor `effect` (by default the row's own id); `over` the rows of a group, or with every row given the
    values of `at`; with `than`, less the same of another group or of other values. Stata: `margins, dydx() over()`,
    `margins r.x#r.z`.

    Raises
    ------
    SpecError
        The row names an effect or a regressor that the model does not have.
    """
    model, found = asked.fit(column, row.specification)
    place = {"row": row.id, "column": column.id, **evidence(model, found)}
    if (other := beside(asked, row, model, found, place)) is not None:
        return other
    name = row.effect or row.id
    if name not in model.data.names and not row.effect:
        return []
    _check(asked, row, model)
    place["statistic"] = asked.table.statistic.name
    unknown = [named for named in _named(row, model) if named not in _known(model)]
    if unknown:
        return absent(unknown[0], place["statistic"], model, place)
    place |= _behind(row, model, found)
    return _cells(place, contrast_of(row, model), model, found, name)


def contrast_of(row: Item, model: FittedModel) -> Contrast:
    """The contrast of margins that a row is."""
    own = effect(row.effect or row.id, model.data.design)
    groups = [own.where(at=at, over=over) for at, over in _groups(row)]
    return groups[0].less(groups[1]) if row.than else groups[0]


def _groups(row: Item) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """The values that rows are given, and those of the rows, of a row's group and of the one it is compared with."""
    at, over = row.at or {}, row.over or {}
    yield at, over
    if row.than:
        yield ({**at, **row.than}, over) if at else ({}, {**over, **row.than})


def _check(asked: Asked, row: Item, model: FittedModel) -> None:
    """SpecError where the row names what no sample of the model can have."""
    known = {name for term in model.spec.terms for name in term.names}
    columns = list(model.spec.columns)
    odd = [name for name in (row.effect,) if name and name not in known]
    odd += [term for values in (row.at, row.over, row.than) for term in values or {} if term not in columns]
    if odd:
        raise SpecError(
            f"{asked.table.where}: row `{row.id}`: model `{model.spec.model}` has no regressor `{odd[0]}`; "
            f"{nearest(odd[0], sorted(known))}."
        )
    for key, values in (("at", row.at), ("over", row.over), ("than", row.than)):
        _check_values(f"{asked.table.where}: row `{row.id}`, {key}", values or {}, model)


def _check_values(where: str, values: Mapping[str, Any], model: FittedModel) -> None:
    """SpecError where a factor is given a value that is none of its levels, or an indicator one but 0 and 1."""
    for term in model.spec.terms:
        allowed = {"factor": term.levels, "indicator": ("0", "1")}.get(term.kind)
        (value,) = level_labels([values.get(term.id, "")])
        if term.id in values and allowed is not None and value not in allowed:
            raise SpecError(
                f"{where}: `{term.id}` is of kind {term.kind} and never `{value}`; {nearest(value, allowed)}."
            )


def _named(row: Item, model: FittedModel) -> list[str]:
    """Effect, terms and levels that a row needs."""
    groups = [(term, str(value)) for values in (row.at, row.over, row.than) for term, value in (values or {}).items()]
    factors = {term.id for term in model.spec.terms if term.kind == "factor"}
    return [row.effect or row.id, *(value if term in factors else term for term, value in groups)]


def _known(model: FittedModel) -> set[str]:
    return {name for term in model.data.terms for name in term.names}


def _behind(row: Item, model: FittedModel, found: Fit) -> Cell:
    """The rows of the smaller group, and the people of the smallest side of a comparison: movers, say, in a group.

    An effect with every row given a level rests on those who have it, as in a group of them: the interaction does.
    """
    design = model.data.design
    groups = [over for _, over in _groups(row)]
    given = [{**{term: value for term, value in at.items() if design.blocks[term].binary}, **over}
             for at, over in _groups(row)]  # fmt: skip
    sides = [{**own, **dict(margin.at)} for _, margin in effect(row.effect or row.id, design).parts for own in given]

    def rows(values: Mapping[str, Any]) -> np.ndarray:
        return found.rows[design.rows_with(values)[found.rows]]

    def persons(side: Mapping[str, Any]) -> int:
        """Those of the fit, or whom it dropped because they are all alike: that the effect cannot be had tells it."""
        return model.data.people_in(rows(side)) or model.data.people_in(np.flatnonzero(design.rows_with(side)))

    n = min(len(rows(over)) for over in groups)
    people = [persons(side) for side in sides]
    smallest = min((_smallest(over, model, found) for over in groups if over), default=np.nan)
    return {"n": n, "base": n, "persons": min(filter(None, people), default=0), "smallest": smallest}


def _smallest(over: Mapping[str, Any], model: FittedModel, found: Fit) -> float:
    """Persons in the smallest of the groups into which the terms of a group part the rows of a fit, NaN of no rows.

    Its rows are those of the fit less those of the other groups.
    """
    design = model.data.design
    columns = np.concatenate([np.asarray(design.columns_at(term, value)[0]) for term, value in over.items()])
    groups = np.unique(used_rows(design, found.rows)[:, columns], axis=0, return_inverse=True)[1].ravel()
    return min((float(model.data.people_in(found.rows[groups == one])) for one in np.unique(groups)), default=np.nan)


def _cells(place: Cell, contrast: Contrast, model: FittedModel, found: Fit, name: str) -> list[Cell]:
    whole = effect(name, model.data.design)
    numbers = estimate(found, model.data.design, [contrast, whole], model.data.offset)
    value, error = float(numbers.values[0]), float(numbers.std_errors[0])
    if error <= NOTHING * float(numbers.std_errors[1]):
        return [
            {**place, "flag": NOT_ESTIMABLE, "note": f"{name} has no interaction that could make a difference here"}
        ]
    if np.isnan(value):
        why = [REASONS[gone.reason] for gone in found.dropped if name in gone.name.split("#")]
        return [{**place, "flag": found.flag or NOT_ESTIMABLE, "note": "; ".join(why) or found.note or LOST}]
    few = place["persons"] < FEW
    flag = found.flag or (LOW_BASE if few else "")
    if place["persons"] == 1:
        return [{**place, "value": value, "flag": flag, "note": ALONE}]
    p_value = float(two_sided(np.asarray(value / error), found.df)) if error > 0 else np.nan
    half = quantile(LEVEL, found.df) * error
    shown = {"value": value, "std_error": error, "ci_low": value - half, "ci_high": value + half}
    words = {"stars": "" if few else stars_of(p_value), "flag": flag, "note": model.note(found, name)}
    return [
        {**place, **shown, **words, **interval_tells(model, found)},
        {**place, "statistic": "std_error", "value": error, "flag": flag},
    ]
