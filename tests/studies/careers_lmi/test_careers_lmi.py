"""The study from its four invented deliveries to answers: planted truth, published totals, targets. Minutes: long."""

import numpy as np
import pandas as pd
import pytest

from careers_panels import deliveries
from mobility.intake.losses import LossTable, breaks
from mobility.lmi.questions import Question, answer
from mobility.lmi.store import open_measures
from mobility.settings import load_study
from mobility.storage import read_csv
from mobility.studies import hand_on, make_frames
from mobility.studies.careers_lmi.delivered import given_by, published_jobs
from mobility.studies.careers_lmi.jobs import jobs_of, shares_of
from mobility.studies.careers_lmi.pay import by_set, employees_jobs, equations_of, hours_of, pay_of
from mobility.studies.inputs import Inputs
from paths import ROOT

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("careers")


@pytest.fixture(scope="module")
def inputs(folder):
    study = load_study(ROOT, "careers_lmi")
    found = deliveries(study, folder)
    panels, losses = ({name: getattr(own, what) for name, own in found.items()} for what in ("panel", "losses"))
    return Inputs.of(panels, study, study.readings, LossTable.after(losses))


@pytest.fixture(scope="module")
def frames(inputs):
    return make_frames(inputs)


@pytest.fixture(scope="module")
def given(inputs, frames):
    return given_by(inputs)


def test_the_losses_lead_from_the_rows_delivered_to_the_employees(inputs, frames):
    losses = inputs.losses.frame()
    assert breaks(losses) == []
    assert losses[losses["step"] == "employees"]["rows_out"].iloc[-1] == len(frames["employees"])
    assert frames["employees"]["person"].is_unique


def test_jobs_on_the_pages_are_told_as_answers_tell_them(frames):
    """As the middle of their thousand, none below 1,000; what occupations hide cannot be had from their group."""
    own = frames["measures"]
    jobs = own[own["line"].str.startswith("jobs.")]
    assert (jobs["value"].dropna() % 1000 == 500).all() and jobs["value"].min() >= 1500
    assert (jobs["note"] == "").any() and jobs["value"].isna().any()
    for measure, step in (("pay", 10), ("hours", 1)):
        means = own[own["line"].str.startswith(f"{measure}.")]["value"].dropna()
        assert (means % step == 0).all() and len(means) > 1000, measure
    years = frames["jobs"][frames["jobs"]["line"].isin(["2014", "2015", "2024"])]["value"].dropna()
    assert (years % 1000 == 500).all()


def test_persons_behind_curves_are_told_in_tens_and_those_of_equations_as_they_are(given, frames):
    """All less men of two releases were the women who came, few."""
    curves, equations = frames["ages"], frames["equations"]
    assert (curves["n"].dropna() % 10 == 0).all() and curves["n"].max() == len(given.lfs) // 10 * 10
    numbers = equations[equations["line"] == "persons"]
    assert numbers["n"].tolist() == numbers["value"].tolist() and equations["n"].notna().sum() == len(numbers) == 4


def test_planted_coefficients_lie_within_their_errors(given, folder):
    for survey, source in (("lfs", "lfs_pay"), ("ashe", "ashe_persons")):
        truth = read_csv(
            folder / source / "truth/careers_lmi_coefficients.csv", dtype={"level": "str", "status": "str"}
        )
        for status in ("1", "2"):
            own = truth[(truth["status"] == status) & (truth["term"] == "region")].set_index("level")["coefficient"]
            fit = equations_of(given)[survey, status].fit
            found = pd.DataFrame({"b": fit.params, "se": fit.std_errors}, index=fit.names).filter(
                like="region_", axis=0
            )
            found.index = found.index.str.removeprefix("region_")
            z = ((found["b"] - own.reindex(found.index)) / found["se"]).dropna()
            assert len(z) >= 10
            assert np.sqrt((z**2).mean()) < 2


def test_published_jobs_and_the_pattern_of_occupations_are_kept(given):
    shares, dimensions = shares_of(given), given.dimensions
    cube = published_jobs(given, shares.year)
    jobs = jobs_of(given, shares.year).astype("float64")
    own = dimensions["occupation"]
    for place, group in enumerate(own.groups["sub_major"]):
        sums = jobs[list(own.members("sub_major", group))].sum(axis=0)
        np.testing.assert_allclose(sums, cube[place], rtol=1e-5, atol=1e-3)
    weights = given.workers["weight"]
    asked = weights.groupby(given.workers["occupation"].astype("str")).sum().reindex(own.codes).fillna(0)
    band = 10 * weights.mean()  # in which the persons asked are told, as its middle
    workers = ((asked // band + 0.5) * band).where(asked > 0, 0)
    of_group = workers.groupby(list(own.levels["sub_major"])).transform("sum")
    total = pd.Series(jobs.sum(axis=(1, 2, 3, 4, 5)), index=own.codes)
    group_total = total.groupby(list(own.levels["sub_major"])).transform("sum")
    np.testing.assert_allclose(total / group_total, workers / of_group, rtol=1e-4, atol=1e-9)


@pytest.mark.parametrize("make", [pay_of, hours_of])
def test_cells_times_jobs_are_the_targets(given, make):
    raking = make(given)
    jobs = employees_jobs(given, 2015)
    jobs = jobs if raking.mean.ndim == jobs.ndim else jobs.sum(axis=-1)
    bills = np.nan_to_num(raking.mean.astype("float64")) * jobs
    for name, target in raking.targets.items():
        # The means are stored in single precision; the raking itself is held to 1e-9.
        np.testing.assert_allclose(by_set(bills, name), target.values, rtol=1e-5)
    assert raking.raked.gap <= 1e-9
    region = [own.values.sum(axis=(0, 2, 3)) for own in raking.targets.values()]
    np.testing.assert_allclose(region[0], region[1], rtol=1e-12)


def test_pay_comes_near_the_planted_means_of_occupations(given, folder):
    truth = read_csv(folder / "ashe/truth/careers_lmi_pay.csv", dtype={"occupation": "str", "status": "str"})
    truth = truth[truth["status"] == "1"].assign(bill=lambda own: own["jobs"] * own["mean_pay"])
    planted = truth.groupby("occupation")[["bill", "jobs"]].sum()
    jobs = employees_jobs(given, 2015)[..., 0, :]
    pay = np.nan_to_num(pay_of(given).mean[..., 0, :].astype("float64"))
    ours = (pay * jobs).sum(axis=(1, 2, 3, 4)) / np.maximum(jobs.sum(axis=(1, 2, 3, 4)), 1e-9)
    ours = pd.Series(ours, index=given.dimensions["occupation"].codes)
    both = pd.DataFrame({"planted": planted["bill"] / planted["jobs"], "ours": ours[ours > 0]}).dropna()
    assert len(both) > 300
    # Means that are not printed are filled by C.8.3, whose own median error on real print is 9.1 per cent.
    assert np.median(np.abs(both["ours"] / both["planted"] - 1)) < 0.091


def test_what_is_handed_on_answers_questions(inputs, frames, folder):
    hand_on(inputs, folder / "measures")
    measures = open_measures(folder / "measures")
    found = answer(measures, "pay", 2015, Question("sub_major:41", region="6"))
    assert found.verdict in ("noted", "told")
    assert 150 < found.value < 1500
    refused = answer(measures, "pay", 2015, Question("4135", "5", "6", "1", "1", "1"))
    assert refused.value is None and refused.coarser
    ratios = read_csv(folder / "measures/age_ratios.csv")
    assert len(ratios) == 360
    assert {"occupation", "start_year", "end_year", "rate"} == set(read_csv(folder / "measures/replacement.csv"))
