"""Technical occupations in all employment (Holmes 2022, Tables 1 and 2.1), from quarters of the Labour Force Survey."""

from collections.abc import Callable, Mapping

import pandas as pd

from mobility.classify.soc import soc2000_of
from mobility.intake.missing import valid
from mobility.panel.answers import Answers
from mobility.panel.register import load_source
from mobility.studies.inputs import Inputs, Makers

IN_EMPLOYMENT = 1
SEXES = {1: "male", 2: "female"}
UNITS_IN_MINOR = 10  # the minor group of a unit group is its first three of four digits
OTHER, UNCODED = "other", "uncoded"


def makers(inputs: Inputs) -> Makers:
    """Frame `workers`: a row a person in employment in a quarter, with `quarter`, `occupation` and, if read, `weight`.

    `occupation` is the id of one of the thirteen groups, `other`, or missing where no occupation is recorded.
    """
    return {"workers": lambda: _workers(inputs)}


def _workers(inputs: Inputs) -> pd.DataFrame:
    losses = inputs.losses
    panel = losses.start("workers", inputs.panel)
    rows = losses.keep("workers", "not in employment", panel, panel["ilo_status"] == IN_EMPLOYMENT)
    rows = rows.reset_index(drop=True)
    (source,) = (use.source for use in inputs.study.about.sources.values())
    quarters = {wave.number: name for name, wave in load_source(inputs.root, source).waves.items()}
    minor = _minor(Answers(rows), inputs)
    groups = {int(row["soc2000"]): row["id"] for row in inputs.study.groups("technical_occupations")}
    occupation = minor.map(groups).astype("object").where(minor.isin(list(groups)), OTHER)
    absent = UNCODED if inputs.choices["employment_base"] == "all" else None
    return rows[["person", "wave", "year", *({"weight"} & set(rows))]].assign(
        quarter=rows["wave"].map(quarters),
        occupation=occupation.where(minor.notna(), absent),
    )


def _minor(answers: Answers, inputs: Inputs) -> pd.Series:
    """(n,) three-digit group of SOC2000; of those coded to SOC2010 by the choice `occupation_2017`."""
    later: Mapping[str, Callable[[], pd.Series]] = {
        "same_number": lambda: _codes(answers, "soc2010_minor"),
        "mapped": lambda: _mapped(answers, inputs) // UNITS_IN_MINOR,
        "delivered": lambda: _codes(answers, "soc2000_from_soc2010") // UNITS_IN_MINOR,
    }
    return _codes(answers, "soc2000_minor").fillna(later[inputs.choices["occupation_2017"]]())


def _codes(answers: Answers, name: str) -> pd.Series:
    return valid(answers.codes(name), "category")


def _mapped(answers: Answers, inputs: Inputs) -> pd.Series:
    sex = answers.codes("sex").map(SEXES)
    return soc2000_of(inputs.root, _codes(answers, "soc2010"), sex)
