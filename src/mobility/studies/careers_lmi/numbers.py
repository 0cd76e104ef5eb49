"""Numbers of the equations, the targets and their raking, and of the registers."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from mobility.lmi.bases import written
from mobility.lmi.dimensions import NAMES
from mobility.lmi.earnings import in_whole, rest_is_told
from mobility.lmi.levels import CONVERSIONS
from mobility.lmi.lines import COLUMNS, lines
from mobility.lmi.targets import AXES
from mobility.storage import read_register
from mobility.studies.careers_lmi.delivered import ARMED_FORCES, Given
from mobility.studies.careers_lmi.pay import Raking, equations_of, hours_of, pay_of

MEASURES = {"pay": pay_of, "hours": hours_of}
EXACT = 1e-16  # of double precision
SCALE = 1000  # of age squared, so that its digits show
REFERENCE = "reference"
ALONE = "x"  # code of a coefficient that has no level
FEW = "fewer than {} persons behind it, or behind the reference that it is against"


def equation_lines(given: Given) -> pd.DataFrame:
    """Of each survey and status (`lfs.1`): persons, columns, rank, dropped, of few persons, R squared, conversions.

    n is that of the line that is a number of persons.
    """
    found = {}
    for (survey, status), own in equations_of(given).items():
        few = sum(int((persons < given.least).sum()) for persons in own.persons.values())
        found[f"{survey}.{status}"] = {
            "persons": own.fit.n,
            "columns": own.columns,
            "rank": own.fit.rank,
            "dropped": len(own.fit.dropped),
            "few": few,
            "r_squared": own.fit.r_squared,
            **{name: convert(own.residuals) for name, convert in CONVERSIONS.items()},
        }
    table = pd.DataFrame(found).T
    return lines(table, sizes=table[["persons"]].reindex(columns=table.columns))


def coefficient_lines(given: Given) -> pd.DataFrame:
    """Coefficients with robust errors: place `region.2` or `age.x`, line `lfs.1`; n persons behind a level, `in_whole`.

    Without a number where too few persons (`Given.least`) are behind it or the reference that it is against, and of a
    reference. Persons of a term are not told where its few would follow from them. Choice: `base`.
    """
    rows: list[tuple[str, str, float, float, float, str]] = []
    for (survey, status), own in equations_of(given).items():
        line = f"{survey}.{status}"
        untold = [term for term, persons in own.persons.items() if rest_is_told(persons, given.least)]
        for one in written(own, given.dimensions, given.inputs.choices["base"], given.least):
            n = np.nan if one.term in untold else in_whole(one.persons, given.least)
            place = f"{one.term}.{one.code or ALONE}"
            if one.reference:
                rows.append((place, line, np.nan, np.nan, n, REFERENCE))
            elif one.persons < given.least:
                rows.append((place, line, np.nan, np.nan, np.nan, FEW.format(given.least)))
            else:
                rows.append((place, line, one.value, one.std_error, n, ""))
            if one.term == "age_squared":
                place = f"{one.term}_{SCALE}.{ALONE}"
                rows.append((place, line, SCALE * one.value, SCALE * one.std_error, n, ""))
    return pd.DataFrame(rows, columns=COLUMNS)


def gap_lines(given: Given) -> pd.DataFrame:
    """Of each measure and set of targets (`pay.industry`) what is printed and what the scaling does.

    Cells, printed, filled, without jobs, factor 4a, and the smallest and largest 4b and of region, gender and status.
    """
    found = {}
    for measure, make in MEASURES.items():
        raking = make(given)
        for name, bills in raking.targets.items():
            gaps = raking.means[name].gaps
            found[f"{measure}.{name}"] = {
                "cells": gaps.size,
                "printed": (~gaps).sum(),
                "filled": (gaps & (bills.values > 0)).sum(),
                "without_jobs": (bills.values == 0).sum(),
                "first": bills.first,
                "region_low": bills.regions.min(),
                "region_high": bills.regions.max(),
                "type_low": bills.types.min(),
                "type_high": bills.types.max(),
            }
    return lines(pd.DataFrame(found).T.astype("float64"))


def scaling_lines(given: Given) -> pd.DataFrame:
    """Factors 4b of each region (place) by measure and set of targets, and the ratios 4a : 4b that the report keeps."""
    found: dict[str, np.ndarray] = {}
    for measure, make in MEASURES.items():
        for name, bills in make(given).targets.items():
            found[f"{measure}.{name}.factor"] = bills.regions
            found[f"{measure}.{name}.ratio"] = bills.ratios
    return lines(pd.DataFrame(found, index=given.dimensions["region"].codes))


def changes(given: Given) -> pd.DataFrame:
    """What the raking did: of each measure (`pay`) and of each set of targets (`pay.industry`).

    sweeps; digits to which every sum is its target; cells, and those without jobs; of a set the factor that is furthest
    from 1, its cell in the note.
    """
    rows: list[tuple[str, str, float, float, float, str]] = []

    def add(place: str, line: str, value: float, note: str = "") -> None:
        rows.append((place, line, float(value), np.nan, np.nan, note))

    for measure, make in MEASURES.items():
        raking = make(given)
        add(measure, "sweeps", raking.raked.sweeps)
        add(measure, "digits", np.floor(-np.log10(max(raking.raked.gap, EXACT))))
        add(measure, "cells", raking.mean.size)
        add(measure, "empty", np.isnan(raking.mean).sum())
        for name, factor, cell in _largest(raking):
            add(f"{measure}.{name}", "change", factor, cell)
    return pd.DataFrame(rows, columns=COLUMNS)


def _largest(raking: Raking) -> list[tuple[str, float, str]]:
    """Of each set of targets its largest change, and the cell in words."""
    found = []
    for name in raking.targets:
        (target,) = (key for key in raking.raked.factors if f" by {name}," in key)
        factor, place = raking.raked.largest_change(target)
        axes = tuple(axis for axis in NAMES if axis in (name, *AXES))
        found.append((name, factor, raking.raked.axes.cell(axes, place)))
    return found


def register_lines(given: Given) -> pd.DataFrame:
    """What Tables C.9.1 to C.9.4 hold.

    How many of the 79 industries each sector and group of 22 has, the skill level of each sub-major group, the six and
    three qualifications.
    """
    folder = given.inputs.root / "resources/classifications"
    industries, groups = read_register(folder / "lmi_industries.csv"), read_register(folder / "lmi_groups.csv")
    skills = groups[groups["skill_level"] != ""].set_index("code")["skill_level"].astype("float64")
    columns: Mapping[str, pd.Series] = {
        "sector": industries.groupby("sector").size(),
        "groups": industries.drop_duplicates(["industry_22"]).groupby("sector").size(),
        "industry_22": industries.groupby("industry_22").size(),
        "skill_level": skills,
    }
    own = given.dimensions["qualification"]
    levels = {name: pd.Series(of, index=own.codes).astype("float64") for name, of in own.levels.items()}
    parts = [
        lines(pd.DataFrame({name: values.astype("float64")}).rename(index=lambda code, name=name: f"{name}.{code}"))
        for name, values in {**columns, **levels}.items()
    ]
    armed = pd.DataFrame({"armed_forces": [float(len(ARMED_FORCES))]}, index=["occupation.all"])
    return pd.concat([*parts, lines(armed)], ignore_index=True)
