"""What specs say to the jobs that count, fit and judge: all but words and figures, and what the plan went by."""

from dataclasses import replace
from pathlib import Path

import pytest

from mobility.errors import RunError
from mobility.settings import load_study
from mobility.settings.said import as_planned, what_is_said
from paths import ROOT


@pytest.fixture(scope="module")
def study():
    return load_study(ROOT, "gatsby")


def with_table(study, name, **changes):
    return replace(study, tables={**study.tables, name: replace(study.tables[name], **changes)})


def edited(study, name, **changes):
    """The first row of a table says another thing."""
    rows = study.tables[name].rows
    return with_table(study, name, rows=replace(rows, items=(replace(rows.items[0], **changes), *rows.items[1:])))


def test_other_words_say_the_same(study):
    said = what_is_said(study)
    for other in (
        with_table(study, "table_2_1", title="Other", number="9", section="Other", notes=("Other",)),
        with_table(study, "table_2_1", decimals=3, larger={"age": 2}, complete="over all"),
        edited(study, "table_2_1", label="Other", under="Other", decimals=3),
        replace(study, figures={}, choices={}, about=replace(study.about, title="Other", summary="Other")),
        replace(study, claims={name: replace(claim, statement="Other") for name, claim in study.claims.items()}),
    ):
        assert what_is_said(other) == said


def test_whatever_a_number_rests_on_says_another_thing(study):
    said = what_is_said(study)
    sample = replace(study.samples["five_states"], keep=study.samples["five_states"].keep[1:])
    for other in (
        with_table(study, "table_2_1", within="column"),
        edited(study, "table_2_1", of=("another",)),
        replace(study, samples={**study.samples, "five_states": sample}),
        replace(study, readings={**study.readings, next(iter(study.readings)): "another"}),
        replace(study, about=replace(study.about, weight="another")),
        replace(study, models={}),
        replace(study, terms={}),
        replace(study, claims={}),
        replace(study, frames={}),
    ):
        assert what_is_said(other) != said


def test_other_tables_than_those_of_a_job_do_not_count(study):
    other = with_table(study, "table_2_2", rounded_to=10)
    assert what_is_said(other, ["table_2_1"]) == what_is_said(study, ["table_2_1"])


def test_a_job_that_was_planned_by_other_specs_does_not_begin(study):
    said = what_is_said(study)
    own = as_planned(study, said)
    assert (
        own.tables["table_2_1"].title == "" and own.tables["table_2_1"].rows.ids == study.tables["table_2_1"].rows.ids
    )
    with pytest.raises(RunError, match=r"gatsby was edited while the run was under way.* `make report` again"):
        as_planned(with_table(study, "table_2_1", rounded_to=10), said)


def test_the_folder_is_named_as_one_types_it():
    assert load_study(Path(), "gatsby").without_words.folder == Path("studies/gatsby")
