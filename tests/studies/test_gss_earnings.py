"""The example of earnings of persons: against the file in plain pandas and numpy."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mobility.cells.estimates import fit_models
from mobility.intake.losses import LossTable
from mobility.panel.table_source import read_table
from mobility.settings import load_study
from mobility.studies import make_frames
from mobility.studies.inputs import Inputs
from paths import ROOT

STUDY = load_study(ROOT, "gss_earnings")
FILE = STUDY.folder / "data" / "gss_wages.csv.gz"
REFERENCE = ROOT.parent.parent / "shared" / "data" / "lmi" / "gss_wages.csv.gz"


@pytest.fixture(scope="module")
def raw():
    """Persons of the file with earnings, age, occupation and education who are at work."""
    file = pd.read_csv(FILE)
    known = file.dropna(subset=["realrinc", "age", "occ10", "educcat"])
    known = known[known["wrkstat"].isin(["Full-Time", "Part-Time"])]
    return known.assign(log_pay=np.log(known["realrinc"]))


@pytest.fixture(scope="module")
def frames():
    losses = LossTable()
    return make_frames(Inputs.of(read_table(STUDY.folder, ROOT).panel, STUDY, STUDY.readings, losses))


@pytest.fixture(scope="module")
def fits(frames):
    """Fits of some models: those of all and of full-time persons with occupations are like that of part-time ones."""
    names = ("earnings__persons", "earnings__groups", "part_time")
    fitted = fit_models(frames, replace(STUDY, models={name: STUDY.models[name] for name in names}), [])[0]
    return {name: model.fits["ols"] for name, model in fitted.items()}


def by_hand(own, *factors):
    """Coefficients and HC1 errors of age, age squared and male, and R squared: normal equations of a dense matrix."""
    levels = [pd.get_dummies(own[name].astype(str), dtype=float).iloc[:, 1:] for name in factors]
    numbers = pd.DataFrame({"age": own["age"], "square": own["age"] ** 2, "male": own["gender"] == "Male", "one": 1.0})
    X = np.hstack([numbers.to_numpy("float64"), *(level.to_numpy() for level in levels)])
    y, scale = own["log_pay"].to_numpy(), np.linalg.norm(X, axis=0)
    X /= scale
    bread = np.linalg.inv(X.T @ X)
    b = bread @ (X.T @ y)
    u = y - X @ b
    scores = (X * u[:, None]) @ bread[:, :3]
    errors = np.sqrt(np.square(scores).sum(axis=0) * len(y) / (len(y) - X.shape[1]))
    return b[:3] / scale[:3], errors / scale[:3], 1 - u @ u / np.square(y - y.mean()).sum()


@pytest.mark.skipif(not REFERENCE.is_file(), reason="the reference folder is not here")
def test_the_file_is_a_copy():
    ours, theirs = (pd.read_csv(path, dtype=str, keep_default_na=False) for path in (FILE, REFERENCE))
    pd.testing.assert_frame_equal(ours.drop(columns="row"), theirs[list(ours.columns.drop("row"))])


def test_persons_are_those_of_the_file(raw, frames):
    own = frames["persons"]
    assert len(own) == len(raw) == 32_265 and own["occupation"].nunique() == raw["occ10"].nunique() == 523
    assert own["log_pay"].sum() == pytest.approx(raw["log_pay"].sum(), rel=1e-12)
    assert own["male"].sum() == (raw["gender"] == "Male").sum()


@pytest.mark.parametrize(
    ("model", "statuses", "factors"),
    [
        ("earnings__persons", ["Full-Time", "Part-Time"], ["wrkstat", "educcat", "year"]),
        ("part_time", ["Part-Time"], ["educcat", "year", "occ10"]),
    ],
)
def test_earnings_functions_are_those_of_a_dense_matrix(raw, fits, model, statuses, factors):
    params, errors, r_squared = by_hand(raw[raw["wrkstat"].isin(statuses)], *factors)
    found = fits[model]
    places = [found.names.index(name) for name in ("age_1", "age_squared", "male")]
    np.testing.assert_allclose(found.params[places], params, rtol=1e-7)
    np.testing.assert_allclose(found.std_errors[places], errors, rtol=1e-6)
    assert found.r_squared == pytest.approx(r_squared, abs=1e-10)


def test_groups_of_occupations_explain_more(fits):
    """0.39 without occupations was measured before there was this code."""
    found = [fits[name].r_squared for name in ("earnings__persons", "earnings__groups")]
    assert found[0] == pytest.approx(0.39, abs=0.005) and found[1] > found[0] + 0.02


def test_ratios_by_age_are_those_of_polyfit(raw, frames):
    ages = frames["ages"].set_index(["place", "line"])["value"]
    women = raw[raw["gender"] == "Female"]
    means = women.groupby("age")["realrinc"].mean()
    curve = np.polyfit(means.index, means, 2)
    for age in (20, 45, 65):
        expected = np.polyval(curve, age) / women["realrinc"].mean()
        assert ages["all.women.all.all", f"age_{age}"] == pytest.approx(expected, rel=1e-8)
    assert frames["ages"]["place"].nunique() == 12 * 3 * 3 * 4


def test_groups_by_the_number_of_cuts_are_all_groups(frames):
    found = frames["curves"].pivot(index="place", columns="line", values="value")
    assert found["groups"].tolist() == [1, 11 + 2 + 2 + 3, 93, 188, 132] and found["groups"].sum() == 432
    assert (found["with_curve"] <= found["groups"]).all()


def test_the_printed_conversion_lies_below_the_mean(frames):
    levels = frames["levels"].set_index(["place", "line"])["value"]
    for status in ("full_time", "part_time"):
        assert levels["exp", status] < -0.1 < levels["smearing", status] < 0.1
