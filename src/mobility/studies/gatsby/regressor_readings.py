"""Open readings of the regressors of Holmes (2022), section 3.3, each a statement on the person-waves or the pairs.

What the report leaves open on tenure, the self-employed, proxies and the share of the origin occupation; the values are
those of `studies/gatsby/choices.yaml`.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from mobility.intake.losses import LossTable
from mobility.intake.missing import is_code

YES, PERMANENT, SMALLEST_SIZE, LOST = 1, 1, 1, -9
PROXY_INTERVIEW = 2
START = ["tenure_start_year", "tenure_start_month"]
FILLED = ["contract_permanent", "firm_size"]  # what is read differently of the self-employed, besides the start
READ_COLUMNS = [*START, *FILLED, "tenure_start_year_carried"]  # of the panel, besides those of every pair of waves
Choices = Mapping[str, str]


def read_answers(usable: pd.DataFrame, choices: Choices) -> pd.DataFrame:
    """Person-waves with answers on the job as the choices `tenure` and `self_employed_models` read them.

    usable : sorted by person and wave, one row each; it is not changed.
    """
    readings = {"reported": lambda frame: frame, "with_employer": _start_with_employer, "in_job": _start_in_job}
    frame = readings[choices["tenure"]](usable) if set(START) <= set(usable) else usable
    return _admit_self_employed(frame) if choices["self_employed_models"] == "in" else frame


def full_interviews(pairs: pd.DataFrame, choices: Choices, losses: LossTable) -> pd.DataFrame:
    """Pairs of two full interviews where the choice `proxies_models` is `drop`, else all."""
    if choices["proxies_models"] == "keep":
        return pairs
    full = ~pairs["origin_interview_type"].eq(PROXY_INTERVIEW)
    full &= ~pairs["destination_interview_type"].eq(PROXY_INTERVIEW)
    return losses.keep("progression", "proxy interview at either end", pairs, full).reset_index(drop=True)


def share_change(usable: pd.DataFrame, pairs: pd.DataFrame, choices: Choices) -> pd.Series:
    """Change of the origin's share of coded employment over a year, in percentage points (as in Table 3.8).

    The share of the technical level or of the three-digit group (`share_of`), over the step of the pair or the one
    before it (`share_step`); NaN where the run lacks the year. Known for the four technical levels only; 0 elsewhere,
    where the models leave the term out.
    """
    name = {"level": "level", "occupation": "soc"}[choices["share_of"]]
    coded = usable[usable["coded"]]
    shares = pd.crosstab(coded["year"], _group(coded[name]), normalize="index")
    later = {"same": -1, "before": 0}[choices["share_step"]]
    change = (shares - shares.shift(1)).shift(later).stack() * 100
    keys = pd.MultiIndex.from_arrays([pairs["year"], _group(pairs[f"origin_{name}"])])
    return pd.Series(change.reindex(keys).to_numpy(), index=pairs.index).where(pairs["origin_level"].notna(), 0.0)


def _group(column: pd.Series) -> pd.Series:
    return column.astype("object").where(column.notna(), "none")


def _start_with_employer(usable: pd.DataFrame) -> pd.DataFrame:
    """The first start date reported to this employer, whatever jobs with them came later."""
    linked = _follows(usable) & is_code(usable["same_employer"], YES)
    answered = usable["tenure_start_year"] >= 0
    first = usable[START].where(answered).groupby(np.cumsum(~linked)).transform("first")
    return usable.assign(**{name: usable[name].where(~answered, first[name]).astype("int64") for name in START})


def _start_in_job(usable: pd.DataFrame) -> pd.DataFrame:
    """The start date only as long as the job, too, is the one that it was reported for; unknown afterwards."""
    carried = usable.get("tenure_start_year_carried", pd.Series(False, index=usable.index)).to_numpy(bool)
    other_job = carried & ~is_code(usable["same_job"], YES)
    lost = pd.Series(other_job).groupby(np.cumsum(~carried)).cummax().to_numpy()
    return usable.assign(**{name: usable[name].mask(lost, LOST) for name in START})


def _admit_self_employed(usable: pd.DataFrame) -> pd.DataFrame:
    """The self-employed as permanent workers of a small firm, their tenure from the first interview in which they were.

    Contract, size of the workplace and start date are put to employees only, so that they would be incomplete.
    """
    own = usable["self_employed"].to_numpy(bool)
    run = np.cumsum(~(_follows(usable) & own & np.append(False, own[:-1])))
    values: dict[str, Any] = dict(zip(FILLED, (PERMANENT, SMALLEST_SIZE), strict=True))
    for name, asked in zip(START, ("interview_year", "interview_month"), strict=True):
        values[name] = usable[asked].groupby(run).transform("first")
    filled = {
        name: usable[name].mask(own & (usable[name] < 0).to_numpy(), value)
        for name, value in values.items()
        if name in usable
    }
    return usable.assign(**filled)


def _follows(usable: pd.DataFrame) -> np.ndarray:
    """Whether a row is of the same person as the one before it."""
    return (usable["person"] == usable["person"].shift()).to_numpy()
