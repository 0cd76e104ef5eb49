"""Progression (indicators 4.2, 4.3): the same person at 25 to 29 and ten years later, in windows of five years."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from mobility.intake.losses import LossTable
from mobility.quantiles import weighted_quantile
from mobility.studies.state_of_nation.records import CHAIN

GAP, NEAR = 10, 1  # years from start to end; by how many it may differ under the reading `nearest`
START, END = (25, 29), (35, 39)  # ages
WIDTH = 5  # years of a window
BEFORE_LABEL = {"pooled": WIDTH - 1, "yearly_mean": WIDTH - 1, "centred": WIDTH // 2}
FIFTHS = (0.2, 0.4, 0.6, 0.8)
PROFESSIONAL, TOP = 1, 5
CLASSES = {1.0: "professional", 2.0: "intermediate", 3.0: "working_class"}


def pairs(records: pd.DataFrame, choices: Mapping[str, str], losses: LossTable, chain: str) -> pd.DataFrame:
    """One row a person and interview at 25 to 29 that has one at 35 to 39 ten years later.

    Columns: person, background, weight (of the end), region (of the start), and year, own_class, no_job, income under
    `start_` and `end_`.
    """
    losses.branch(chain, CHAIN)
    starts = losses.keep(chain, "not 25 to 29 at the interview", records, records["age"].between(*START))
    ends = records[records["age"].between(*END)]
    both = starts.merge(ends, on="person", suffixes=("_start", "_end"))
    off = (both["year_end"] - both["year_start"] - GAP).abs()
    both = both[off <= (NEAR if choices["gap_years"] == "nearest" else 0)].assign(off=off)
    both = both.sort_values(["person", "year_start", "off", "year_end"]).drop_duplicates(["person", "year_start"])
    losses.record(chain, "no interview at 35 to 39 ten years later", len(starts), both)
    return pd.DataFrame(
        {
            "person": both["person"],
            "background": both["background_end"],
            "weight": both["weight_end"],
            "region": both["region_start"],
            **{
                f"{end}_{name}": both[f"{name}_{end}"]
                for end in ("start", "end")
                for name in ("year", "own_class", "no_job", "income")
            },
        }
    ).reset_index(drop=True)


def in_windows(found: pd.DataFrame, choices: Mapping[str, str], losses: LossTable, chain: str) -> pd.DataFrame:
    """Each pair once in every window of five end years that it belongs to; `year` is the window's label.

    The label is the last year of the window, or the middle one (`centred`). Under `persons_4: last` a person counts
    once in a window, with the last pair.
    """
    back = WIDTH - 1 - BEFORE_LABEL[choices["window"]]
    parts = [found.assign(year=found["end_year"] + step - back) for step in range(WIDTH)]
    wide = pd.concat(parts, ignore_index=True).sort_values(["year", "person", "end_year"], ignore_index=True)
    losses.recount(chain, "each pair in its windows of five years", len(found), wide, "pairs by window")
    if choices["persons_4"] == "last":
        earlier = wide.duplicated(["year", "person"], keep="last")
        wide = losses.keep(chain, "an earlier pair of the person in the window", wide, ~earlier)
    return wide


def occupation(records: pd.DataFrame, choices: Mapping[str, str], losses: LossTable, chain: str) -> pd.DataFrame:
    """Pairs by window: background, start_class, route, end_professional (1, 0, missing), weight, region (4.2)."""
    wide = in_windows(pairs(records, choices, losses, chain), choices, losses, chain)
    ends = wide["end_own_class"].eq(PROFESSIONAL).astype("float64").where(wide["end_own_class"].notna())
    if choices["end_base"] == "all":
        ends = ends.mask(wide["end_no_job"], 0.0)
    frame = wide[["person", "year", "start_year", "end_year", "background", "weight", "region"]].assign(
        start_class=wide["start_own_class"].map(CLASSES), end_professional=ends
    )
    return _by_route(frame, ("start_class", "end_professional"), choices["window"], losses, chain)


def income(records: pd.DataFrame, choices: Mapping[str, str], losses: LossTable, chain: str) -> pd.DataFrame:
    """Pairs by window: background, start_fifth (1 to 5), route, end_top (1, 0, missing), weight, region (4.3)."""
    wide = in_windows(pairs(records, choices, losses, chain), choices, losses, chain)
    start, end = (_fifths(wide, records, name, choices) for name in ("start", "end"))
    frame = wide[["person", "year", "start_year", "end_year", "background", "weight", "region"]].assign(
        start_fifth=start.map({float(fifth): str(fifth) for fifth in range(1, 1 + TOP)}),
        end_top=end.eq(TOP).astype("float64").where(end.notna()),
    )
    return _by_route(frame, ("start_fifth", "end_top"), choices["window"], losses, chain)


def _by_route(frame: pd.DataFrame, ends: tuple[str, str], reading: str, losses: LossTable, chain: str) -> pd.DataFrame:
    """Each pair in three groups (`route`): background__start, background__any and any__any; `ends` are start and end.

    Under `yearly_mean` the weights of a group add to 1 in an end year, so that a window's share is the mean of its
    years' shares.
    """
    background, start = frame["background"], frame[ends[0]]
    routes = (background + "__" + start, background + "__any", "any__any")
    keys = ["year", "person", "end_year", "start_year", "route"]
    found = pd.concat([frame.assign(route=route) for route in routes]).sort_values(keys, ignore_index=True)
    losses.recount(chain, "by background and start, by background, and all", len(frame), found, "pairs by group")
    if reading != "yearly_mean":
        return found
    known = found[["background", *ends]].notna().all(axis=1) & (found["weight"] > 0)
    based = found["weight"].where(known)
    return found.assign(
        weight=based / based.groupby([found[name] for name in ("year", "end_year", "route")]).transform("sum")
    )


def _fifths(wide: pd.DataFrame, records: pd.DataFrame, end: str, choices: Mapping[str, str]) -> pd.Series:
    """Fifth of the income distribution (1 lowest to 5) at one end of each pair, by the choice `quintile_scope`."""
    reading, ages = choices["quintile_scope"], {"start": START, "end": END}[end]
    people = records if reading == "workers" else records[records["age"].between(*ages)]
    if reading == "window":
        first = wide["year"] - BEFORE_LABEL[choices["window"]] - (GAP if end == "start" else 0)
        return _ranked(wide[f"{end}_income"], first, people, WIDTH)
    return _ranked(wide[f"{end}_income"], wide[f"{end}_year"], people, 1)


def _ranked(amounts: pd.Series, first: pd.Series, people: pd.DataFrame, years: int) -> pd.Series:
    """Fifth of each amount among the incomes of `people` in the years from `first` on; a bound itself is below it."""
    people = people[people["income"].notna() & (people["weight"] > 0)]
    found = pd.Series(np.nan, index=amounts.index)
    for year in first.unique():
        inside, rows = people[people["year"].between(year, year + years - 1)], first == year
        if len(inside):
            incomes, weights = inside["income"].to_numpy(), inside["weight"].to_numpy()
            bounds = [weighted_quantile(incomes, weights, part) for part in FIFTHS]
            found[rows] = 1.0 + np.searchsorted(bounds, amounts[rows].to_numpy(), side="left")
    return found.where(amounts.notna())
