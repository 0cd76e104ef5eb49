"""Intervals: R's survey package, print, coverage, and none where no error could be estimated."""

import numpy as np
import pandas as pd
import pytest

from mobility.cells.tabulate import tabulate
from mobility.transitions.ratios import ratio
from mobility.uncertainty import clustered_error, effective_size, normal_interval, share_interval
from paths import GOLDEN
from specs import table_spec

EXPECTED = pd.read_csv(GOLDEN / "intervals_expected.csv", index_col="sample")
ROWS = pd.read_csv(GOLDEN / "intervals_sample.csv")
ONE_ROW = [{"id": "a", "label": "A"}]


@pytest.mark.parametrize("sample", EXPECTED.index)
def test_korn_and_graubard_as_r_has_it(sample):
    """`svyciprop(method = "beta")` of 20 persons, of 60 with weights, and of 12 whose effective size is capped."""
    rows, expected = ROWS[ROWS["sample"] == sample], EXPECTED.loc[sample]
    person = rows["person"].to_numpy() - 1
    found = ratio(rows["y"].to_numpy() == 1, np.ones(len(rows), dtype=bool), person, rows["weight"].to_numpy())
    error, persons = clustered_error(found.scores, found.seen), int(found.seen.sum())
    assert (found.value, error) == pytest.approx((expected["share"], expected["std_error"]), rel=1e-12)
    assert effective_size(found.value, error, len(rows), persons) == pytest.approx(expected["size"], rel=1e-9)
    bounds = share_interval(found.value, error, len(rows), persons)
    assert bounds == pytest.approx((expected["low"], expected["high"]), rel=1e-9)


@pytest.mark.parametrize(
    ("events", "n", "low", "high"),
    [(81, 263, 0.2527, 0.3676), (15, 148, 0.0578, 0.1617), (0, 20, 0.0, 0.1684), (1, 29, 0.0009, 0.1776)],
)
def test_one_row_a_person_is_clopper_and_pearson_in_print(events, n, low, high):
    """Newcombe (1998), Statistics in Medicine 17, Table I, method 5."""
    p = events / n
    found = share_interval(p, np.sqrt(p * (1 - p) / n), n, n)
    assert [round(bound, 4) for bound in found] == [low, high]
    assert share_interval(1 - p, np.sqrt(p * (1 - p) / n), n, n) == pytest.approx((1 - found[1], 1 - found[0]))


def test_a_share_of_none_counts_persons_not_rows():
    """31 rows of two persons say no more of a third person than two rows would: 1 - 0.025 ** (1 / 2)."""
    assert share_interval(0.0, 0.0, 31, 2) == (0.0, pytest.approx(1 - np.sqrt(0.025)))
    assert share_interval(1.0, 0.0, 31, 2) == (pytest.approx(np.sqrt(0.025)), 1.0)


def test_no_interval_where_no_error_could_be_estimated():
    for found in (
        share_interval(0.16, np.nan, 31, 1),
        share_interval(0.0, np.nan, 31, 1),
        normal_interval(1.0, np.nan),
    ):
        assert np.isnan(found).all()
    assert np.isnan(normal_interval(0.0, 0.0)).all()


@pytest.mark.parametrize("statistic", ["share", "rate", "mean", "change"])
def test_cells_of_one_person_have_no_bounds(statistic):
    frame = pd.DataFrame(
        {"person": 1, "origin": "a", "to": list("aba"), "year": [1, 1, 2], "moves": 2.0, "people": 9.0}
    )
    columns = {"rate": {"sum": "moves"}, "mean": {"mean": "moves"}, "change": {"from": 1, "to": 2}}.get(statistic, {})
    axes = {
        "rows": {"of": "origin", "show": ONE_ROW},
        "columns": {"of": "year" if statistic == "change" else "to", "show": [{**ONE_ROW[0], **columns}]},
    }
    cell = tabulate(frame, table_spec({"statistic": statistic, "exposure": "people", **axes}), "study").iloc[0]
    assert np.isfinite(cell["value"])
    assert cell[["std_error", "ci_low", "ci_high"]].isna().all()


def test_a_rate_with_a_missing_value_is_not_a_number():
    frame = pd.DataFrame({"person": [1, 2], "origin": "a", "moves": [1.0, np.nan], "people": 9.0})
    axes = {"rows": {"of": "origin", "show": ONE_ROW}, "columns": {"show": [{**ONE_ROW[0], "sum": "moves"}]}}
    cell = tabulate(frame, table_spec({"statistic": "rate", "exposure": "people", **axes}), "study").iloc[0]
    assert (cell["flag"], cell["note"]) == ("not_estimable", "a row has no value of the sum or the exposure")


def test_coverage_with_few_persons_whose_rows_are_alike():
    """1,000 samples of 20 persons: Wilson's interval at p (1 - p) / se^2 holds the truth in 84.5 per cent of them."""
    from intervals import coverage_of

    held = coverage_of(20, 0.1, 0.8)
    assert held["korn_graubard"] >= 0.95
    assert held["wilson_no_df_no_cap"] < 0.86
    assert coverage_of(20, 0.3, 0.3)["korn_graubard"] == pytest.approx(0.96, abs=0.01)
