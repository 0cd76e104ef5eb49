"""What stands beside a rounded number tells no more of it: errors, intervals, weighted shares, notes."""

import numpy as np
import pandas as pd
import pytest

from attack.released import Left
from attack.rounding import from_rounding
from mobility.cells.tabulate import tabulate
from mobility.disclosure.numbers import Table
from mobility.disclosure.release import release_tables
from mobility.disclosure.rounded import REASON, judge_rounded
from mobility.disclosure.rounding import rounded_cells
from mobility.disclosure.steps import chains_beside
from rounders import rounder
from specs import table_spec

KINDS = [{"id": "x"}, {"id": "y"}]
BEHIND = ["value", "std_error", "ci_low", "ci_high"]


def released(counts, base=10, columns=KINDS, each=1, weights=None, **more):
    """Cells of a table whose rows hold so many persons of each kind, each `each` times, rounded."""
    places = [(row, kind) for row, own in counts.items() for kind, n in own.items() for _ in range(n)]
    frame = pd.DataFrame(places, columns=["row", "kind"]).assign(person=np.arange(len(places)) * 7919)
    frame = frame.loc[np.repeat(frame.index, each)].reset_index(drop=True)
    if weights is not None:
        frame["weight"] = frame["kind"].map(weights).astype("float64")
        more["weight"] = "weight"
    axes = {"rows": {"of": "row", "show": [{"id": row} for row in counts]}, "columns": {"of": "kind", "show": columns}}
    spec = table_spec({"table": "t", "frame": "f", "statistic": "share", **axes, **more})
    table = Table(tabulate(frame, spec, "s", weight=spec.weight), spec, None, frame, spec.weight)
    return release_tables([table], "special", base, rounder=rounder(base))[0].cells


def of_simple_sample(cells):
    """The error of each share of a simple random sample of as many as its base is shown with."""
    p, n = cells["value"].astype(float), cells["base"].astype(float)
    return np.sqrt(p * (1 - p) / n)


@pytest.mark.parametrize("base", [3, 10, 30])
def test_an_error_does_not_tell_its_small_base(base):
    """Of n persons who are asked once it is p (1 - p) / (n - 1): over n, 2.0 of two, 1.5 of three, 1.3 of four."""
    sizes = range(2, 3 * base)
    cells = released({f"r{n}_{at}": {"x": n - n // 2, "y": n // 2} for n in sizes for at in range(4)}, base)
    shown = cells[(cells["flag"] != "suppressed") & cells["value"].between(0.01, 0.99)]
    assert len(shown) > 10
    assert np.allclose(shown["std_error"], of_simple_sample(shown))


def test_what_is_shown_as_0_says_the_same_of_nobody_and_of_few():
    """Of nobody there was no error, of one to nine persons one of 0: nine numbers were left open of each."""
    cells = released({f"r{at}": {"x": at % 2 * 3, "y": 200 - at % 2 * 3} for at in range(40)})
    nobody, few = (cells[(cells["n"] == 0) & cells["row"].str[1:].astype(int).mod(2).eq(odd)] for odd in (0, 1))
    assert len(nobody) == 20 and len(few) > 5 and few["base"].eq(200).all()
    assert nobody[BEHIND].notna().all(axis=None)
    assert few[BEHIND].drop_duplicates().to_numpy().tolist() == nobody[BEHIND].drop_duplicates().to_numpy().tolist()


def test_an_error_that_cannot_be_estimated_is_not_missing():
    """One person with 40 rows, 20 of each kind: no error between persons; it told that there is one."""
    places = [("r", kind) for kind in "xy" for _ in range(20)]
    frame = pd.DataFrame(places, columns=["row", "kind"]).assign(person=7)
    axes = {"rows": {"of": "row", "show": [{"id": "r"}]}, "columns": {"of": "kind", "show": KINDS}}
    spec = table_spec({"table": "t", "frame": "f", "statistic": "share", **axes})
    cells = tabulate(frame, spec, "s")
    assert cells["std_error"].isna().all()
    shown = release_tables([Table(cells, spec, None, frame)], "special", 10, rounder=rounder())[0].cells
    assert np.allclose(shown["std_error"], np.sqrt(0.25 / 40))


@pytest.mark.parametrize("weights", [{"x": 9.0, "y": 1.0}, {"x": 1.0, "y": 9.0}])
def test_a_weighted_share_does_not_tell_that_somebody_is_behind_a_0(weights):
    """Three of 203 with nine times the weight are 12 per cent: `0` beside it was one to nine."""
    cells = released({f"r{at}": {"x": 3, "y": 200} for at in range(30)}, weights=weights)
    assert cells["n"].eq(0).sum() > 5
    assert cells.loc[cells["n"] == 0, "value"].eq(0).all()
    assert cells.loc[cells["n"] == cells["base"], "value"].eq(1).all()


def test_a_difference_with_a_base_of_few_says_the_same_as_one_with_nobody():
    columns, found = [*KINDS, {"id": "up", "from": "x", "to": "y"}], []
    for few in range(5):
        counts = {"a": {"x": few, "y": 40}, "b": {"x": 0, "y": 40}}
        if released(counts, within="column")["base"].iloc[0] == 0:
            changes = released(counts, columns=columns, statistic="change").query("column == 'up'")
            found.append(changes[["n", "base", "flag", "note"]].astype(str).to_numpy().tolist())
    assert len(found) > 2  # of nobody, and of few more than once
    said = ["40", "80", "not_estimable", "rounded to a multiple of 10: its base is 0"]
    assert all(one == [said, said] for one in found)


def test_a_fit_whose_rows_are_exact_can_tell_a_number_that_rounding_leaves_open():
    """119 rows: x is 1, shown as 0, y and z are 59, shown as 50, so that x is 119 - 59 - 59 or more: one to nine."""
    kinds = [*KINDS, {"id": "z"}]
    axes = {"rows": {"of": "row", "show": [{"id": "a"}]}, "columns": {"of": "kind", "show": kinds}}
    spec = table_spec({"table": "t", "frame": "f", "statistic": "count", **axes})
    frame = pd.DataFrame({"row": "a", "kind": ["x"] + ["y"] * 59 + ["z"] * 59})
    for first in range(3000):
        table = Table(tabulate(own := frame.assign(person=first + np.arange(119)), spec, "s"), spec, None, own)
        if rounded_cells(table, rounder())["n"].tolist() == [0, 50, 50]:
            break
    beside = chains_beside([table], 10)
    for told, hidden in (({}, False), ({119: 118}, False), ({119: 119}, True)):
        _, record = judge_rounded([table], beside, np.zeros(3, dtype=bool), rounder(), 10, told)
        assert (record["reason"].iloc[0] == REASON.format(base=10)) == hidden


def test_the_effect_of_a_design_is_told_where_many_are_on_both_sides_and_goes_for_the_rest():
    """Everybody is asked twice and says the same: squared errors are double those of a simple random sample.

    Of 400 rows the factor 200 / 199 of clusters is 1.0 to one decimal. Of four rows of two persons it would be 4.
    """
    cells = released({"many": {"x": 100, "y": 100}, "few": {"x": 4, "y": 5}}, each=2)
    assert cells.loc[cells["row"] == "few", "base"].isin([10, 20]).all()
    assert np.allclose(cells["std_error"], np.sqrt(2) * of_simple_sample(cells))


def test_the_attack_reads_what_stands_beside_rounded_numbers():
    """Of 10 of 20 the square of a simple random sample's error is 0.0125; that of four persons is 1.3 times as much."""
    error = np.sqrt(0.25 / 20)
    cells = pd.DataFrame(
        [(0.5, error, 10, 20), (0.5, error, 30, 60), (0.5, error * np.sqrt(1.3), 10, 20), (0.0, np.nan, 0, 20),
         (0.0, 0.0, 0, 20), (0.2, error * 0.8, 0, 20), (0.9, error * 0.6, 20, 20)],
        columns=["value", "std_error", "n", "base"],
    ).assign(table="t", row=list("abcdefg"), column="x", statistic="share", flag="")  # fmt: skip
    cells["note"] = "rounded to a multiple of 10"
    found = {one.where: one.what for one in from_rounding(Left(None, cells, pd.DataFrame()))}
    somebody = "a weighted share of somebody"
    assert found == {"t/c/x": "an error of its own", "t/d/x": "no error", "t/f/x": somebody, "t/g/x": somebody}
