"""What becomes of the rows of a flow table on their way to a study frame, in the loss table of all sources.

`persons_out` of the table counts areas of origin here; a step that adds rows has a negative number dropped.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mobility.classify.areas import Areas, to_vintage
from mobility.errors import ConfigError, DeliveryError, nearest
from mobility.panel.losses import LossTable

MISSING = ("zero", "report")
FEW = 5
ENDS = ("origin", "destination")


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
            losses.rows.append(_line(f"{end} areas", line.reason, rows, line.rows, after))
            rows -= line.rows
        if rows != len(after):
            losses.record(f"{end} areas", f"summed into the merged areas of {vintage}", rows, after, "origin")
        flows = after
    return flows


def _line(step: str, reason: str, rows_in: int, dropped: int, after: pd.DataFrame) -> dict:
    return {
        "step": step,
        "reason": reason,
        "rows_in": rows_in,
        "rows_dropped": int(dropped),
        "rows_out": rows_in - int(dropped),
        "persons_out": after["origin"].nunique(),
    }


def drop_within(flows: pd.DataFrame, losses: LossTable) -> pd.DataFrame:
    """Flows between different areas: rows with i = j, moves within an area, are dropped and counted."""
    between = flows["origin"] != flows["destination"]
    return losses.keep("pairs", "within one area (i = j)", flows, between, "origin").reset_index(drop=True)


def complete_pairs(
    flows: pd.DataFrame, origins: Sequence[str], destinations: Sequence[str], losses: LossTable, missing: str = "zero"
) -> pd.DataFrame:
    """Every ordered pair i != j in every year and group of the flows, in the order of its keys.

    Parameters
    ----------
    flows : year, origin, destination, further groups, moves; one row each.
    missing : `zero`: a pair that the publisher leaves out had no moves, so it is added with 0 and counted; `report`:
        such a pair stops the run.
    """
    if missing not in MISSING:
        raise ConfigError(f"missing pairs: `{missing}`; {nearest(missing, MISSING)}. Choose one of these.")
    keys = [name for name in flows.columns if name != "moves"]
    levels = [_levels(flows, name, origins, destinations) for name in keys]
    whole = pd.MultiIndex.from_product(levels, names=keys).to_frame(index=False)
    whole = whole[whole["origin"] != whole["destination"]]
    found = whole.merge(flows, how="left", on=keys, validate="one_to_one")
    absent = found["moves"].isna()
    if absent.any() and missing == "report":
        raise DeliveryError([_absent(found[absent], keys)], "the pairs of the flows", "make report")
    found["moves"] = found["moves"].fillna(0).astype(flows["moves"].dtype)
    losses.record("pairs", "pairs without a row, completed with zero moves", len(flows), found, "origin")
    return found


def _levels(flows: pd.DataFrame, name: str, origins: Sequence[str], destinations: Sequence[str]) -> Sequence:
    ends = {"origin": origins, "destination": destinations}
    return sorted(ends[name]) if name in ends else np.sort(flows[name].unique())


def _absent(rows: pd.DataFrame, keys: Sequence[str]) -> str:
    shown = "; ".join(", ".join(str(row[key]) for key in keys) for row in rows.head(FEW).to_dict("records"))
    more = f" and {len(rows) - FEW} more" if len(rows) > FEW else ""
    return f"no row for {len(rows)} pairs ({', '.join(keys)}): {shown}{more}. Take them as zero, or take a whole file"
