"""Sums made ahead against sums of the cells, and against hand calculation."""

import numpy as np
import pytest

from mobility.releases.cubes import MEAN, OTHERS, SUM, TOGETHER, Source, open_array, taken, with_totals, write_cubes

SHAPE = (3, 2, 3, 2, 3, 4)
GROUPS = ["21", "11", "21"]


@pytest.fixture
def cells():
    random = np.random.default_rng(1)
    jobs = random.integers(1, 50, SHAPE).astype("float32")
    pay = random.integers(100, 900, SHAPE).astype("float32")
    pay[:, :, :, :, 2] = np.nan
    return jobs, pay


def test_totals_of_a_table_by_hand():
    found = with_totals(np.array([[1.0, 2.0], [3.0, 4.0]]), (0, 1))
    assert found.tolist() == [[1, 2, 3], [3, 4, 7], [4, 6, 10]]


def test_a_sum_of_every_dimension_and_group(cells, tmp_path):
    jobs, _ = cells
    source = Source(SUM, (2014, 2015), {2014: jobs, 2015: 2 * jobs}, {})
    assert list(write_cubes(source, GROUPS, tmp_path, "employment"))[-1] == (3, 3)
    for number, dimensions in enumerate(TOGETHER):
        cube = open_array(tmp_path / f"employment.{number}.npy")
        left_out = tuple(1 + OTHERS.index(name) for name in OTHERS if name not in dimensions)
        own = jobs.sum(axis=left_out)
        assert np.array_equal(cube[:3, :-1, :-1, :-1, :-1, 0, 0], own)
        assert cube[3, -1, -1, -1, -1, 1, 0] == 2 * jobs[1].sum(), "the group 11 has the second unit alone"
        assert cube[4, -1, -1, -1, -1, 0, 0] == jobs[[0, 2]].sum()
        assert cube[5, -1, -1, -1, -1, 0, 0] == jobs.sum()


def test_a_mean_is_weighted_by_the_jobs_that_have_a_number(cells, tmp_path):
    jobs, pay = cells
    for _ in write_cubes(Source(MEAN, (2015,), {2015: pay}, {2015: jobs}), GROUPS, tmp_path, "pay"):
        pass
    cube = open_array(tmp_path / "pay.0.npy")
    bill, weight = cube[0, 1, 0, -1, -1, 0]
    part, own = pay[0, :, 1, 0, :2], jobs[0, :, 1, 0, :2]
    assert bill == pytest.approx(float((part * own).sum()), rel=1e-6)
    assert weight == own.sum()


def test_several_codes_are_kept_apart():
    array = np.arange(2 * 3 * 4 * 5).reshape(2, 3, 4, 5)
    assert taken(array, 1, (0, 2)).tolist() == array[1, 0, 2].tolist()
    assert taken(array, 0, ([0, 2], [1, 3])).tolist() == array[0, [0, 2]][:, [1, 3]].tolist()
    assert taken(array, 0, (1, [3, 0])).tolist() == array[0, 1][[3, 0]].tolist()
