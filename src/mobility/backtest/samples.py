"""Samples of the flow models against the printed numbers of observations (Social Mobility Commission 2020)."""

from pathlib import Path

import pandas as pd

from mobility.storage import read_register


def unknown_senders(counts: pd.DataFrame, root: Path) -> pd.DataFrame:
    """Tables whose printed count is below the rules': how many sender-years are absent there; which, cannot be known.

    Columns: table, sending_group, observations, published, missing_early (of 4 x candidates), missing_last.
    """
    printed = read_register(root / "resources" / "areas" / "sample_counts_decoded.csv").set_index("table")
    joined = counts.assign(published=counts["table"].map(printed["observations"]).astype("int64"))
    short = joined[joined["published"] != joined["observations"]].copy()
    receivers = {name: short["table"].map(printed[f"destinations_{name}"]) for name in ("early_year", "last_year")}
    for name, column in (("missing_early", "missing_sender_years_early"), ("missing_last", "missing_senders_last")):
        short[name] = pd.to_numeric(short["table"].map(printed[column])).astype("Int64")
    absent = (short["observations"] - short["published"]) // receivers["last_year"].astype("int64")
    only_last = receivers["early_year"] == ""
    short["missing_early"] = short["missing_early"].mask(only_last, 0)
    short["missing_last"] = short["missing_last"].mask(only_last, absent)
    return short.drop(columns="sender_years").reset_index(drop=True)
