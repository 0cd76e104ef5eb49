"""A table may say the keys that its statistic reads, as the register of statistics names them, and no others."""

import re
from pathlib import Path

import pytest
import yaml

from mobility.errors import SpecError
from mobility.keys import keys_of
from mobility.panel.register import load_source
from mobility.settings import load_study
from mobility.settings.tables import Item, TableSpec
from mobility.statistics import OF_TABLES, STATISTICS

SHARES = "examples/wage_panel/tables/transition.yaml"


def problem(project: Path, change, file: str = SHARES) -> str:
    """What is said of a table's file after `change` of its content."""
    path = project / file
    content = yaml.safe_load(path.read_text())
    change(content)
    path.write_text(yaml.safe_dump(content, sort_keys=False))
    with pytest.raises(SpecError) as caught:
        load_study(project, "wage_panel")
    return str(caught.value)


def test_a_share_has_no_exposure(project):
    message = problem(project, lambda table: table.update(exposure="people"))
    assert "transition.yaml: exposure: a table of statistic share does not read it, rate does" in message
    assert "its own keys are frame, sample, within, weight, complete" in message


@pytest.mark.parametrize(
    ("statistic", "key", "value", "reads"),
    [
        ("share", "stars", "ols", {"effect"}),
        ("count", "within", "row", {"share", "change"}),
        ("count", "weight", "w", {"share", "change"}),
        ("mean", "complete", True, {"share"}),
        ("rate", "within", "row", {"share", "change"}),
        ("coefficient", "frame", "pairs", {"share", "change", "count", "rate", "mean"}),
        ("diagnostic", "sample", "all", {"share", "change", "count", "rate", "mean"}),
    ],
)
def test_a_key_of_another_statistic_is_refused(project, statistic, key, value, reads):
    def change(table):
        table.update({"statistic": statistic, key: value})

    said = re.search(f"{key}: a table of statistic {statistic} does not read it, (.+?) does", problem(project, change))
    assert reads <= set(said[1].split(" or "))


def test_a_column_has_the_keys_of_its_statistic(project):
    def change(table):
        table["columns"]["show"] = [{"id": "a", "label": "A", "sum": "moves"}]

    message = problem(project, change)
    assert "columns.show.0.sum: a row or column of statistic share does not read it, rate does" in message
    assert "its own keys are of, all" in message


def test_a_mistyped_key_of_a_column_is_met_by_the_nearest(project):
    def change(table):
        table["columns"]["show"] = [{"id": "a", "lable": "A"}]

    message = problem(project, change)
    assert "columns.show.0: unknown key `lable`, nearest: label" in message
    assert "columns.show.0: missing `label`" in message


def test_rows_that_stand_for_models_are_of_estimates(project):
    message = problem(project, lambda table: table["rows"].update(show={"models": "all"}))
    assert "rows.show.models: a `show` of statistic share does not read it, coefficient or effect" in message


def test_estimates_have_no_column_of_the_frame(project):
    def change(table):
        table["columns"]["of"] = "occupation"

    message = problem(project, change, "examples/wage_panel/tables/progression.yaml")
    assert "columns.of: a row or column of statistic" in message and "it has no keys of its own" in message


def test_a_statistic_says_what_it_cannot_do_without(project):
    def change(table):
        table["statistic"] = "rate"
        for key in ("within", "weight", "complete", "sample"):
            table.pop(key, None)

    assert "top level: missing `sample`, `exposure`" in problem(project, change)


def test_an_unknown_statistic_is_the_one_thing_said(project):
    message = problem(project, lambda table: table.update(statistic="shares"))
    assert "transition.yaml: statistic: `shares`; nearest: share" in message
    assert message.count("\n") == 1


@pytest.mark.parametrize("name", OF_TABLES)
def test_the_register_names_keys_that_there_are(name):
    statistic = STATISTICS[name]
    assert set(statistic.keys) <= set(keys_of(TableSpec))
    assert set(statistic.item_keys) <= set(keys_of(Item))
    assert set(statistic.required) <= set(statistic.keys)
    assert statistic.says


def test_every_key_is_read_by_a_statistic():
    entries = [STATISTICS[name] for name in OF_TABLES]
    assert set(keys_of(TableSpec)) == {key for entry in entries for key in entry.keys}
    assert set(keys_of(Item)) == {key for entry in entries for key in entry.item_keys}


def test_a_tables_frame_is_that_of_its_sample(project):
    message = problem(project, lambda table: table.update(frame="person_waves"))
    assert "transition.yaml: frame `person_waves`, and sample `pairs` is of `pairs`. Mend one." in message


def test_an_id_stands_once(project):
    message = problem(project, lambda table: table["columns"].update(show=[{"id": "a", "label": "A"}] * 2))
    assert "transition.yaml, columns: `a` stands more than once" in message


def test_a_mean_says_of_which_column(project):
    def change(table):
        table["statistic"] = "mean"
        del table["within"], table["complete"]
        for axis in ("rows", "columns"):
            table[axis] = {"of": "state", "show": [{"id": axis, "label": axis}]}

    assert "statistic mean needs `mean` in each row, or in each column" in problem(project, change)


def test_the_default_of_a_choice_is_one_of_its_answers(project):
    path = project / "studies/gatsby/choices.yaml"
    path.write_text(path.read_text().replace("default: robust", "default: robbust", 1))
    with pytest.raises(SpecError, match=r"errors: default `robbust` is none of its alternatives; nearest: robust"):
        load_study(project, "gatsby")


@pytest.mark.parametrize(
    ("pattern", "said"),
    [("(?P<wave>[a-z])_.*", r"no group \(\?P<file>"), ("(?P<wave>[a-z]", "no regular expression")],
)
def test_a_pattern_of_file_names_has_its_groups(project, pattern, said):
    path = project / "sources/ukhls/source.yaml"
    lines = [line for line in path.read_text().splitlines() if not line.startswith("file_pattern:")]
    path.write_text("\n".join([*lines, f"file_pattern: '{pattern}'"]))
    with pytest.raises(SpecError, match=said):
        load_source(project, "ukhls")
