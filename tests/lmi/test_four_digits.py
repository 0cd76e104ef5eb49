"""Jobs of four-digit occupations from published two-digit ones: by hand, and every published total kept."""

import numpy as np
import pytest

from mobility.lmi.four_digits import CUBE, PRIOR, Patterns, jobs_of_group, shares_in_group
from small_dimensions import SMALL

SECTORS = np.array([0, 0, 1])
LABELS = {"occupation": ("1115", "1116"), **{name: SMALL[name].codes for name in CUBE}}


@pytest.fixture(scope="module")
def patterns():
    rng = np.random.default_rng(2)
    region = rng.uniform(0, 50, (4, 3)) * 100
    region[1, 2] = 0
    return Patterns(region.sum(axis=1), region, rng.uniform(0, 9, (4, 2, 3)), rng.uniform(0, 9, (4, 2)), 100.0)


def test_shares_of_the_country_are_the_same_in_every_cell(patterns):
    found = shares_in_group(patterns, np.array([0, 1]), SECTORS, varied=False)
    np.testing.assert_allclose(found[0], patterns.whole[0] / patterns.whole[:2].sum())


def test_shares_by_region_are_drawn_to_the_country_where_few_were_asked():
    number = np.array([[60.0, 0], [20, 20]])
    flat = np.ones((2, 1, 1))
    own = Patterns(number.sum(axis=1), number, flat * [[[6.0]], [[4.0]]], np.array([[6.0], [4]]), 1.0)
    found = shares_in_group(own, np.array([0, 1]), np.array([0]), varied=True)
    # UK 0.6; region 2 has nobody of 20 in the first: (0 + 10 x 0.6) / 30 = 0.2; type and sector are as the UK.
    second = np.array([PRIOR * 0.6, 20 + PRIOR * 0.4]) / 30
    np.testing.assert_allclose(found[:, 0, 1, 0, 0], second / second.sum())
    np.testing.assert_allclose(found.sum(axis=0), 1)


@pytest.mark.parametrize("varied", [True, False])
def test_published_totals_and_the_pattern_of_the_country_are_kept(patterns, varied):
    members = np.array([0, 1])
    cube = np.random.default_rng(4).uniform(0, 9, (3, 3, 2, 3, 3))
    cube[0, 0] = 0
    shares = shares_in_group(patterns, members, SECTORS, varied)
    pattern = patterns.whole[members] / patterns.whole[members].sum()
    jobs = jobs_of_group(cube, shares, pattern, LABELS)
    np.testing.assert_allclose(jobs.sum(axis=0), cube, rtol=1e-9)
    np.testing.assert_allclose(jobs.sum(axis=(1, 2, 3, 4, 5)), pattern * cube.sum(), rtol=1e-9)
    assert (jobs[:, 0, 0] == 0).all()


def test_persons_asked_are_told_in_bands_of_ten_whose_edges_those_of_sums_share():
    """Of a mean weight of 2: bands of 20, as the middle of which 0.1 and 19.9 are told alike."""
    own = Patterns(np.array([45.0]), np.array([[0, 0.1, 19.9, 20, 5]]), np.array([[[45.0]]]), np.array([[45.0]]), 2.0)
    told = own.in_bands(10)
    assert told.region.tolist() == [[0, 10, 10, 30, 10]]
    assert told.whole.tolist() == [50] and told.person == 2
    assert own.in_bands(20).region.tolist() == [[0, 20, 20, 20, 20]]
