"""Findings of figures: computed from the cells, said where they are certain and nothing where they are not."""

import pandas as pd
import pytest

from mobility.errors import RenderError, SpecError
from mobility.render.figures import draw
from mobility.render.findings import say
from mobility.render.table import layout
from mobility.settings import load_study
from mobility.settings.finding import Finding
from mock_study import ABOUT, PLAIN, cell, items, spec
from paths import ROOT
from specs import figure_spec
from test_figure_kinds import LINES, changed

REAL = {**PLAIN, "synthetic": False}
VALUES = {("y1", "in"): 0.9, ("y1", "out"): 0.1, ("y2", "in"): 0.8, ("y2", "out"): 0.2}


def table_of(values=VALUES, base=10_000, provenance=REAL, **flags):
    cells = [cell("t", *place, value, base, **flags.get("_".join(place), {})) for place, value in values.items()]
    rows, columns = items({"y1": "2001", "y2": "2002"}), items({"in": "Stay", "out": "Leave"})
    return layout(spec("t", "T", "Shares", rows, columns, within="row"), pd.DataFrame(cells), None, ABOUT, provenance)


def said(place, table=None):
    return say(Finding.read({"says": "{x} it is", "computed": {"x": place}}), table or table_of(), "figures/f.yaml")


@pytest.mark.parametrize(
    ("share", "words"),
    [(0.909, "Nine in ten it is"), (0.652, "Two in three it is"), (0.5, "One in two it is"), (0.44, "44 in 100 it is")],
)
def test_a_share_is_a_simple_fraction_where_it_is_near_one(share, words):
    assert said({"fraction": ["y1", "in"]}, table_of({**VALUES, ("y1", "in"): share})) == words


def test_nothing_is_said_of_a_share_that_may_be_another():
    """At a base of 100 the error of 0.8 is 0.04, so that the interval reaches 8 points either way."""
    assert said({"fraction": ["y2", "in"]}, table_of(base=100)) == ""
    assert said({"fraction": ["y2", "in"]}, table_of(base=1000)) == "Four in five it is"


@pytest.mark.parametrize("flag", ["suppressed", "not_estimable", "low_base"])
@pytest.mark.parametrize("place", [{"fraction": ["y1", "in"]}, {"number": ["y1", "in"]}, {"highest": {"row": "y1"}}])
def test_nothing_is_said_of_what_is_held_back_or_unreliable(flag, place):
    assert said(place) != ""
    assert said(place, table_of(y1_in={"flag": flag})) == ""


def test_the_highest_and_the_lowest_are_named_where_they_stand_out():
    assert said({"highest": {"row": "y1"}}) == "Stay it is"
    assert said({"lowest": {"column": "in"}}) == "2002 it is"
    close = {**VALUES, ("y2", "in"): 0.899}
    assert said({"highest": {"column": "in"}}, table_of(close, base=500)) == ""


def test_a_change_is_worded_by_its_sign_and_only_beyond_its_error():
    change = {"change": {"of": ["y2", "in"], "than": ["y1", "in"], "up": "up", "down": "down"}}
    assert said(change) == "Down it is"
    assert said(change, table_of(base=60)) == ""  # errors of 0.039 and 0.052: 0.1 is 1.55 of their difference's
    assert said({"change": {"of": ["y2", "in"], "up": "above", "down": "below"}}) == "Above it is"


def test_a_change_that_may_be_none_is_said_to_be_so_where_the_figure_has_words_for_it():
    change = {"of": ["y2", "in"], "than": ["y1", "in"], "up": "up", "down": "down", "unsure": "neither"}
    assert said({"change": change}, table_of(base=60)) == "Neither it is"
    assert said({"change": change}) == "Down it is"
    assert said({"change": change}, table_of(y2_in={"flag": "suppressed"})) == ""


@pytest.mark.parametrize(("value", "words"), [(-0.377, "31% it is"), (0.419, "52% it is"), (0.0, "0% it is")])
def test_a_difference_of_logarithms_is_said_in_per_cent(value, words):
    """By hand: exp(-0.377) = 0.686, exp(0.419) = 1.520."""
    assert said({"percent": ["y1", "in"]}, table_of({**VALUES, ("y1", "in"): value})) == words


def test_a_number_is_as_shown_without_its_stars():
    assert said({"number": ["y1", "in"]}, table_of(y1_in={"stars": 3})) == "90.0% it is"


def test_the_finding_is_the_title_and_the_description_stands_beneath():
    own = {"figure": "f", "kind": "lines", "title": "Stayers by year", "x": "rows"}
    own["finding"] = {"says": "{who} stay", "computed": {"who": {"fraction": ["y1", "in"]}}}
    words = [text.get_text() for text in draw(figure_spec(own), table_of()).texts]
    assert words[:2] == ["Nine in ten stay", "Stayers by year. Per cent"]
    words = [text.get_text() for text in draw(figure_spec(own), table_of(base=30)).texts]
    assert words[:2] == ["Stayers by year", "Per cent"]


def test_a_finding_of_invented_data_says_so():
    assert said({"fraction": ["y1", "in"]}, table_of(provenance=PLAIN)) == "Invented data: Nine in ten it is"


def test_a_cell_that_the_figure_does_not_have_is_named():
    with pytest.raises(RenderError, match=r"f.yaml: the finding names the column inn, which t lacks.*nearest: in"):
        said({"number": ["y1", "inn"]})


def test_a_form_that_does_not_exist_is_refused(project):
    changed(project, LINES, finding={"says": "{who} of them stay", "computed": {"who": {"share": ["a", "b"]}}})
    with pytest.raises(SpecError, match="unknown key `share`"):
        load_study(project, "wage_panel")


def test_every_figure_has_a_finding_and_every_place_of_its_sentence_is_computed():
    for path in sorted([*ROOT.glob("studies/*/study.yaml"), *ROOT.glob("examples/*/study.yaml")]):
        for figure in load_study(ROOT, path.parent.name).figures.values():
            assert figure.finding, figure.figure
            values = dict.fromkeys(figure.finding.computed, "<>")
            assert figure.finding.says.format(**values).count("<>") >= len(values), figure.figure
            assert "logarithm" not in figure.finding.says and "log point" not in figure.finding.says, figure.figure


def test_a_cell_that_cannot_be_is_not_zero_and_not_the_lowest():
    """Of moves from area to area nobody stays: the cell is not applicable, and another one is the lowest."""
    values = {("a", "a"): 0.0, ("a", "b"): 0.9, ("a", "c"): 0.1, ("b", "a"): 0.5, ("b", "b"): 0.0, ("b", "c"): 0.5}
    cells = [cell("t", *place, value, 10_000) for place, value in values.items()]
    axes = items({"a": "North", "b": "South"}), items({"a": "North", "b": "South", "c": "West"})
    own = spec("t", "T", "Moves", *axes, within="row", changes_only=True)
    table = layout(own, pd.DataFrame(cells), None, ABOUT, REAL)
    assert [table.cells[name, name].text for name in "ab"] == ["[z]", "[z]"]
    assert said({"lowest": {"row": "a"}}, table) == "West it is"
    assert "there can be no such number" in dict(table.marks)["[z]"]
