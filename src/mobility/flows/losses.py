"""What becomes of the rows of a flow table on their way to a study frame, in the loss table of all sources.

`persons_out` of the table counts areas of origin here.
"""

from typing import Any

import pandas as pd

from mobility.areas.codes import Areas, to_vintage
from mobility.intake.losses import LossTable

ENDS = ("origin", "destination")
CHAIN = "pairs"


def bring_to_vintage(
    flows: pd.DataFrame, vintage: int, areas: Areas, losses: LossTable, keep: str = "EW", unknown: str = "refuse"
) -> pd.DataFrame:
    """Flows between the areas of one vintage and of the countries `keep`; everything else is counted.

    Raises `DeliveryError` with the codes that would have to be split or are unknown. Moves between areas that merge
    become i = j; `drop_within` counts them.
    """
    for end in ENDS:
        converted = to_vintage(flows, end, vintage, {"moves": "sum"}, areas, keep, unknown)
        after, rows = converted.frame, len(flows)
        lines = converted.losses[~converted.losses["reason"].isin(["recoded", "merged with its neighbours"])]
        dropped = lines[lines["codes"].notna()]
        for line in dropped.itertuples():
            losses.rows.append(_line(line.reason, rows, line.rows, after, losses.unit(CHAIN)))
            rows -= line.rows
        if rows != len(after):
            summed = f"summed into the merged areas of {end} of {vintage}"
            losses.recount(CHAIN, summed, rows, after, f"moves between areas with the {end} of {vintage}", "origin")
        flows = after
    return flows


def _line(reason: str, rows_in: int, dropped: int, after: pd.DataFrame, unit: str) -> dict[str, Any]:
    return {
        "step": CHAIN,
        "reason": reason,
        "rows_in": rows_in,
        "rows_dropped": int(dropped),
        "rows_out": rows_in - int(dropped),
        "persons_out": after["origin"].nunique(),
        "unit": unit,
    }


def drop_within(flows: pd.DataFrame, losses: LossTable, chain: str = CHAIN) -> pd.DataFrame:
    """Flows between different areas: rows with i = j, moves within an area, are dropped and counted."""
    between = flows["origin"] != flows["destination"]
    return losses.keep(chain, "within one area (i = j)", flows, between, "origin").reset_index(drop=True)
