"""Evidence and judgement: what a cell rests on, by hand, and the rules on it."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mobility.cells import SUPPRESSED, as_cells, read_cells
from mobility.cells.tabulate import tabulate
from mobility.disclosure.evidence import COLUMNS, evidence_of, largest_shares
from mobility.disclosure.judgement import judge
from mobility.disclosure.numbers import Table
from mobility.disclosure.relations import relations_of
from mobility.disclosure.release import release_tables
from mobility.storage import write_csv
from specs import table_spec


def table_of(raw, frame):
    """A counted table of a frame, with its cells."""
    spec = table_spec({"frame": "f", **raw})
    return Table(tabulate(frame, spec, "s"), spec, None, frame)


def released(threshold, *tables):
    """Flags of the cells of tables that are judged together, by row and column."""
    found = release_tables(tables, "safeguarded", threshold)
    return [one.cells.set_index(["row", "column"])["flag"].to_dict() for one in found]


def axis(of, *items):
    return {"of": of, "show": [item if isinstance(item, dict) else {"id": item} for item in items]}


def test_contributors_by_hand():
    """Sums of 90, 6 and 4: the largest has 0.90 of 100, the largest two 0.96. One unit adds to its own sum."""
    values, units = np.array([50.0, 40.0, 6.0, 4.0]), np.array([0, 0, 1, 2])
    assert largest_shares(values, units) == pytest.approx((0.9, 0.96))
    assert np.isnan(largest_shares(np.array([0.0]), np.array([0]))).all()


@pytest.mark.parametrize(("unit", "dominates"), [("person", True), ("area", False)])
def test_one_person_can_dominate_a_mean_and_one_area_cannot(unit, dominates):
    """Of 12 amounts one makes 980 of 1,090: 0.90, and with another one 0.91."""
    frame = pd.DataFrame({unit: range(12), "sex": "a", "amount": [980.0, *[10.0] * 11]})
    spec = table_spec(
        {"statistic": "mean", "frame": "f", "rows": axis("sex", {"id": "a", "of": ["a"]}), "columns": axis("", "all")}
    )
    spec = replace(spec, columns=replace(spec.columns, items=(replace(spec.columns.items[0], mean="amount"),)))
    table = Table(tabulate(frame, spec, "s", unit=unit), spec, None, frame, unit=unit)
    evidence = evidence_of([table], relations_of([table], 10))
    assert evidence["dominance_2"].notna().tolist() == [dominates]
    assert (judge(evidence, 10) == "one or two contributors dominate").tolist() == [dominates]


def test_evidence_of_estimates_is_read_as_numbers(tmp_path):
    cells = as_cells([{"row": "a", "df": 8, "fewest": 5.0}, {"row": "b"}], "s", "t")
    write_csv(cells, tmp_path / "t.csv")
    found = read_cells(tmp_path / "t.csv", evidence=True)
    assert found["df"].tolist()[:1] == [8] and found[["df", "fewest"]].dtypes.map(lambda kind: kind.kind).eq("f").all()
    assert found["df"].isna().tolist() == [False, True] and "df" not in read_cells(tmp_path / "t.csv")


@pytest.mark.parametrize(("waves", "unit"), [(1, "persons"), (2, "rows")])
def test_a_base_whose_persons_nobody_counted_is_of_rows(waves, unit):
    """Of 80 persons in one wave or two: from 10 times as many rows as a person has on, persons are not few anyway."""
    frame = pd.DataFrame({"person": [*range(80)] * waves, "sex": "a", "kind": ["x"] * 15 + ["y"] * (80 * waves - 15)})
    table = table_of({"rows": axis("sex", "a"), "columns": axis("kind", "x", "y")}, frame)
    evidence = evidence_of([table], relations_of([table], 10))
    assert evidence[["base_persons", "base_unit"]].to_numpy().tolist() == [[80 * waves, unit]] * 2
    assert evidence["persons"].tolist() == [15, 65 if waves == 1 else 80]


EVIDENCE = dict.fromkeys(COLUMNS, np.nan) | {
    "statistic": "share",
    "unit": "persons",
    "base_unit": "persons",
}


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({"persons": 2}, "fewer than 3 persons in it"),
        ({"persons": 2, "unit": "moves"}, "fewer than 3 moves in it"),
        ({"persons": 9, "base_persons": 2, "base_unit": "rows"}, "fewer than 3 rows in its base"),
        ({"persons": 3}, ""),
        ({"persons": 0}, ""),
        ({"persons": 9, "base_persons": 2}, "fewer than 3 persons in its base"),
        ({"persons": 9, "complement": 1}, "fewer than 3 persons of its base outside it"),
        ({"persons": 9, "dominance_1": 0.5, "dominance_2": 0.91}, "one or two contributors dominate"),
        ({"persons": 9, "dominance_1": 0.95, "dominance_2": 0.5}, ""),
        ({"persons": 9, "dominance_1": 0.8, "dominance_2": 0.89}, ""),
        ({"persons": 9, "dominance_1": 0.88, "dominance_2": 0.92}, "one or two contributors dominate"),
        ({"persons": 9, "df": 2}, "fewer than 3 residual degrees of freedom"),
        ({"persons": 9, "fewest": 1}, "fewer than 3 persons on one side of what it compares"),
        (
            {"persons": 9, "dropped": 2, "statistic": "observations"},
            "a number of rows that tells fewer than 3",
        ),
        ({"persons": 9, "dropped": 2, "statistic": "coefficient"}, ""),
    ],
)
def test_the_first_rule_that_a_cell_breaks(given, rule):
    reason = judge(pd.DataFrame([EVIDENCE | given]), 3)[0]
    assert reason.startswith(rule) and bool(reason) == bool(rule)
    assert judge(pd.DataFrame([EVIDENCE | given]), 0)[0] == ""


def test_persons_rows_and_complement():
    """Two rows each of persons 1 and 2 who stayed, one row of 1 and of 3 who moved: 2 stayed, 2 moved, 3 in all."""
    frame = pd.DataFrame({"person": [1, 1, 2, 2, 1, 3], "kind": ["stay"] * 4 + ["move"] * 2})
    table = table_of({"rows": axis("", {"id": "all", "all": True}), "columns": axis("kind", "stay", "move")}, frame)
    found = evidence_of([table], relations_of([table], 9)).set_index("column")
    assert found.loc["stay", ["n", "persons", "base", "base_persons", "complement"]].tolist() == [4, 2, 6, 3, 2]
    assert found.loc["move", ["n", "persons", "complement"]].tolist() == [2, 2, 2]


def test_a_share_of_nobody_is_of_nobody_whatever_its_base():
    """No c is among the 30: it is of nobody, and not of the 30 whom its base tells."""
    frame = pd.DataFrame({"person": range(30), "sex": "m", "state": ["a"] * 12 + ["b"] * 18})
    table = table_of({"rows": axis("sex", "m"), "columns": axis("state", "a", "b", "c")}, frame)
    found = evidence_of([table], relations_of([table], 10))
    assert found[["persons", "base_persons"]].to_numpy().tolist() == [[12, 30], [18, 30], [0, 30]]


def test_a_change_from_nobody_to_one_is_hidden():
    """One of 20 in the second year and none of 20 in the first: the change tells of the one."""
    years, kinds = [1] * 20 + [2] * 20, ["a"] * 20 + ["a"] * 10 + ["b"] * 9 + ["c"]
    frame = pd.DataFrame({"year": years, "kind": kinds, "person": range(40)})
    raw = {"statistic": "change", "within": "column", "rows": axis("kind", "a", "b", "c")}
    changes = table_of({**raw, "columns": axis("year", {"id": "y", "from": 1, "to": 2})}, frame)
    (flags,) = released(3, changes)
    assert flags["c", "y"] == SUPPRESSED


def test_a_share_of_the_same_people_goes_wherever_it_stands():
    """Shares down the columns and along the rows are of the same cells."""
    counts = {("a", "x"): 30, ("a", "y"): 2, ("b", "x"): 20, ("b", "y"): 40, ("c", "x"): 50, ("c", "y"): 60}
    rows = [(*place, at) for place, n in counts.items() for at in range(n)]
    frame = pd.DataFrame(rows, columns=["kind", "year", "at"]).assign(person=range(len(rows)))
    axes = {"rows": axis("kind", "a", "b", "c"), "columns": axis("year", "x", "y")}
    first, second = (table_of({"table": within, "within": within, **axes}, frame) for within in ("row", "column"))
    one, other = released(3, first, second)
    assert one == other
    hidden = {place for place, flag in one.items() if flag == SUPPRESSED}
    assert ("a", "y") in hidden and len(hidden) == 4  # a ring: both totals are shown


def test_a_mean_that_two_persons_make_is_hidden():
    """Incomes of 1,000, 900 and eight of 10: the two have 96 per cent of the sum."""
    frame = pd.DataFrame({"person": range(10), "pay": [1000.0, 900.0] + [10.0] * 8})
    raw = {"statistic": "mean", "rows": axis("", {"id": "all", "all": True})}
    columns = axis("", {"id": "pay", "all": True, "mean": "pay"})
    (flags,) = released(3, table_of({**raw, "columns": columns}, frame))
    assert flags == {("all", "pay"): SUPPRESSED}
    (flags,) = released(3, table_of({**raw, "columns": columns}, frame.assign(pay=[100.0] * 10)))
    assert flags == {("all", "pay"): ""}


def test_the_record_says_why_and_for_whom():
    frame = pd.DataFrame({"person": range(300), "kind": ["a"] * 2 + ["b"] * 30 + ["c"] * 268})
    table = table_of({"rows": axis("", {"id": "all", "all": True}), "columns": axis("kind", "a", "b", "c")}, frame)
    (found,) = release_tables([table], "safeguarded", 3)
    record = found.reasons.set_index("column")
    assert record["reason"].tolist() == ["fewer than 3 persons in it", "protects another cell", ""]
    assert record.loc["b", "protects"] == "t/all/a"
    assert record.loc["a", "interval_high"] - record.loc["a", "interval_low"] >= 3
    assert set(found.cells["note"]) == {
        "",
        "held back: too few persons, or it would give back a number that is held back",
    }


def test_what_is_left_open_is_of_the_few_of_whom_a_hidden_mean_tells():
    """Of 34 a 30 say yes: the mean is hidden for the 4 who do not, and that there are 34 is told."""
    answers = {"a": (30, 4), "b": (30, 30), "c": (30, 5)}
    rows = [
        (group, said)
        for group, counts in answers.items()
        for said, many in zip((1, 0), counts, strict=True)
        for _ in range(many)
    ]
    frame = pd.DataFrame(rows, columns=["sex", "says"]).assign(person=range(len(rows)))
    groups = [{"id": group, "of": [group]} for group in answers]
    spec = table_spec({"statistic": "mean", "frame": "f", "rows": axis("sex", *groups), "columns": axis("", "all")})
    spec = replace(spec, columns=replace(spec.columns, items=(replace(spec.columns.items[0], mean="says"),)))
    (found,) = release_tables([Table(tabulate(frame, spec, "s"), spec, None, frame)], "safeguarded", 10)
    record = found.reasons.set_index("row")
    assert record["reason"].ne("").to_dict() == {"a": True, "b": False, "c": True}
    assert record["n"].to_dict() == {"a": 34, "b": 60, "c": 35}
    for group in ("a", "c"):
        low, high = record.loc[group, ["interval_low", "interval_high"]]
        assert low < 5 and answers[group][1] <= high and high - low >= 10
