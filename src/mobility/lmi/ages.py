"""Pay by age as a ratio to the mean of all ages (LMI for All, C.7.4)."""

from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np
import pandas as pd

from mobility.lmi.earnings import LEAST
from mobility.lmi.lines import lines

EVERYONE = "all"

AGES = range(20, 66)
FEWEST = 4  # different ages from which a curve with three coefficients leaves anything over
# Why a group has no ratio: at any age, or at some.
FEW_PERSONS, FEW_AGES = "fewer than {} persons", f"fewer than {FEWEST} different ages"
BELOW = "the curve falls below nothing"


def age_ratios(
    age: np.ndarray, pay: np.ndarray, ages: Sequence[int] = AGES, by_persons: bool = False
) -> np.ndarray | None:
    """Fitted pay at some ages over the mean pay of all persons of a group.

    Mean pay at each age is regressed on age and its square, each age once or, `by_persons`, by its persons. Ages
    without a person are read off the curve.

    Parameters
    ----------
    age, pay : n persons of the group.

    Returns
    -------
    One ratio an age, missing where the curve is 0 or below, which no pay is; None where the group has fewer than four
    different ages, from which no curve can be told.
    """
    years, places, persons = np.unique(age, return_inverse=True, return_counts=True)
    if len(years) < FEWEST:
        return None
    means = np.bincount(places, weights=pay) / persons
    root = np.sqrt(persons if by_persons else np.ones(len(years)))
    # Ages about their middle: powers of 60 and 3,600 would cost digits.
    middle = years.mean()
    columns = np.vander(years - middle, 3)
    curve = np.linalg.lstsq(columns * root[:, None], means * root, rcond=None)[0]
    found = np.vander(np.asarray(ages) - middle, 3) @ curve / pay.mean()
    return np.where(found > 0, found, np.nan)


def groups_of(persons: pd.DataFrame, sides: Sequence[str]) -> Iterator[tuple[tuple[str, ...], np.ndarray]]:
    """Every combination of the values of some columns, each or all together, and its persons (n booleans).

    Of occupation (9), gender, status and qualification (3) these are the 360 groups of C.7.4.
    """
    masks = []
    for side in sides:
        own = {str(name): (persons[side] == name).to_numpy() for name in sorted(persons[side].unique())}
        masks.append({EVERYONE: np.ones(len(persons), dtype=bool), **own})
    for names in product(*masks):
        yield names, np.logical_and.reduce([of[name] for of, name in zip(masks, names, strict=True)])


def grouped_ratios(
    persons: pd.DataFrame,
    sides: Sequence[str],
    pay: str,
    ages: Sequence[int] = AGES,
    by_persons: bool = False,
    least: int = LEAST,
) -> pd.DataFrame:
    """Ratios of every group at some ages: `sides`, then a column an age, `age_20`, `persons` and `note`.

    A group of fewer than `least` persons has no ratio: its curve would tell their pay. `note` says why there is none,
    or that there is none at some ages; `persons` is missing where they are fewer.

    persons : with `age`, the columns `sides` and `pay`. by_persons : as in `age_ratios`.
    """
    age, earned = persons["age"].to_numpy("float64"), persons[pay].to_numpy("float64")
    rows = []
    for names, mask in groups_of(persons, sides):
        count = int(mask.sum())
        ratios = age_ratios(age[mask], earned[mask], ages, by_persons) if count >= least else None
        note = FEW_PERSONS.format(least) if count < least else FEW_AGES if ratios is None else ""
        ratios = np.full(len(ages), np.nan) if ratios is None else ratios
        if not note and np.isnan(ratios).any():
            note = f"{BELOW} at {int(np.isnan(ratios).sum())} of {len(ages)} ages"
        rows.append([*names, *ratios, count if count >= least else np.nan, note])
    return pd.DataFrame(rows, columns=[*sides, *(f"age_{age}" for age in ages), "persons", "note"])


def counted_curves(table: pd.DataFrame, sides: Sequence[str], everyone: str = EVERYONE) -> pd.DataFrame:
    """Of a table of `grouped_ratios`, by how many sides cut the groups (index), how many groups have a curve or none.

    Columns groups, with_curve, few_persons, few_ages, below_nothing (of those with a curve). everyone : how the table
    writes all together.
    """
    cuts = (table[list(sides)] != everyone).sum(axis=1)
    few = table["note"].str.fullmatch(FEW_PERSONS.format(r"\d+"))
    said = pd.DataFrame({"few_persons": few, "few_ages": table["note"] == FEW_AGES})
    with_curve = ~said.any(axis=1)
    said = said.assign(groups=True, with_curve=with_curve, below_nothing=table["note"].str.startswith(BELOW))
    order = ["groups", "with_curve", "few_persons", "few_ages", "below_nothing"]
    return said[order].groupby(cuts.rename("cuts")).sum().astype("float64")


def ratio_lines(table: pd.DataFrame, sides: Sequence[str], ages: Sequence[int]) -> pd.DataFrame:
    """A table of `grouped_ratios` at some ages as `lmi.lines`, with the persons that each curve rests on.

    Place: the group, its sides joined by points; line: `age_20`. Where there is no ratio the note says why.
    """
    own = table.set_index(table[list(sides)].agg(".".join, axis=1).to_numpy())
    ratios = own[[f"age_{age}" for age in ages]]
    notes, persons = (pd.DataFrame(dict.fromkeys(ratios, own[name])) for name in ("note", "persons"))
    return lines(ratios, notes.where(ratios.isna(), ""), persons.where(ratios.notna()))


def curve_lines(table: pd.DataFrame, sides: Sequence[str], everyone: str = EVERYONE) -> pd.DataFrame:
    """`counted_curves` as `lmi.lines`: place `cuts_2`, line `with_curve`."""
    return lines(counted_curves(table, sides, everyone).rename(index=lambda cut: f"cuts_{cut}"))
