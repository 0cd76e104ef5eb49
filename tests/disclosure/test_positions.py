"""Medians that few persons have are told rounded; expected multiples are counted by hand on the values."""

import numpy as np
import pandas as pd
import pytest

from mobility.cells import MEDIAN_ROUNDED
from mobility.cells.tabulate import tabulate
from mobility.disclosure.numbers import Table
from mobility.disclosure.positions import NOTE_OF_ENDS, median_steps
from mobility.disclosure.release import release_tables
from specs import table_spec

# 41 persons with pay of 10.03, 10.13 ... 14.03: the median is 12.03.
PAY = 10.03 + 0.1 * np.arange(41)


def table_of(pay, show=None, **more):
    frame = pd.DataFrame({"pay": pay, "person": np.arange(len(pay)), "group": "all"}).assign(**more.pop("frame", {}))
    columns = {"of": "group", "show": show or [{"id": "m", "label": "", "all": True, "median": "pay"}]}
    rows = {"show": [{"id": "r", "label": "", "all": True}]}
    spec = table_spec({"table": "t", "frame": "f", "statistic": "median", "rows": rows, "columns": columns, **more})
    return Table(tabulate(frame, spec, "s"), spec, None, frame)


def released(table, threshold=3):
    return release_tables([table], "safeguarded", threshold)[0]


@pytest.mark.parametrize(
    ("threshold", "step", "value", "near"), [(2, 0.2, 12.0, 2), (3, 0.5, 12.0, 5), (10, 1, 12, 10)]
)
def test_the_finest_multiple_that_enough_persons_share(threshold, step, value, near):
    """To 0.2 round 11.93 and 12.03 as the median does, to 0.5 11.83 to 12.23, to 1 11.53 to 12.43."""
    table = table_of(PAY)
    found = median_steps(table, threshold)
    assert found["median_step"].tolist() == pytest.approx([step])
    own = released(table, threshold)
    assert own.cells["value"].tolist() == [value]
    assert own.cells["note"].tolist() == [f"{MEDIAN_ROUNDED}{step:g}"]
    assert own.record["suppressed"].tolist() == [0]
    assert own.reasons["median_step"].tolist() == pytest.approx([step])
    assert found["near"].iloc[0] >= threshold  # of the median, and of the ends of its interval


def test_ends_of_the_interval_go_outwards_and_make_the_error():
    table = table_of(PAY)
    (cell,), (own,) = table.cells.to_dict("records"), released(table).cells.to_dict("records")
    assert own["ci_low"] <= cell["ci_low"] and own["ci_high"] >= cell["ci_high"]
    assert own["std_error"] / cell["std_error"] == pytest.approx(
        (own["ci_high"] - own["ci_low"]) / (cell["ci_high"] - cell["ci_low"])
    )
    for end, side in (("ci_low", np.floor), ("ci_high", np.ceil)):
        step = median_steps(table, 3)[end.replace("ci_", "") + "_step"].iloc[0]
        assert (side(np.round(PAY / step, 6)) == round(own[end] / step)).sum() >= 3


def test_a_median_of_many_is_told_as_it_is():
    """Pay is heaped: 20 have the median, though few have the ends of its interval."""
    heaped = np.concatenate([9 + 0.1 * np.arange(15), np.full(20, 12.0), 13 + 0.1 * np.arange(15)])
    (own,) = released(table_of(heaped)).cells.to_dict("records")
    assert own["value"] == 12.0
    assert own["note"] in ("", NOTE_OF_ENDS)


def test_a_part_of_a_pooled_median_is_hidden_by_its_own_multiple():
    """Of two years with as many persons each half of the coarser multiple is enough for the average."""
    frame = {"year": ["a"] * 41 + ["b"] * 41}
    table = table_of(np.concatenate([PAY, PAY + 5]), frame=frame, pooled_over="year", pooled_by="n")
    found = median_steps(table, 3)
    assert found["median_step"].tolist() == pytest.approx([0.5])  # of 0.5 x 1/2 the next multiple of 1, 2 or 5
    (cell,), (own,) = table.cells.to_dict("records"), released(table).cells.to_dict("records")
    assert own["value"] == 14.5 and cell["value"] == pytest.approx(14.53)
    assert own["ci_high"] - own["ci_low"] == pytest.approx(cell["ci_high"] - cell["ci_low"])


def test_a_gap_is_rounded_as_far_as_its_medians_are():
    show = [{"id": "gap", "label": "", "from": "men", "to": "women", "median": "pay"}]
    frame = {"group": ["men"] * 41 + ["women"] * 41}
    table = table_of(np.concatenate([PAY, PAY - 3]), show, frame=frame)
    assert median_steps(table, 3)["median_step"].tolist() == pytest.approx([0.05])  # 0.5 over 12.03 is 0.042
    assert released(table).cells["value"].tolist() == [0.25]  # 3 over 12.03 is 0.249


def test_open_data_are_told_as_they_are():
    table = table_of(PAY)
    assert median_steps(table, 0).isna().all(axis=None)
    assert release_tables([table], "open", 0)[0].cells["value"].tolist() == table.cells["value"].tolist()
