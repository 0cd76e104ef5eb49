"""The disclosure step: what rests on too few persons, and what would give it back, does not leave."""

import pandas as pd
import pytest

from mobility.cells import CELL_COLUMNS, LOW_BASE, SECONDARY, SUPPRESSED
from mobility.disclosure.release import BLANKED, release

SPEC = {"table": "t", "statistic": "share", "within": "row"}
ITEMS = [
    {"id": "stay"},
    {"id": "move", "of": ["up", "down", "aside"]},
    {"id": "up"},
    {"id": "down"},
    {"id": "aside"},
]


def cells(**persons):
    """One row of cells; each rests on as many observations as persons."""
    base = persons["stay"] + persons["move"]
    rows = [
        {"row": "r", "column": column, "value": n / base, "n": n, "base": base, "persons": n}
        for column, n in persons.items()
    ]
    frame = pd.DataFrame(rows).assign(study="s", table="t", statistic="share", choice="baseline", flag="", note="")
    return frame.reindex(columns=CELL_COLUMNS)


def flags(released):
    return dict(zip(released.cells["column"], released.cells["flag"], strict=True))


def test_nothing_is_blanked_on_open_data():
    released = release(cells(stay=97, move=3, up=1, down=1, aside=1), SPEC, ITEMS, "open", 0)
    assert set(flags(released).values()) == {""}


def test_small_cell_and_the_one_that_would_give_it_back():
    released = release(cells(stay=200, move=70, up=2, down=30, aside=38), SPEC, ITEMS, "safeguarded", 10)
    assert flags(released) == {"stay": "", "move": "", "up": SUPPRESSED, "down": SECONDARY, "aside": ""}
    hidden = released.cells[released.cells["flag"] != ""]
    assert hidden[BLANKED].isna().all(axis=None)


def test_zero_is_shown():
    released = release(cells(stay=200, move=70, up=0, down=30, aside=40), SPEC, ITEMS, "safeguarded", 10)
    assert flags(released)["up"] == ""


def test_two_small_cells_protect_each_other():
    released = release(cells(stay=200, move=70, up=2, down=3, aside=65), SPEC, ITEMS, "safeguarded", 10)
    assert flags(released) == {"stay": "", "move": "", "up": SUPPRESSED, "down": SUPPRESSED, "aside": ""}


def test_small_union_hides_its_parts_and_a_second_sum():
    released = release(cells(stay=200, move=4, up=4, down=0, aside=0), SPEC, ITEMS, "safeguarded", 10)
    assert flags(released)["move"] == flags(released)["up"] == SUPPRESSED
    assert flags(released)["stay"] == SECONDARY


def test_small_base_hides_the_row_and_low_base_is_marked():
    released = release(cells(stay=4, move=4, up=2, down=1, aside=1), SPEC, ITEMS, "safeguarded", 10)
    assert set(flags(released).values()) == {SUPPRESSED}
    released = release(cells(stay=14, move=12, up=12, down=0, aside=0), SPEC, ITEMS, "safeguarded", 10)
    assert set(flags(released).values()) == {LOW_BASE}


def test_many_observations_of_few_persons_are_hidden():
    frame = cells(stay=200, move=70, up=30, down=20, aside=20)
    frame.loc[frame["column"] == "up", "persons"] = 5
    assert flags(release(frame, SPEC, ITEMS, "safeguarded", 10))["up"] == SUPPRESSED


def test_the_judgement_is_recorded():
    record = release(cells(stay=200, move=70, up=2, down=30, aside=38), SPEC, ITEMS, "safeguarded", 10).record.iloc[0]
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
    frame = cells(stay=200, move=70, up=2, down=30, aside=38)
    before = frame.copy(deep=True)
    release(frame, SPEC, ITEMS, "safeguarded", threshold)
    pd.testing.assert_frame_equal(frame, before)
