"""The real examples of moves between areas, against plain pandas and an independent program."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from mobility.cells.estimates import estimate_table, fit_models
from mobility.cells.stage import table_cells
from mobility.errors import SpecError
from mobility.flows.read import read_flows
from mobility.intake.losses import LossTable, breaks
from mobility.settings import Axis, load_study
from mobility.studies import make_frames
from mobility.studies.inputs import Inputs
from paths import ROOT
from specs import items


def frames_of(name):
    study = load_study(ROOT, name)
    return study, make_frames(Inputs.of(read_flows(study.folder).frame, study, study.readings, LossTable()))


@pytest.fixture(scope="module")
def london():
    return frames_of("london_moves")


@pytest.fixture(scope="module")
def regions():
    return frames_of("region_moves")


def count(example, table):
    study, frames = example
    cells, _ = table_cells(frames[study.tables[table].frame], study, table)
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
    study, frames = london
    fitted, _ = fit_models(frames, study)
    cells = estimate_table(fitted, study, "sending")
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


def estimates(example, table):
    study, frames = example
    fitted, _ = fit_models(frames, study)
    return estimate_table(fitted, study, table), fitted


@pytest.mark.parametrize(("example", "table"), [("london", "sending"), ("regions", "push_pull")])
def test_rate_ratios_are_the_coefficients_exponentiated(request, example, table):
    example = request.getfixturevalue(example)
    keys = ["row", "column"]
    ratios = estimates(example, "rate_ratios")[0].query("statistic == 'rate_ratio'").set_index(keys)
    coefficients = estimates(example, table)[0].query("statistic == 'coefficient'").set_index(keys)
    both = ratios.join(coefficients.add_suffix("_b"), how="inner")
    assert len(both) >= 7
    for name in ("value", "ci_low", "ci_high"):
        assert np.allclose(both[name], np.exp(both[f"{name}_b"]), rtol=1e-12)
    assert np.allclose(both["std_error"], both["value"] * both["std_error_b"], rtol=1e-12)
    assert (both["stars"] == both["stars_b"]).all()


def test_rate_ratios_name_the_reference_and_the_observations(london):
    cells, _ = estimates(london, "rate_ratios")
    cells = cells.set_index(["row", "column"])
    assert cells.loc[("London Cosmopolitan", "sending_model_1__nbreg"), "note"] == "Ref."
    assert cells.loc[("observations", "receiving_model_2__nbreg"), "value"] == 992
    assert ("distance_miles", "sending_model_1__nbreg") not in cells.index


def test_predicted_rates_of_london_by_hand(london):
    """Model 1 has the types only: the rate of a type is exp(constant + coefficient), whatever the sample."""
    cells, fitted = estimates(london, "predicted_sending")
    found = fitted["sending_model_1"].fits["nbreg"]
    ours = cells[cells["column"] == "sending_model_1__nbreg"].set_index("row")
    params = dict(zip(found.names, found.params, strict=True))
    for name in ours.index:
        assert ours.loc[name, "value"] == pytest.approx(np.exp(params["constant"] + params.get(name, 0)), rel=1e-12)
    low, high = (ours.loc["London Cosmopolitan", name] for name in ("ci_low", "ci_high"))
    assert (low, high) == pytest.approx(tuple(np.exp(found.intervals()[0])), rel=1e-12)


def test_predicted_rates_given_distance_and_border_by_hand(london):
    cells, fitted = estimates(london, "predicted_receiving")
    found, frame = fitted["receiving_model_2"].fits["nbreg"], london[1]["moves"]
    params = dict(zip(found.names, found.params, strict=True))
    eta = params["constant"] + params["Urban Settlements"] + params["distance_miles"] * frame["distance_miles"]
    moves = frame["origin_population"] * np.exp(eta + params["share_border"] * frame["share_border"])
    ours = cells.set_index(["row", "column"]).loc[("Urban Settlements", "receiving_model_2__nbreg")]
    assert ours["value"] == pytest.approx(moves.sum() / frame["origin_population"].sum(), rel=1e-12)
    assert ours["ci_low"] * ours["ci_high"] == pytest.approx(ours["value"] ** 2)


def test_diagnostics_of_count_models(london):
    cells, fitted = estimates(london, "diagnostics")
    ours = cells[cells["row"] == "sending_model_2__nbreg"].set_index("column")
    found = fitted["sending_model_2"].fits["nbreg"]
    expected = {"observations": 992, "moves": 372_564, "coefficients": 7, "alpha": found.alpha, "lr_p_value": 0}
    for name, value in expected.items():
        assert ours.loc[name, "value"] == value
    statistic = 2 * (ours.loc["log_likelihood", "value"] - ours.loc["log_likelihood_poisson", "value"])
    assert ours.loc["lr_test", "value"] == pytest.approx(statistic)
    assert ours.loc["state", "note"] == "converged" and ours.loc["gradient_norm", "value"] < 1e-5


def test_clustered_errors_and_a_poisson_say_so_in_the_diagnostics(regions):
    study, frames = regions
    assert estimates(regions, "diagnostics")[0].query("column == 'clusters'")["value"].to_list() == [10, 10]
    even = frames["moves"].assign(moves=(frames["moves"]["origin_population"] / 1e4).round())
    fitted, _ = fit_models({**frames, "moves": even}, study)
    cells = estimate_table(fitted, study, "diagnostics").set_index(["row", "column"])
    row = cells.loc["push_pull_model_1__nbreg"]
    assert row.loc["state", "note"] == "Poisson: no overdispersion" and row.loc["alpha", "value"] == 0
    assert row.loc["ln_alpha_error", "flag"] == "not_estimable" and "alpha = 0" in row.loc["ln_alpha_error", "note"]


def one_more(example, name, **changes):
    """The study with a table's spec changed."""
    study, frames = example
    return replace(study, tables={**study.tables, name: replace(study.tables[name], **changes)}), frames


def test_a_level_that_nobody_has_is_named(london):
    frame = london[1]["moves"]
    rest = frame[frame["origin_supergroup"] != "Urban Settlements"]
    without = (london[0], {**london[1], "moves": rest})
    for table in ("predicted_sending", "rate_ratios"):
        cells = estimates(without, table)[0].set_index(["row", "column"])
        cell = cells.loc[("Urban Settlements", "sending_model_1__nbreg")]
        assert cell["flag"] == "not_estimable" and cell["note"] == "nobody in the sample has it"


def test_mistakes_in_tables_of_count_models_are_explained(london):
    column = Axis(items([{"id": "distance_miles"}]))
    with pytest.raises(SpecError, match="`distance_miles` is none; allowed: Affluent"):
        estimates(one_more(london, "predicted_sending", rows=column), "predicted_sending")
    with pytest.raises(SpecError, match="no diagnostic `alfa`; nearest: alpha"):
        wrong = Axis(items([{"id": "alfa"}]))
        estimates(one_more(london, "diagnostics", columns=wrong), "diagnostics")
    study, frames = london
    bare = {name: replace(spec, exposure="") for name, spec in study.models.items()}
    with pytest.raises(SpecError, match="needs an exposure, and model `sending_model_1` has none"):
        estimates((replace(study, models=bare), frames), "predicted_sending")


def test_models_say_what_they_lose(regions):
    study, frames = regions
    _, losses = fit_models(frames, study)
    reasons = losses.set_index("reason")["rows_dropped"]
    assert (
        reasons.loc["no value for ln(distance in miles)"].max() == 220
    )  # Scotland has no centroid: 20 pairs in 11 years
    assert breaks(losses) == []
