"""The disclosure step: what rests on too few persons, and what would give it back, does not leave."""

import shutil

import numpy as np
import pandas as pd
import pytest

from mobility.cells import LOW_BASE, SUPPRESSED
from mobility.cells.stage import table_cells
from mobility.cells.tabulate import tabulate
from mobility.disclosure.losses import release_losses
from mobility.disclosure.numbers import Table
from mobility.disclosure.release import BLANKED, release_tables
from mobility.intake.losses import LossTable
from mobility.panel.table_source import read_table
from mobility.settings import load_study
from mobility.studies import make_frames
from mobility.studies.inputs import Inputs
from paths import CASES
from specs import table_spec


def spec_of(*columns, statistic="share", rows=None):
    """A table of one row `r` of everybody; a column is an id, or what its item says."""
    items = [{"id": column} if isinstance(column, str) else column for column in columns]
    listed = {"rows": rows or [{"id": "r", "all": True}], "columns": items}
    axes = {axis: {"show": [{"label": "", **item} for item in shown]} for axis, shown in listed.items()}
    axes["columns"]["of"] = "kind"
    return table_spec({"table": "t", "frame": "f", "statistic": statistic, **axes})


SPEC = spec_of("stay", {"id": "move", "of": ["up", "down", "aside"]}, "up", "down", "aside")


def table_of(spec, waves=1, **rows):
    """A table of a frame with so many rows of each kind, one a person, or `waves` of them."""
    kinds = [kind for kind, n in rows.items() for _ in range(n)]
    frame = pd.DataFrame({"kind": kinds, "person": np.arange(len(kinds)) // waves})
    return Table(tabulate(frame, spec, "s"), spec, None, frame)


def judged(table, threshold, access="safeguarded"):
    return release_tables([table], access, threshold)[0]


def flags(released):
    return dict(zip(released.cells["column"], released.cells["flag"], strict=True))


def test_nothing_is_blanked_on_open_data():
    released = judged(table_of(SPEC, stay=97, up=1, down=1, aside=1), 0)
    assert set(flags(released).values()) == {""}


def test_small_cell_and_the_one_that_would_give_it_back():
    released = judged(table_of(SPEC, stay=200, up=2, down=30, aside=38), 10)
    assert flags(released) == {"stay": "", "move": "", "up": SUPPRESSED, "down": SUPPRESSED, "aside": ""}
    hidden = released.cells[released.cells["flag"] != ""]
    assert hidden[BLANKED].isna().all(axis=None)


def test_zero_is_shown():
    released = judged(table_of(SPEC, stay=200, up=0, down=30, aside=40), 10)
    assert flags(released)["up"] == ""


def test_two_small_cells_protect_each_other_where_they_are_not_few_together():
    """Of 13 hidden in two cells each may be 1 to 12; of 5 hidden in two, neither can be 10, so a third goes too."""
    released = judged(table_of(SPEC, stay=200, up=6, down=7, aside=65), 10)
    assert flags(released) == {"stay": "", "move": "", "up": SUPPRESSED, "down": SUPPRESSED, "aside": ""}
    assert released.reasons[["interval_low", "interval_high"]].to_numpy()[2:4].tolist() == [[1, 12], [1, 12]]
    released = judged(table_of(SPEC, stay=200, up=2, down=3, aside=65), 10)
    assert flags(released)["aside"] == SUPPRESSED


def test_small_union_hides_its_parts_and_a_second_sum():
    released = judged(table_of(SPEC, stay=200, up=4, down=0, aside=0), 10)
    assert flags(released)["move"] == flags(released)["up"] == SUPPRESSED
    assert flags(released)["stay"] == SUPPRESSED  # 200 of 204 tells about the four


def test_small_base_hides_the_row_and_low_base_is_marked():
    released = judged(table_of(SPEC, stay=4, up=2, down=1, aside=1), 10)
    assert set(flags(released).values()) == {SUPPRESSED}
    released = judged(table_of(SPEC, stay=14, up=12, down=0, aside=0), 10)
    assert set(flags(released).values()) == {LOW_BASE}


def test_many_observations_of_few_persons_are_hidden():
    """Ten rows each of 3 persons who went up, of 20 who stayed and of 10 who went down."""
    table = table_of(SPEC, waves=10, stay=200, up=30, down=100, aside=0)
    assert flags(judged(table, 10))["up"] == SUPPRESSED
    assert flags(judged(table, 3))["up"] == ""


def test_the_judgement_is_recorded():
    record = judged(table_of(SPEC, stay=200, up=2, down=30, aside=38), 10).record.iloc[0]
    assert record.to_dict() == {
        "study": "s",
        "table": "t",
        "access": "safeguarded",
        "threshold": 10,
        "cells": 5,
        "suppressed": 1,
        "secondary": 1,
        "low_base": 0,
    }


@pytest.mark.parametrize("threshold", [3, 10])
def test_input_is_not_modified(threshold):
    table = table_of(SPEC, stay=200, up=2, down=30, aside=38)
    cells, frame = table.cells.copy(deep=True), table.frame.copy(deep=True)
    judged(table, threshold)
    pd.testing.assert_frame_equal(table.cells, cells)
    pd.testing.assert_frame_equal(table.frame, frame)


def test_a_count_is_not_given_back_by_its_total():
    """All 100, a 98, b 2: with b blanked, a must go too."""
    spec = spec_of({"id": "all", "all": True}, "a", "b", statistic="count")
    counts = judged(table_of(spec, a=98, b=2), 10)
    assert flags(counts) == {"all": "", "a": SUPPRESSED, "b": SUPPRESSED}
    assert counts.cells["base"].isna().all()  # of the column: nobody needs it, and it would tell column from column


def test_parts_of_one_whole_along_either_axis_protect_each_other():
    """Three classes of 200 stayers and 105 movers: the 5 movers of class c would follow from the other two."""
    kinds = {"stayers": {"a": 100, "b": 60, "c": 40}, "movers": {"a": 60, "b": 40, "c": 5}}
    rows = [(kind, name) for kind, own in kinds.items() for name, n in own.items() for _ in range(n)]
    frame = pd.DataFrame(rows, columns=["kind", "class"]).assign(person=range(305))
    show = {axis: [{"id": name, "label": ""} for name in names] for axis, names in
            (("rows", "abc"), ("columns", ["stayers", "movers"]))}  # fmt: skip
    axes = {"rows": {"of": "class", "show": show["rows"]}, "columns": {"of": "kind", "show": show["columns"]}}
    spec = table_spec({"table": "t", "frame": "f", "statistic": "share", "within": "column", **axes})
    released = judged(Table(tabulate(frame, spec, "s"), spec, None, frame), 10, "secure").cells
    found = released.set_index(["row", "column"])
    assert set(found.index[found["flag"] == SUPPRESSED]) == {("c", "movers"), ("b", "movers")}
    assert found.loc[("b", "movers"), BLANKED].isna().all()


def test_nearly_everyone_tells_about_the_few():
    assert flags(judged(table_of(spec_of("stay"), stay=197, up=3), 10))["stay"] == SUPPRESSED


def test_small_losses_are_told_with_their_neighbours():
    columns = ["step", "reason", "rows_in", "rows_dropped", "rows_out", "persons_out"]
    losses = pd.DataFrame(
        [
            ("s", "rows read", 1000, 0, 1000, 900),
            ("s", "proxy", 1000, 2, 998, 898),
            ("s", "no code", 998, 98, 900, 800),
            ("t", "rows read", 900, 0, 900, 800),
            ("t", "refused", 900, 40, 860, 760),
            ("t", "lost", 860, 1, 859, 759),
        ],
        columns=columns,
    )
    released = release_losses(losses, 10)
    assert released["reason"].tolist() == ["rows read", "proxy; no code", "rows read", "refused; lost"]
    assert released["rows_dropped"].tolist() == [0, 100, 0, 41]
    assert (released["rows_in"] - released["rows_dropped"] == released["rows_out"]).all()
    assert not set(released["rows_out"]) & {998, 860}


def test_a_single_small_loss_is_not_told():
    losses = pd.DataFrame({"rows_in": [100, 100], "rows_dropped": [0, 2], "rows_out": [100, 98], "reason": ["a", "b"]})
    assert release_losses(losses, 10)["reason"].tolist() == ["a"]


CHAIN = ["step", "reason", "rows_in", "rows_dropped", "rows_out", "persons_out", "unit"]


def test_a_small_loss_before_a_change_of_unit_is_not_told_by_a_difference():
    losses = pd.DataFrame(
        [
            ("t", "rows read", 1000, 0, 1000, 900, "rows"),
            ("t", "proxy", 1000, 3, 997, 897, "rows"),
            ("t", "summed to pairs", 997, 0, 60, 60, "pairs"),
            ("t", "within one area", 60, 20, 40, 40, "pairs"),
        ],
        columns=CHAIN,
    )
    released = release_losses(losses, 10)
    assert released["reason"].tolist() == ["rows read", "summed to pairs", "within one area"]
    assert released["rows_in"].isna().tolist() == [False, True, False]
    assert not set(released[["rows_in", "rows_out"]].stack()) & {997, 3}


def test_what_a_wave_lacks_is_told_whatever_is_small_beside_it():
    losses = pd.DataFrame(
        [
            ("m", "rows read", 500, 0, 500, 90, "rows"),
            ("m", "no state", 500, 100, 400, 80, "rows"),
            ("m", "training is not known where the data lack why in wave 2", 400, 0, 400, 80, "rows"),
            ("m", "no value for age", 400, 2, 398, 78, "rows"),
            ("n", "rows read", 500, 0, 500, 90, "rows"),
            ("n", "no value for age", 500, 2, 498, 89, "rows"),
            ("n", "term why left out: nobody has a value", 498, 0, 498, 89, "rows"),
        ],
        columns=CHAIN,
    )
    released = release_losses(losses, 10)
    assert released["reason"].tolist() == [
        "rows read",
        "no state; no value for age",
        "training is not known where the data lack why in wave 2",
        "rows read",
        "term why left out: nobody has a value",
    ]
    assert released["rows_out"].tolist() == [500, 398, 398, 500, 500]
    assert (released["rows_in"] - released["rows_dropped"] == released["rows_out"]).all()


# Tables of one study: what one hides the other must not give back.

CASE = CASES / "d01_small_cells/my_small"


@pytest.fixture
def small_study(project):
    """Cells of every table of the case `d01_small_cells`, as the tables of one study."""
    shutil.copytree(CASE, project / "studies/my_weird")
    study = load_study(project, "my_weird")
    frames = make_frames(Inputs.of(read_table(study.folder, project).panel, study, {}, LossTable()))
    tables = {}
    for name, spec in study.tables.items():
        counted = table_cells(frames[spec.frame], study, name)[0]
        tables[name] = Table(counted, spec, study.samples[spec.sample], frames[spec.frame])
    return tables


def matrix(released, of):
    """A column of a square table, states by states."""
    return released.cells[of].to_numpy().reshape(4, 4)


def known_cells(hidden, row_totals, column_totals):
    """Hidden cells of a matrix of counts that its shown cells and totals give back, by linear algebra: those whose unit
    vector is a sum of the equations."""
    unknown = np.argwhere(hidden)
    lines = [unknown[:, 0] == row for row in np.flatnonzero(row_totals)]
    lines += [unknown[:, 1] == column for column in np.flatnonzero(column_totals)]
    equations = np.array([line for line in lines if line.any()], dtype=float).reshape(-1, len(unknown))
    rank = np.linalg.matrix_rank(equations) if len(equations) else 0
    unit = np.eye(len(unknown))
    with_unit = [np.linalg.matrix_rank(np.vstack([equations, vector])) for vector in unit]
    return [tuple(cell) for cell, more in zip(unknown.tolist(), with_unit, strict=True) if more == rank]


def given_back(transition, inflow):
    """Hidden cells of the two matrices, seen together, that can be computed from what is shown."""
    gone = [matrix(table, "n") for table in (transition, inflow)]
    hidden = pd.isna(gone[0]) & pd.isna(gone[1].T)
    totals = [pd.notna(matrix(table, "base")).any(axis=1) for table in (transition, inflow)]
    return known_cells(hidden, *totals)


def test_two_tables_of_one_frame_hide_the_same_cells(small_study):
    tables = list(small_study.values())
    released = dict(zip(small_study, release_tables(tables, "safeguarded", 3), strict=True))
    hidden = {name: pd.isna(matrix(released[name], "n")) for name in ("transition", "inflow")}
    assert hidden["transition"].any()
    assert (hidden["transition"] == hidden["inflow"].T).all()
    assert given_back(released["transition"], released["inflow"]) == []
    for name in ("transition", "inflow"):
        shown = matrix(released[name], "persons")
        assert not [row for row in shown if pd.isna(row).sum() == 1]


def test_counts_are_hidden_where_their_share_is(small_study):
    """Persons by year and state stand in a table of counts and in one of shares."""
    released = dict(zip(small_study, release_tables(list(small_study.values()), "safeguarded", 30), strict=True))
    gone = [
        {(row.row, row.column) for row in released[name].cells.itertuples() if pd.isna(row.n) and row.column != "all"}
        for name in ("persons", "shares")
    ]
    assert gone[0] == gone[1] != set()


def test_open_data_are_shown_whole(small_study):
    for released in release_tables(list(small_study.values()), "open", 0):
        assert set(released.cells["flag"]) <= {"", LOW_BASE}
