"""The questions on jobs, once their names are filled in: register, invented delivery, persons, Tables 25 and 26."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mobility.cells.estimates import estimate_table, fit_models
from mobility.cells.stage import table_cells
from mobility.intake.losses import LossTable
from mobility.settings import load_study
from mobility.studies import make_frames
from mobility.studies.inputs import Inputs
from movers_family import many_families
from paths import ROOT

ANSWERS = ("job_reason_1", "job_reason_2", "job_aspect_1", "job_aspect_2")
STAYERS, MOVERS = 392, 231  # into which the 623 persons of Tables 25 and 26 split


def frames_of(study, panels):
    losses = LossTable()
    return make_frames(Inputs(panels, study, study.chosen(), losses, ["persons"])), losses.frame()


def test_answers_of_the_first_record_with_one_reach_the_persons(filled):
    """Written out: of the records at 15 to 19 with a second reason or aspect from 1 to 8 the first."""
    study, panels = filled
    frames, losses = frames_of(study, panels)
    told, frame = panels["history"], frames["persons"].set_index("person")
    assert not losses["reason"].str.startswith("motivation is not known").any()
    young = told[told["age_enumerated"].between(15, 19)]
    young = young[young["job_reason_2"].between(1, 8) | young["job_aspect_2"].between(1, 8)]
    first = young.sort_values("wave").drop_duplicates("person").set_index("person").reindex(frame.index)
    names = {int(row["code"]): row["id"] for row in study.groups("motivation") if row["question"] == "reason"}
    assert frame["reason_2"].notna().sum() > 20
    pd.testing.assert_series_equal(
        frame["reason_2"], first["job_reason_2"].map(names), check_names=False, check_dtype=False
    )


@pytest.mark.parametrize(("table", "column"), [("table_25", "reason_2"), ("table_26", "aspect_2")])
def test_tables_on_jobs_have_numbers(filled, table, column):
    """Shares, difference and pooled error of two proportions, by hand from the persons."""
    study, panels = filled
    frames, _ = frames_of(study, panels)
    cells, _ = table_cells(frames["persons"], study, table)
    cells = cells.set_index(["row", "column"])
    asked = frames["persons"].dropna(subset=[column])
    for answer in cells.index.get_level_values("row").unique():
        by = [asked.loc[asked["mover"] == mover, column].eq(answer) for mover in (0, 1)]
        pooled = sum(part.sum() for part in by) / len(asked)
        error = np.sqrt(pooled * (1 - pooled) * sum(1 / len(part) for part in by))
        assert cells.loc[(answer, "stayer"), "value"] == pytest.approx(by[0].mean(), abs=1e-15)
        assert cells.loc[(answer, "difference"), "value"] == pytest.approx(by[0].mean() - by[1].mean(), abs=1e-15)
        if 0 < pooled < 1:
            assert cells.loc[(answer, "difference"), "std_error"] == pytest.approx(error, rel=1e-12)


@pytest.mark.parametrize(("reading", "z", "stars"), [("pooled", 2.788, "3"), ("unpooled", 2.555, "2")])
def test_company_has_its_printed_stars_if_pooled(reading, z, stars):
    """Table 25: 4.6 per cent of about 392 stayers and 10.4 per cent of about 231 movers, -5.8 with three stars."""
    study = load_study(ROOT, "movers", {"motivation_test": reading})
    said = np.repeat(["peoples_company", "other", "peoples_company", "other"], [18, STAYERS - 18, 24, MOVERS - 24])
    frame = pd.DataFrame({"reason_2": said, "mover": np.repeat([0, 1], [STAYERS, MOVERS])})
    frame["person"] = frame.index
    cells, _ = table_cells(frame, study, "table_25")
    cell = cells.set_index(["row", "column"]).loc[("peoples_company", "difference")]
    assert round(100 * cell["value"], 1) == -5.8
    assert abs(cell["value"]) / cell["std_error"] == pytest.approx(z, abs=0.0006) and cell["stars"] == stars


def test_table_28_has_numbers_where_there_are_answers():
    """Answers drawn at random in the rows of many families; the people of the model are counted here."""
    rng, study, panels = np.random.default_rng(4), load_study(ROOT, "movers"), many_families(200)
    for name in ANSWERS:
        panels["history"][name] = rng.integers(1, 9, len(panels["history"]))
    frames = make_frames(Inputs(panels, study, study.chosen(), LossTable(), ["persons", "persons_higher"]))
    models = {name: model for name, model in study.models.items() if model.table == "table_28"}
    study = replace(study, models=models, tables={"table_28": study.tables["table_28"]})
    fits, _ = fit_models(frames, study)
    cells = estimate_table(fits, study, "table_28").set_index(["row", "statistic"])
    effects = cells.xs("marginal_effect", level="statistic")
    assert len(effects) == 5 and effects[["value", "std_error"]].notna().all(axis=None)
    person = ["male", "age", "white", "born_abroad", "married", "has_children", "children", "degree", "owner"]
    answers = ["reason_1", "reason_2", "aspect_1", "aspect_2"]
    complete = frames["persons_higher"].dropna(subset=["higher", "distance", "region", "parents", *person, *answers])
    assert cells.loc[("observations", "observations"), "value"] == len(complete) > 400
    assert cells.loc[("motivation_variables", "text"), "note"] == "YES"
