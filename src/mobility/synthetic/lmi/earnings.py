"""The planted earnings function: ln weekly pay = sum of effects, full-time and part-time apart (C.7.3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from mobility.storage import read_register
from mobility.synthetic.lmi.codes import Codes
from mobility.synthetic.streams import stream

FOLDER = "resources/pay"
C1 = f"{FOLDER}/earnings_c1.csv"
FULL_TIME, PART_TIME = 0, 1
# Table C.1 prints -0.001; with it pay would peak at 30. This one is printed as -0.001 too.
AGE2 = -0.0006
# Within the printed "degree or equivalent", of which the table has one coefficient; RQF 8 to 6.
DEGREES = (0.10, 0.05, 0.0)
PRINTED_LEVELS = ("higher_education", "higher_education", "a_level", "gcse", "other", "none")
# Of the log of an occupation's printed mean pay over that of chief executives: the part that is not of age,
# qualification and sex. Chosen so that the unit groups that Table C.1 prints are near it.
OCCUPATION_SHARE = 0.6
# Effects on part-time pay as shares of those on full-time pay; invented.
PART_SHARES = {"age": 0.7, "male": 0.5, "region": 0.5, "qualification": 0.7, "industry": 0.6, "occupation": 0.5}
PART_CONSTANT = 5.1
SIGMA = (0.40, 0.55)  # of the error, full-time and part-time
INDUSTRY_SD, MALE_SD, INDUSTRY_TREND, TREND_SD = 0.10, 0.05, 0.02, 0.01
REFERENCE_INDUSTRY, REFERENCE_OCCUPATION = "1", "1115"


@dataclass(frozen=True)
class Equation:
    """Effects of one status; codes in the order of `Codes`, the reference levels 0.

    region : (12,). qualification : (9,), of RQF 8 0. industry, industry_t : (79,). occupation, male_occupation,
    occupation_t : (369,). sigma : of the normal error.
    """

    constant: float
    age: float
    age2: float
    male: float
    region: np.ndarray
    qualification: np.ndarray
    industry: np.ndarray
    occupation: np.ndarray
    male_occupation: np.ndarray
    industry_t: np.ndarray
    occupation_t: np.ndarray
    sigma: float

    def level(self, jobs: Mapping[str, np.ndarray], t: np.ndarray | int) -> np.ndarray:
        """(n,) expected log of weekly pay but for qualification; jobs : places of the codes, `male` and `age`."""
        o, i, male, age = (jobs[name] for name in ("occupation", "industry", "male", "age"))
        own = self.constant + self.age * age + self.age2 * age**2 + self.region[jobs["region"]]
        own = own + male * (self.male + self.male_occupation[o]) + self.industry[i] + self.occupation[o]
        return np.asarray(own + t * (self.industry_t[i] + self.occupation_t[o]))


def plant(root: Path, codes: Codes, seed: int) -> tuple[Equation, Equation]:
    """Equations of full-time and of part-time employees; what Table C.1 does not print is drawn with the seed."""
    printed = read_register(root / C1)
    c1 = {
        name: dict(zip(own["level"], own["coefficient"].astype(float), strict=True))
        for name, own in printed.groupby("term")
    }
    rng = stream(seed, "lmi earnings")
    industry = _industries(codes, c1["industry"], rng.normal(0.05, INDUSTRY_SD, len(codes.industry)))
    occupation = _occupations(codes, c1["occupation"])
    levels = np.array([*DEGREES, *(c1["qualification_six"][name] for name in PRINTED_LEVELS)])
    drawn = {
        "male_occupation": _from(codes.occupation, REFERENCE_OCCUPATION, rng.normal(0, MALE_SD, len(codes.occupation))),
        "industry_t": _joined(codes, rng.normal(INDUSTRY_TREND, TREND_SD, len(codes.industry))),
        "occupation_t": _from(codes.occupation, REFERENCE_OCCUPATION, rng.normal(0, TREND_SD, len(codes.occupation))),
    }
    drawn["industry_t"] = _from(codes.industry, REFERENCE_INDUSTRY, drawn["industry_t"])
    full = Equation(
        # the printed constant is of men with a degree in London
        constant=c1["constant"][""] + c1["female"][""] + levels[0],
        age=c1["age"][""],
        age2=AGE2,
        male=-c1["female"][""],
        region=np.array([c1["region"].get(code, 0.0) for code in codes.region]),
        qualification=levels - levels[0],
        industry=industry,
        occupation=occupation,
        sigma=SIGMA[FULL_TIME],
        **drawn,
    )
    return full, _part_time(full)


def _part_time(full: Equation) -> Equation:
    part = PART_SHARES
    return Equation(
        constant=PART_CONSTANT,
        age=full.age * part["age"],
        age2=full.age2 * part["age"],
        male=full.male * part["male"],
        region=full.region * part["region"],
        qualification=full.qualification * part["qualification"],
        industry=full.industry * part["industry"],
        occupation=full.occupation * part["occupation"],
        male_occupation=full.male_occupation,
        industry_t=full.industry_t,
        occupation_t=full.occupation_t,
        sigma=SIGMA[PART_TIME],
    )


def _from(codes: tuple[str, ...], reference: str, values: np.ndarray) -> np.ndarray:
    """Effects less that of the reference."""
    return np.asarray(values - values[codes.index(reference)])


def _joined(codes: Codes, values: np.ndarray) -> np.ndarray:
    """One effect for industries that are joined to one of the 75."""
    return values[[codes.industry.index(code) for code in codes.joined]]


def _industries(codes: Codes, printed: Mapping[str, float], drawn: np.ndarray) -> np.ndarray:
    own = np.array([printed.get(code, value) for code, value in zip(codes.industry, drawn, strict=True)])
    own[codes.industry.index(REFERENCE_INDUSTRY)] = 0.0
    return _joined(codes, own)


def _occupations(codes: Codes, printed: Mapping[str, float]) -> np.ndarray:
    pay = codes.units["mean_pay"].astype(float)
    made = OCCUPATION_SHARE * np.log(pay / pay[REFERENCE_OCCUPATION])
    return np.array([printed.get(code, made[code]) for code in codes.occupation])


def coefficients(equations: tuple[Equation, Equation], codes: Codes) -> pd.DataFrame:
    """Every planted coefficient: status (1, 2), term, level, coefficient; reference levels with 0."""
    of = {
        "region": codes.region,
        "qualification": codes.qualification,
        "industry": codes.industry,
        "occupation": codes.occupation,
        "male_occupation": codes.occupation,
        "industry_t": codes.industry,
        "occupation_t": codes.occupation,
    }
    rows: list[tuple[str, str, str, float]] = []
    for place, equation in enumerate(equations):
        status = str(place + 1)
        rows += [(status, term, "", getattr(equation, term)) for term in ("constant", "age", "age2", "male", "sigma")]
        for term, levels in of.items():
            rows += [(status, term, *pair) for pair in zip(levels, getattr(equation, term), strict=True)]
    return pd.DataFrame(rows, columns=["status", "term", "level", "coefficient"])
