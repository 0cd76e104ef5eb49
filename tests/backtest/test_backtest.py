"""The back test: verdicts by hand, published files as they stand, and the walls around them."""

import filecmp
import re

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

from mobility.backtest.compare import (
    against_truth,
    compare,
    read_published,
    reference_cells,
    summarise,
)
from mobility.cells import CELL_COLUMNS
from mobility.explain.number import _number
from mobility.uncertainty import share_interval
from paths import ROOT, SHARED
from specs import table_spec

ORIGINALS = SHARED / "reference/published"


def cells(values, errors=0.01):
    frame = pd.DataFrame({"column": list(values), "value": list(values.values())})
    frame = frame.assign(study="s", table="t", row="r", statistic="share", std_error=errors, base=100, flag="")
    half = 1.96 * frame["std_error"]
    frame = frame.assign(ci_low=frame["value"] - half, ci_high=frame["value"] + half)
    return frame.reindex(columns=CELL_COLUMNS)


def published(rows):
    frame = pd.DataFrame(rows, columns=["column", "value", "flag"])
    return frame.assign(table="t", row="r", statistic="share", half_width=0.0005)


def test_verdicts():
    ours = cells({"same": 0.8423, "near": 0.850, "far": 0.9, "illegible": 0.5, "recalled": 0.5, "ours_only": 0.1})
    print_ = published(
        [
            ("same", 0.842, "ok"),
            ("near", 0.842, "recovered"),
            ("far", 0.842, "ok"),
            ("illegible", np.nan, "illegible"),
            ("recalled", 0.5, "recalled"),
            ("print_only", 0.3, "ok"),
        ]
    )
    verdicts = compare(ours, print_).set_index("column")["verdict"].to_dict()
    assert verdicts == {
        "same": "match",
        "near": "within_sampling_error",
        "far": "differs",
        "illegible": "not_published",
        "recalled": "not_published",
        "ours_only": "not_published",
        "print_only": "not_estimated",
    }
    assert summarise(compare(ours, print_)).iloc[0].to_dict() == {
        "table": "t",
        "match": 1,
        "within_sampling_error": 1,
        "inconclusive": 0,
        "differs": 1,
        "match_of_zero": 0,
        "not_estimated": 1,
        "not_published": 3,
    }


def test_a_wide_interval_does_not_flatter():
    """All intervals meet print. The other sign, nothing found, or twice the printed value or more, is no agreement."""
    ours = cells({"near": 0.015, "other_sign": -0.001, "twice": 0.021, "none": 0.0, "of_zero": 0.015})
    names = ("near", "other_sign", "twice", "none")
    printed = published([*((name, 0.01, "ok") for name in names), ("of_zero", 0.0, "ok")])
    assert compare(ours, printed).set_index("column")["verdict"].to_dict() == {
        "near": "within_sampling_error",
        "other_sign": "inconclusive",
        "twice": "inconclusive",
        "none": "inconclusive",
        "of_zero": "inconclusive",
    }


def test_zeros_that_match_are_told_apart_from_other_matches():
    found = compare(cells({"zero": 0.0004, "one": 0.0014}), published([("zero", 0.0, "ok"), ("one", 0.001, "ok")]))
    assert found["verdict"].tolist() == ["match_of_zero", "match"]


def test_an_empty_cell_is_compared_by_its_interval():
    """None of 500 is compatible with a printed 0.2 per cent, though its clustered error is 0; it tells little."""
    ours = cells({"none": 0.0}, errors=0.0).assign(ci_high=share_interval(0.0, 0.0, 500, 500)[1])
    assert compare(ours, published([("none", 0.002, "ok")]))["verdict"].tolist() == ["inconclusive"]
    assert compare(ours, published([("none", 0.02, "ok")]))["verdict"].tolist() == ["differs"]


def test_no_observations_are_of_a_model_that_was_not_made():
    ours, printed = cells({"none": 0.0, "some": 300.0}), published([("none", 442, "ok"), ("some", 442, "ok")])
    ours, printed = (part.assign(statistic="observations") for part in (ours, printed))
    assert compare(ours, printed)["verdict"].tolist() == ["not_estimated", "differs"]


def test_a_number_without_an_interval_is_explained_without_one():
    one = {"row": "a", "column": "b", "statistic": "share", "value": 0.0, "std_error": 0.0, "ci_low": np.nan}
    cell = pd.Series({**one, "ci_high": np.nan, "n": 0, "base": 9, "persons": 1, "flag": "", "note": ""})
    assert _number(cell, table_spec({"number": "Table 1"})).startswith("Table 1, a, b: share 0 (standard error 0)\n")


def test_the_printed_digit_decides_not_a_wider_one():
    edge = compare(
        cells({"in": 0.84249, "out": 0.84256}, errors=0.0), published([("in", 0.842, "ok"), ("out", 0.842, "ok")])
    )
    assert edge["verdict"].tolist() == ["match", "differs"]


def test_suppressed_cells_say_nothing_in_the_released_back_test():
    ours = cells({"a": 0.1, "b": 0.9, "c": 0.3, "d": 0.4})
    numbers = ["value", "std_error", "ci_low", "ci_high"]
    shown = ours.assign(flag=["suppressed", "", "suppressed", "suppressed"])
    shown.loc[shown["flag"] != "", numbers] = np.nan
    released = compare(shown, published([("a", 0.2, "ok"), ("b", 0.9, "ok"), ("c", None, "illegible")]))
    row = released.set_index("column").loc["a"]
    assert row[["ours", "std_error", "difference"]].isna().all()
    assert row[["published", "half_width"]].isna().all(), "what was printed may be of the same people"
    assert released["verdict"].tolist() == ["not_estimated", "match", "not_published", "not_published"]
    assert released["ours"].notna().tolist() == [False, True, False, False]


def test_print_of_an_error_that_went_with_its_estimate_is_not_repeated():
    """A released table has no line of the error of a hidden estimate; print has."""
    ours = cells({"a": 0.1, "b": 0.9})
    shown = ours.assign(flag=["suppressed", ""])
    shown.loc[shown["flag"] != "", ["value", "std_error", "ci_low", "ci_high"]] = np.nan
    printed = published([("a", 0.2, "ok"), ("b", 0.9, "ok")])
    errors = printed.assign(statistic="std_error", value=0.05)
    released = compare(shown, pd.concat([printed, errors], ignore_index=True))
    assert released.loc[released["column"] == "a", ["published", "half_width"]].isna().all(axis=None)
    assert released.loc[released["column"] == "b", "published"].tolist() == [0.9, 0.05]


def test_z_to_the_truth_is_the_wilson_interval():
    """|z| <= 1.96 exactly where the truth lies in the interval that statsmodels gives at the size p (1 - p) / se^2."""
    ours = cells({str(k): p for k, p in enumerate(np.linspace(0.01, 0.99, 25))}, errors=np.linspace(0.005, 0.05, 25))
    truth = ours[["table", "row", "column", "statistic"]].assign(value=0.3)
    z = against_truth(ours, truth)["z"].to_numpy()
    size = ours["value"] * (1 - ours["value"]) / ours["std_error"] ** 2
    bounds = [proportion_confint(p * m, m, method="wilson") for p, m in zip(ours["value"], size, strict=True)]
    inside = np.array([low <= 0.3 <= high for low, high in bounds])
    assert inside.any() and not inside.all()
    assert ((np.abs(z) <= 1.959963984540054) == inside).all()


def test_a_cell_without_an_error_has_no_distance_to_the_truth():
    ours = cells({"a": 0.2, "b": 0.3}, errors=[np.nan, 0.1]).assign(statistic="coefficient", base=np.nan)
    truth = ours[["table", "row", "column", "statistic"]].assign(value=0.2)
    assert against_truth(ours, truth)["column"].tolist() == ["b"]


def test_z_to_the_truth_of_a_coefficient_is_over_its_own_error():
    ours = cells({"a": -1.2, "b": 0.5}, errors=[0.1, 0.2]).assign(statistic="coefficient", base=np.nan)
    truth = ours[["table", "row", "column", "statistic"]].assign(value=[-1.0, 0.5])
    assert against_truth(ours, truth)["z"].tolist() == pytest.approx([-2.0, 0.0])


def test_published_tables_are_named_as_the_cells():
    found = read_published(ROOT / "studies/gatsby/published")
    assert {"table_3_3", "table_2_1", "figure_2_1"} <= set(found["table"])
    value = found.query("table == 'table_3_3' and row == 'science_professionals' and column == 'same_occ'")["value"]
    assert value.tolist() == [0.842]  # read off the report's Table 3.3
    moves = read_published(ROOT / "studies/moving_out/published")
    assert set(moves["table"]) == {f"table_{number}" for number in range(2, 21)}


def test_reference_table_joins_the_entries_of_a_printed_cell():
    found = reference_cells(read_published(ROOT / "studies/gatsby/published"), "table_3_6", "gatsby")
    cell = found.query("row == 'maintenance_installation_repair' and column == 'technical'").iloc[0]
    assert cell["note"] == (
        "Science and engineering technicians (311); Metal machining, vehicle and electrical trades (522, 523 and 524)"
    )


@pytest.mark.skipif(not ORIGINALS.is_dir(), reason="the digitised originals are not beside this checkout")
def test_copies_equal_the_digitised_originals():
    own = {"text_numbers.csv"}  # further numbers of the text, read off the report by us
    for copy in [file for file in (ROOT / "studies/gatsby/published").glob("*.csv") if file.name not in own]:
        original = (ORIGINALS / f"gatsby_{copy.name}").read_text()
        # Two counts that the text rounds to thousands were digitised as exact.
        for count in ("85000", "275000"):
            original = original.replace(f",count,{count},0,0,", f",count,{count},0,500,")
        assert copy.read_text() == original, copy.name
    moving_out = ROOT / "studies/moving_out/published"
    assert len(list(moving_out.glob("*.csv"))) == 19
    for table in range(2, 21):
        original = ORIGINALS / f"smc_table_{table:02d}.csv"
        assert filecmp.cmp(moving_out / f"table_{table}.csv", original, shallow=False), table


def test_only_backtest_and_synthetic_read_published_values():
    readers = {
        path.relative_to(ROOT / "src/mobility").parts[0]
        for path in (ROOT / "src/mobility").rglob("*.py")
        if re.search(r"""["'/]published["'/]""", path.read_text(encoding="utf-8"))
        and re.search(r"read_(csv|register|rows|published)\(", path.read_text(encoding="utf-8"))
    }
    assert readers <= {"backtest", "explain", "synthetic"}  # explain shows the back test, whose column has that name
