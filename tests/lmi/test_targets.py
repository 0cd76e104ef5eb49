"""Targets of pay and hours by hand (C.8.3), and cells raked to them."""

import numpy as np
import pytest

from mobility.errors import DataError
from mobility.lmi.hours import hours_of_cells
from mobility.lmi.raked import per_job, rake_bills
from mobility.lmi.targets import Means, common_bills, scaled_bills
from small_dimensions import SMALL

REGIONS = np.array([600.0, 450, 400])
TYPES = np.array([[700.0, 250], [550, 200]])


def _means(k, seed, whole=500.0):
    rng = np.random.default_rng(seed)
    parts = rng.uniform(200, 800, (k, 3, 2, 2))
    return Means(parts, rng.uniform(300, 700, k), REGIONS, TYPES, rng.uniform(200, 700, (3, 2, 2)), whole)


def test_a_gap_is_filled_by_the_regional_and_the_gender_status_differential():
    means = _means(2, 1)
    means.parts[1, 2, 0, 1] = np.nan
    filled = means.filled()
    assert filled[1, 2, 0, 1] == pytest.approx(means.by_part[1] * (400 / 500) * (250 / 500))
    assert filled[0, 2, 0, 1] == means.parts[0, 2, 0, 1]


def test_a_part_without_any_number_and_a_cell_without_jobs_have_no_bill():
    means = _means(2, 1)
    means.parts[1] = np.nan
    means.by_part[1] = np.nan
    jobs = np.ones((2, 3, 2, 2))
    jobs[0, 0] = 0
    bills = scaled_bills(means, jobs, np.ones((3, 2, 2)))
    assert (bills.values[1] == 0).all()
    assert (bills.values[0, 0] == 0).all()


def test_every_set_is_scaled_to_the_country_and_to_its_regions():
    means, jobs = _means(4, 2), np.random.default_rng(5).uniform(50, 100, (4, 3, 2, 2))
    common = common_bills(means, jobs.sum(axis=0))
    assert common.sum() == pytest.approx(500 * jobs.sum())
    # Regions in the proportions of their own bills.
    own = REGIONS * jobs.sum(axis=(0, 2, 3))
    np.testing.assert_allclose(common.sum(axis=(1, 2)) / common.sum(), own / own.sum())
    bills = scaled_bills(means, jobs, common)
    assert bills.first == pytest.approx(common.sum() / (means.parts * jobs).sum())
    np.testing.assert_allclose(bills.values.sum(axis=0), common)
    np.testing.assert_allclose(bills.ratios * bills.regions, 1)
    assert np.abs(np.log(bills.types)).max() > 0


@pytest.fixture(scope="module")
def made():
    rng = np.random.default_rng(7)
    jobs = rng.uniform(0, 100, (4, 3, 3, 2, 2, 3)) * (rng.random((4, 3, 3, 2, 2, 3)) > 0.2)
    sets = {"industry": (1, 3), "occupation": (0, 4), "qualification": (5, 3)}
    common = common_bills(_means(1, 1), jobs.sum(axis=(0, 1, 5)))
    bills = {}
    for seed, (name, (axis, k)) in enumerate(sets.items()):
        own = jobs.sum(axis=tuple(at for at in (0, 1, 5) if at != axis))
        bills[name] = scaled_bills(_means(k, seed), np.moveaxis(own, -1, 0) if axis == 5 else own, common).values
    return jobs, bills


def test_raked_bills_have_every_target_and_keep_their_zeros(made):
    jobs, bills = made
    pay = np.random.default_rng(9).uniform(300, 700, jobs.shape)
    raked = rake_bills(pay * jobs, bills, SMALL, "pay")
    np.testing.assert_allclose(raked.values.sum(axis=(0, 5)), bills["industry"], rtol=1e-9)
    np.testing.assert_allclose(raked.values.sum(axis=(1, 5)), bills["occupation"], rtol=1e-9)
    np.testing.assert_allclose(np.moveaxis(raked.values.sum(axis=(0, 1)), -1, 0), bills["qualification"], rtol=1e-9)
    assert (raked.values[jobs == 0] == 0).all()
    assert next(iter(raked.factors)).startswith("pay by industry")
    mean = per_job(raked.values, jobs)
    assert np.isnan(mean[jobs == 0]).all()
    np.testing.assert_allclose((np.nan_to_num(mean) * jobs).sum(), raked.values.sum())


def test_sets_that_contradict_each_other_are_refused_with_both_totals_and_the_cell(made):
    jobs, bills = made
    wrong = {**bills, "occupation": bills["occupation"] * 1.01}
    with pytest.raises(DataError, match=r"pay by industry, .*contradict each other in 12 of 12 sums by region"):
        rake_bills(jobs, wrong, SMALL, "pay")


def test_hours_are_the_occupation_s_times_three_differentials():
    occupations, industries = _means(4, 3, whole=35.0), _means(3, 4, whole=36.0)
    found = hours_of_cells(occupations, industries)
    by_hand = occupations.by_part[2] * (industries.by_part[1] / 36) * (TYPES[1, 0] / 35) * (REGIONS[2] / 35)
    assert found[2, 1, 2, 1, 0] == pytest.approx(by_hand)
    assert found.shape == (4, 3, 3, 2, 2)
