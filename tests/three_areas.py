"""Panels of a few areas, small enough to calculate by hand."""

import pandas as pd

from mobility.intake.losses import LossTable
from mobility.settings import load_study
from mobility.studies import make_frames
from mobility.studies.inputs import Inputs
from paths import ROOT

STUDY = load_study(ROOT, "moving_out")
HARTLEPOOL, MIDDLESBROUGH, CARDIFF = "E06000001", "E06000002", "W06000015"
AREAS = (HARTLEPOOL, MIDDLESBROUGH, CARDIFF)
KEYS = ["measure", "year", "origin", "destination", "sex", "age", "value"]
YEARLY = ("non_uk_born", "fertility", "unemployment", "gva", "house_price")


def panel_of(rows: list[tuple], groups: list[tuple] = ()) -> pd.DataFrame:
    """A panel of rows of `KEYS`, and rows of the census: measure, origin, destination, group, value."""
    census = pd.DataFrame(groups, columns=["measure", "origin", "destination", "group", "value"]).assign(year=2011)
    panel = pd.concat([pd.DataFrame(rows, columns=KEYS), census], ignore_index=True)
    panel = panel.astype({"year": "int16", "age": "Int16", "value": "float64"})
    return panel.astype(dict.fromkeys(["measure", "origin", "destination", "group", "sex"], "category"))


def statistics(areas: tuple[str, ...], years: range) -> list[tuple]:
    """Each area's statistics: its place k among the areas (from 1) times 1, or times the unit of the statistic."""
    rows = [("deflator", year, None, None, None, None, 50.0) for year in years]
    for k, area in enumerate(areas, start=1):
        for year in years:
            rows += [(name, year, area, None, None, None, k + (year - 2013) / 10) for name in YEARLY]
            for sex in ("male", "female"):
                rows += [("population", year, area, None, sex, age, 100.0 * k) for age in (0, 15, 17, 20, 64, 65, 90)]
        rows += [("mobility_rank", 2017, area, None, None, None, k), ("imd_score", 2010, area, None, None, None, 9 - k)]
    return rows


MOVES = [
    ("moves", 2014, HARTLEPOOL, MIDDLESBROUGH, "male", 20, 1.2),
    ("moves", 2014, HARTLEPOOL, MIDDLESBROUGH, "female", 25, 1.4),
    ("moves", 2014, MIDDLESBROUGH, CARDIFF, "female", 90, 3.0),
    ("moves", 2014, HARTLEPOOL, "S92000003", "male", 20, 7.0),
    ("moves", 2015, CARDIFF, HARTLEPOOL, "male", 0, 0.4),
]


def small_panel() -> pd.DataFrame:
    return panel_of(MOVES + statistics(AREAS, range(2013, 2016)))


def frames_of(panel: pd.DataFrame, losses: LossTable | None = None, **choices: str) -> dict[str, pd.DataFrame]:
    return make_frames(Inputs.of(panel, STUDY, STUDY.chosen(choices), losses or LossTable()))
