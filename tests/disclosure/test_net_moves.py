"""Moves in, out and net of areas: two of them give the third, and of two releases each gives who came between."""

import pandas as pd
import pytest

from mobility.cells.tabulate import tabulate
from mobility.disclosure.numbers import Table
from mobility.disclosure.release import release_tables
from specs import table_spec

AREAS = ["a", "b", "c", "d"]
OUT, IN = (100.0, 60.0, 44.0, 60.0), (5.0, 70.0, 50.0, 139.0)


def frame_of(out=OUT, into=IN, parts=1):
    """Of each area its moves, each in so many rows of equal shares."""
    found = pd.DataFrame({"area": AREAS, "out": out, "in": into})
    found[["out", "in"]] /= parts
    found = pd.concat([found] * parts, ignore_index=True)
    return found.assign(net=found["in"] - found["out"], people=1000.0)


def table(frame, columns=("out", "in", "net"), **more):
    spec = table_spec({
        "table": "moves", "frame": "areas", "sample": "s", "statistic": "rate", "exposure": "people",
        "rows": {"of": "area", "show": [{"id": name, "of": [name]} for name in AREAS]},
        "columns": {"label": "Moves", "show": [{"id": name, "sum": name} for name in columns]},
    })  # fmt: skip
    return Table(tabulate(frame, spec, "s", unit="area"), spec, None, frame, unit="area", **more)


def hidden(release):
    cells = release.cells
    return set(zip(cells["row"], cells["column"], strict=True)) - set(
        cells.loc[cells["flag"] != "suppressed", ["row", "column"]].itertuples(index=False, name=None)
    )


def test_net_moves_do_not_give_back_the_few_who_moved_in():
    """100 out less 95 net would be the 5 who came to a. That 6 more came to c than went, 50 less 44, is nobody's."""
    found = release_tables([table(frame_of())], "special", 10)[0]
    assert hidden(found) == {("a", "in"), ("a", "net")}
    net = found.cells.query("column == 'net' and row == 'c'").iloc[0]
    assert net["value"] == pytest.approx(0.006) and net[["n", "persons"]].isna().all()


def test_net_moves_alone_are_judged_by_themselves():
    """Of which no two sums are the difference: 6 and 10 in all of c and b are what stands behind them."""
    alone = release_tables([table(frame_of(), columns=["net"])], "special", 10)[0]
    assert hidden(alone) == {("c", "net")}


@pytest.mark.parametrize("parts", [1, 2])
def test_moves_of_few_who_came_since_an_earlier_release_are_not_told(parts):
    """63 of b less the 60 of before are 3 who moved out; 15 more of d may be told. In halves no row is known again."""
    columns = ["out", "in"]
    first = table(frame_of(parts=parts), columns)
    old = release_tables([first], "special", 3)[0]
    then = Table(old.cells, first.spec, None, first.frame, unit="area", release="release 1")
    second = table(frame_of(out=(100.0, 63.0, 44.0, 75.0), parts=parts), columns)
    assert hidden(old) == set()
    assert hidden(release_tables([second], "special", 10, [then])[0]) == {("a", "in"), ("b", "out")}
