"""Holmes (2022), section 3.3: who is at risk of a move, and what is known of them. One statement a regressor.

Each regressor is NaN where it is not known for a person-wave; which rows a model loses by that is in its loss table.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from mobility.panel.link import consecutive_pairs
from mobility.panel.losses import LossTable
from mobility.panel.missing import is_code
from mobility.settings import Study
from mobility.studies.regressor_readings import full_interviews, read_answers, share_change
from mobility.studies.steps import chosen_steps

YES, NO = 1, 2
FEMALE, MALE = 2, 1
NOT_PERMANENT, PERMANENT = 2, 1
UNDER_25, FROM_25 = 10, 11
SMALLEST_SIZE_NOT_SMALL = {"under_10": 3, "under_25": 4, "under_50": 5}
VOCATIONAL_AWARDS, TRAINING_SPELLS, NEW_QUALIFICATIONS = 15, 3, 31
EARLIEST_YEAR = 1900
Choices = Mapping[str, str]

STATUS_COLUMNS = ["activity", "soc", "coded", "level", "class", "group", "interview_type"]
ANSWER_COLUMNS = [
    "age",
    "sex",
    "qualification_detailed",
    "qualification_group",
    "contract_permanent",
    "tenure_start_year",
    "tenure_start_month",
    "firm_size",
    "industry_sic2007",
    "interview_year",
    "interview_month",
    "training_any",
    "training_for_promotion",
    "weight",
    *[f"vocational_{k}" for k in range(1, VOCATIONAL_AWARDS + 1)],
    *[f"training_qualification_{k}" for k in range(1, TRAINING_SPELLS + 1)],
    *[f"new_qualification_{k}" for k in range(1, NEW_QUALIFICATIONS + 1)],
]


def progression_frame(usable: pd.DataFrame, study: Study, choices: Choices) -> pd.DataFrame:
    """One row a person and step from wave w to w + 1 that starts in a group of section 3.3.

    Columns: person, wave, year, weight, origin_group, destination_group (as `groups/progression_groups.csv`), and the
    regressors of Tables A1 to A4, at the origin wave unless said otherwise.
    """
    grouped = read_answers(usable, choices).assign(group=_group(usable, study))
    origins = [row["id"] for row in study.groups("progression_groups") if row["origin"] == "yes"]
    columns = [*STATUS_COLUMNS, *[name for name in ANSWER_COLUMNS if name in usable]]
    pairs = consecutive_pairs(grouped, columns, starts=grouped["group"].isin(origins).to_numpy())
    pairs = full_interviews(chosen_steps(pairs, choices, LossTable()), choices, LossTable())
    known = pairs["destination_coded"] | (pairs["destination_activity"] != "employed")
    if choices["missing_soc"] == "exclude":
        pairs = pairs[known.to_numpy()].reset_index(drop=True)
    frame = pairs[["person", "wave", "year", "origin_group"]].copy()
    frame["destination_group"] = pairs["destination_group"].astype("object").fillna("other")
    frame["weight"] = pairs["origin_weight"]
    origin, training = _Answers(pairs, "origin"), _Answers(pairs, _training_wave(choices))
    frame["age"] = origin.number("age")
    frame["female"] = origin.indicator("sex", FEMALE, MALE)
    frame["qualification"] = _qualification(origin, study)
    frame["has_vocational"] = _has_vocational(origin)
    frame["recent_vocational"] = _recent_vocational(training, study, choices)
    frame["trained_12m"] = training.indicator("training_any", YES, NO)
    frame["training_promotion"] = _training_promotion(training)
    frame["non_permanent"] = origin.indicator("contract_permanent", NOT_PERMANENT, PERMANENT)
    frame["tenure"] = _tenure(origin)
    frame["small_firm"] = _small_firm(origin, choices)
    frame["industry"] = _industry(origin, study, choices)
    frame["origin_share_change"] = share_change(usable, pairs, choices)
    return frame


class _Answers:
    """Answers at one end of the pairs; a variable that the delivery lacks is unknown for everyone."""

    def __init__(self, pairs: pd.DataFrame, end: str):
        self._pairs, self._end = pairs, end

    def codes(self, name: str) -> pd.Series:
        """The survey's codes; -9 for everyone where the delivery lacks the variable."""
        column = f"{self._end}_{name}"
        return self._pairs[column] if column in self._pairs else pd.Series(-9, index=self._pairs.index)

    def number(self, name: str) -> pd.Series:
        """Answers as float64, every kind of missing NaN."""
        codes = self.codes(name).astype("float64")
        return codes.where(codes >= 0)

    def indicator(self, name: str, one: int, zero: int) -> pd.Series:
        """1 for the code `one`, 0 for `zero`, NaN for anything else."""
        return self.codes(name).map({one: 1.0, zero: 0.0}).astype("float64")

    def any_code(self, names: list[str], code: int) -> np.ndarray:
        """True where any of the variables holds the code."""
        return np.any([is_code(self.codes(name), code) for name in names], axis=0)

    def any_answer(self, names: list[str]) -> np.ndarray:
        """True where any of the variables was answered."""
        return np.any([(self.codes(name) >= 0).to_numpy() for name in names], axis=0)


def _group(usable: pd.DataFrame, study: Study) -> pd.Series:
    """Origin or destination group: a technical level, or non-technical work by the class of Table 3.3."""
    of_class = {row["class"]: row["id"] for row in study.groups("progression_groups")}
    return usable["class"].map(of_class).astype("object").where(usable["coded"])


def _training_wave(choices: Choices) -> str:
    """Training is asked about the time since the last interview: at t + 1 that is the step, at t the year before."""
    return {"t_plus_1": "destination", "t": "origin"}[choices["training_wave"]]


def _qualification(origin: _Answers, study: Study) -> pd.Series:
    """Highest qualification in seven groups: the detailed derived variable, else the coarse one (BHPS members)."""
    rows = study.groups("qualifications")
    detailed = {int(row["code"]): row["group"] for row in rows if row["variable"] == "qualification_detailed"}
    coarse = {int(row["code"]): row["group"] for row in rows if row["variable"] == "qualification_group"}
    found = origin.codes("qualification_detailed").map(detailed).astype("object")
    return found.where(found.notna(), origin.codes("qualification_group").map(coarse))


def _has_vocational(origin: _Answers) -> pd.Series:
    """Any of the fifteen awards, asked at the first interview and carried forward since."""
    names = [f"vocational_{k}" for k in range(1, VOCATIONAL_AWARDS + 1)]
    return pd.Series(origin.any_code(names, YES).astype("float64")).where(origin.any_answer(names))


def _recent_vocational(training: _Answers, study: Study, choices: Choices) -> pd.Series:
    """A qualification gained through training, or a vocational one among the new qualifications reported."""
    reading = choices["new_vocational"]
    items = [row["item"] for row in study.groups("new_qualifications") if row[reading] == "yes"]
    spells = [f"training_qualification_{k}" for k in range(1, TRAINING_SPELLS + 1)]
    gained = training.any_code(spells, YES) | training.any_code([f"new_qualification_{k}" for k in items], YES)
    return pd.Series(gained.astype("float64")).where(training.any_answer(["training_any"]))


def _training_promotion(training: _Answers) -> pd.Series:
    """Training towards a promotion or a new job; 0 for people who had no training. Unknown if nobody answered."""
    purpose = training.codes("training_for_promotion")
    if not (purpose >= 0).any():
        return pd.Series(np.nan, index=purpose.index)
    towards = is_code(purpose, YES)
    asked = (purpose >= 0) | is_code(training.codes("training_any"), NO)
    return pd.Series(towards.astype("float64")).where(asked.to_numpy())


def _tenure(origin: _Answers) -> pd.Series:
    """Years from the start of the job with this employer to the interview; a start after the interview is unknown."""
    start, month = origin.number("tenure_start_year"), origin.number("tenure_start_month")
    season = month.map({13: 1.0, 14: 4.0, 15: 7.0, 16: 10.0})
    began = start + (month.where(month.between(1, 12), season).fillna(6.5) - 0.5) / 12
    now = origin.number("interview_year") + (origin.number("interview_month").fillna(6.5) - 0.5) / 12
    return (now - began).where((start >= EARLIEST_YEAR) & (now - began >= -1 / 12)).clip(lower=0)


def _small_firm(origin: _Answers, choices: Choices) -> pd.Series:
    """Size of the workplace below the cut-off; "do not know, under 25" and "25 or more" count where they decide."""
    size = origin.number("firm_size")
    cut = SMALLEST_SIZE_NOT_SMALL[choices["small_firm_size"]]
    small = (size < cut).astype("float64").where(size.between(1, 9))
    vague = {"under_10": {FROM_25: 0.0}, "under_25": {UNDER_25: 1.0, FROM_25: 0.0}, "under_50": {UNDER_25: 1.0}}
    return small.fillna(size.map(vague[choices["small_firm_size"]]))


def _industry(origin: _Answers, study: Study, choices: Choices) -> pd.Series:
    """Group of the SIC 2007 division, manufacturing one of them."""
    column = {"sections": "section_group", "broad": "broad_group"}[choices["industry_grouping"]]
    of_division = {
        division: row[column]
        for row in study.groups("industries")
        for division in range(int(row["first"]), int(row["last"]) + 1)
    }
    return origin.codes("industry_sic2007").map(of_division).astype("object")
