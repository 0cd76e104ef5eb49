"""Invented deliveries of pay, hours and jobs: sizes of the report, layouts that are read, one planted market."""

import shutil

import numpy as np
import pandas as pd
import pytest

from mobility.errors import DeliveryError
from mobility.intake.losses import LossTable
from mobility.intake.reader import Request
from mobility.lmi.delivered import ashe_employees, lfs_pay, lfs_workers, occupation_means
from mobility.lmi.dimensions import industry_of
from mobility.readers import reader_of
from mobility.storage import read_csv
from mobility.synthetic import simulate
from mobility.synthetic.lmi.employees import draw_employees
from mobility.synthetic.lmi.futures import write_year
from mobility.synthetic.lmi.labour_force import QUARTERS, SIX, draw_people
from mobility.synthetic.lmi.table_c1 import expected_c1
from mobility.synthetic.lmi.truth import of_employees, of_forecast, of_persons, of_workbooks
from mobility.synthetic.lmi.workbooks import moments_of, write_workbook
from mobility.synthetic.lmi.world import draw_world

PERSONS = "person_id interview age sex activity_34 full_part_time soc2010 industry_division qualification_detail"
PAY = "higher_degree weekly_pay hourly_pay hours_total weight income_weight region_20 region_12 last_soc2010 ilo_status"


@pytest.fixture(scope="module")
def world(root):
    return draw_world(root, 7)


@pytest.fixture(scope="module")
def drawn(world):
    return draw_people(world, 1)


@pytest.fixture(scope="module")
def people(drawn):
    return pd.DataFrame(drawn.answers)


@pytest.fixture(scope="module")
def labour_force(root, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pay") / "lfs"
    simulate(folder, root=root, size="small", seed=7, file_format="tab", source="lfs_pay")
    return folder


def test_full_size_is_that_of_the_report(people):
    """C.7.2: 266,974 persons, 63,640 full-time and 21,260 part-time employees."""
    asked = people[people["interview"].isin([1, 5])]
    assert asked["person_id"].nunique() == 266_974
    paid = asked[asked["weekly_pay"] > 0].drop_duplicates("person_id")
    assert paid["full_part_time"].value_counts().to_dict() == {1: 63_640, 2: 21_260}
    assert set(people["wave"]) == set(QUARTERS)
    # who comes again is a year older, a year later, in the same job
    both = asked[asked.duplicated("person_id", keep=False)].sort_values(["person_id", "wave"])
    first, later = both.iloc[::2].reset_index(), both.iloc[1::2].reset_index()
    assert len(later) > 20_000 and (first["person_id"] == later["person_id"]).all()
    assert (later["age"] == first["age"] + 1).all() and (later["soc2010"] == first["soc2010"]).all()
    assert set(first["interview"]) == {1} and set(later["interview"]) == {5}
    assert (people.loc[people["interview"] == 2, "weekly_pay"] == -9).all()


def _expected(frame, table, status):
    """Expected log of pay under planted coefficients, looked up term by term."""
    own = table[table["status"] == status]
    effect = {term: part.set_index("level")["coefficient"] for term, part in own.groupby("term")}
    plain = {term: float(effect[term].iloc[0]) for term in ("constant", "age", "age2", "male")}
    male = (frame["gender"] == "1").astype(float)
    level = plain["constant"] + plain["age"] * frame["age"] + plain["age2"] * frame["age"] ** 2 + plain["male"] * male
    for term, name, times in (
        *((name, name, 1) for name in ("region", "industry", "occupation", "qualification") if name in frame),
        ("male_occupation", "occupation", male),
        ("industry_t", "industry", frame["t"]),
        ("occupation_t", "occupation", frame["t"]),
    ):
        level = level + frame[name].map(effect[term]) * times
    return level, float(effect["sigma"].iloc[0])


def test_pay_of_the_labour_force_follows_the_planted_coefficients(root, world, people):
    panel = people.assign(person=people["person_id"], year=people["reference_year"])
    losses = LossTable()
    losses.start("work", panel)
    workers = lfs_workers(panel, root, industry_of(root), losses, "work")
    table = of_persons(world)["coefficients"]
    for status, sample in lfs_pay(workers, losses, "work").groupby("status"):
        level, sigma = _expected(sample, table, status)
        error = (np.log(sample["weekly_pay"]) - level).to_numpy()
        assert abs(error.mean()) < 4 * sigma / np.sqrt(len(error))
        np.testing.assert_allclose(error.std(), sigma, rtol=0.03)


def test_table_c1_is_told_as_least_squares_of_expected_pay(world, drawn):
    """Of 4,000 persons: numpy's least squares on dummies, whose residuals the planted interactions leave."""
    persons = {name: values[:4000] for name, values in drawn.full_time.items()}
    found = expected_c1(world, persons, drawn.t[:4000]).set_index("row")["value"]
    armed = np.isin([world.codes.occupation[place] for place in persons["occupation"]], ["1171", "3311"])
    own = pd.DataFrame(persons)[~armed]
    full = world.equations[0]
    y = full.level({name: own[name].to_numpy() for name in own}, drawn.t[:4000][~armed])
    y = y + full.qualification[own["qualification"]]
    joined = pd.Series(world.codes.joined)[own["industry"]].to_numpy()
    factors = pd.DataFrame({"r": own["region"] + 1, "q": own["qualification"].map(dict(enumerate(SIX))), "i": joined})
    factors["o"] = np.array(world.codes.occupation)[own["occupation"]]
    dummies = pd.get_dummies(factors.astype(str), prefix_sep="", dtype=float).drop(columns=["r1", "q1", "i1", "o1115"])
    numbers = {"constant": 1.0, "age_1": own["age"], "age_squared": own["age"] ** 2, "female": 1 - own["male"]}
    X = pd.concat([dummies.set_index(own.index), own[[]].assign(**numbers)], axis=1)
    expected = pd.Series(np.linalg.lstsq(X.to_numpy(float), y, rcond=None)[0], X.columns)
    assert set(found.index) == set(expected.index)
    np.testing.assert_allclose(found[expected.index], expected, rtol=1e-6, atol=1e-8)
    assert found["age_1"] == pytest.approx(0.06, abs=0.003)


def test_pay_of_the_secure_file_follows_its_own_coefficients_without_qualification(root, world):
    panel = draw_employees(world, 4)
    words = {"sex": {1: "male", 2: "female"}, "full_time": {1: "full_time", 2: "part_time"}}
    panel = panel.assign(
        **{name: panel[name].map(of) for name, of in words.items()}, region=panel["region"].astype(str)
    )
    losses = LossTable()
    losses.start("jobs", panel)
    jobs = ashe_employees(panel, root, industry_of(root), losses, "jobs")
    assert not panel.duplicated(["person", "wave"]).any() and "12" not in set(jobs["region"])
    assert abs(panel["wave"].value_counts(normalize=True).loc[2013] - 0.5) < 0.01
    table = of_employees(world)["coefficients"]
    assert "qualification" not in set(table["term"])
    for status, sample in jobs.groupby("status"):
        level, sigma = _expected(sample, table, status)
        error = (np.log(sample["weekly_pay"]) - level).to_numpy()
        assert abs(error.mean()) < 4 * sigma / np.sqrt(len(error))
        np.testing.assert_allclose(error.std(), sigma, rtol=0.03)


def test_planted_effects_are_those_that_table_c1_prints(world):
    table = of_persons(world)["coefficients"]
    full = table[table["status"] == "1"].set_index(["term", "level"])["coefficient"]
    assert full["age", ""] == 0.06 and round(full["age2", ""], 3) == -0.001 and full["male", ""] == 0.10
    assert full["region", "4"] == -0.20 and full["region", "1"] == 0
    assert full["industry", "2"] == 0.62 and full["occupation", "9279"] == -1.30
    # no qualification against a degree; a man with a degree in London has the printed constant
    np.testing.assert_allclose(full["qualification", "9"] - full["qualification", "3"], -0.33)
    np.testing.assert_allclose(full["constant", ""] + full["male", ""] + full["qualification", "3"], 5.86)


def test_the_small_labour_force_is_read_in_its_layout(root, labour_force):
    names = tuple(f"{PERSONS} {PAY}".split())
    request = Request(root, "lfs", "lfs.persons", (str(labour_force),), QUARTERS, names, rows="persons")
    read = reader_of(root, "lfs").read(request)
    assert read.provenance["synthetic"] and read.provenance["access"] == "safeguarded"
    losses = LossTable()
    losses.start("work", read.panel)
    workers = lfs_workers(read.panel, root, industry_of(root), losses, "work")
    sample = lfs_pay(workers, losses, "work")
    assert sample["status"].value_counts().to_dict() == {"1": 3_182, "2": 1_063}
    assert (labour_force / "truth/careers_lmi_coefficients.csv").is_file()


def test_a_quarter_under_the_name_of_another_is_refused(root, labour_force, tmp_path):
    shutil.copy(next(labour_force.rglob("lfsp_aj14_*.tab")), tmp_path / "lfsp_od14_eul_pwt18.tab")
    names = ("person_id", "weekly_pay")
    request = Request(root, "lfs", "lfs.persons", (str(tmp_path),), ("2014Q4",), names, rows="persons")
    with pytest.raises(DeliveryError, match="reference_month"):
        reader_of(root, "lfs").read(request)


def test_the_workbook_of_regions_prints_the_planted_means(root, world, tmp_path):
    write_workbook(world, tmp_path, "15.1a", True, moments_of(world, "1"))
    request = Request(root, "ashe", "ashe", (str(tmp_path),), ("2015",), ("table_15_1",))
    panel = reader_of(root, "ashe").read(request).panel
    assert (
        panel.groupby("region", observed=True).size().loc[["all", "1", "9", "12"]].tolist() == [9 * 494] * 2 + [9] * 2
    )
    printed = occupation_means(panel, 2015, "1")
    truth = of_workbooks(world)["pay"]
    both = printed.merge(truth, on=["occupation", "region", "gender", "status"], suffixes=("", "_planted"))
    shown = both[both["mean"].notna()]
    assert len(shown) > 300
    np.testing.assert_allclose(shown["mean"], shown["mean_pay"], atol=0.051)
    known = both[both["jobs"].notna()]
    np.testing.assert_allclose(known["jobs"], known["jobs_planted"], atol=501)
    # what is not printed is small, and its marks say how small
    assert both.loc[both["mean_mark"] == "..", "jobs_planted"].max() < 300
    assert both.loc[both["mean_mark"] == "x", "jobs_planted"].min() >= 300


def test_pay_without_overtime_lacks_the_planted_part(root, world, tmp_path):
    """Full-time process operatives (81): 10 per cent in 2014, 11 in 2015, which the mean change shows too."""
    names = ("table_14_1", "table_14_2")
    for name in ("14.1a", "14.2a"):
        write_workbook(world, tmp_path, name, True, moments_of(world, name[3]))
    panel = reader_of(root, "ashe").read(Request(root, "ashe", "ashe", (str(tmp_path),), ("2015",), names)).panel
    own = panel[(panel["status"] == "1") & (panel["gender"] == "all")].astype({"occupation": "str", "measure": "str"})
    own = own[own["occupation"] == "81"].set_index("measure")
    assert own.loc["2", "mean"] / own.loc["1", "mean"] == pytest.approx(0.89, abs=5e-4)
    gross, without = (1 + own.loc[measure, "mean_change"] / 100 for measure in ("1", "2"))
    assert without / gross == pytest.approx(0.89 / 0.90, abs=2e-3)


def test_jobs_of_the_futures_are_those_of_the_market(root, world, tmp_path):
    write_year(world, 2015, tmp_path)
    jobs = read_csv(tmp_path / "working_futures_employment_2015.csv")
    truth = of_forecast(world)["employment"]
    truth["sub_major"] = truth["occupation"].str[:2]
    planted = truth.groupby(["sub_major", "gender", "status"])["jobs"].sum()
    found = jobs.astype({"occupation": str, "gender": str, "status": str}).groupby(["occupation", "gender", "status"])
    np.testing.assert_allclose(found["weight"].sum(), planted, rtol=1e-4)
    assert jobs["industry"].nunique() == 79 and jobs["geography"].nunique() == 12 and (jobs["weight"] >= 0).all()
