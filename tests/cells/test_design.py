"""Errors by clusters and strata against R's survey package; simulated persons in households (tests/golden)."""

import numpy as np
import pandas as pd
import pytest

from mobility.cells.tabulate import tabulate
from mobility.uncertainty import clustered_error
from paths import GOLDEN
from specs import table_spec

EXPECTED = pd.read_csv(GOLDEN / "design_expected.csv").set_index(["what", "where"])
ROWS = pd.read_csv(GOLDEN / "design_sample.csv")
YEARS = [{"id": "y2014", "of": [2014], "mean": "out"}, {"id": "y2021", "of": [2021], "mean": "out"}]
SHARES = {
    "statistic": "proportion",
    "frame": "f",
    "sample": "s",
    "rows": {"of": "background", "show": [{"id": "privileged"}, {"id": "working_class"}]},
    "columns": {"of": "year", "show": YEARS},
}


@pytest.mark.parametrize(
    ("what", "design"),
    [("share_clustered", ("household", "")), ("share_stratified", ("household", "stratum"))],
)
def test_shares_by_the_design_as_r_has_them(what, design):
    """`svymean` of a domain by household, without and with strata, one of which has a single household."""
    cells = tabulate(ROWS, table_spec(SHARES), "s", "weight", design=design)
    for cell in cells.to_dict("records"):
        expected = EXPECTED.loc[(what, f"{cell['row']} {cell['column'][1:]}")]
        assert (cell["value"], cell["std_error"]) == pytest.approx((expected["value"], expected["error"]), rel=1e-10)


def test_persons_are_counted_and_households_are_the_clusters():
    """By hand: the two of household 1 differ, so their scores 0.5 - 0.25 x 2 vanish; persons stay three of four."""
    rows = pd.DataFrame({"person": range(4), "home": [1, 1, 2, 3], "who": "a", "year": 2014, "out": [1.0, 0, 1, 1]})
    spec = table_spec({**SHARES, "rows": {"of": "who", "show": [{"id": "a"}]}, "columns": {"show": YEARS[:1]}})
    (cell,) = tabulate(rows, spec, "s", design=("home", "")).to_dict("records")
    scores = np.array([1 - 1.5, 0.25, 0.25]) / 4
    assert (cell["value"], cell["persons"]) == (0.75, 3)
    assert cell["std_error"] == pytest.approx(np.sqrt(3 / 2 * np.square(scores).sum()))


def test_strata_take_their_means_out():
    """By hand: strata (1, 3) and (-2, -2) about 2 and -2 leave squares 1 + 1, times 2 / 1; one alone is about 0."""
    seen = np.ones(5, dtype=bool)
    scores, strata = np.array([1.0, 3, -2, -2, 5]), np.array([0, 0, 1, 1, 2])
    assert clustered_error(scores, seen, strata) == pytest.approx(np.sqrt(2 * 2 + 25))
