"""The back test: every regenerated cell beside the published one."""

from pathlib import Path

import numpy as np
import pandas as pd

from mobility.cells import CELL_COLUMNS, CELL_KEYS, NOT_ESTIMABLE, SUPPRESSED
from mobility.storage import read_csv
from mobility.verdicts import (
    DIFFERS,
    INCONCLUSIVE,
    MATCH,
    MATCH_OF_ZERO,
    NOT_ESTIMATED,
    NOT_PUBLISHED,
    VERDICTS,
    WITHIN,
    count_verdicts,
)

BACKTEST_COLUMNS = [
    *CELL_KEYS,
    "published",
    "half_width",
    "published_flag",
    "ours",
    "std_error",
    "difference",
    "planted",
    "verdict",
]
COMPARED_FLAGS = ("ok", "recovered")
PRINT_SLACK = 1e-9
OBSERVATIONS = "observations"  # of a model; 0 where none was fitted


PLACE = ["table", "row", "column"]
OF_PRINT = ["published", "half_width", "planted"]  # what of a hidden cell is not repeated beside it


def read_published(folder: Path) -> pd.DataFrame:
    """Published cells of a study: `CELL_KEYS`, value, half_width, flag, labels, raw; empty where nothing is published.

    Tables are named as in the cells: 3.3 is `table_3_3`, A1 `table_a1`; names that are words stay. Numbers that the
    text quotes (`figure_notes`) belong to the figure that their row names, or to the statements on effects.
    """
    parts = [read_csv(path, dtype=dict.fromkeys([*CELL_KEYS, "stars"], "str")) for path in sorted(folder.glob("*.csv"))]
    if not parts:
        return pd.DataFrame(columns=[*CELL_KEYS, "value", "half_width", "flag"])
    published = pd.concat(parts, ignore_index=True)
    numbered = published["table"].str.match(r"^[A-Z]?\d")
    published = _of_the_text(published)
    ids = "table_" + published["table"].str.lower().str.replace(".", "_")
    return published.assign(table=published["table"].where(~numbered, ids))


def _of_the_text(published: pd.DataFrame) -> pd.DataFrame:
    """Numbers quoted in the text, with the ids that they have in the cells.

    `figure_3_2_baseline` is the row `baseline` of figure_3_2. A `text_effect` is a row of text_claims: its column
    `effect` is the one number or the smaller of two (printed as min), its column `to` the larger (max). Any other row
    is a table of its own, and `of_text`.
    """
    quoted = published["table"] == "figure_notes"
    effects = quoted & (published["row"] == "text_effect")
    names = published["row"].str.extract(r"^(?P<figure>figure_\d+_\d+)(?:_(?P<row>\w+))?$")
    figures = quoted & names["figure"].notna()
    others = quoted & ~effects & ~figures
    ends = published["statistic"].map({"max": "to"}).fillna("effect")
    table = (
        published["table"].mask(figures, names["figure"]).mask(others, published["row"]).mask(effects, "text_claims")
    )
    row = published["row"].mask(figures & names["row"].notna(), names["row"]).mask(effects, published["column"])
    return published.assign(
        table=table,
        row=row,
        column=published["column"].mask(effects, ends),
        statistic=published["statistic"].mask(effects, "difference"),
        of_text=others,
    )


def as_claims(published: pd.DataFrame) -> pd.DataFrame:
    """Published cells with the numbers of the text (`of_text`) under the ids that they have in the cells.

    Each is a row of text_numbers, its row and column joined by two underscores; its column is `number`, or `to` for the
    larger of two (printed as min and max, which are shares).
    """
    if "of_text" not in published:
        return published
    of_text = published["of_text"].astype(bool)
    ends = published["statistic"].map({"max": "to"}).fillna("number")
    statistic = published["statistic"]
    return published.assign(
        table=published["table"].mask(of_text, "text_numbers"),
        row=published["row"].mask(of_text, published["row"] + "__" + published["column"]),
        column=published["column"].mask(of_text, ends),
        statistic=statistic.mask(of_text & statistic.isin(["min", "max"]), "share"),
    ).drop(columns="of_text")


def compare(cells: pd.DataFrame, published: pd.DataFrame, truth: pd.DataFrame | None = None) -> pd.DataFrame:
    """Back test of a study's cells, columns `BACKTEST_COLUMNS`.

    truth : cells that were planted in an invented delivery; of published ones they stand beside the number.

    A cell matches when it lies within the printed digit's rounding (`half_width`), apart from that where print says 0;
    else it is within sampling error when our 95 % interval meets the printed digit's, and inconclusive when it does so
    only because it is wide: ours differs by the published value itself or more, as nothing found and every other sign
    do. Cells that are illegible in print, or recalled rather than read, are not compared: they are `not_published`. No
    observations are those of a model that could not be fitted: `not_estimated`, as its other numbers. Of released cells
    it is the back test that may leave: one that is suppressed has nothing of ours, nor what was printed or planted of
    it, which may be the same people; a rounded one has what is shown.
    """
    keep = [*CELL_KEYS, "value", "half_width", "flag"]
    numeric = as_claims(published[published["statistic"] != "text"])
    wanted = numeric[numeric["table"].isin(cells["table"].unique())][keep]
    wanted = wanted.rename(columns={"value": "published", "flag": "published_flag"})
    wanted = wanted.astype({"published": "float64", "half_width": "float64"})
    ours = cells[[*CELL_KEYS, "value", "std_error", "ci_low", "ci_high"]].rename(columns={"value": "ours"})
    both = ours.merge(wanted, on=CELL_KEYS, how="outer", validate="one_to_one", sort=False)
    both["difference"] = both["ours"] - both["published"]
    both["published_flag"] = both["published_flag"].fillna("")
    planted = pd.DataFrame(columns=[*CELL_KEYS, "value"]) if truth is None else truth
    planted = planted[[*CELL_KEYS, "value"]].rename(columns={"value": "planted"})
    both = both.merge(planted, on=CELL_KEYS, how="left", validate="one_to_one")
    both["planted"] = both["planted"].astype("float64").where(both["published"].notna())
    both["verdict"] = _verdicts(both)
    # The line of the error of a hidden estimate has gone with it.
    hidden = pd.MultiIndex.from_frame(cells.loc[cells["flag"] == SUPPRESSED, PLACE])
    both.loc[pd.MultiIndex.from_frame(both[PLACE]).isin(hidden) & both["ours"].isna(), OF_PRINT] = np.nan
    order = both.merge(ours[CELL_KEYS].assign(order=range(len(ours))), on=CELL_KEYS, how="left")["order"]
    return both.assign(order=order).sort_values("order", kind="stable", ignore_index=True)[BACKTEST_COLUMNS]


def _verdicts(both: pd.DataFrame) -> np.ndarray:
    rounding = both["half_width"] + PRINT_SLACK
    low, high = both["published"] - rounding, both["published"] + rounding
    meets = (both["ci_low"] <= high) & (both["ci_high"] >= low)
    compared = both["published_flag"].isin(COMPARED_FLAGS) & both["published"].notna()
    distance, size = both["difference"].abs(), both["published"].abs()
    same = distance <= rounding
    not_made = both["ours"].isna() | (both["statistic"].eq(OBSERVATIONS) & both["ours"].eq(0))
    return np.select(
        [~compared, not_made, same & (size == 0), same, meets & (distance >= size), meets],
        [NOT_PUBLISHED, NOT_ESTIMATED, MATCH_OF_ZERO, MATCH, INCONCLUSIVE, WITHIN],
        default=DIFFERS,
    )


def against_truth(cells: pd.DataFrame, truth: pd.DataFrame) -> pd.DataFrame:
    """Cells beside the planted truth of an invented delivery: `CELL_KEYS`, truth, ours, std_error, z.

    z is the score distance: (ours - truth) over the error that the truth implies, sqrt(deff truth (1 - truth) / base)
    for a share, where deff is what clustering by person makes of our binomial error. |z| <= 1.96 is therefore the same
    as the truth lying in Wilson's interval at the size p (1 - p) / se^2, which is narrower than the cell's own.
    Shares of which the truth is 0 or 1 have z 0 when ours agrees, else infinity. For a coefficient it is the difference
    over its standard error. Cells of which no error could be estimated are left out.
    """
    wanted = truth.rename(columns={"value": "truth"})[[*CELL_KEYS, "truth"]]
    ours = cells[cells["flag"] != NOT_ESTIMABLE][[*CELL_KEYS, "value", "std_error", "base"]]
    both = ours.rename(columns={"value": "ours"}).merge(wanted, on=CELL_KEYS, how="inner", validate="one_to_one")
    difference = both["ours"] - both["truth"]
    error = _implied_error(both).where(both["statistic"] == "share", both["std_error"])
    z = (difference / error).where(error > 0, np.where(difference == 0, 0.0, np.inf))
    return both.assign(z=z)[[*CELL_KEYS, "truth", "ours", "std_error", "base", "z"]][error.notna()]


def _implied_error(shares: pd.DataFrame) -> pd.Series:
    """Standard error of a share if the truth is right: the binomial one, made larger as clustering makes ours."""
    base = shares["base"].astype("float64")
    binomial = shares["ours"] * (1 - shares["ours"]) / base
    effect = (shares["std_error"] ** 2 / binomial).where(binomial > 0, 1.0)
    return np.sqrt((effect * shares["truth"] * (1 - shares["truth"]) / base).clip(lower=0))


def summarise(backtest: pd.DataFrame) -> pd.DataFrame:
    """Number of cells by table and verdict, counted as on the page."""
    groups = backtest.groupby("table", sort=False)
    records = [{"table": table, **count_verdicts(rows.to_dict("records"))} for table, rows in groups]
    counts = pd.DataFrame(records, columns=["table", *VERDICTS])
    return counts.fillna(dict.fromkeys(VERDICTS, 0)).astype(dict.fromkeys(VERDICTS, "int64"))


def reference_cells(published: pd.DataFrame, table: str, study: str) -> pd.DataFrame:
    """A reference table as printed, in cells: for tables that the report quotes from elsewhere.

    Text stands in `note`; several entries of one printed cell (columns `x__1`, `x__2`) are one cell `x`.
    """
    rows = published[published["table"] == table]
    rows = rows.assign(column=rows["column"].str.replace(r"__\d+$", "", regex=True))
    joined = rows.groupby(CELL_KEYS, sort=False)["raw"].agg("; ".join)
    rows = rows.drop_duplicates(CELL_KEYS).drop(columns="raw").merge(joined.reset_index(), on=CELL_KEYS)
    text = rows["statistic"] == "text"
    cells = rows[CELL_KEYS].assign(
        study=study,
        choice="published",
        value=rows["value"].astype("float64"),
        stars="",
        flag="",
        note=rows["raw"].where(text, "").fillna(""),
    )
    return cells.reindex(columns=CELL_COLUMNS)
