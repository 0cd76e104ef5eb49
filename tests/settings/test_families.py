"""Spec files that stand for a family: what `for`, `each`, `entries` and `leave_out` spread into."""

from pathlib import Path

import pytest

from mobility.errors import SpecError
from mobility.settings import load_study
from mobility.settings.families import members

GROUPS = {
    "types": [
        {"id": "rural", "label": "Rural", "table": "table_1", "note": ""},
        {"id": "urban", "label": "Urban", "table": "table_2", "note": "Few rows."},
    ],
    "sexes": [{"id": "men", "label": "Men"}, {"id": "women", "label": "Women"}],
}


def spread(raw):
    return members(raw, GROUPS.__getitem__, "tables/mock.yaml")


def test_a_file_without_a_family_stands_for_itself():
    raw = {"table": "t", "rows": {"show": [{"id": "a", "label": "{not a.family}"}]}}
    assert spread(raw) == [raw]


def test_for_repeats_a_file_once_a_row_and_leaves_empty_notes_out():
    raw = {"for": {"left": "types"}, "table": "{left.table}", "notes": ["From {left.label}.", "{left.note}"]}
    assert spread(raw) == [
        {"table": "table_1", "notes": ["From Rural."]},
        {"table": "table_2", "notes": ["From Urban.", "Few rows."]},
    ]


def test_each_lists_rows_of_a_group_file_but_those_left_out():
    raw = {"show": [{"each": {"to": "types"}, "leave_out": ["rural"], "id": "to_{to.id}"}, {"id": "all"}]}
    assert spread(raw) == [{"show": [{"id": "to_urban"}, {"id": "all"}]}]


def test_each_over_two_files_gives_every_combination_the_first_slowest():
    raw = {"show": [{"each": {"to": "types", "sex": "sexes"}, "id": "{to.id}_{sex.id}"}]}
    assert [entry["id"] for entry in spread(raw)[0]["show"]] == ["rural_men", "rural_women", "urban_men", "urban_women"]


def test_entries_nest_and_see_the_outer_row():
    inner = [{"each": {"to": "sexes"}, "id": "{from.id}_{to.id}"}, {"id": "{from.id}_all", "of": ["{from.id} all"]}]
    found = spread({"show": [{"each": {"from": "types"}, "entries": inner}]})[0]["show"]
    assert [entry["id"] for entry in found] == [
        "rural_men", "rural_women", "rural_all", "urban_men", "urban_women", "urban_all",
    ]  # fmt: skip
    assert found[2] == {"id": "rural_all", "of": ["rural all"]}


def test_a_placeholder_without_a_column_names_the_nearest():
    with pytest.raises(SpecError, match=r"tables/mock.yaml: `\{left.lable\}`: .*no column `lable`; nearest: .*label"):
        spread({"for": {"left": "types"}, "title": "{left.lable}"})


@pytest.mark.parametrize(
    "raw",
    [
        {"title": "{left.label}"},
        {"for": {"left": "types"}, "show": [{"id": "{right.id}"}]},
        {"show": [{"each": {"to": "types"}, "id": "{to.id}"}, {"id": "{to.id}"}]},
    ],
)
def test_a_placeholder_of_no_name_is_refused(raw):
    with pytest.raises(
        SpecError, match=r"tables/mock\.yaml: `\{\w+\.\w+\}`: no `for` or `each` around it has the name"
    ):
        spread(raw)


def test_a_group_file_that_is_not_there_is_named_with_the_file_that_wants_it(project):
    path = project / "studies/gatsby/tables/table_2_2.yaml"
    path.write_text("for: {left: sexs}\n" + path.read_text())
    with pytest.raises(SpecError, match=r"studies/gatsby/tables/table_2_2\.yaml: studies/gatsby: no groups/sexs\.csv"):
        load_study(Path(), "gatsby")


def test_tables_of_a_choice_are_tables_of_the_study(project):
    path = project / "studies/gatsby/choices.yaml"
    path.write_text(path.read_text().replace("tables: [diagnostics,", "tables: [diagnostic,", 1))
    with pytest.raises(
        SpecError, match=r"choices\.yaml, \w+: table `diagnostic` is not in tables/; nearest: diagnostics"
    ):
        load_study(Path(), "gatsby")
