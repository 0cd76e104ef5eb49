"""Raking: numbers of R's `loglin` (`golden/make_raking.R`), sums by hand, and what is refused."""

import numpy as np
import pandas as pd
import pytest

from mobility.errors import DataError, SpecError
from mobility.models.raking import Axes, Target, rake
from paths import GOLDEN

NAMES = ("region", "occupation", "industry")
PAIRS = (("region", "occupation"), ("region", "industry"), ("occupation", "industry"))


def _targets(of, axes, wanted):
    return [Target(" by ".join(own), own, of.sum(axis=axes.others(own))) for own in wanted]


@pytest.fixture(scope="module")
def golden():
    table = pd.read_csv(GOLDEN / "raking_expected.csv").sort_values(list(NAMES))
    return {name: table[name].to_numpy().reshape(3, 4, 5) for name in ("start", "other", "raked")}


def test_three_sets_of_sums_equal_those_of_loglin(golden):
    axes, start = Axes(NAMES), golden["start"].copy()
    found = rake(start, axes, _targets(golden["other"], axes, PAIRS), tolerance=1e-13)
    np.testing.assert_allclose(found.values, golden["raked"], rtol=1e-9)
    assert (start == golden["start"]).all()


def test_without_a_copy_the_raked_numbers_stand_in_the_array_itself(golden):
    axes, start = Axes(NAMES), golden["start"].astype("float64", order="C")
    found = rake(start, axes, _targets(golden["other"], axes, PAIRS), tolerance=1e-13, copy=False)
    assert np.shares_memory(found.values, start)
    np.testing.assert_allclose(start, golden["raked"], rtol=1e-9)


def test_the_sums_are_the_targets_and_the_factors_lead_there(golden):
    axes = Axes(NAMES)
    targets = _targets(golden["other"], axes, PAIRS)
    found = rake(golden["start"], axes, targets)
    for target in targets:
        np.testing.assert_allclose(found.values.sum(axis=axes.others(target.axes)), target.values, rtol=1e-9)
    again = golden["start"].copy()
    for target in targets:
        again = again * np.expand_dims(found.factors[target.name], axes.others(target.axes))
    np.testing.assert_allclose(found.values, again, rtol=1e-12)
    assert found.gap <= 1e-9 < found.gaps[0]
    assert found.sweeps == len(found.gaps)


def test_a_table_worked_by_hand():
    # 2 x 2 of ones to rows 30, 10 and columns 20, 20: the rows' halves.
    axes = Axes(("row", "column"))
    found = rake(
        np.ones((2, 2)),
        axes,
        [Target("rows", ("row",), np.array([30.0, 10])), Target("columns", ("column",), np.array([20.0, 20]))],
    )
    np.testing.assert_allclose(found.values, [[15, 15], [5, 5]])
    assert found.largest_change("rows") == (15.0, (0,))


def test_a_target_of_all_axes_or_none_and_blocks_of_any_size(monkeypatch, golden):
    axes = Axes(NAMES)
    whole = rake(golden["start"], axes, [Target("sum", (), np.array(100.0))])
    np.testing.assert_allclose(whole.values, golden["start"] * 100 / golden["start"].sum(), rtol=1e-12)
    cells = rake(golden["start"], axes, [Target("cells", NAMES, golden["other"])])
    np.testing.assert_allclose(cells.values, golden["other"], rtol=1e-12)
    expected = rake(golden["start"], axes, _targets(golden["other"], axes, PAIRS)).values
    for most in (1, 3, 7, 40):
        monkeypatch.setattr("mobility.models.raking.CHUNK", most)
        found = rake(golden["start"], axes, _targets(golden["other"], axes, PAIRS)).values
        np.testing.assert_allclose(found, expected, rtol=1e-13)


def test_zeros_stay_and_a_target_of_zero_empties_its_cells(golden):
    axes, other = Axes(NAMES), golden["other"].copy()
    other[1] = 0
    found = rake(golden["start"], axes, _targets(other, axes, PAIRS[:2]))
    assert (found.values[1] == 0).all()
    assert (found.values[golden["start"] == 0] == 0).all()
    assert (found.factors["region by occupation"][1] == 0).all()


def test_targets_that_contradict_each_other_are_refused_with_the_cell_and_both_totals():
    axes = Axes(("region", "gender"), {"region": ["London", "Wales"]})
    by_region = Target("regions", ("region",), np.array([60.0, 40]))
    cells = Target("cells", ("region", "gender"), np.array([[30.0, 30], [25, 20]]))
    with pytest.raises(DataError, match=r"`regions` and `cells` contradict .* at region Wales, 40 and 45\. Scale"):
        rake(np.ones((2, 2)), axes, [by_region, cells])
    total = Target("genders", ("gender",), np.array([50.0, 51]))
    with pytest.raises(DataError, match="by nothing: furthest apart at the total, 100 and 101"):
        rake(np.ones((2, 2)), axes, [by_region, total])


def test_a_target_where_the_array_has_only_zeros_is_refused():
    axes = Axes(("region", "gender"), {"region": ["London", "Wales"]})
    with pytest.raises(DataError, match=r"`regions`: region Wales must be 40, and every cell .* is 0 \(1 such\)"):
        rake(np.array([[1.0, 1], [0, 0]]), axes, [Target("regions", ("region",), np.array([60.0, 40]))])


def test_zeros_that_leave_no_array_with_these_sums_are_refused():
    # The zero in the corner leaves the second row at most the second column's 10.
    axes = Axes(("row", "column"))
    start = np.array([[1.0, 1], [0, 1]])
    rows, columns = np.array([10.0, 20]), np.array([20.0, 10])
    with pytest.raises(DataError, match=r"no array with the zeros .* is \d+\.?\d*, not \d+, and comes no nearer"):
        rake(start, axes, [Target("rows", ("row",), rows), Target("columns", ("column",), columns)])


@pytest.mark.parametrize(
    ("target", "error", "message"),
    [
        (Target("t", ("sector",), np.ones(2)), SpecError, "no axis `sector`"),
        (Target("t", ("b", "a"), np.ones((3, 2))), SpecError, "in the array's order"),
        (Target("t", ("a",), np.ones(3)), DataError, r"has \(3,\) values by a; the array has \(2,\)"),
        (Target("t", ("a",), np.array([1.0, -2])), DataError, "target `t`: 1 of 2 numbers .* -2 at a 1"),
        (Target("t", ("a",), np.array([np.nan, 2])), DataError, "nan at a 0"),
    ],
)
def test_targets_that_are_none_are_refused(target, error, message):
    with pytest.raises(error, match=message):
        rake(np.ones((2, 3)), Axes(("a", "b")), [target])


def test_an_array_with_a_negative_number_or_another_number_of_axes_is_refused():
    with pytest.raises(DataError, match=r"the array: 1 of 4 numbers .* -1 at a 1, b 0"):
        rake(np.array([[1.0, 1], [-1, 1]]), Axes(("a", "b")), [])
    with pytest.raises(SpecError, match="2 dimensions and 1 names"):
        rake(np.ones((2, 2)), Axes(("a",)), [])
