"""Which steps from one wave to the next count, under the choice `pairs`."""

from collections.abc import Mapping

import pandas as pd

from mobility.intake.losses import LossTable
from mobility.transitions.pairs import gap_months

USABLE = "person_waves"  # chain of the person-waves with a usable activity
RECODED_STEP = 2010  # the step 2010 to 2011: occupation is coded to SOC2010 from then on, SOC2000 by look-up
GAP_MONTHS = (6, 18)


def chosen_steps(pairs: pd.DataFrame, choices: Mapping[str, str], losses: LossTable, step: str) -> pd.DataFrame:
    """Pairs of the chosen steps, with `gap_months` between the two interviews; `step`: their chain of losses."""
    pairs = pairs.assign(gap_months=gap_months(pairs))
    if choices["pairs"] == "gap_6_18":
        pairs = losses.keep(step, "date of one of the two interviews not known", pairs, pairs["gap_months"].notna())
        near = pairs["gap_months"].between(*GAP_MONTHS).astype(bool)
        pairs = losses.keep(step, "interviews not 6 to 18 months apart", pairs, near)
    if choices["pairs"] == "without_b_c":
        kept = pairs["year"] != RECODED_STEP
        pairs = losses.keep(step, "step in which the coding of occupation changed", pairs, kept)
    return pairs.reset_index(drop=True)
