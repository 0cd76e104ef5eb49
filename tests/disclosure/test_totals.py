"""Rates of different frames whose events add up: what one hides, the other does not give back."""

import numpy as np
import pandas as pd
import pytest

from mobility.cells.tabulate import tabulate
from mobility.disclosure.numbers import Table
from mobility.disclosure.relations import relations_of
from mobility.disclosure.release import release_tables
from mobility.disclosure.totals import Lines, bounded, totals
from specs import table_spec

PAIRS, AGES = ("a to b", "b to a"), ("young", "middle", "old")
MOVES = {"a to b": (50.25, 30.5, 4.25), "b to a": (40.5, 30.0, 21.5)}  # of two areas each, halves of these


def _table(name, frame, of, items, columns):
    show = [{"id": item, "of": [item], "sum": "moves"} for item in items]
    raw = {"frame": name, "sample": "s", "statistic": "rate", "exposure": "people"}
    rows = {"of": "pair", "show": [{"id": pair, "of": [pair]} for pair in PAIRS]}
    spec = table_spec({**raw, "table": name, "rows": rows, "columns": {"of": of, "show": show, **columns}})
    return Table(tabulate(frame, spec, "s", unit="area"), spec, None, frame, unit="area")


def _tables(whole=1.0):
    rows = [(pair, age, area, moves / 2) for pair, own in MOVES.items() for age, moves in zip(AGES, own, strict=True)
            for area in (1, 2)]  # fmt: skip
    ages = pd.DataFrame(rows, columns=["pair", "age", "area", "moves"]).assign(people=1000.0)
    sums = ages.groupby(["pair", "area"], as_index=False)["moves"].sum()
    sums = sums.assign(people=3000.0, breakdown="all", moves=whole * sums["moves"])
    return [_table("ages", ages, "age", AGES, {}), _table("sexes", sums, "breakdown", ["all"], {})]


def test_relations_hold_of_the_true_sums():
    """Both areas have moves of every age: of sums nothing follows from that. (50.25 less 30.5 is not 0.)"""
    system = relations_of(_tables(), 10)
    assert np.allclose(system.equal @ system.truth, 0)
    assert (system.below @ system.truth).max(initial=0) <= 1e-9


def test_an_age_that_is_the_rest_of_all_ages_is_not_hidden_alone():
    """84 or 85 in all less 50.25 and 30.5 are the 4.25 that are too few to be shown."""
    ages, whole = (one.cells.set_index(["row", "column"]) for one in release_tables(_tables(), "special", 10))
    hidden = ages.index[ages["flag"] == "suppressed"]
    assert ("a to b", "old") in hidden
    rest = MOVES["a to b"]
    told = sum(moves for age, moves in zip(AGES, rest, strict=True) if ("a to b", age) not in hidden)
    assert whole.loc[("a to b", "all"), "flag"] == "suppressed" or sum(rest) - told >= 10 + 4.25


def test_events_that_add_up_to_no_other_tell_nothing():
    """With half as many again in all nothing can be had back, and one cell is hidden."""
    found = [one.cells["flag"].eq("suppressed").sum() for one in release_tables(_tables(whole=1.5), "special", 10)]
    assert found == [1, 0]


@pytest.mark.parametrize(("last", "parts"), [((9.0, 9.0), [[0, 1, 2], [4, 5, 6]]), ((9.0, 8.0), [])])
def test_items_side_by_side_are_parts_where_they_add_up_in_every_line(last, parts):
    """2 + 3 + 4 are 9 and 1 + 2 + 6 too; in one line alone, or out of order, sums say nothing."""
    keys = [frozenset({(("pair", "category"), frozenset({pair}))}) for pair in PAIRS]
    numbers = np.arange(8).reshape(2, 4)
    sums = np.array([2.0, 3, 4, last[0], 1, 2, 6, last[1]])
    found = list(totals([Lines(keys, numbers)], sums))
    assert [own for own, whole in found if whole in (3, 7)] == parts


@pytest.mark.parametrize(
    ("whole", "parts"),
    [((5.25, 7.0), [[0, 1], [3, 4]]), ((5.0, 7.0), [[0, 1], [3, 4]]), ((5.25, 6.5), []), ((6.0, 8.0), [])],
)
def test_items_are_parts_but_for_a_rest_where_the_one_next_to_them_has_few_more_in_no_line_less(whole, parts):
    """2 + 3 of 5.25 and 3 + 4 of 7: at most a tenth in no part. Of 6.5 they would be more, of 6 and 8 a seventh."""
    keys = [frozenset({(("pair", "category"), frozenset({pair}))}) for pair in PAIRS]
    sums = np.array([2.0, 3, whole[0], 3, 4, whole[1]])
    assert [own for own, _ in bounded([Lines(keys, np.arange(6).reshape(2, 3))], sums)] == parts
    first = Lines(keys, np.array([[2, 1, 0], [5, 4, 3]]))  # the whole before its parts
    assert [own for own, _ in bounded([first], sums)] == parts


def test_a_part_is_not_all_but_a_little_of_what_a_shown_whole_leaves():
    """To areas of no type go 0.25: of 85.25 anywhere less 50.25 and 30.5 shown 4.5 are left, with 4.25 hidden."""
    to = (*AGES, "anywhere")
    rows = [(pair, at, area, moves / 2) for pair, own in MOVES.items()
            for at, moves in zip(to, (*own, sum(own) + 0.25), strict=True) for area in (1, 2)]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["pair", "to", "area", "moves"]).assign(people=1000.0)
    (cells,) = release_tables([_table("moves", frame, "to", to, {})], "special", 10)
    hidden = cells.cells.set_index(["row", "column"])["flag"] == "suppressed"
    assert hidden["a to b", "old"]
    own = dict(zip(AGES, MOVES["a to b"], strict=True))
    left = sum(own.values()) + 0.25 - sum(moves for to, moves in own.items() if not hidden["a to b", to])
    assert hidden["a to b", "anywhere"] or left >= 10
