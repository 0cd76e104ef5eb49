"""An earnings function written from other base categories: the same fit, predictions and errors (C.3, C.7.3).

C.7.3: women, London, RQF 8, agriculture, chief executives        C.3: men and a first degree in their place
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from mobility.lmi.dimensions import Dimension
from mobility.lmi.earnings import LEAST, Earnings

C_7_3, C_3 = "c_7_3", "c_3"
DEGREE = "3"  # the first degree, RQF 6
OTHER_GENDER = {C_7_3: "female", C_3: "male"}  # the reference, which has no coefficient


class Written(NamedTuple):
    """A coefficient from a base: NaN where it was not estimated, of a reference that of no column of the fit.

    term, code : which coefficient, and of which category; code empty for a number. value, std_error : in log points.
    persons : of the rarer of the columns that it is made of, and of few persons of the reference that it is against.
    """

    term: str
    code: str
    value: float
    std_error: float
    persons: float
    reference: bool = False


def written(
    earnings: Earnings, dimensions: Mapping[str, Dimension], base: str = C_7_3, least: int = LEAST
) -> Iterator[Written]:
    """Coefficients with robust errors from a base, `C_7_3` or `C_3`.

    From C.3 the constant is that of men with a degree, the effect of an occupation that on men, and `female` and
    `occupation_female` are what women differ by. Persons: of the rarer of the columns that a coefficient is made of;
    where fewer than `least` have the reference that it is against, these: one woman of the first code is the constant.
    """

    def against(persons: float, *names: str) -> float:
        behind = earnings.behind_reference(*names)
        return min(persons, behind) if behind < least else persons

    men, n, constant = base == C_3, float(earnings.fit.n), earnings.fit.names[0]
    degree = f"qualification_{DEGREE}" if men and "qualification" in earnings.effects else ""
    whole = {constant: 1.0} | ({"male": 1.0} if men else {}) | ({degree: 1.0} if degree else {})
    yield _made(earnings, "constant", "", whole, against(n))
    for name in ("age", "age_squared"):
        yield _made(earnings, name, "", {name: 1.0}, n)
    own = ("female", "", {"male": -1.0}) if men else ("male", "", {"male": 1.0})
    yield _made(earnings, *own, against(n, "occupation_male"))
    yield Written(OTHER_GENDER[base], "", np.nan, np.nan, n, True)
    for term in earnings.effects:
        for code, weights in _of_term(term, dimensions, men, degree):
            behind = list(_behind(term, code, dimensions, men))
            persons = against(min(float(earnings.persons[of][at]) for of, at in behind), *(of for of, _ in behind))
            name = "occupation_female" if men and term == "occupation_male" else term
            yield _made(earnings, name, code, weights, persons)


def _of_term(
    term: str, dimensions: Mapping[str, Dimension], men: bool, degree: str
) -> Iterator[tuple[str, dict[str, float]]]:
    """Codes of a term and what their coefficients are the sum of, by name of column."""
    first, *others = dimensions[term.split("_")[0]].codes
    for code in (first, *others):
        own = {} if code == first else {f"{term}_{code}": 1.0}
        if men and term == "occupation" and own:
            own[f"occupation_male_{code}"] = 1.0
        elif men and term == "occupation_male":
            own = dict.fromkeys(own, -1.0)
        elif degree and term == "qualification":
            own = {} if code == DEGREE else {**own, degree: -1.0}
        yield code, own


def _behind(term: str, code: str, dimensions: Mapping[str, Dimension], men: bool) -> Iterator[tuple[str, int]]:
    """Terms and places of the persons behind a coefficient."""
    at = dimensions[term.split("_")[0]].codes.index(code)
    yield term, at
    if men and term == "occupation":
        yield "occupation_male", at


def _made(earnings: Earnings, term: str, code: str, weights: Mapping[str, float], persons: float) -> Written:
    """A weighted sum of coefficients and its error; without any, the reference."""
    if not weights:
        return Written(term, code, np.nan, np.nan, persons, True)
    places = [earnings.places[name] for name in weights]
    own = np.array(list(weights.values()))
    covariance = earnings.fit.covariance[np.ix_(places, places)]
    return Written(
        term, code, float(own @ earnings.fit.params[places]), float(np.sqrt(own @ covariance @ own)), persons
    )
