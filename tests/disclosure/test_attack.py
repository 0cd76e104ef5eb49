"""The attack on what leaves (workflow/bench/attack) finds every planted leak, and none where the tables are protected.

All numbers are of hand-made tables; what can be had back from them was worked out by hand.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from attack import bounds
from attack.bounds import System, intervals
from attack.knowledge import STEP, rewriting
from attack.released import Left, fraction_of, reconstructed
from attack.report import attack, attack_together, exact, too_narrow
from mobility.settings import Sample, Study, load_study
from mobility.settings.study import About
from specs import ABOUT, table_spec

STATES = ("a", "b", "c")
SAMPLE = Sample("s", "", "pairs", ())
EVERYONE = {"id": "all", "all": True}
# Origin in the rows, destination in the columns, and a base: 100, 60 and 40 persons.
MOVES = {"a": (2, 30, 68), "b": (20, 25, 15), "c": (5, 5, 30)}


def shares(name="shares", frame="pairs", **axes):
    """A table of shares of the destinations within each origin; categories may be united by `of`."""
    plain = {axis: [{"id": state} for state in STATES] for axis in ("rows", "columns")}
    of = {"rows": "origin", "columns": "destination"}
    shown = {axis: {"of": of[axis], "show": axes.get(axis, plain[axis])} for axis in plain}
    return table_spec({"table": name, "frame": frame, "sample": "s", "complete": not axes, **shown})


def counts(name, **axes):
    """A table of counts; an axis is (column, items)."""
    shown = {axis: {"of": of, "show": show} for axis, (of, show) in axes.items()}
    return table_spec({"table": name, "statistic": "count", "frame": "pairs", "sample": "s", **shown})


TOTALS = counts("totals", rows=("destination", [{"id": name} for name in STATES]), columns=("", [EVERYONE]))
LOSSES = ["step", "reason", "rows_in", "rows_dropped", "rows_out", "persons_out", "unit"]
NUMBERS = ["value", "std_error", "ci_low", "ci_high", "n", "base", "persons"]


def cell(spec, row, column, n, base, flag=""):
    """A released cell: a share of n of the base, or a count; nothing of one that is hidden."""
    value = n if spec.statistic.name == "count" else n / base
    told = {"value": value, "n": n, "base": base, "persons": n} if not flag else {}
    names = {"table": spec.table, "row": row, "column": column, "statistic": spec.statistic.name}
    return {**names, "study": "s", "choice": "baseline", "flag": flag, "note": "", **told}


def left_of(*tables, losses=()):
    """What left of a study with these tables, each (spec, cells)."""
    specs = {spec.table: spec for spec, _ in tables}
    study = Study(Path("examples/s"), About.read(ABOUT), samples={"s": SAMPLE}, tables=specs)
    cells = pd.DataFrame([one for _, many in tables for one in many])
    lines = pd.DataFrame(losses, columns=LOSSES)
    cells = cells.reindex(columns=[*cells.columns.difference(NUMBERS), *NUMBERS])
    return Left(study, reconstructed(cells), lines)


def moves(spec, *hidden):
    """Cells of the table of moves without some of them, `ab` being those from a to b."""
    found = []
    for row, many in MOVES.items():
        for column, n in zip(STATES, many, strict=True):
            found.append(cell(spec, row, column, n, sum(many), "suppressed" if row + column in hidden else ""))
    return found


def totals():
    """Cells of the number of people in each destination."""
    sums = np.sum(list(MOVES.values()), axis=0)
    return [cell(TOTALS, name, "all", int(n), 200) for name, n in zip(STATES, sums, strict=True)]


def told(left, threshold=3, **more):
    """Interval of every hidden cell by its row and column."""
    found = attack(left, threshold, **more)
    assert not found.contradictions
    assert found.hidden == len(found.intervals)
    return {place[1] + place[2]: ends for place, ends in found.intervals.items()}


def test_one_hidden_cell_of_a_row_is_what_the_others_leave():
    assert told(left_of((shares(), moves(shares(), "aa")))) == {"aa": (2, 2)}


def test_two_hidden_cells_of_a_row_leave_their_sum_only():
    assert told(left_of((shares(), moves(shares(), "aa", "ab"))), 10) == {"aa": (0, 32), "ab": (0, 32)}


def test_two_hidden_cells_with_a_small_sum_are_known_to_be_small():
    found = told(left_of((shares(), moves(shares(), "ca", "cb"))), 30)
    assert found == {"ca": (0, 10), "cb": (0, 10)}
    assert all(too_narrow(ends, 30) and not exact(ends) for ends in found.values())
    assert not any(too_narrow(ends, 10) for ends in found.values())


def test_columns_that_add_up_in_another_table_give_a_cell_back():
    assert told(left_of((shares(), moves(shares(), "aa", "ab")), (TOTALS, totals()))) == {"aa": (2, 2), "ab": (30, 30)}


def test_a_square_of_hidden_cells_with_all_margins_moves_by_what_is_in_it():
    found = told(left_of((shares(), moves(shares(), "aa", "ab", "ba", "bb")), (TOTALS, totals())), 10)
    # Rows sum to 32 and 45, columns to 22 and 55: aa is 0 to 22.
    assert found == {"aa": (0, 22), "ab": (10, 32), "ba": (0, 22), "bb": (23, 45)}
    assert not any(too_narrow(ends, 10) for ends in found.values())


def test_the_same_cell_is_shown_in_another_table():
    same = shares("other", rows=[{"id": "from_a", "of": ["a"]}], columns=[{"id": "to_a", "of": ["a"]}])
    other = [cell(same, "from_a", "to_a", 2, 100)]
    assert told(left_of((shares(), moves(shares(), "aa", "ab")), (same, other)))["aa"] == (2, 2)


def test_a_union_less_its_other_part_is_the_part():
    union = shares("other", columns=[{"id": "not_c", "of": ["a", "c"]}])
    other = [cell(union, row, "not_c", many[0] + many[2], sum(many)) for row, many in MOVES.items()]
    assert told(left_of((shares(), moves(shares(), "aa", "ab")), (union, other))) == {"aa": (2, 2), "ab": (30, 30)}


def changes(*items):
    """A table of changes of the shares of destinations, each item (name, origin before, origin after)."""
    shown = [{"id": name, "from": before, "to": after} for name, before, after in items]
    axes = {"rows": {"of": "destination", "show": [{"id": name} for name in STATES]}}
    axes |= {"columns": {"of": "origin", "show": shown}, "within": "column"}
    return table_spec({"table": "d", "statistic": "change", "frame": "pairs", "sample": "s", **axes})


def change(spec, row, column, flag="", ends=MOVES):
    """A cell of such a table, where so many end in each state."""
    (item,) = [item for item in spec.columns.items if item.id == column]
    (n, base), (then, whole) = ((ends[end][STATES.index(row)], sum(ends[end])) for end in (item.after, item.before))
    return {**cell(spec, row, column, n, base, flag), "value": np.nan if flag else n / base - then / whole}


def test_a_difference_of_shares_gives_the_earlier_one():
    """In whatever order the tables are read."""
    spec, hidden = changes(("bc", "b", "c")), (shares(), moves(shares(), "ba", "bb"))
    for tables in ((hidden, (spec, [change(spec, "a", "bc")])), ((spec, [change(spec, "a", "bc")]), hidden)):
        assert told(left_of(*tables)) == {"ba": (20, 20), "bb": (25, 25)}


def test_a_difference_in_full_digits_gives_the_fraction_that_the_earlier_share_is():
    """17 of every 25 from a end in c. All who do are 113, 45 of them from b and c: at most 68, and 32 elsewhere."""
    spec = changes(("ab", "a", "b"))
    ends = counts("ends", rows=("destination", [{"id": "c"}]), columns=("", [EVERYONE]))
    tables = [(shares(), moves(shares(), "aa", "ab", "ac")), (ends, [cell(ends, "c", "all", 113, np.nan)])]
    assert told(left_of(*tables))["aa"] == (0, np.inf)
    found = told(left_of(*tables, (spec, [change(spec, "c", "ab")])))
    assert found == {"aa": (0, 32), "ab": (0, 32), "ac": (0, 68)}


def test_a_hidden_difference_keeps_the_number_that_the_next_one_does_not_show():
    """`ab` is of 2 and of 20, `bc`, which is shown, of 20 and of 5: only the 2 is left, of a base of 25, 50, 75 ..."""
    spec = changes(("ab", "a", "b"), ("bc", "b", "c"))
    others = [change(spec, "c", "ab"), change(spec, "c", "bc")]
    left = left_of((spec, [*others, change(spec, "a", "ab", "suppressed"), change(spec, "a", "bc")]))
    assert told(left, 20) == {"aab": (0, np.inf)}
    assert told(left, 21) == {"aab": (20, 20)}  # nobody may be told that


@pytest.mark.parametrize(("then", "ends"), [(20, (0, np.inf)), (22, (20, 20)), (23, (0, np.inf))])
def test_a_later_number_that_is_by_few_another_than_before_is_had_back(then, ends):
    """At 3: the first release tells that 20, 22 or 23 of those from b ended in a, the second that 20 do."""
    spec = changes(("ab", "a", "b"), ("bc", "b", "c"))
    rows, first = [("c", "ab"), ("c", "bc"), ("a", "bc")], {**MOVES, "b": (then, 25, 15)}
    old = [change(spec, *place, ends=first) for place in rows]
    new = [*(change(spec, *place) for place in rows), change(spec, "a", "ab", "suppressed")]
    found = attack_together({"": left_of((spec, old)), "now:": left_of((spec, new))}, 3)
    assert found.intervals == {("d", "a", "ab", "now:"): ends}


def test_a_hidden_difference_of_two_numbers_that_others_show_is_had_back():
    """Of `bc` the 20 are in `ab` and the 5 in `ac`."""
    spec = changes(("ab", "a", "b"), ("bc", "b", "c"), ("ac", "a", "c"))
    cells = [change(spec, "a", "ab"), change(spec, "a", "bc", "suppressed"), change(spec, "a", "ac")]
    assert told(left_of((spec, cells), (shares(), moves(shares(), "aa", "ab", "ba", "bb", "ca", "cb"))))["abc"] == (
        5,
        5,
    )


def test_a_share_in_full_digits_gives_its_count_without_n():
    bare = [{**one, "n": np.nan} if one["row"] == "a" else one for one in moves(shares(), "aa", "ab")]
    assert told(left_of((shares(), bare)), 10) == {"aa": (0, 32), "ab": (0, 32)}
    assert fraction_of(37 / 123) == (37, 123)
    assert fraction_of(0.123456789) is None


def test_whole_numbers_know_more_than_the_linear_programme():
    system = System()
    first, second, third = system.variable(), system.variable(), system.variable(high=1)
    system.equal({first: 2, second: 2, third: 1}, 7)
    assert intervals(system, [{third: 1}, {first: 1}]) == [(1, 1), (0, 3)]


def test_a_programme_that_is_cut_off_is_counted_and_keeps_what_it_proved(monkeypatch):
    """Two knapsacks of twelve zeros and ones, of which by every one of the 4,096 ways two of the first three are 1."""
    draws = np.random.default_rng(0)
    weights, hidden = draws.integers(1, 100, (2, 12)), draws.integers(0, 2, 12)
    ways = np.indices((2,) * 12).reshape(12, -1)
    ways = ways[:, (weights @ ways == (weights @ hidden)[:, None]).all(axis=0)]
    least, most = ways[:3].sum(axis=0).min(), ways[:3].sum(axis=0).max()

    def bounded(nodes):
        monkeypatch.setattr(bounds, "NODES", nodes)
        system = System()
        places = [system.variable(high=1) for _ in range(12)]
        for row in weights:
            system.equal(dict(zip(places, row.tolist(), strict=True)), float(row @ hidden))
        return intervals(system, [dict.fromkeys(places[:3], 1)])[0], system.cut_off

    (low, high), cut_off = bounded(1)
    assert cut_off > 0 and low <= least and most <= high and high - low < 3
    assert bounded(100_000) == ((least, most), 0)


def test_flags_tell_what_one_word_does_not():
    few = {"a": (1, 3, 96)}
    cells = [
        cell(shares(), "a", name, n, 100, "" if name == "c" else "suppressed")
        for name, n in zip(STATES, few["a"], strict=True)
    ]
    left = left_of((shares(), cells))
    assert told(left) == {"aa": (0, 4), "ab": (0, 4)}
    flags = {("shares", "a", "a"): "primary", ("shares", "a", "b"): "secondary"}
    assert told(left, flags=flags) == {"aa": (1, 1), "ab": (3, 3)}


def test_two_releases_subtract_where_one_shows_what_the_other_hides():
    first, second = (left_of((shares(), moves(shares(), *hidden))) for hidden in (("aa", "ab"), ("aa", "ac")))
    assert told(first, 10) == {"aa": (0, 32), "ab": (0, 32)}
    found = attack_together({"before:": first, "after:": second}, 10)
    assert set(found.intervals.values()) == {(2, 2), (30, 30)}
    assert found.shown_before == (("shares", "a", "c", "after:"),)  # the first release shows its 68


def test_a_frame_that_changed_between_releases_tells_nothing_of_the_other():
    first, second = moves(shares(), "aa", "ab"), moves(shares(), "aa", "ac")
    other = [{**one, "n": one["n"] + 1, "base": one["base"] + 3} if "n" in one else one for one in second]
    releases = {"before:": left_of((shares(), first)), "after:": left_of((shares(), other))}
    found = attack_together(releases, 10)
    assert len(found.intervals) == 4
    assert not any(exact(ends) for ends in found.intervals.values())


def panel_left(study, states, *hidden):
    """What left of a panel of people with a state at each age, a column of an array; `hidden` of the first table."""
    persons, moved = study.tables["persons"], study.tables["transition"]
    ages, names = persons.rows.ids, persons.columns.ids[1:]
    found = []
    for at, age in enumerate(ages):
        found.append(cell(persons, age, "all", len(states), states.size))
        for name in names:
            n, base = int((states[:, at] == name).sum()), int((states == name).sum())
            found.append(cell(persons, age, name, n, base, "suppressed" if (age, name) in hidden else ""))
    for first in names:
        begin = states[:, :-1] == first
        for second in names:
            n = int((begin & (states[:, 1:] == second)).sum())
            found += [cell(moved, first, second, n, int(begin.sum()))] if begin.any() else []
    lines = pd.DataFrame([("persons", "rows read", states.size, 0, states.size, len(states), "rows")], columns=LOSSES)
    return Left(study, pd.DataFrame(found).reindex(columns=[*found[0], "std_error", "ci_low", "ci_high"]), lines)


def test_a_balanced_panel_gives_a_wave_back_from_its_pairs(root):
    study = load_study(root, "keane_wolpin_1997")
    states = np.random.default_rng(3).choice(["home", "schooling"], (40, 11), p=[0.3, 0.7])
    hidden = [("at_20", "home"), ("at_20", "schooling")]
    left = panel_left(study, states, *hidden)
    truth = {name: (states[:, 4] == name).sum() for name in ("home", "schooling")}
    balanced, unknown = (attack(left, 3, balanced=known) for known in (True, False))
    assert not balanced.contradictions
    assert {place[2]: ends for place, ends in balanced.intervals.items()} == {name: (n, n) for name, n in truth.items()}
    assert all(ends[0] <= truth[place[2]] <= ends[1] for place, ends in unknown.intervals.items())


@pytest.mark.parametrize("seed", range(5))
def test_the_truth_is_always_within_what_is_found(seed):
    draw = np.random.default_rng(seed)
    table = draw.poisson(6, (3, 3))
    hidden = draw.random((3, 3)) < 0.5
    spec, total = (
        shares(),
        counts(
            "totals",
            rows=("destination", [{"id": name} for name in STATES]),
            columns=("", [{"id": "all", "all": True}]),
        ),
    )
    cells = [
        cell(spec, row, column, int(table[i, j]), int(table[i].sum()), "suppressed" if hidden[i, j] else "")
        for i, row in enumerate(STATES)
        for j, column in enumerate(STATES)
    ]
    totals = [cell(total, name, "all", int(table[:, j].sum()), int(table.sum())) for j, name in enumerate(STATES)]
    found = told(left_of((spec, cells), (total, totals)), 3)
    for (i, row), (j, column) in ((a, b) for a in enumerate(STATES) for b in enumerate(STATES)):
        low, high = found.get(row + column, (table[i, j],) * 2)
        assert low <= table[i, j] <= high


def test_what_the_public_code_says_of_pairs(root):
    """Printed in Table 3.6: who starts in 312 progresses in its pathway to 212, 213 or 342."""
    rewrite = rewriting(load_study(root, "gatsby"))
    progress = {"pathway": frozenset(["engineering_design_development"]), "move": frozenset(["progress_in_pathway"])}
    ends = ("engineering_professionals", "ict_professionals", "soc342")
    wanted = {f"draughtspersons_building_inspectors|{end}|" for end in ends}
    assert rewrite("pathway_moves", progress) == ("pairs", {STEP: wanted})
    left = {**progress, "move": frozenset(["leave_pathway"])}
    stays = {**progress, "move": frozenset(["no_progress"])}
    both = [rewrite("pathway_moves", where)[1][STEP] for where in (left, stays)]
    whole = rewrite("pathway_moves", {"pathway": progress["pathway"]})[1][STEP]
    assert both[1] == {"draughtspersons_building_inspectors|draughtspersons_building_inspectors|same"}
    assert len(wanted) + len(both[0]) + len(both[1]) == len(whole)
    same = {
        "destination_technical_occupation": frozenset(["process_operatives"]),
        "origin_view": frozenset(["same_occ"]),
    }
    other = {
        "origin_technical_occupation": frozenset(["process_operatives"]),
        "destination_view": frozenset(["same_occ"]),
    }
    assert rewrite("pairs", same) == rewrite("pairs", other)
