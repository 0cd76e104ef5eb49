"""The earnings function of LMI for All (C.7.3), fitted to persons and predicted for every cell.

    ln pay = a + b1 age + b2 age^2 + g male + region + qualification + industry + occupation
             + occupation x male + industry x t + occupation x t + u           t: 1 in the second of the two years

Qualification is known in the Labour Force Survey alone. The columns are 1,275 with it, 1,267 without.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from mobility.lmi.dimensions import Dimension
from mobility.models.result import IndexFit
from mobility.models.sparse import Part, SparseDesign, fit_sparse

NUMBERS = ("age", "age_squared", "male")
# Terms of a coefficient a code, the dimension of each and the number that it is multiplied by.
TERMS: Mapping[str, tuple[str, str]] = {
    "region": ("region", ""),
    "qualification": ("qualification", ""),
    "industry": ("industry", ""),
    "occupation": ("occupation", ""),
    "occupation_male": ("occupation", "male"),
    "industry_t": ("industry", "t"),
    "occupation_t": ("occupation", "t"),
}
MALE = "1"
LEAST = 10  # persons on whom a coefficient must rest to be handed on as it is


@dataclass(frozen=True, eq=False)
class Earnings:
    """A fitted earnings function.

    fit : coefficients and robust errors. numbers : by name, the constant and those of `NUMBERS`. effects : by term, a
    coefficient for every code of its dimension, 0 for the reference, NaN where it was not estimated. persons : by
    term, on how many each rests: of an interaction the smaller of those with the number 0 and 1, of a term with
    interactions the fewest of whom one of their numbers is 0, since it is theirs alone. residuals : n.
    """

    fit: IndexFit
    numbers: Mapping[str, float]
    effects: Mapping[str, np.ndarray]
    persons: Mapping[str, np.ndarray]
    residuals: np.ndarray

    @cached_property
    def places(self) -> Mapping[str, int]:
        """Place of each column of the fit by its name."""
        return {name: place for place, name in enumerate(self.fit.names)}

    @property
    def columns(self) -> int:
        """Columns of the equation, estimated or not."""
        return len(self.fit.names)

    def settled(self, term: str, dimension: Dimension, least: int = LEAST) -> np.ndarray:
        """Coefficients of a term for every code, those of few persons as their group's.

        Where fewer than `least` persons are behind a coefficient stands the mean of the occupation's sub-major group,
        of other dimensions or where the group has none that of all codes, each weighted by its persons in whole times
        `least`: a coefficient of one person would tell that person's pay. least : 1 keeps each as it was estimated.
        """
        of = dimension.levels.get("sub_major", (dimension.name,) * len(dimension.codes))
        return settled(self.effects[term], self.persons[term], of, least)

    def behind_reference(self, *names: str) -> float:
        """The fewest persons behind the first code of any of the terms that a coefficient is against (by default all).

        Of those by year: there is no effect of the second year itself, so that all codes of one can rise by as much as
        those of the other fall, but for what the persons of either first code earn.
        """
        by_year = [term for term in self.effects if TERMS[term][1] == "t"]
        behind = [self.persons[term][0] for term in names or self.effects if term not in by_year]
        if {*by_year} & {*names}:
            behind.append(sum(self.persons[term][0] for term in by_year))
        return float(min(behind, default=np.inf))


def settled(effects: np.ndarray, persons: np.ndarray, groups: Sequence[str], least: int) -> np.ndarray:
    """Numbers of k codes, where fewer than `least` persons are behind one, the mean of its group or of all.

    Each of a group weighs its persons in whole times `least`, 47 as 4 of 10: from a mean in full digits and the numbers
    that it is of follow their weights, and the persons of a code that has few are those of all less these. Where every
    code has fewer, the mean of all codes stands for each.
    """
    known = np.isfinite(effects)
    good = (persons >= least) & known
    weight, told = np.where(good, persons // least, 0).astype("float64"), np.where(known, effects, 0.0)
    places = pd.factorize(np.asarray(groups, dtype=object))[0]
    total, sums = np.bincount(places, weight), np.bincount(places, weight * told)
    of_all = weight if good.any() else persons * known
    overall = of_all @ told / of_all.sum() if of_all.any() else 0.0
    means = np.divide(sums, total, out=np.full(len(total), overall), where=total > 0)
    return np.where(good, effects, means[places])


def rest_is_told(persons: np.ndarray, least: int = LEAST) -> bool:
    """Whether the persons of the k codes with ten or more, taken from all, tell the others better than as 0 to 9 each.

    6 of 1,063 left to one code are its persons, and 17 to two are 8 and 9; 473 left to 118 may be anybody's.
    least : persons, in place of ten.
    """
    few, most = persons[persons < least], least - 1
    return bool(few.any()) and not most <= few.sum() <= most * (len(few) - 1)


def in_whole(persons: Any, least: int = LEAST) -> Any:
    """Numbers of persons as the multiple of `least` at or below them: those of two releases differ by a few, who came.

    persons : a number, array or column, missing where there is none.
    """
    return persons // least * least


def fit_earnings(
    persons: pd.DataFrame, dimensions: Mapping[str, Dimension], weights: np.ndarray | None = None
) -> Earnings:
    """Least squares with robust errors of the logarithm of weekly pay.

    Parameters
    ----------
    persons : a row an employee: weekly_pay (pounds, above 0), age, gender, region, industry, occupation (codes), t (0
        or 1) and, if the source knows it, qualification. The reference is women of the first code of each dimension.

    Raises
    ------
    DataError
        As `models.sparse.fit_sparse`.
    """
    numbers = _numbers(persons)
    places = {name: _places(persons[name], dimensions[name]) for name in dimensions if name in persons}
    terms = {term: own for term, own in TERMS.items() if own[0] in places}
    parts = [Part.number(name, numbers[name]) for name in NUMBERS]
    for term, (dimension, times) in terms.items():
        levels = tuple(f"{term}_{code}" for code in dimensions[dimension].codes[1:])
        parts.append(Part(term, levels, places[dimension] - 1, numbers[times] if times else None))
    design = SparseDesign(tuple(parts))
    y = np.log(persons["weekly_pay"].to_numpy("float64"))
    fit = fit_sparse(y, design, weights=weights)
    known = np.nan_to_num(fit.params)
    by_name = dict(zip(design.names, fit.params, strict=True))
    effects: dict[str, np.ndarray] = {}
    counts: dict[str, np.ndarray] = {}
    for term, (dimension, times) in terms.items():
        codes = dimensions[dimension].codes
        effects[term] = np.array([0.0, *(by_name[f"{term}_{code}"] for code in codes[1:])])
        counts[term] = everyone = np.bincount(places[dimension], minlength=len(codes))
        if times:
            with_it = np.bincount(places[dimension], numbers[times], minlength=len(codes)).astype("int64")
            counts[term] = np.minimum(with_it, everyone - with_it)
            counts[dimension] = np.minimum(counts[dimension], everyone - with_it)
    constant = design.names[0]
    own = {"constant": by_name[constant], **{name: by_name[name] for name in NUMBERS}}
    return Earnings(fit, own, effects, counts, y - (design.matrix @ known + design.centres @ known))


def _numbers(persons: pd.DataFrame) -> dict[str, np.ndarray]:
    age = persons["age"].to_numpy("float64")
    male = (persons["gender"] == MALE).to_numpy("float64")
    return {"age": age, "age_squared": age**2, "male": male, "t": persons["t"].to_numpy("float64")}


def _places(codes: pd.Series, dimension: Dimension) -> np.ndarray:
    """Places of codes in a dimension; `SparseDesign` refuses what is outside."""
    return np.asarray(pd.Index(dimension.codes).get_indexer(codes.astype("object")), dtype="int64")


def mean_ages(persons: pd.DataFrame, dimensions: Mapping[str, Dimension], least: int = LEAST) -> np.ndarray:
    """Mean age by occupation and gender (C.8.2, 5i), 369 x 2; of few persons that of the sub-major group's."""
    occupations = dimensions["occupation"]
    place, gender = (_places(persons[name], dimensions[name]) for name in ("occupation", "gender"))
    k, columns = len(occupations.codes), []
    for one in range(len(dimensions["gender"].codes)):
        own, age = place[gender == one], persons["age"].to_numpy("float64")[gender == one]
        number = np.bincount(own, minlength=k)
        mean = np.divide(np.bincount(own, age, minlength=k), number, out=np.full(k, np.nan), where=number > 0)
        columns.append(settled(mean, number, occupations.levels["sub_major"], least))
    return np.column_stack(columns)


def predicted_pay(
    earnings: Earnings, dimensions: Mapping[str, Dimension], ages: np.ndarray, t: int = 1, least: int = LEAST
) -> np.ndarray:
    """exp(predicted logarithm) in every cell, also where nobody was asked.

    Parameters
    ----------
    ages : 369 x 2, at which pay is predicted. t : 1 the second year. least : as in `Earnings.settled`.

    Returns
    -------
    occupation x industry x region x gender, pounds a week; without qualification (`qualification_profile`).
    """
    own = {
        term: earnings.settled(term, dimensions[dimension], least)
        for term, (dimension, _) in TERMS.items()
        if term in earnings.effects
    }
    number = earnings.numbers
    male = np.array([code == MALE for code in dimensions["gender"].codes], dtype="float64")
    of_person = number["constant"] + number["age"] * ages + number["age_squared"] * ages**2 + number["male"] * male
    of_person = (
        of_person + (own["occupation"] + t * own["occupation_t"])[:, None] + own["occupation_male"][:, None] * male
    )
    industry = np.exp(own["industry"] + t * own["industry_t"])
    region = np.exp(own["region"])
    return np.asarray(np.einsum("og,i,r->oirg", np.exp(of_person), industry, region, optimize=True))


def qualification_profile(earnings: Earnings, dimensions: Mapping[str, Dimension], least: int = LEAST) -> np.ndarray:
    """What pay is multiplied by at each qualification, 1 at the reference."""
    return np.exp(earnings.settled("qualification", dimensions["qualification"], least))
