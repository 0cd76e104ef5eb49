"""What a checker is told first, and what is not asked: smallest groups, verdicts, cells that follow by definition."""

from dataclasses import replace

import pandas as pd
import pytest

import checker_record
from checker_record import ORIGIN, record_of, released_of, said
from mobility.cells import SUPPRESSED
from mobility.checker.outputs import HELD_BACK, LOOK, MAY_LEAVE
from mobility.checker.page import answer_of, write_entry, write_statement
from mobility.checker.smallest import smallest
from mobility.checker.statement import statement_of
from mobility.render.counts import NONE_COUNTED, counts_of
from mobility.settings import Study
from mobility.settings.cross_check import cross_problems
from specs import table_spec


@pytest.fixture
def study():
    return checker_record.study()


def with_keys(study, **keys):
    """The study with more keys of its table."""
    shown = {axis: {"show": list(getattr(study.tables["t"], axis).items)} for axis in ("rows", "columns")}
    own = {"number": "Table 1", "frame": "f", "sample": "s", **shown}
    return Study(study.folder, study.about, study.samples, {"t": table_spec({**own, **keys})})


def test_the_smallest_groups_stand_first_and_those_of_one_base_together(study, tmp_path):
    """By hand, 12 to 40 persons in the cells that leave, bases of 50 (three cells) and 60, 20 to 38 outside."""
    found = said(study).groups
    assert [(one.size, one.what, one.row, one.columns) for one in found] == [
        (12, "in the cell", "Men", "Z"),
        (20, "in the cell", "Men", "X"),
        (20, "in its base, outside the cell", "Men", "Y"),
        (20, "in its base, outside the cell", "Women", "X"),
        (30, "in the cell", "Men", "Y"),
        (30, "in its base, outside the cell", "Men", "X"),
        (38, "in its base, outside the cell", "Men", "Z"),
        (40, "in the cell", "Women", "X"),
        (50, "in its base", "Men", "X; Y; Z"),
        (60, "in its base", "Women", "X"),
    ]
    write_statement(said(study), tmp_path)
    page = (tmp_path / "s.html").read_text(encoding="utf-8")
    assert page.index('<h2 id="smallest">') < page.index('<h2 id="by-hand">')
    assert pd.read_csv(tmp_path / "s_smallest.csv")["size"].tolist() == [one.size for one in found]


def test_groups_as_small_as_the_last_that_is_listed_are_counted(study, monkeypatch, tmp_path):
    """By hand, four groups of fewer than 30 persons and two of 30: of five that are listed the last is one of these."""
    monkeypatch.setattr(smallest, "__defaults__", (5,))
    found = said(study)
    assert (len(found.groups), found.groups[-1].size, found.as_small) == (5, 30, 1)
    write_statement(found, tmp_path)
    assert "1 more is as small as the last" in (tmp_path / "s.html").read_text(encoding="utf-8")


def test_no_group_of_nobody_of_a_hidden_or_of_a_rounded_cell_is_among_them(study):
    changes = {"a_x": {"persons": 0}, "a_z": {"rounded_to": 10}, "a_y": {"rounded_to": 10}}
    found = said(study, **changes).groups
    assert {one.size for one in found} == {20, 30, 40, 50, 60}  # 4 and 16 are hidden, 12 and 38 rounded
    assert said(study, threshold=0).groups == ()


def test_shares_within_a_column_share_the_base_of_their_column(study):
    record = record_of(b_x={"base_persons": 50})
    own = with_keys(study, within="column")
    found = statement_of(own, record, {"t": released_of(record)}, ORIGIN, 10).groups
    assert [(one.row, one.columns) for one in found if one.what == "in its base"] == [
        ("Men; Women", "X"),
        ("Men", "Y"),
        ("Men", "Z"),
    ]


def test_a_zero_that_follows_by_definition_is_told_and_not_asked(study, tmp_path):
    zero = {"persons": 0, "complement": 50}
    own = with_keys(study, by_definition=[{"says": "an X is a man", "rows": ["a"], "columns": ["x"]}])
    found = said(own, a_x=zero, a_y=zero)
    assert found.outputs[0].by_hand == {"nobody": 1} and found.outputs[0].defined == 1
    (known,) = found.known
    assert (known.why, known.places) == ("an X is a man", ("Men / X",))
    write_statement(found, tmp_path)
    page = (tmp_path / "s.html").read_text(encoding="utf-8")
    assert "Table 1, 1 cell (Men / X): an X is a man</li>" in page
    assert said(own, a_x=zero).verdict == MAY_LEAVE and said(study, a_x=zero).verdict == LOOK


def test_what_no_definition_explains_is_asked_all_the_same(study):
    """A definition that holds for fits of one estimator says nothing of the others; one without a zero is not told."""
    own = with_keys(study, by_definition=[{"says": "a fixed trait", "rows": ["a"], "estimator": "within"}])
    found = said(own, a_x={"persons": 0, "complement": 50})
    assert found.outputs[0].by_hand == {"nobody": 1} and found.known == ()
    assert said(with_keys(study, by_definition=[{"says": "all of it"}])).known == ()


def test_in_a_table_of_changes_nobody_is_in_the_same_category():
    spec = table_spec(
        {
            "rows": {"show": [{"id": "a"}, {"id": "b"}]},
            "columns": {"show": [{"id": "b"}, {"id": "c"}]},
            "changes_only": True,
        }
    )
    assert list(spec.defined) == [("b", "b")]


def test_a_definition_of_a_row_that_is_not_there_is_refused(study):
    own = with_keys(study, by_definition=[{"says": "no such row", "rows": ["men"], "estimator": "within"}])
    found = [line for line in cross_problems(own, {}) if "by_definition" in line]
    assert len(found) == 2 and "by_definition: no row `men`; " in found[0] and "no estimator `within`" in found[1]


def test_a_table_of_which_every_number_is_hidden_says_so_in_a_word(study, tmp_path):
    record = record_of().assign(reason="fewer than 10 persons in it")
    released = released_of(record)
    found = statement_of(study, record, {"t": released}, ORIGIN, 10)
    assert (found.outputs[0].verdict, found.verdict) == (HELD_BACK, HELD_BACK)
    assert found.answer == "No: each of the 6 numbers of persons is hidden, and none is left."
    write_statement(found, tmp_path)
    write_entry([answer_of(found)], tmp_path)
    page = (tmp_path / "s.html").read_text(encoding="utf-8")
    assert "held back: every number is hidden (6)</td>" in page and "<code>held_back</code>" in page
    assert pd.read_csv(tmp_path / "answers.csv")["verdict"].tolist() == [HELD_BACK]
    assert pd.read_csv(tmp_path / "s.csv")["why_held"].tolist() == ["every number is hidden (6)"] * 2


def test_beside_a_table_that_leaves_a_hidden_one_is_named(study):
    whole, gone = record_of(), record_of().assign(table="u", reason="fewer than 10 persons in it")
    other = table_spec({"table": "u", "number": "Table 2", "rows": {"show": []}, "columns": {"show": []}})
    both = Study(study.folder, study.about, study.samples, {**study.tables, "u": other})
    released = {"t": released_of(whole), "u": released_of(gone)}
    found = statement_of(both, pd.concat([whole, gone], ignore_index=True), released, ORIGIN, 10)
    assert found.verdict == MAY_LEAVE
    assert found.answer.endswith("8 cells are hidden, which leaves no number of Table 2.")


def test_released_lines_are_counted_once_each():
    """By hand: two numbers, one on a small base; one held back; words and what cannot be estimated have none."""
    cells = pd.DataFrame(
        {"value": [1.0, 2.0, None, None, None], "flag": ["", "low_base", SUPPRESSED, "not_estimable", None]}
    )
    found = counts_of(cells)
    assert (found.numbers, found.small_base, found.held_back, found.without, found.lines) == (2, 1, 1, 2, 5)
    assert not found.all_held_back and counts_of(cells[2:]).all_held_back
    assert found + NONE_COUNTED == found


def test_groups_of_moves_and_areas_are_called_so(study, tmp_path):
    """A number of moves is no number of persons: in the list, in the answer, over the columns and in the reasons."""
    moves = {"unit": "moves", "base_unit": "people at risk"}
    changes = {"a_x": moves, "a_y": {**moves, "persons": 0}, "b_y": {"unit": "moves"}}
    found = said(study, **changes)
    assert {(one.size, one.unit) for one in found.groups if one.what == "in the cell"} == {
        (12, "persons"),
        (20, "moves"),
        (40, "persons"),
    }
    bases = [(one.size, one.unit, one.columns) for one in found.groups if one.what == "in its base"]
    assert bases == [(50, "people at risk", "X; Y"), (50, "persons", "Z"), (60, "persons", "X")]
    assert "numbers" in found.answer and "rest on at least 10 moves or persons" in found.answer
    write_statement(found, tmp_path)
    page = (tmp_path / "s.html").read_text(encoding="utf-8")
    assert '<td>20</td><td class="words">moves</td><td class="words">in the cell</td>' in page
    assert '<th scope="col">Moves or persons in it</th>' in page
    smallest_told = pd.read_csv(tmp_path / "s_smallest.csv")
    assert smallest_told.loc[smallest_told["unit"] == "moves", "size"].tolist() == [20, 20, 30]


def unnumbered(study, record, *rows):
    """The statement where cells of some rows of the record have no number, and say why."""
    released = released_of(record)
    released.loc[list(rows), ["value", "flag", "note"]] = [float("nan"), "not_estimable", "no observation"]
    return statement_of(study, record, {"t": released}, ORIGIN, 10)


def test_a_share_of_a_group_without_members_is_told_and_not_asked(study, tmp_path):
    """Nobody is a man here, so what share of men is X says nothing of any man; a base of 1 is somebody."""
    nobody = {"persons": 0, "base": 0, "base_persons": None, "complement": 0}
    record = record_of(a_x=nobody, a_y=nobody)
    found = unnumbered(study, record, 0, 1)
    assert found.verdict == MAY_LEAVE and found.looks == () and found.outputs[0].defined == 2
    (known,) = found.known
    assert (known.why, known.places) == ("nobody is in the group that it would be of", ("Men / X", "Men / Y"))
    write_statement(found, tmp_path)
    assert "Table 1, 2 cells (Men / X; Men / Y): nobody is in the" in (tmp_path / "s.html").read_text(encoding="utf-8")
    many = replace(found, known=(replace(known, places=("Men / X",) * 13),))
    write_statement(many, tmp_path)
    page = (tmp_path / "s.html").read_text(encoding="utf-8")
    assert "13 cells: nobody is in the group that it would be of<details><summary>Which of Table 1</summary>" in page
    somebody = unnumbered(study, record_of(a_x={**nobody, "base": 1}), 0)
    assert somebody.outputs[0].by_hand == {"not_estimated": 1} and somebody.known == ()


@pytest.mark.parametrize("statistic", ["mean", "median", "proportion"])
def test_a_number_of_those_with_a_value_is_asked_though_nobody_has_one(study, statistic):
    """Of a mean the base are those with a value: a group with members, none of whom has pay, is told of by that."""
    own = with_keys(study, statistic=statistic)
    nobody = {"persons": 0, "base": 0, "base_persons": None, "complement": None}
    assert unnumbered(own, record_of(a_x=nobody), 0).outputs[0].by_hand["not_estimated"] == 1


def test_a_rate_of_nobody_at_risk_is_told_and_not_asked(study):
    sums = {"show": [{"id": name, "sum": name} for name in ("x", "y", "z")]}
    own = with_keys(study, statistic="rate", exposure="people", columns=sums)
    nobody = {"persons": 0, "base": 0, "base_persons": None, "complement": None}
    found = unnumbered(own, record_of(a_x=nobody), 0).outputs[0]
    assert (found.by_hand, found.defined) == ({}, 1)


def test_a_number_of_nobody_is_a_zero_unless_it_is_unknown_who_belongs_there(study):
    """A category that the data have not is a number of rows of 0; where somebody may belong there it is none."""
    nobody = {"persons": 0, "base": 50, "base_persons": 50, "complement": None}
    record = record_of(a_x=nobody, b_x={**nobody, "persons": 1})
    own = with_keys(study, statistic="count")
    found = unnumbered(own, record, 0, 3)
    assert (found.outputs[0].by_hand, found.outputs[0].defined) == ({"not_estimated": 1}, 1)
    rows = {"show": [{"id": "a", "unknown": ["x"]}, {"id": "b"}]}
    doubted = unnumbered(with_keys(study, statistic="count", rows=rows), record, 0, 3)
    assert (doubted.outputs[0].by_hand, doubted.known) == ({"not_estimated": 2}, ())
