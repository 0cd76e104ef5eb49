"""Pay by age as a ratio to the mean of all ages (LMI for All, C.7.4)."""

from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np
import pandas as pd

EVERYONE = "all"

AGES = range(20, 66)
FEWEST = 4  # different ages from which a curve with three coefficients leaves anything over


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
    One ratio an age; None where the group has fewer than four different ages.
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
    return np.asarray(np.vander(np.asarray(ages) - middle, 3) @ curve / pay.mean())


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
    persons: pd.DataFrame, sides: Sequence[str], pay: str, ages: Sequence[int] = AGES, by_persons: bool = False
) -> pd.DataFrame:
    """Ratios of every group at some ages: `sides`, then a column an age, `age_20`; NaN where there are too few ages.

    persons : with `age`, the columns `sides` and `pay`. by_persons : as in `age_ratios`.
    """
    age, earned = persons["age"].to_numpy("float64"), persons[pay].to_numpy("float64")
    rows = []
    for names, mask in groups_of(persons, sides):
        ratios = age_ratios(age[mask], earned[mask], ages, by_persons) if mask.any() else None
        rows.append([*names, *(np.full(len(ages), np.nan) if ratios is None else ratios)])
    return pd.DataFrame(rows, columns=[*sides, *(f"age_{age}" for age in ages)])
