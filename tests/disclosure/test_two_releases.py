"""Two releases attacked together: a wave more, a table more and a choice that moves few give nothing back."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from attack.released import Left, reconstructed
from attack.report import attack, attack_together, exact, too_narrow
from mobility.cells.tabulate import tabulate
from mobility.disclosure.numbers import Table
from mobility.disclosure.record import BEFORE, _name
from mobility.disclosure.relations import Form
from mobility.disclosure.release import release_tables
from mobility.settings import Sample, Study
from mobility.settings.study import About
from specs import ABOUT, table_spec

STATES = ("a", "b", "c")
EVERYONE = Sample("s", "", "pairs", ())
# Ends of the moves of the first wave: of those from a few end in a at every threshold.
MOVES = {"a": (2, 40, 68), "b": (50, 45, 41), "c": (35, 36, 60)}
LATE = {"a": (1, 8, 12), "b": (31, 2, 40), "c": (4, 33, 2)}


def items(*names):
    return [{"id": name, "label": ""} for name in names]


def table(name, rows, columns, across="destination", **more):
    sides = {"rows": {"of": "origin", "show": rows}, "columns": {"of": across, "show": columns}}
    return table_spec({"table": name, "frame": "pairs", "sample": "s", **sides, **more})


SHARES = table("shares", items(*STATES), items(*STATES))
TOTALS = table("totals", [{"id": "all", "all": True, "label": ""}], items(*STATES), statistic="count")


def frame_of(*waves):
    parts = []
    for wave, moves in enumerate(waves):
        ends = [(origin, end) for origin, many in moves.items() for end, n in zip(STATES, many, strict=True)
                for _ in range(n)]  # fmt: skip
        part = pd.DataFrame(ends, columns=["origin", "destination"]).assign(wave=wave)
        parts.append(part.assign(person=np.arange(len(part))))
    return pd.concat(parts, ignore_index=True)


def tables(frame, *specs):
    return [Table(tabulate(frame, spec, "s"), spec, EVERYONE, frame) for spec in specs]


def left(specs, released):
    study = Study(Path("examples/s"), About.read(ABOUT), samples={"s": EVERYONE}, tables={s.table: s for s in specs})
    cells = pd.concat([one.cells for one in released], ignore_index=True)
    numbers = ["value", "std_error", "ci_low", "ci_high", "n", "base", "persons"]
    return Left(study, reconstructed(cells.astype(dict.fromkeys(numbers, "float64"))), pd.DataFrame())


def both(first, second, threshold, remembered):
    """What the attack finds of two releases, each (frame, specs), the second made with the first in memory or not."""
    old = release_tables(tables(*first[:1], *first[1]), "special", threshold)
    then = [Table(one.cells, spec, EVERYONE, first[0], release="release 1")
            for one, spec in zip(old, first[1], strict=True)]  # fmt: skip
    new = release_tables(tables(second[0], *second[1]), "special", threshold, then if remembered else [])
    return attack_together({"": left(first[1], old), "now:": left(second[1], new)}, threshold)


def had_back(found, threshold):
    return [place for place, ends in found.intervals.items() if exact(ends) or too_narrow(ends, threshold)]


FIRST = frame_of(MOVES)
MOVED = FIRST.assign(destination=FIRST["destination"].where(~((FIRST.origin == "b") & (FIRST.index % 41 == 3)), "c"))
SECOND = {
    "a table more": (FIRST, [SHARES, TOTALS]),
    "a wave more": (frame_of(MOVES, LATE), [SHARES]),
    "a wave and a table more": (frame_of(MOVES, LATE), [SHARES, TOTALS]),
    "a choice changed": (MOVED, [SHARES]),
}


@pytest.mark.parametrize("threshold", [3, 10, 30])
@pytest.mark.parametrize("second", SECOND)
def test_nothing_is_had_back_from_two_releases(second, threshold):
    found = both((FIRST, [SHARES]), SECOND[second], threshold, remembered=True)
    assert found.hidden > 0 and not found.contradictions
    assert had_back(found, threshold) == []


@pytest.mark.parametrize(("threshold", "hidden"), [(10, ["a", "b"]), (30, ["a", "b", "c"])])
def test_an_origin_that_only_the_second_release_has_is_not_had_back(threshold, hidden):
    """Of d nobody came in the first wave, then 2, 31 and 40, which with the 450 and the bases of then are known to be
    73. At 30 nothing leaves the 2 open by 30, since 31 and 40 are known to be 30 or more: it is open up to 13."""
    four = table("shares", items(*STATES, "d"), items(*STATES))
    later = frame_of(MOVES, {"d": (2, 31, 40)})
    old = release_tables(tables(FIRST, four), "special", threshold)
    then = [Table(old[0].cells, four, EVERYONE, FIRST, release="release 1")]
    now = release_tables(tables(later, four), "special", threshold, then)
    cells = now[0].cells.query("row == 'd'")
    assert cells.loc[cells["flag"] == "suppressed", "column"].tolist() == hidden
    found = attack_together({"": left([four], old), "now:": left([four], now)}, threshold)
    assert not found.contradictions and had_back(found, threshold) == []


# Persons of four groups in four waves, and how many of them a choice leaves out: of a in the second wave only 4.
YEARS = {"c": (80, 90, 100, 110), "d": (90, 80, 120, 150), "a": (60, 70, 80, 90), "b": (100, 110, 120, 130)}
LEFT_OUT = {"c": (0, 0, 0, 0), "d": (10, 10, 10, 10), "a": (12, 4, 12, 15), "b": (20, 20, 20, 20)}


def panel(left_out=None):
    """A row a person and wave, all of them other persons, without the last ones of each group and wave."""
    rows = []
    for place, (group, many) in enumerate(YEARS.items()):
        for wave, n in enumerate(many):
            first, less = 10_000 * wave + 1_000 * place, left_out[group][wave] if left_out else 0
            rows += [(group, wave, person) for person in range(first, first + n - less)]
    return pd.DataFrame(rows, columns=["origin", "wave", "person"])


def test_a_change_is_not_had_back_where_the_next_one_shows_its_later_share():
    """Changes of a and b to the second wave and from it are hidden, since 66 of a less than the 70 of before are 4.

    The next change of a is shown, of 68 and 75: that 12 of 80 went may be told. In the second wave a and b are 316 less
    90 of c and 70 of d, no more than the 70 and 110 of before: a is 46 to 70, b 86 to 110, and of both changes from it
    this is what is kept.
    """
    columns = [{"id": f"to_{end}", "from": str(end - 1), "to": str(end)} for end in (1, 2, 3)]
    spec = table("changes", items(*YEARS), columns, across="wave", statistic="change", within="column")
    found = both((panel(), [spec]), (panel(LEFT_OUT), [spec]), 10, remembered=True)
    ends = {"a": (46, 70), "b": (86, 110)}
    hidden = {("changes", group, to, "now:"): ends[group] for group in ends for to in ("to_1", "to_2")}
    assert not found.contradictions and found.intervals == hidden


def test_without_the_first_in_memory_a_table_more_gives_hidden_cells_back():
    """The second alone is safe: it hides four cells that hold each other, of which the first shows two."""
    alone = release_tables(tables(FIRST, SHARES, TOTALS), "special", 10)
    assert had_back(attack(left([SHARES, TOTALS], alone), 10), 10) == []
    found = both((FIRST, [SHARES]), SECOND["a table more"], 10, remembered=False)
    assert ("shares", "a", "a") in had_back(found, 10)


def test_what_the_first_hid_beside_a_small_cell_stays_hidden():
    """The second shows another table, so that other cells would do; the first's would then be told after all."""
    then = [Table(release_tables(tables(FIRST, SHARES), "special", 10)[0].cells, SHARES, EVERYONE, FIRST,
                  release="release 1")]  # fmt: skip
    hidden = then[0].cells.loc[then[0].cells["flag"] == "suppressed", ["row", "column"]]
    now = release_tables(tables(FIRST, SHARES, TOTALS), "special", 10, then)[0].cells
    again = now.merge(hidden, on=["row", "column"])
    assert len(hidden) == 2 and (again["flag"] == "suppressed").all()


def test_a_sum_over_what_an_earlier_release_hid_is_hidden():
    """Of a and b together 85 end in b, of b alone the first release tells 45: the 40 would give its hidden 2 back."""
    then = [Table(release_tables(tables(FIRST, SHARES), "special", 10)[0].cells, SHARES, EVERYONE, FIRST,
                  release="release 1")]  # fmt: skip
    everyone = {"id": "all", "all": True, "label": ""}
    both_rows = table("both", [{"id": "ab", "of": ["a", "b"], "label": ""}], [*items("b"), everyone], statistic="count")
    now = release_tables(tables(FIRST, both_rows), "special", 10, then)[0]
    assert now.cells["flag"].tolist() == ["suppressed", ""]
    assert release_tables(tables(FIRST, both_rows), "special", 10)[0].cells["flag"].tolist() == ["", ""]


def test_a_number_that_no_cell_of_this_release_tells_is_named():
    """Two cells and two numbers, of which the second was hidden in an earlier release and is told by none now."""
    tells = sparse.csc_matrix(np.array([[1.0, 0.0], [1.0, 0.0]]))
    search = SimpleNamespace(tells=tells, system=SimpleNamespace(own=np.array([0, -1])))
    found = [
        _name(Form(np.array([0]), 4, 4.0, number=number), search, np.array(["t/a/x", "t/a/y"])) for number in (0, 1)
    ]
    assert found == ["t/a/x", BEFORE]
