"""Holmes (2022), section 3.3: who is at risk of a move, and what is known of them. One statement a regressor.

Each regressor is NaN where it is not known for a person-wave; which rows a model loses by that is in its loss table.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd

from mobility.intake.missing import is_code
from mobility.panel.answers import Answers, Derivation
from mobility.settings import Study
from mobility.storage import COLUMNS_AT_ONCE, StoredFrame
from mobility.studies.gatsby.regressor_readings import FILLED, START, full_interviews, read_answers, share_change
from mobility.studies.gatsby.steps import USABLE, chosen_steps
from mobility.studies.inputs import Inputs
from mobility.transitions.pairs import consecutive_pairs

FRAME = "progression"
ANSWERS = "answers"  # of the panel, from which regressors are made
PAIRS = "pairs at risk"  # the steps from one wave to the next that start in a group
TRAINING = "training"  # the end of a pair at which the choice `training_wave` reads training
YES, NO = 1, 2
FEMALE, MALE = 2, 1
NOT_PERMANENT, PERMANENT = 2, 1
UNDER_25, FROM_25 = 10, 11
SMALLEST_SIZE_NOT_SMALL = {"under_10": 3, "under_25": 4, "under_50": 5}
VOCATIONAL_AWARDS, TRAINING_SPELLS, NEW_QUALIFICATIONS = 15, 3, 31
EARLIEST_YEAR = 1900
Choices = Mapping[str, str]

WEIGHTS = ("weight_cross_section", "weight_longitudinal")
DATES = ["interview_year", "interview_month"]
STATUS_COLUMNS = ["row", "activity", "soc", "coded", "level", "class", "group", "interview_type", *DATES, *WEIGHTS]
READ_ANSWERS = [*START, *FILLED]  # which some choices read otherwise than they stand in the panel
ANSWER_COLUMNS = [
    "age",
    "sex",
    "qualification_detailed",
    "qualification_group",
    "industry_sic2007",
    "training_any",
    "training_for_promotion",
    *[f"vocational_{k}" for k in range(1, VOCATIONAL_AWARDS + 1)],
    *[f"training_qualification_{k}" for k in range(1, TRAINING_SPELLS + 1)],
    *[f"new_qualification_{k}" for k in range(1, NEW_QUALIFICATIONS + 1)],
]


def progression_frame(usable: pd.DataFrame, inputs: Inputs) -> pd.DataFrame:
    """One row a person and step from wave w to w + 1 that starts in a group of section 3.3.

    Columns: person, wave, year, the weights, origin_group, destination_group (as `groups/progression_groups.csv`), and
    the regressors of Tables A1 to A4, at the origin wave unless said otherwise. The losses get the chain `progression`.
    """
    study, losses = inputs.study, inputs.losses
    pairs = inputs.made(PAIRS, lambda choices: _pairs_at_risk(usable, inputs, choices), after=[USABLE])
    frame = pairs[["person", "wave", "year", "origin_group"]].copy()
    frame["destination_group"] = pairs["destination_group"].astype("object").fillna("other")
    for name in WEIGHTS:
        frame[name] = pairs[f"origin_{name}"]
    ends = {"origin": Answers(pairs, "origin_"), "destination": Answers(pairs, "destination_", step_ahead=1)}

    def derived(name: str, choices: Choices) -> pd.Series:
        end, make = _regressors(study, choices)[name]
        return ends[_training_wave(choices) if end == TRAINING else end].derive(name, make, losses, FRAME)

    for name in _regressors(study, inputs.choices):
        frame[name] = inputs.made(name, partial(derived, name), after=[PAIRS])
    change = inputs.made("share_change", lambda choices: share_change(usable, pairs, choices), after=[USABLE, PAIRS])
    return frame.assign(origin_share_change=change)


def _pairs_at_risk(usable: pd.DataFrame, inputs: Inputs, choices: Choices) -> pd.DataFrame:
    """The steps that start in an origin group, each loss named, with the answers at both ends."""
    study, losses = inputs.study, inputs.losses
    grouped = read_answers(usable, choices).assign(group=_group(usable, study))
    origins = [row["id"] for row in study.groups("progression_groups") if row["origin"] == "yes"]
    starts = grouped["group"].isin(origins)
    at_risk = losses.keep(FRAME, "in no group of section 3.3", grouped[["person"]], starts)
    columns = [*STATUS_COLUMNS, *[name for name in READ_ANSWERS if name in usable]]
    pairs = consecutive_pairs(grouped, columns, starts=starts.to_numpy())
    losses.record(FRAME, "not interviewed with a usable activity in the next wave", len(at_risk), pairs)
    pairs = full_interviews(chosen_steps(pairs, choices, losses, FRAME), choices, losses)
    if choices["missing_soc"] == "exclude":
        known = pairs["destination_coded"] | (pairs["destination_activity"] != "employed")
        kept = losses.keep(FRAME, "employed without a coded occupation in the second wave", pairs, known)
        pairs = kept.reset_index(drop=True)
    return _with_answers(pairs, inputs.made(ANSWERS, lambda _: _answers(inputs.columns)))


def _answers(panel: pd.DataFrame | StoredFrame) -> dict[str, Any]:
    """Every row's answers by name (length of the panel), in the smallest integers that hold them.

    They are the same under every reading, so that they are read once and held, which takes a third of the memory so.
    """
    names, answers = [name for name in ANSWER_COLUMNS if name in panel], dict[str, Any]()
    for first in range(0, len(names), COLUMNS_AT_ONCE):
        some = panel[names[first : first + COLUMNS_AT_ONCE]]
        answers |= {name: pd.to_numeric(some[name], downcast="integer").array for name in some}
    return answers


def _with_answers(pairs: pd.DataFrame, answers: Mapping[str, Any]) -> pd.DataFrame:
    """The pairs with the answers of both ends, from the rows of the panel that `origin_row` and the other one name."""
    rows = {end: pairs[f"{end}_row"].to_numpy() for end in ("origin", "destination")}
    taken = {f"{end}_{name}": values.take(at) for end, at in rows.items() for name, values in answers.items()}
    return pd.concat([pairs, pd.DataFrame(taken, index=pairs.index)], axis=1)


def _regressors(study: Study, choices: Choices) -> dict[str, tuple[str, Derivation]]:
    """Each regressor: the end of the pair whose answers it is made from (or `TRAINING`), and how."""
    return {
        "age": ("origin", lambda answers: answers.number("age")),
        "female": ("origin", lambda answers: answers.indicator("sex", FEMALE, MALE)),
        "qualification": ("origin", lambda answers: _qualification(answers, study)),
        "has_vocational": ("origin", _has_vocational),
        "recent_vocational": (TRAINING, lambda answers: _recent_vocational(answers, study, choices)),
        "trained_12m": (TRAINING, lambda answers: answers.indicator("training_any", YES, NO)),
        "training_promotion": (TRAINING, _training_promotion),
        "non_permanent": ("origin", lambda answers: answers.indicator("contract_permanent", NOT_PERMANENT, PERMANENT)),
        "tenure": ("origin", _tenure),
        "small_firm": ("origin", lambda answers: _small_firm(answers, choices)),
        "industry": ("origin", lambda answers: _industry(answers, study, choices)),
    }


def _group(usable: pd.DataFrame, study: Study) -> pd.Series:
    """Origin or destination group: a technical level, or non-technical work by the class of Table 3.3."""
    of_class = {row["class"]: row["id"] for row in study.groups("progression_groups")}
    return usable["class"].map(of_class).astype("object").where(usable["coded"])


def _training_wave(choices: Choices) -> str:
    """Training is asked about the time since the last interview: at t + 1 that is the step, at t the year before."""
    return {"t_plus_1": "destination", "t": "origin"}[choices["training_wave"]]


def _qualification(origin: Answers, study: Study) -> pd.Series:
    """Highest qualification in seven groups: the detailed derived variable, else the coarse one (BHPS members)."""
    rows = study.groups("qualifications")
    detailed = {int(row["code"]): row["group"] for row in rows if row["variable"] == "qualification_detailed"}
    coarse = {int(row["code"]): row["group"] for row in rows if row["variable"] == "qualification_group"}
    found = origin.codes("qualification_detailed").map(detailed).astype("object")
    return found.where(found.notna(), origin.codes("qualification_group").map(coarse))


def _has_vocational(origin: Answers) -> pd.Series:
    """Any of the fifteen awards, asked at the first interview and carried forward since."""
    names = [f"vocational_{k}" for k in range(1, VOCATIONAL_AWARDS + 1)]
    return pd.Series(origin.any_code(names, YES).astype("float64")).where(origin.any_answer(names))


def _recent_vocational(training: Answers, study: Study, choices: Choices) -> pd.Series:
    """A qualification gained through training, or a vocational one among the new qualifications reported."""
    reading = choices["new_vocational"]
    items = [row["item"] for row in study.groups("new_qualifications") if row[reading] == "yes"]
    spells = [f"training_qualification_{k}" for k in range(1, TRAINING_SPELLS + 1)]
    gained = training.any_code(spells, YES) | training.any_code([f"new_qualification_{k}" for k in items], YES)
    return pd.Series(gained.astype("float64")).where(training.any_answer(["training_any"]))


def _training_promotion(training: Answers) -> pd.Series:
    """Training towards a promotion or a new job; 0 for people who had no training."""
    purpose = training.codes("training_for_promotion")
    towards = is_code(purpose, YES)
    asked = (purpose >= 0) | training.has("training_any", NO)
    return pd.Series(towards.astype("float64")).where(asked.to_numpy())


def _tenure(origin: Answers) -> pd.Series:
    """Years from the start of the job with this employer to the interview; a start after the interview is unknown."""
    start, month = origin.number("tenure_start_year"), origin.number("tenure_start_month")
    season = month.map({13: 1.0, 14: 4.0, 15: 7.0, 16: 10.0})
    began = start + (month.where(month.between(1, 12), season).fillna(6.5) - 0.5) / 12
    now = origin.number("interview_year") + (origin.number("interview_month").fillna(6.5) - 0.5) / 12
    return (now - began).where((start >= EARLIEST_YEAR) & (now - began >= -1 / 12)).clip(lower=0)


def _small_firm(origin: Answers, choices: Choices) -> pd.Series:
    """Size of the workplace below the cut-off; "do not know, under 25" and "25 or more" count where they decide."""
    size = origin.number("firm_size")
    cut = SMALLEST_SIZE_NOT_SMALL[choices["small_firm_size"]]
    small = (size < cut).astype("float64").where(size.between(1, 9))
    vague = {"under_10": {FROM_25: 0.0}, "under_25": {UNDER_25: 1.0, FROM_25: 0.0}, "under_50": {UNDER_25: 1.0}}
    return small.fillna(size.map(vague[choices["small_firm_size"]]))


def _industry(origin: Answers, study: Study, choices: Choices) -> pd.Series:
    """Group of the SIC 2007 division, manufacturing one of them."""
    column = {"sections": "section_group", "broad": "broad_group"}[choices["industry_grouping"]]
    of_division = {
        division: row[column]
        for row in study.groups("industries")
        for division in range(int(row["first"]), int(row["last"]) + 1)
    }
    return origin.codes("industry_sic2007").map(of_division).astype("object")
