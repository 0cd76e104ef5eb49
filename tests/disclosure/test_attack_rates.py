"""The attack reads the events behind rates, and finds those that are what other cells leave of a sum."""

import numpy as np
import pytest

from attack import report
from attack.report import attack, exact, too_narrow
from specs import table_spec
from test_attack import left_of, told

# Moves by pair of areas and age; to all areas go a few more than to a and b together.
AGES, PEOPLE = ("young", "middle", "old"), 12_345
MOVES = {
    "a to a": (50.2525, 30.5, 24.125),
    "a to b": (40.5, 30.0625, 2.15),
    "a to all": (90.7525, 60.5725, 26.278),
    "b to a": (70.25, 21.5, 19.3),
}


def rates(name, frame, columns):
    """A table of rates of moving by pair; columns are (column of the frame, items)."""
    of, items = columns
    show = [{"id": item, "of": [item], "sum": "moves"} for item in items]
    axes = {"rows": {"of": "pair", "show": [{"id": pair, "of": [pair]} for pair in MOVES]}}
    axes["columns"] = {"of": of, "show": show}
    return table_spec({"table": name, "frame": frame, "sample": "s", "statistic": "rate", "exposure": "people", **axes})


def cells(spec, events, hidden=()):
    """Released rates of these events by row, some hidden: their number is told as a whole one, a net one by size."""
    found = []
    for pair, own in events.items():
        for column, number in zip(spec.columns.ids, own, strict=True):
            names = {"table": spec.table, "row": pair, "column": column, "statistic": "rate", "study": "s"}
            gone = (pair, column) in hidden
            shown = {} if gone else {"value": number / PEOPLE, "n": abs(round(number)), "base": PEOPLE}
            found.append({**names, "choice": "baseline", "flag": "suppressed" if gone else "", "note": "", **shown})
    return found


def by_age_and_all(hidden, all_hidden=(), times=1.0):
    """What left of moves by age, and of those of all ages (or `times` as many) in a table of another frame."""
    ages, whole = rates("ages", "f", ("age", AGES)), rates("all", "g", ("sex", ["all"]))
    sums = {pair: [times * sum(own)] for pair, own in MOVES.items()}
    return left_of((ages, cells(ages, MOVES, hidden)), (whole, cells(whole, sums, all_hidden)))


def test_an_age_is_what_the_others_leave_of_all_in_another_table():
    """Of 72.7125 moves from a to b less 40.5 and 30.0625 are 2.15 left: the whole numbers leave 1 to 4."""
    found = told(by_age_and_all([("a to b", "old")]))
    assert found == {"a to bold": pytest.approx((2.15, 2.15), abs=1e-5)} and exact(found["a to bold"])


def test_two_ages_are_open_to_their_sum_unless_they_are_parts_of_two_others():
    """Of 21.5 and 19.3 from b to a their sum is told. Of 30.5 and 24.125 from a to a also that they are no more than
    all others leave of the moves to all areas, 30.51 and 24.128, and so no less than 54.625 less these."""
    found = told(by_age_and_all([(pair, age) for pair in ("a to a", "b to a") for age in ("middle", "old")]))
    assert found == {
        "b to amiddle": pytest.approx((0, 40.8), abs=1e-5),
        "b to aold": pytest.approx((0, 40.8), abs=1e-5),
        "a to amiddle": pytest.approx((30.497, 30.51), abs=1e-5),
        "a to aold": pytest.approx((24.115, 24.128), abs=1e-5),
    }


def test_moves_to_an_area_are_among_those_to_all():
    """Of 26.278 old moves from a less 24.125 to a 2.153 are left, though the moves of all ages to b are hidden too."""
    found = told(by_age_and_all([("a to b", "old")], [("a to b", "all")]))
    assert found["a to bold"] == pytest.approx((0, 2.153), abs=1e-5) and too_narrow(found["a to bold"], 3)


@pytest.mark.parametrize("times", [1.001, 2.0])
def test_sums_that_do_not_add_up_where_all_is_shown_tell_nothing(times):
    found = told(by_age_and_all([("b to a", "old")], times=times))
    assert found == {"b to aold": (0, np.inf)}


def areas(hidden):
    """What left of moves in, out and net of three areas; net moves count as the sizes of these."""
    moves = {"a": (5.25, 100.5), "b": (70.0, 60.25), "c": (50.125, 44.0)}
    show = [{"id": name, "sum": name} for name in ("in", "out", "net")]
    axes = {"rows": {"of": "area", "show": [{"id": name, "of": [name]} for name in moves]}, "columns": {"show": show}}
    raw = {"table": "map", "frame": "f", "sample": "s", "statistic": "rate", "exposure": "people", **axes}
    spec = table_spec(raw)
    return left_of((spec, cells(spec, {area: (into, out, into - out) for area, (into, out) in moves.items()}, hidden)))


def test_net_moves_and_those_out_tell_those_in():
    """Of 100.5 out and 95.25 less in are 5.25 in, where b and c show that net moves are those in less those out."""
    assert told(areas([("a", "in")])) == {"ain": pytest.approx((5.25, 5.25), abs=1e-5)}


def test_hidden_net_moves_are_what_is_left_of_those_in_and_out():
    """50.125 in less 44 out; with those in hidden too they may be anything from 44 less than nobody on."""
    assert told(areas([("c", "net")]))["cnet"] == pytest.approx((6.125, 6.125), abs=1e-5)
    flags = {("map", "c", "net"): "primary", ("map", "c", "in"): "primary"}
    assert told(areas([("c", "net"), ("c", "in")]), flags=flags)["cnet"] == pytest.approx((-43.5, np.inf), abs=1e-5)


def test_a_rate_of_net_moves_tells_no_events():
    """Of 50 moves in and 20 out 30 are net, of -30 none: its number of moves is that of both."""
    left = by_age_and_all([("a to b", "old")])
    net = left.cells["row"].eq("a to a") & left.cells["column"].isin(["young", "middle"])
    left.cells.loc[net, "value"] *= [0.6, -1.0]
    assert attack(left, 3).contradictions == ()


def test_sums_that_cannot_be_are_not_taken(monkeypatch):
    def impossible(found):
        found.sums.append(({next(iter(found.events)): 1.0}, 1e6, 1e6, "as if"))

    monkeypatch.setattr(report, "add_totals", impossible)
    found = attack(by_age_and_all([("b to a", "old")]), 3)
    assert found.contradictions == () and len(found.intervals) == 1


def test_a_reason_is_of_the_moves_counted_and_not_of_their_events():
    """Of 21.5 and 19.3 moves from b to a their sum is told: 1 that is counted is 0.5 at least, and 3 are 2.5."""
    left = by_age_and_all([("b to a", age) for age in ("middle", "old")])
    flags = {("ages", "b to a", "middle"): "secondary", ("ages", "b to a", "old"): "primary"}
    assert told(left, flags=flags) == {
        "b to amiddle": pytest.approx((2.5, 40.3), abs=1e-5),
        "b to aold": pytest.approx((0.5, 38.3), abs=1e-5),
    }
