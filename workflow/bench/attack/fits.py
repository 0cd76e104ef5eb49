"""What numbers of rows of fits tell: one less another, less what the losses tell, and what intervals tell of them."""

from itertools import product

from scipy.special import ndtri

from attack.direct import Told
from attack.released import Left
from mobility.cells.fitted import FROM_COUNTS
from mobility.estimators import BINARY
from mobility.settings.frames import PERSON
from mobility.settings.models import specified

BY_Z = float(ndtri(0.975))
BY_T = ("coefficient", "marginal_effect")  # statistics whose intervals may be
OF_TABLES = ("layer_strength", "association", "coefficient")  # of a whole table of people
NEAR = 1e-9  # by which an interval by t with any number of persons differs from one by z, in errors


def from_fits(left: Left, threshold: int) -> list[Told]:
    """Numbers of rows that differ by few.

    Of fits of one outcome and sample of which one has more regressors, and of a fit and what the losses say is left at
    some step of its model; both have the rows of the smaller number among them, so that the few lack a value. A number
    of the losses that is rounded may be that of the fit itself.
    """
    sizes, models, found = fit_sizes(left), left.study.models, []
    for ((name, estimator), rows), ((larger, other), fewer) in product(sizes.items(), sizes.items()):
        one, two = models[name], models[larger]
        alike = (one.frame, one.sample, one.outcome.column) == (two.frame, two.sample, two.outcome.column)
        if alike and estimator == other and set(one.blocks) < set(two.blocks) and 0 < rows - fewer < threshold:
            found.append(Told("fits", f"{name} and {larger}, {estimator}", f"{rows:g} less {fewer:g} rows"))
    of_persons = [name for name, spec in models.items() if left.study.unit_of(spec.frame) == PERSON]
    for (name, estimator), rows in sizes.items():
        few = [at for at in _left(left, name) if name in of_persons and 0 < abs(at - rows) < threshold]
        found += [Told("fits", f"{name}, {estimator}, and its losses", f"{at:g} and {rows:g}") for at in few]
    return found


def _left(left: Left, model: str) -> list[float]:
    """How many rows the losses say exactly are left at the steps of a model, in the unit in which it ends."""
    if not len(left.losses) or left.rounded_to:
        return []
    lines = left.losses[left.losses["step"] == model]
    return lines.loc[lines["unit"].isin(lines["unit"].iloc[-1:]), "rows_out"].dropna().unique().tolist()


def from_groups(left: Left, threshold: int) -> list[Told]:
    """What a group of the rows of a fit leaves of its number of rows, where few are outside the group.

    And persons of one side of an effect, which less those in another group, or in a fit of fewer rows, tell the rest.
    """
    effects = left.cells[(left.cells["statistic"] == "marginal_effect") & left.cells["persons"].notna()]
    found = [Told("fits", "/".join(place), "one side") for place in effects[["table", "row", "column"]].to_numpy()]
    for name, spec in left.study.tables.items():
        cells = left.cells[(left.cells["table"] == name) & left.cells["n"].notna()]
        of_fit = cells[cells["row"] == "observations"].set_index("column")["n"].to_dict()
        groups = [row.id for row in spec.rows.items if row.over and not row.than]
        of_groups = cells[cells["row"].isin(groups) & cells["column"].isin(of_fit)]
        for row, column, n in of_groups[["row", "column", "n"]].drop_duplicates().to_numpy():
            if 0 < of_fit[column] - n < threshold:
                found.append(Told("fits", f"{name}/{row}/{column}", f"{of_fit[column]:g} less {n:g} rows"))
    return found


def from_saturated(left: Left) -> list[Told]:
    """Estimates and errors of a 0/1 outcome on one indicator beside a number of rows that is not told.

    They are of two shares, whose four numbers few sets of whole numbers give.
    """
    found, models = [], left.study.models
    asked = left.cells[left.cells["base"].isna() & left.cells["value"].notna() & (left.cells["std_error"] > 0)]
    for table, row_id, column_id in asked[["table", "row", "column"]].drop_duplicates().to_numpy():
        spec = left.study.tables[table]
        both = [item for item in (*spec.rows.items, *spec.columns.items) if item.id in (row_id, column_id)]
        by = "".join(item.specification for item in both)
        fits = [models[name] for item in both if (name := specified(item.model, by)) in models]
        terms = [term.kind for model in fits for term in model.terms if model.outcome.kind == BINARY]
        if terms == ["indicator"]:
            found.append(Told("fits", f"{table}/{row_id}/{column_id}", "two shares and their error"))
    return found


def from_counts(left: Left) -> list[Told]:
    """Numbers of fits to a table of people beside cells of its classes that are not told.

    A deviance, or a strength, that all counts are in is that of one of the tables that shown cells and margins leave.
    Counts that are weighted are no whole numbers to be tried.
    """
    counted, found = left.study.tables, []
    hidden = [counted[name] for name in {place[0] for place in left.hidden} if name in counted]
    for name, axis, item in _fits(left):
        model, cells = left.study.models[item.model], left.cells
        own = model.association
        if own is None or left.study.about.weight:
            continue
        alike = [one for one in hidden if (one.frame, one.sample) == (model.frame, model.sample)]
        if any({one.rows.of, one.columns.of} & {own.origin, own.destination} for one in alike):
            of_fit = cells[(cells["table"] == name) & (cells[axis] == item.id) & cells["value"].notna()]
            told = of_fit["statistic"].isin(OF_TABLES) | of_fit[["row", "column"]].isin(FROM_COUNTS).any(axis=1)
            places = of_fit.loc[told, ["table", "row", "column"]].drop_duplicates().to_numpy()
            found += [Told("fits", "/".join(place), "a number of all counts of a table") for place in places]
    return found


def from_intervals(left: Left) -> list[Told]:
    """Intervals by t beside a number of rows that is not told: they give their degrees of freedom, and so the rows.

    Not those of errors clustered by others than persons, whose degrees of freedom are of these.
    """
    found = []
    for name, axis, item in _fits(left):
        model, cells = left.study.models[item.model], left.cells
        own = cells[(cells["table"] == name) & (cells[axis] == item.id) & cells["statistic"].isin(BY_T)]
        asked = own[own["base"].isna() & (own["std_error"] > 0) & own["ci_high"].notna()]
        errors = (asked["ci_high"] - asked["ci_low"]) / 2 / asked["std_error"]
        if model.covariance.kind != "clustered" or model.covariance.cluster == left.study.unit_of(model.frame):
            places = asked.loc[errors - BY_Z > NEAR, ["table", "row", "column"]].to_numpy()
            found += [Told("fits", "/".join(place), "an interval by t") for place in places]
    return found


def fit_sizes(left: Left) -> dict[tuple[str, str], float]:
    """By model and estimator the rows of its fit, where a cell of it shows them."""
    found = {}
    for name, axis, item in _fits(left):
        cells = left.cells[(left.cells["table"] == name) & left.cells["base"].notna()]
        for base in cells.loc[cells[axis] == item.id, "base"]:
            found[item.model, item.estimator] = float(base)
    return found


def _fits(left: Left) -> list[tuple]:
    """Tables with the rows and columns (the name of the axis, the item) that are of a model."""
    axes = [
        (name, axis, item)
        for name, spec in left.study.tables.items()
        for axis, items in (("row", spec.rows.items), ("column", spec.columns.items))
        for item in items
    ]
    return [one for one in axes if one[2].model in left.study.models]
