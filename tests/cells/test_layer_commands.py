"""The commands of layer models on the page: R's are run on the exported table and give the fit of the page."""

import subprocess

import numpy as np
import pandas as pd
import pytest

from mobility.cells.estimates import fit_models
from mobility.cells.export import commands_table, export_sample
from mobility.intake.losses import LossTable
from mobility.models.layer_commands import stata_layer_command
from mobility.panel.table_source import read_table
from mobility.settings import load_study
from mobility.settings.models import Association
from mobility.studies import make_frames
from mobility.studies.inputs import Inputs
from paths import ROOT
from r_commands import needs_gnm

STUDY = load_study(ROOT, "mobility_tables")
CHECKED = ("erikson_7", "erikson_7_symmetric", "erikson_7_levels", "erikson_7_off", "yaish", "yamaguchi_off")
TWO_WAY = ("hauser_crossings_diagonal", "hauser_rows", "hauser_uniform_diagonal", "glass_symmetric")


@pytest.fixture(scope="module")
def frames():
    return make_frames(Inputs.of(read_table(STUDY.folder, ROOT).panel, STUDY, STUDY.chosen(), LossTable()))


@pytest.fixture(scope="module")
def fitted(frames):
    return fit_models(frames, STUDY)[0]


@needs_gnm
def test_r_gives_what_the_page_has(frames, fitted, tmp_path):
    table = commands_table(fitted, STUDY)
    table = table[table["model"].isin((*CHECKED, *TWO_WAY))]
    assert len(table) == 21
    for sample in sorted({STUDY.models[name].sample for name in table["model"]}):
        export_sample(frames, STUDY, sample, tmp_path, "csv")
    lines = []
    for number, command in enumerate(table["r"]):
        lines += [command, f'write.csv(c(deviance(m), df.residual(m)), "fit{number}.csv")']
        lines += [f'write.csv(as.data.frame({command.splitlines()[-1]}[]), "layers{number}.csv")'] * ("Mult" in command)
    (tmp_path / "all.R").write_text("\n".join(lines).replace("[]", "$qvframe"))
    done = subprocess.run(["Rscript", "all.R"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for number, row in enumerate(table.itertuples()):
        found = fitted[row.model].fits[row.estimator].table
        deviance, df = pd.read_csv(tmp_path / f"fit{number}.csv")["x"]
        assert found.deviance == pytest.approx(deviance, rel=1e-7, abs=1e-7), row.model
        assert found.df == df, row.model
        if "Mult" in row.r:
            theirs = pd.read_csv(tmp_path / f"layers{number}.csv")
            assert found.log_beta == pytest.approx(theirs["estimate"].to_numpy(), abs=1e-6), row.model
            assert np.sqrt(np.diag(found.log_covariance)) == pytest.approx(theirs["SE"].to_numpy(), abs=1e-6), row.model


def test_exported_rows_are_the_people_of_the_model(frames, tmp_path):
    table = pd.read_csv(export_sample(frames, STUDY, "yaish", tmp_path, "csv"), dtype="str")
    assert len(table) == 3376
    assert list(table[["origin", "destination", "layer", "people"]].iloc[0]) == ["1", "1", "1", "1"]
    stata = pd.read_stata(export_sample(frames, STUDY, "yaish", tmp_path, "dta"))
    assert list(stata["destination"].cat.categories) == ["1", "2", "3", "4", "5", "6"]


def association(**more):
    classes = ("a", "b", "c")
    return Association("o", "d", classes, classes, **{"layer": "year", **more})


def test_stata_adds_up_the_table_and_fits_it():
    assert stata_layer_command(association(), "unidiff", "people", ("s", "in_unidiff_m"), "year", False) == (
        "use s, clear\n"
        "keep if in_unidiff_m\n"
        "collapse (sum) people, by(o d year)\n"
        "fillin o d year\n"
        "replace people = 0 if _fillin\n"
        "unidiff people, row(o) column(d) layer(year) effect(mult) pattern(fi)"
    )
    weighted = stata_layer_command(association(), "common", "people", ("s", "u"), "year", True)
    assert "replace people = people * weight" in weighted
    assert "poisson people i.year#i.o i.year#i.d i.o#i.d" in weighted
    assert "pattern(qs)" in stata_layer_command(
        association(pattern=("symmetric",)), "unidiff", "people", ("s", "u"), "year", False
    )


@pytest.mark.parametrize(
    ("spec", "effect"),
    [
        (association(), "separate"),
        (association(pattern=("rows",)), "unidiff"),
        (association(excluded=(("a", "a"),)), "unidiff"),
        (association(pattern=("symmetric",)), "common"),
    ],
)
def test_stata_has_no_command_for_every_pattern(spec, effect):
    assert stata_layer_command(spec, effect, "people", ("s", "u"), "year", False) == ""
