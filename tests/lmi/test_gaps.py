"""Filling and raking of a printed table with gaps, by hand."""

import numpy as np
import pytest

from mobility.lmi.gaps import JOBS, PAY, Book, raked

# Two places, two groups; parts a and b make up the first group, c is the second.
JOB = Book(
    places=("north", "south"),
    names=("a", "b", "c"),
    groups=("first", "second"),
    of=np.array([0, 0, 1]),
    parts=np.array([[30.0, np.nan, 50.0], [60.0, 90.0, 50.0]]),
    by_group=np.array([[60.0, 50.0], [140.0, 50.0]]),
    whole=np.array([80.0, 120.0, 100.0]),
    whole_group=np.array([200.0, 100.0]),
    by_place=np.array([110.0, 190.0]),
    everything=300.0,
)
WAGE = Book(
    **{**vars(JOB), "parts": np.array([[10.0, np.nan, 40.0], [12.0, 22.0, 42.0]])}
    | {"by_group": np.array([[14.0, 40.0], [18.0, 42.0]]), "whole": np.array([11.0, 20.0, 41.0])}
    | {"whole_group": np.array([16.4, 41.0]), "by_place": np.array([25.0, 24.0]), "everything": 24.6}
)


def test_jobs_are_shared_out_as_in_the_whole_or_what_is_left():
    assert JOBS["share"](JOB)[0, 1] == pytest.approx(60 * 120 / 200)
    assert JOBS["remainder"](JOB)[0, 1] == pytest.approx(120 - 90)
    both = Book(**{**vars(JOB), "parts": np.array([[30.0, np.nan, 50.0], [60.0, np.nan, 50.0]])})
    np.testing.assert_allclose(JOBS["remainder"](both)[:, 1], [120 * 60 / 200, 120 * 140 / 200])


def test_more_than_the_whole_leaves_nothing():
    over = Book(**{**vars(JOB), "parts": np.array([[30.0, np.nan, 50.0], [60.0, 130.0, 50.0]])})
    assert JOBS["remainder"](over)[0, 1] == 0


def test_pay_is_that_of_the_whole_times_a_ratio():
    assert PAY["c_8_3"](WAGE)[0, 1] == pytest.approx(20 * 25 / 24.6)
    assert PAY["group"](WAGE)[0, 1] == pytest.approx(20 * 14 / 16.4)


@pytest.mark.parametrize("rule", JOBS)
def test_raked_cells_add_to_the_printed_totals(rule):
    found = raked(JOB.filled(JOBS[rule](JOB)), JOB)
    np.testing.assert_allclose(found.values.sum(axis=2), JOB.by_group, rtol=1e-9)
    np.testing.assert_allclose(found.values.sum(axis=(0, 1)), JOB.whole, rtol=1e-9)
    assert (found.values[:, 1, :2] == 0).all() and (found.values[:, 0, 2] == 0).all()


def test_totals_by_place_are_scaled_to_the_whole():
    """Rounded: the first group adds to 202 by place, to 200 in the whole."""
    book = Book(**{**vars(JOB), "by_group": np.array([[60.6, 50.0], [141.4, 50.0]])})
    found = raked(book.filled(JOBS["share"](book)), book)
    np.testing.assert_allclose(found.values.sum(axis=2)[:, 0], [60, 140], rtol=1e-9)


def test_hidden_cells_are_printed_ones_and_the_same_for_a_seed():
    book, hidden = JOB.hide(0.5, seed=3)
    assert 0 < hidden.sum() < 5 and not hidden[0, 1]
    assert np.isnan(book.parts[hidden]).all() and np.isfinite(book.parts).sum() == 5 - hidden.sum()
    np.testing.assert_array_equal(JOB.hide(0.5, seed=3)[1], hidden)
    assert np.isfinite(JOB.parts).sum() == 5


def test_bills_are_jobs_times_pay_and_a_part_without_pay_has_none():
    gap = Book(**{**vars(WAGE), "whole": np.array([11.0, np.nan, 41.0])})
    bills = gap.times(JOB)
    assert bills.parts[0, 0] == 300 and np.isnan(bills.whole[1])
    assert bills.without_gaps().whole.tolist() == [880, 0, 4100]
