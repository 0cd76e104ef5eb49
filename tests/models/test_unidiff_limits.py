"""Layer models where tables are bad, sparse or say nothing: a clear message, or a fit that says what it left out."""

import numpy as np
import pytest

from mobility.errors import DataError, SpecError
from mobility.models.association import pattern_columns
from mobility.models.unidiff import CONSTANT, INDEPENDENT, SEPARATE, UNIDIFF, fit_layers

FULL = pattern_columns(["full"], (), 4, 4, "test")
NAMES = (("x", "y", "z"), tuple("abcd"), tuple("ABCD"))


def table(seed=1, people=60):
    rng = np.random.default_rng(seed)
    X = np.eye(4) * 1.2
    mean = np.exp(np.array([1.0, 0.7, 1.2])[:, None, None] * X + rng.normal(size=(3, 4, 1)) * 0.3)
    return rng.poisson(people * mean).astype("float64") + 1


def fit(counts, effect=UNIDIFF, **more):
    return fit_layers(counts, effect, FULL, names=NAMES, **more)


@pytest.mark.parametrize(("bad", "said"), [(-3.0, "-3"), (np.nan, "nan"), (np.inf, "inf")])
def test_counts_that_are_none_are_refused(bad, said):
    counts = table()
    counts[1, 2, 3] = bad
    with pytest.raises(DataError, match=rf"1 of 48 cells .* {said} in layer `y`, origin `c`, destination `D`.*mend"):
        fit(counts)


def test_a_table_of_zeros_is_refused():
    with pytest.raises(DataError, match=r"every cell is 0"):
        fit(np.zeros((3, 4, 4)))


def test_one_layer_has_nothing_to_compare():
    found = fit_layers(table()[:1], UNIDIFF, FULL)
    assert found.settled
    assert found.beta.tolist() == [1.0]
    assert found.deviance == pytest.approx(0, abs=1e-8)
    assert any("one layer" in note for note in found.notes)


def test_an_empty_row_is_left_out_of_cells_and_parameters():
    counts = table()
    counts[1, 2] = 0
    found = fit(counts)
    assert found.notes == ("layer y has no count in origin c",)
    assert found.settled
    assert found.df == 48 - 4 - (7 + 6 + 7) - 9 - 2
    assert (found.fitted[1, 2] == 0).all()
    # With hardly anybody there instead of nobody the strengths are nearly the same.
    nearly = counts.copy()
    nearly[1, 2] = 1e-7
    assert fit(nearly).beta == pytest.approx(found.beta, rel=1e-4)


def test_an_empty_column_of_every_layer_is_left_out():
    counts = table()
    counts[:, :, 1] = 0
    found = fit(counts)
    assert found.notes == tuple(f"layer {name} has no count in destination B" for name in "xyz")
    same = fit_layers(np.delete(counts, 1, axis=2), UNIDIFF, pattern_columns(["full"], (), 4, 3, "test"))
    assert found.beta == pytest.approx(same.beta, rel=1e-8)
    assert (found.deviance, found.df) == (pytest.approx(same.deviance), same.df)
    assert np.isnan(found.association[:, 1]).all()


def test_a_layer_of_zeros_has_no_strength():
    counts = table()
    counts[1] = 0
    found = fit(counts)
    assert np.isnan(found.beta).tolist() == [False, True, False]
    assert found.notes == ("layer y has no count", "layer y says nothing of the association")
    same = fit_layers(counts[[0, 2]], UNIDIFF, FULL)
    assert found.beta[[0, 2]] == pytest.approx(same.beta, rel=1e-8)
    assert (found.deviance, found.df) == (pytest.approx(same.deviance), same.df)
    assert np.isnan(found.log_quasi_variances).all()


def test_a_base_layer_of_zeros_is_said():
    counts = table()
    counts[0] = 0
    found = fit(counts)
    assert not found.settled
    assert "base layer x says nothing of the association: take another layer as base" in found.notes
    assert np.isnan(found.beta).all()


def test_a_layer_with_one_row_says_nothing():
    counts = table()
    counts[2, 1:] = 0
    found = fit(counts)
    assert np.isnan(found.beta[2])
    assert "layer z says nothing of the association" in found.notes


def test_a_cell_that_is_empty_in_every_layer_is_fitted_as_0():
    counts = table()
    counts[:, 0, 3] = 0
    found = fit(counts)
    assert found.settled
    assert (found.fitted[:, 0, 3] == 0).all()
    assert found.notes == ("3 cells without a count in every layer are fitted as 0",)
    assert found.df == 45 - 21 - 8 - 2


def test_cells_that_are_empty_in_one_layer_are_fitted_by_the_others():
    counts = table()
    counts[0, 0, 3] = counts[2, 3, 1] = 0
    found = fit(counts)
    assert found.settled
    assert found.fitted[0, 0, 3] > 0
    assert found.notes == ()
    assert np.isfinite(np.diag(found.covariance)).all()


def sparse(seed, association, people):
    """Six layers of 64 cells with less than a person a cell."""
    rng = np.random.default_rng(seed)
    mean = np.exp(association * np.eye(8) * rng.uniform(0.7, 1.3, size=(6, 1, 1)))
    return rng.poisson(people * mean / mean.mean(), size=(6, 8, 8)).astype("float64")


def test_a_sparse_table_settles():
    found = fit_layers(sparse(4, 1.5, 0.9), UNIDIFF, pattern_columns(["full"], (), 8, 8, "test"))
    assert found.settled
    assert found.gradient < 1e-5
    assert (found.beta > 0).all()


def test_a_table_without_a_maximum_does_not_say_that_it_converged():
    """A cell that one layer alone has, whose strength is near 0, takes X without end."""
    found = fit_layers(sparse(4, 2.5, 0.6), UNIDIFF, pattern_columns(["full"], (), 8, 8, "test"))
    assert not found.settled
    assert found.notes[-1] == "no maximum (layer 6): zeros leave a parameter without end; join classes or layers"


def test_noise_without_a_maximum_is_said():
    """Noise alone: along some direction the zeros of a layer let its likelihood rise without end."""
    rng = np.random.default_rng(4)
    found = fit_layers(rng.poisson(0.8, size=(6, 8, 8)), UNIDIFF, pattern_columns(["full"], (), 8, 8, "test"))
    assert not found.settled
    assert found.notes == ("no maximum: zeros leave a parameter without end; join classes or layers",)


def test_the_largest_layer_may_have_no_association():
    """It is held at 1 while the maximum is looked for, which then needs another one to be held."""
    rng = np.random.default_rng(7)
    X = np.outer(np.arange(4) - 1.5, np.arange(4) - 1.5) / 2
    counts = rng.poisson(np.exp(np.array([0.0, 1.0, 0.8])[:, None, None] * X) * np.array([4000, 60, 60])[:, None, None])
    found = fit(counts, base=1)
    assert found.settled
    assert found.beta[0] == pytest.approx(0, abs=0.05)
    assert found.beta[2] == pytest.approx(0.8, abs=0.2)
    assert np.sqrt(found.covariance[0, 0]) < 0.02


def test_a_disconnected_table_counts_its_parts():
    """Off two blocks nothing is part of the model: each block has margins of its own."""
    counts = table(people=300)
    excluded = np.ones((4, 4), dtype=bool)
    excluded[:2, :2] = excluded[2:, 2:] = False
    found = fit(counts, CONSTANT, excluded=excluded)
    assert found.df == 3 * (8 - 6) - 2
    alone = [fit_layers(counts[:, rows, rows], CONSTANT, pattern_columns(["full"], (), 2, 2, "test"))
             for rows in (slice(0, 2), slice(2, 4))]  # fmt: skip
    assert found.deviance == pytest.approx(sum(one.deviance for one in alone), rel=1e-8)


def test_no_association_at_all_has_no_strength_to_compare():
    rows, columns = np.array([2.0, 3, 4, 5]), np.array([1.0, 2, 3, 4])
    counts = np.stack([np.outer(rows, columns) * size for size in (10, 20, 30)])
    found = fit(counts)
    assert found.deviance == pytest.approx(0, abs=1e-8)
    assert np.isnan(np.diag(found.covariance)[1:]).all()


@pytest.mark.parametrize("effect", [INDEPENDENT, CONSTANT, SEPARATE])
def test_companions_leave_out_what_is_empty(effect):
    counts = table()
    counts[1, 2] = 0
    found = fit(counts, effect)
    assert found.settled
    assert (found.fitted[1, 2] == 0).all()


@pytest.mark.parametrize("effect", [INDEPENDENT, CONSTANT, SEPARATE])
def test_companions_leave_out_a_layer_of_zeros(effect):
    counts = table()
    counts[1] = 0
    found, same = fit(counts, effect), fit_layers(counts[[0, 2]], effect, FULL)
    assert found.settled
    assert (found.deviance, found.df) == (pytest.approx(same.deviance, abs=1e-8), same.df)


def test_patterns_of_squares_need_squares():
    with pytest.raises(SpecError, match=r"m\.yaml: pattern `symmetric` needs the same classes .* 4 origins and 3 dest"):
        pattern_columns(["symmetric"], (), 4, 3, "m.yaml")


def test_an_unknown_pattern_is_refused():
    with pytest.raises(SpecError, match=r"no pattern `symetric`; nearest: symmetric"):
        pattern_columns(["symetric"], (), 4, 4, "m.yaml")


@pytest.mark.parametrize("levels", [((1, 2), (2, 1)), ((1, 2, 3), (1, 2), (1, 2, 3))])
def test_levels_have_the_shape_of_the_table(levels):
    with pytest.raises(SpecError, match=r"`levels` has .*; the table has 3 origins and 3 destinations"):
        pattern_columns([], levels, 3, 3, "m.yaml")
