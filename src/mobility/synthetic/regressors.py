"""What moves depend on: the regressors of Tables A1 to A4 of people at work, as the survey can show them."""

from dataclasses import dataclass, fields

import numpy as np

LEVELS = (
    "postgraduate",
    "undergraduate",
    "other_he",
    "post16_school",
    "gcse",
    "less_than_gcse",
    "no_qualifications",
)
REFERENCE_LEVEL = LEVELS.index("gcse")
INDICATORS = ("has_vocational", "recent_vocational", "trained_12m", "training_promotion", "non_permanent")
TERMS = (
    "age",
    "age_squared",
    "female",
    *(level for level in LEVELS if level != LEVELS[REFERENCE_LEVEL]),
    *INDICATORS,
    "tenure",
    "small_firm",
    "not_manufacturing",
    "constant",
)
MANUFACTURING = (10, 33)
SMALL_SIZES = (1, 2, 3, 10)


@dataclass(frozen=True)
class Regressors:
    """One element a person-year: whole years of `age`, `level` 0 postgraduate .. 6 none, years of `tenure`, `size` band
    of the workplace, SIC 2007 `division`; the others are 0 or 1. Training and new awards are those of the year that
    follows, everything else holds at its start.

    female, has_vocational, recent_vocational, trained_12m, training_promotion, non_permanent : 0 or 1, named as the
    terms of Tables A1 to A4 that are made from them.
    """

    age: np.ndarray
    female: np.ndarray
    level: np.ndarray
    has_vocational: np.ndarray
    recent_vocational: np.ndarray
    trained_12m: np.ndarray
    training_promotion: np.ndarray
    non_permanent: np.ndarray
    tenure: np.ndarray
    size: np.ndarray
    division: np.ndarray

    def __len__(self) -> int:
        return len(self.age)

    @property
    def small_firm(self) -> np.ndarray:
        """Fewer than 25 people at the workplace."""
        return np.isin(self.size, SMALL_SIZES)

    @property
    def not_manufacturing(self) -> np.ndarray:
        """An industry other than manufacturing."""
        return (self.division < MANUFACTURING[0]) | (self.division > MANUFACTURING[1])

    def design(self) -> np.ndarray:
        """Columns of `TERMS`, shape (n, 18)."""
        levels = [self.level == place for place in range(len(LEVELS)) if place != REFERENCE_LEVEL]
        indicators = [getattr(self, name) for name in INDICATORS]
        age = self.age.astype(float)
        columns = [age, age**2, self.female, *levels, *indicators, self.tenure]
        columns += [self.small_firm, self.not_manufacturing, np.ones(len(self))]
        return np.stack(columns, axis=1).astype(float)

    def of(self, rows: np.ndarray) -> "Regressors":
        """Those of some rows."""
        return Regressors(*(getattr(self, field.name)[rows] for field in fields(self)))


def stack_regressors(parts: list[Regressors]) -> Regressors:
    """One after the other."""
    return Regressors(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Regressors)))
