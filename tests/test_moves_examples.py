"""The real examples of moves between areas, against plain pandas and an independent program."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from mobility.cells.estimates import estimate_table, fit_models
from mobility.cells.stage import table_cells
from mobility.flows.read import read_flows
from mobility.panel.losses import LossTable
from mobility.settings import load_study
from mobility.studies import make_frames

ROOT = Path(__file__).parent.parent


def frames_of(name):
    study = load_study(ROOT, name)
    chosen = study.chosen()
    return study, make_frames(read_flows(study.folder).frame, study, chosen, LossTable()), chosen


@pytest.fixture(scope="module")
def london():
    return frames_of("london_moves")


@pytest.fixture(scope="module")
def regions():
    return frames_of("region_moves")


def count(example, table):
    study, frames, chosen = example
    cells, _ = table_cells(frames[study.tables[table]["frame"]], study, table, chosen)
    return cells.set_index(["row", "column"])


def test_rates_sum_moves_over_people(london):
    """Of the source file alone: all moves from one borough to another borough, over the people of the table."""
    raw = pd.read_csv(ROOT / "examples/london_moves/data/census2011_london_borough_od_by_age.csv")
    inside = raw[raw["origin_code"].notna() & raw["destination_code"].notna()]
    inside = inside[(inside["origin_code"] != "") & (inside["origin"] != inside["destination"])]
    inside = inside[~inside["origin"].str.contains("Rest") & ~inside["destination"].str.contains("Rest")]
    cell = count(london, "rates_by_age").loc[("all_ages", "out")]
    assert cell["n"] == inside["persons"].sum() == 372_564
    assert cell["value"] == pytest.approx(cell["n"] / london[1]["areas"]["population"].sum(), rel=1e-12)


def test_shares_of_types_weight_pairs_by_their_movers(london):
    frame = london[1]["moves"]
    table = frame.pivot_table("moves", "origin_supergroup", "destination_supergroup", aggfunc="sum", fill_value=0)
    expected = table.div(table.sum(axis=1), axis=0)
    ours = count(london, "types")
    value = ours.loc[("urban", "diverse"), "value"]
    assert value == pytest.approx(
        expected.loc["Urban Settlements", "Ethnically Diverse Metropolitan Living"], rel=1e-12
    )
    assert ours["value"].groupby("row").sum().to_numpy() == pytest.approx(1)


def test_net_moves_are_those_in_less_those_out(london, regions):
    """Of the source file alone for one borough; over all areas nobody is gained or lost."""
    raw = pd.read_csv(
        ROOT / "examples/london_moves/data/census2011_london_borough_od_by_age.csv", dtype={"persons": int}
    )
    camden, inside = "E09000007", raw["origin_code"].str.startswith("E09", na=False)
    inside &= raw["destination_code"].str.startswith("E09", na=False) & (raw["origin_code"] != raw["destination_code"])
    moves = raw[inside]
    net = sum(moves.loc[moves[end] == camden, "persons"].sum() * sign for end, sign in
              (("destination_code", 1), ("origin_code", -1)))  # fmt: skip
    people = london[1]["areas"].groupby("area")["population"].sum()
    cells = count(london, "figure_net")
    assert cells.loc[(camden, "net"), "value"] == pytest.approx(net / people[camden], rel=1e-12)
    assert (cells.loc[(slice(None), "net"), "value"].droplevel("column") * people).sum() == pytest.approx(0, abs=1e-6)
    assert regions[1]["areas"].groupby("year")["net_moves"].sum().eq(0).all()


def test_rates_of_type_pairs_add_up_to_the_rate_of_their_row(london):
    """Each is the share of movers to a type times the rate of leaving: two tables made from other columns."""
    pairs, shares = count(london, "rates_of_type_pairs")["value"].unstack(), count(london, "types")["value"].unstack()
    leaving = count(london, "rates_by_type").loc[(slice(None), "out"), "value"].droplevel("column")
    to_types = pairs.drop(columns="any")
    assert to_types.sum(axis=1).to_numpy() == pytest.approx(pairs["any"].to_numpy(), rel=1e-12)
    expected = shares.mul(leaving, axis=0).loc[to_types.index, to_types.columns]
    assert to_types.to_numpy() == pytest.approx(expected.to_numpy(), rel=1e-9)


def test_region_matrix_equals_the_published_flows(regions):
    raw = pd.read_csv(ROOT / "examples/region_moves/data/ons_region_od_matrices_2012_2022.csv")
    total = raw.groupby(["origin", "destination"])["moves"].sum().unstack()
    expected = total.div(total.sum(axis=1), axis=0)
    ours = count(regions, "regions")["value"].unstack()
    ours.index.name = ours.columns.name = None
    assert np.allclose(ours.loc[expected.index, expected.columns], expected, atol=1e-12)


def test_negative_binomial_of_london_equals_statsmodels(london):
    """Types of the sending borough, population as exposure. statsmodels' Newton from our own optimum stays there."""
    study, frames, chosen = london
    fitted, _ = fit_models(frames, study, chosen)
    cells = estimate_table(fitted, study, "sending", chosen)
    ours = cells[(cells["column"] == "sending_model_1__nbreg") & (cells["statistic"] == "coefficient")].set_index("row")
    frame = frames["moves"]
    dummies = pd.get_dummies(frame["origin_supergroup"]).astype(float).drop(columns="London Cosmopolitan")
    X = sm.add_constant(dummies)
    offset = np.log(frame["origin_population"].astype(float))
    start = np.append(
        ours.loc[["constant", *dummies.columns], "value"].astype(float), np.exp(ours.loc["ln_alpha", "value"])
    )
    peer = sm.NegativeBinomial(frame["moves"], X, offset=offset).fit(disp=0, method="newton", start_params=start)
    assert peer.mle_retvals["converged"]
    assert np.allclose(peer.params.to_numpy(), start, rtol=1e-6, atol=1e-8)
    assert np.abs(peer.model.score(start)).max() < 1e-4


def test_models_say_what_they_lose(regions):
    study, frames, chosen = regions
    _, losses = fit_models(frames, study, chosen)
    reasons = losses.set_index("reason")["rows_dropped"]
    assert reasons.loc["no value for log_distance"].max() == 220  # Scotland has no centroid: 20 pairs in 11 years
    assert (losses["rows_in"] - losses["rows_dropped"] == losses["rows_out"]).all()
