"""Weighted medians by hand and against R's survey package; pooled medians and the gap of 4.4 by hand."""

import numpy as np
import pandas as pd
import pytest

from mobility.cells import NOT_ESTIMABLE
from mobility.cells.tabulate import tabulate
from mobility.disclosure.numbers import Table
from mobility.disclosure.release import release_tables
from mobility.quantiles import weighted_quantile
from paths import GOLDEN
from specs import table_spec

EXPECTED = pd.read_csv(GOLDEN / "design_expected.csv").set_index(["what", "where"])
ROWS = pd.read_csv(GOLDEN / "design_sample.csv")
GROUPS = [{"id": "privileged", "median": "pay"}, {"id": "working_class", "median": "pay"}]
GAP = {"id": "gap", "from": "privileged", "to": "working_class", "median": "pay"}


def medians(frame, columns=GROUPS, weight="", design=("", ""), **keys):
    rows = {"of": "year", "show": keys.pop("rows", [{"id": "all", "all": True}])}
    raw = {"statistic": "median", "frame": "f", "sample": "s", "rows": rows, **keys}
    spec = table_spec({**raw, "columns": {"of": "background", "show": columns}})
    return tabulate(frame, spec, "s", weight, design=design), spec


@pytest.mark.parametrize(("rule", "name"), [("step", "school"), ("interpolated", "hf4")])
def test_medians_and_woodruff_as_r_has_them(rule, name):
    """`svyquantile(interval.type = "mean")` of pay that is heaped, clustered by household."""
    years = [{"id": "y2014", "of": [2014]}, {"id": "y2021", "of": [2021]}]
    cells, _ = medians(ROWS, weight="weight", design=("household", ""), rule=rule, rows=years)
    for cell in cells.to_dict("records"):
        expected = EXPECTED.loc[(f"median_{name}", f"{cell['column']} {cell['row'][1:]}")]
        found = [cell[key] for key in ("value", "std_error", "ci_low", "ci_high")]
        assert found == pytest.approx(expected.to_list(), rel=1e-10)


@pytest.mark.parametrize(
    ("values", "weights", "step", "interpolated"),
    [
        ([3, 1, 2], [1, 1, 1], 2, 1.5),
        ([4, 1, 2, 3], [1, 1, 1, 1], 2.5, 2),  # exactly half at 2: the mean of it and the next
        ([1, 2, 3], [0.1, 0.2, 0.3], 2.5, 2),  # 0.1 + 0.2 is half of 0.6 but for rounding
        ([1, 2, 3], [1, 1, 10], 3, 2.4),
        ([7], [2], 7, 7),
    ],
)
def test_the_rules_by_hand(values, weights, step, interpolated):
    found = [weighted_quantile(np.array(values), np.array(weights), 0.5, rule) for rule in ("step", "interpolated")]
    assert found == pytest.approx([step, interpolated])
    assert np.isnan(weighted_quantile(np.array([]), np.array([]), 0.5))


def test_order_of_rows_and_scale_of_weights_change_nothing():
    cells, _ = medians(ROWS, weight="weight", design=("household", ""))
    other = ROWS.sample(frac=1, random_state=3).assign(weight=ROWS["weight"] * 1000)
    again, _ = medians(other, weight="weight", design=("household", ""))
    pd.testing.assert_frame_equal(cells, again, rtol=1e-10)


POOLED = pd.DataFrame(
    {
        "person": range(9),
        "year": [2014] * 5 + [2021] * 4,
        "background": [*["privileged"] * 3, *["working_class"] * 2, "privileged", *["working_class"] * 3],
        "pay": [10.0, 20, 30, 8, 12, 40, 9, 11, 14],
    }
)


@pytest.mark.parametrize(
    ("by", "privileged", "working_class"),
    [("n", (3 * 20 + 40) / 4, (2 * 10 + 3 * 11) / 5), ("equal", 30, 10.5), ("weight", (9 * 20 + 40) / 10, 10.5)],
)
def test_medians_pooled_over_years_and_the_gap_between_them(by, privileged, working_class):
    """By hand: yearly medians 20 and 40, 10 and 11; the weights are 3, 3, 3, 1 and 3 a year."""
    frame = POOLED.assign(weight=[3.0, 3, 3, 1.5, 1.5, 1, 1, 1, 1])
    weight = "weight" if by == "weight" else ""
    cells, _ = medians(frame, [*GROUPS, GAP], weight, pooled_over="year", pooled_by=by)
    values = cells.set_index("column")["value"]
    assert values.to_list()[:2] == pytest.approx([privileged, working_class])
    assert values["gap"] == pytest.approx((privileged - working_class) / privileged)
    over, _ = medians(frame, [*GROUPS, GAP], weight, pooled_over="year", pooled_by=by, gap_over="to")
    assert over.set_index("column")["value"]["gap"] == pytest.approx((privileged - working_class) / working_class)


def test_a_gap_has_the_error_of_a_ratio():
    """Delta method of 1 - second / first by differences."""
    cells, _ = medians(ROWS, [*GROUPS, GAP], "weight", ("household", ""))
    first, second, gap = (cells.iloc[place] for place in range(3))
    slopes = [
        (1 - second["value"] / (first["value"] + 1e-6) - gap["value"]) / 1e-6,
        -1e-6 / first["value"] / 1e-6,
    ]
    errors = [first["std_error"], second["std_error"]]
    assert gap["std_error"] == pytest.approx(np.hypot(*(np.array(slopes) * errors)), rel=1e-5)
    assert gap["statistic"] == "gap"


def test_a_median_rests_on_the_fewer_persons_of_its_two_sides():
    """One of four persons weighs more than all others: the median is what that person earns."""
    frame = pd.DataFrame({"person": range(4), "year": 1, "background": "privileged", "pay": [8.0, 9, 10, 50]})
    cells, spec = medians(frame.assign(weight=[1.0, 1, 1, 9]), GROUPS[:1], "weight")
    assert cells[["value", "persons", "base"]].iloc[0].to_list() == [50, 1, 4]
    (found,) = release_tables([Table(cells, spec)], "safeguarded", 3)
    assert found.cells["flag"].to_list() == ["suppressed"]


@pytest.mark.parametrize(
    ("pay", "ties"),
    [
        ([8.0, 9, 9, 9, 11], 2),  # 9 is the median of three rows, of two persons
        ([8.0, 9, 10, 11], 2),  # between 9 and 10, of two persons
        ([8.0, 9, 50], 1),
    ],
)
def test_how_many_persons_have_the_median(pay, ties):
    frame = pd.DataFrame({"person": [0, 1, 1, 2, 3][: len(pay)], "year": 1, "background": "privileged", "pay": pay})
    frame["person"] = frame["person"] if len(pay) == 5 else range(len(pay))
    cells, _ = medians(frame, GROUPS[:1])
    assert cells["ties"].to_list() == [ties]


def test_pooled_medians_and_gaps_have_the_fewest_who_have_one_of_their_medians():
    """Of 2014 three have 20 and of 2021 one has 40; of the other group two and two."""
    frame = pd.DataFrame(
        {
            "person": range(8),
            "year": [2014] * 5 + [2021] * 3,
            "background": [*["privileged"] * 3, *["working_class"] * 2, "privileged", *["working_class"] * 2],
            "pay": [20.0, 20, 20, 8, 8, 40, 9, 9],
        }
    )
    cells, _ = medians(frame, [*GROUPS, GAP], pooled_over="year")
    assert cells["ties"].to_list() == [1, 2, 1]


def test_a_gap_goes_with_a_hidden_median():
    frame = pd.DataFrame({"person": range(9), "year": 1, "background": ["privileged"] * 8 + ["working_class"]})
    cells, spec = medians(frame.assign(pay=np.arange(9.0) + 8), [*GROUPS, GAP])
    (found,) = release_tables([Table(cells, spec)], "safeguarded", 3)
    assert found.cells["flag"].to_list() == ["", "suppressed", "suppressed"]


def test_a_gap_stays_where_a_third_group_is_hidden():
    frame = pd.DataFrame({"person": range(17), "year": 1, "pay": np.arange(17.0) + 8})
    frame["background"] = ["privileged"] * 8 + ["working_class"] * 8 + ["no_main_earner"]
    cells, spec = medians(frame, [*GROUPS, {"id": "no_main_earner", "median": "pay"}, GAP])
    (found,) = release_tables([Table(cells, spec)], "safeguarded", 3)
    assert found.cells["flag"].to_list() == ["", "", "suppressed", ""]


def test_nobody_with_pay_has_no_median():
    cells, _ = medians(POOLED.assign(pay=np.nan), [*GROUPS, GAP], pooled_over="year")
    assert cells["flag"].to_list() == [NOT_ESTIMABLE] * 3
    assert cells["value"].isna().all()
