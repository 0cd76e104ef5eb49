"""Pay by age as a ratio to the mean of all ages (LMI for All, C.7.4)."""

from collections.abc import Sequence

import numpy as np

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
