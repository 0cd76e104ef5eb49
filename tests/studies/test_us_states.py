"""The example of jobs and pay in the United States: against the files in plain pandas, and figures measured before."""

import numpy as np
import pandas as pd
import pytest

from mobility.intake.losses import LossTable
from mobility.panel.table_source import read_table
from mobility.settings import load_study
from mobility.studies import make_frames
from mobility.studies.inputs import Inputs
from mobility.studies.us_states import OUTSIDE, _bills, _cube, _jobs
from paths import ROOT

STUDY = load_study(ROOT, "us_states")
DATA = STUDY.folder / "data"
REFERENCE = ROOT.parent.parent / "shared" / "data" / "lmi"
FILES = {
    "oews2025_state_occupation.csv.gz": ("oews2025_state_occupation.parquet", ["area", "occ"]),
    "oews2025_industry_occupation.csv.gz": ("oews2025_national_industry_occupation.parquet", ["ind", "occ"]),
}


def _shipped(name):
    return pd.read_csv(DATA / name, dtype={"area": "str", "ind": "str", "occ": "str"})


@pytest.fixture(scope="module")
def inputs():
    panels = {name: read_table(STUDY.folder, ROOT, f"mapping_{name}.yaml").panel for name in STUDY.about.sources}
    return Inputs.of(panels, STUDY, STUDY.readings, LossTable())


@pytest.fixture(scope="module")
def numbers(inputs):
    return {name: frame.set_index(["place", "line"]) for name, frame in make_frames(inputs).items()}


@pytest.fixture(scope="module")
def states():
    return _shipped("oews2025_state_occupation.csv.gz")


@pytest.fixture(scope="module")
def country():
    own = _shipped("oews2025_industry_occupation.csv.gz")
    return own[own["ind"] == "000000"].set_index("occ")


@pytest.mark.parametrize("name", FILES)
@pytest.mark.skipif(not REFERENCE.is_dir(), reason="the reference folder is not here")
def test_the_files_are_copies(name):
    original, keys = FILES[name]
    ours, theirs = _shipped(name).set_index(keys), pd.read_parquet(REFERENCE / original).set_index(keys)
    assert ours.index.is_unique
    columns = [column for column in ours if column in theirs]
    pd.testing.assert_frame_equal(ours[columns], theirs.loc[ours.index, columns])


def test_raked_jobs_have_the_printed_sums(inputs, states, country):
    """Occupations in the country to 1e-9; groups by state but for rounding: occupations add to a little less."""
    found = _jobs(inputs, "states")
    names = found.axes.labels["part"]
    np.testing.assert_allclose(found.values.sum(axis=(0, 1)), country.loc[list(names), "employment"], rtol=1e-9)
    printed = states.set_index(["area", "occ"])["employment"]
    for place, state in list(enumerate(found.axes.labels["place"]))[::10]:
        for at, group in enumerate(found.axes.labels["group"]):
            assert found.values[place, at].sum() == pytest.approx(printed[state, group], rel=5e-3)


def test_raked_bills_are_the_printed_bills_of_occupations(inputs, country):
    found = _bills(inputs)
    own = country.loc[list(found.axes.labels["part"])]
    bills = (own["employment"] * own["annual_mean"]).fillna(0)
    np.testing.assert_allclose(found.values.sum(axis=(0, 1)), bills, rtol=1e-9)


def test_the_cube_has_both_tables_as_sums(inputs):
    cube = _cube(inputs).values
    for axis, panel in ((1, "states"), (0, "industries")):
        np.testing.assert_allclose(cube.sum(axis=axis), _jobs(inputs, panel).values.sum(axis=1), rtol=1e-8, atol=1e-6)


def test_pay_by_state_is_printed_where_there_is_print(numbers, states):
    printed = states.set_index(["area", "occ"])["annual_mean"]
    own = numbers["pay_by_state"]
    assert own.loc[("0600000", "291141"), "value"] == printed["0600000", "291141"]
    inside = states[~states["area"].isin(OUTSIDE) & ~states["occ"].str.endswith("0000")]
    assert (own["note"] == "").sum() == inside["annual_mean"].notna().sum()
    assert (own["note"] == "filled and raked: not printed").sum() + (own["note"] == "").sum() == len(own)


def test_the_rule_of_jobs_hides_pay_whose_published_error_is_small(numbers):
    """Median relative errors measured before: 14.6 and 3.2, 7.4 and 1.9, 3.7 and 1.1 per cent."""
    own = numbers["reliability"]["value"]
    found = [100 * own[name, of] for name in ("none", "noted", "told") for of in ("jobs", "pay")]
    assert found == pytest.approx([14.6, 3.2, 7.4, 1.9, 3.7, 1.1], abs=0.11)


def test_the_rule_of_jobs_hides_precise_pay(numbers, states):
    """Counted from the file: detailed occupations with fewer than 1,000 jobs whose pay is within five per cent."""
    own = states[~states["occ"].str.endswith("0000")]
    hidden = (own["employment"] < 1000) & (own["wage_rse"] <= 5)
    found = numbers["reliability"]["value"]
    assert found["jobs.none", "error.told"] == hidden.sum() > 10_000
    assert found["jobs.all", "error.all"] == own["employment"].notna().sum()


def test_the_log_normal_rule_errs_as_was_measured(numbers):
    """Mean absolute errors measured before: 29.5, 15.7, 7.2, 12.1 per cent."""
    own = numbers["rule"]["value"]
    found = [100 * own[name, "mean.mean"] for name in ("p10", "p25", "p75", "p90")]
    assert found == pytest.approx([29.5, 15.7, 7.2, 12.1], abs=0.15)


def test_hidden_pay_is_filled_as_by_hand(numbers, states, country):
    """The fill of C.8.3 over every printed cell, which a fifth of them stands for."""
    own = states[~states["area"].isin(OUTSIDE)]
    whole = own[own["occ"] == "000000"].set_index("area")["annual_mean"]
    detail = own[~own["occ"].str.endswith("0000")]
    made = detail["occ"].map(country["annual_mean"]) * detail["area"].map(whole) / country.at["000000", "annual_mean"]
    errors = (made / detail["annual_mean"] - 1).abs()
    found = numbers["filling"]["value"]
    assert found["pay.c_8_3", "median"] == pytest.approx(errors.median(), abs=0.003)
    assert found["pay.c_8_3", "mean"] == pytest.approx(errors.mean(), abs=0.005)
    assert found["pay.group.raked", "median"] < found["pay.group", "median"] < found["pay.c_8_3", "median"]


def test_the_longest_lists_are_those_of_the_file(country):
    detail = country[~country.index.str.endswith("0000")]
    for group, column in (("largest", "employment"), ("best_paid", "annual_mean")):
        first = detail[column].sort_values(ascending=False).index[:25]
        assert [row["code"] for row in STUDY.groups(group)] == list(first)
