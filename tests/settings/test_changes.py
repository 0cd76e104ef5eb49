"""What a choice changes: said in choices.yaml, held to where its answers enter."""

from dataclasses import replace

import pytest

from mobility.errors import SpecError
from mobility.intake.losses import LossTable
from mobility.panel.table_source import read_table
from mobility.settings import load_study, under_reading
from mobility.studies import make_frames, states
from mobility.studies.inputs import Inputs
from paths import ROOT
from spoil import spoil

GATSBY = "studies/gatsby"


def test_a_spec_that_depends_on_a_choice_which_does_not_say_so_is_refused(project):
    spoil(project / GATSBY / "choices.yaml", "changes: {models: [covariance]}", "changes: {models: [complete]}")
    with pytest.raises(SpecError, match=r"progression\.yaml: `covariance` depends on the choice errors, which"):
        load_study(project, "gatsby")


def test_frames_that_there_are_not_are_named_with_the_nearest(project):
    spoil(
        project / "studies/gatsby/choices.yaml", "changes: {frames: [person_waves]}", "changes: {frames: [person_wave]}"
    )
    with pytest.raises(SpecError, match=r"choices\.yaml, base_3_7_3_8: frame `person_wave` is not in .*person_waves"):
        load_study(project, "gatsby")


def test_sources_of_a_frame_that_the_study_does_not_have_are_named_with_the_nearest(project):
    spoil(project / GATSBY / "frames.yaml", "person_waves:\n", "person_waves:\n  sources: [ukhl]\n")
    with pytest.raises(SpecError, match=r"frames\.yaml, person_waves: source `ukhl` is not in study\.yaml.*ukhls"):
        load_study(project, "gatsby")


def test_a_choice_must_say_what_it_changes(project):
    spoil(project / GATSBY / "choices.yaml", "  changes: {models: [covariance]}\n", "")
    with pytest.raises(SpecError, match=r"choices\.yaml: errors: missing `changes`"):
        load_study(project, "gatsby")


def test_a_study_under_another_answer_has_its_readings_and_the_specs_that_it_changes():
    study = load_study(ROOT, "gatsby")
    read = under_reading(study, "errors", "clustered")
    assert read.readings == {**study.readings, "errors": "clustered"}
    assert {model.covariance.kind for model in read.models.values()} == {"clustered"}
    of_frames = under_reading(study, "pairs", "gap_6_18")
    assert of_frames.readings["pairs"] == "gap_6_18" and of_frames.models is study.models


def test_a_module_that_makes_frames_by_a_choice_of_specs_is_refused(monkeypatch):
    """Else the frames of one answer would be taken for those of another."""
    wages = load_study(ROOT, "wage_panel")
    choice = replace(load_study(ROOT, "gatsby").choices["errors"], name="errors")
    study = replace(wages, choices={"errors": choice}, readings={"errors": "robust"})
    makers = states.makers

    def asking(inputs):
        assert inputs.choices["errors"] == "robust"
        return makers(inputs)

    monkeypatch.setattr(states, "makers", asking)
    panel = read_table(wages.folder, ROOT).panel
    with pytest.raises(SpecError, match=r"errors: the module states makes frames by it.*Write `changes: {frames:"):
        make_frames(Inputs.of(panel, study, study.readings, LossTable()))
