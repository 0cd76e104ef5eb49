"""Least squares on many categories: numbers of R (`golden/make_sparse.R`), and of the dense estimator."""

import numpy as np
import pandas as pd
import pytest

from mobility.errors import DataError, SpecError
from mobility.models import Covariance, fit
from mobility.models.design import build_design
from mobility.models.margins import average_marginal_effects, effect, estimate
from mobility.models.sparse import Part, SparseDesign, fit_sparse, fit_wide
from mobility.settings.terms import INTERACTION, Term
from paths import GOLDEN


@pytest.fixture(scope="module")
def employees():
    return pd.read_csv(GOLDEN / "sparse_sample.csv")


@pytest.fixture(scope="module")
def expected():
    return pd.read_csv(GOLDEN / "sparse_expected.csv").set_index(["weighted", "kind"])


def _factor(frame, column):
    levels = range(2, frame[column].max() + 1)
    return Part(column, tuple(f"{column}_{level}" for level in levels), frame[column].to_numpy() - 2)


@pytest.fixture(scope="module")
def earnings(employees):
    """The columns of C.7.3 in the order of `make_sparse.R`."""
    region, industry, occupation = (_factor(employees, name) for name in ("region", "industry", "occupation"))
    numbers = {"age": employees["age"], "age_squared": employees["age"] ** 2, "male": employees["male"]}
    return SparseDesign(
        (
            *(Part.number(name, values.to_numpy()) for name, values in numbers.items()),
            region,
            industry,
            occupation,
            occupation.times("male", employees["male"].to_numpy()),
            industry.times("second", employees["second"].to_numpy()),
            occupation.times("second", employees["second"].to_numpy()),
        )
    )


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("kind", ["classical", "robust", "clustered"])
def test_coefficients_and_errors_equal_those_of_r(employees, earnings, expected, kind, weighted):
    weights = employees["weight"].to_numpy() if weighted else None
    found = fit_sparse(
        employees["log_pay"].to_numpy(), earnings, Covariance(kind), employees["person"].to_numpy(), weights
    )
    theirs = expected.loc[(weighted, kind)]
    assert len(theirs) == len(found.names)
    np.testing.assert_allclose(found.params, theirs["estimate"], rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(found.std_errors, theirs["error"], rtol=1e-6)


def test_what_is_not_estimated_is_named_and_the_later_of_collinear_columns_is_dropped(employees, earnings):
    found = fit_sparse(employees["log_pay"].to_numpy(), earnings)
    assert {(one.name, one.reason) for one in found.dropped} == {
        ("industry_5", "collinear"),
        ("occupation_9#male", "empty"),
        ("occupation_12#second", "empty"),
    }
    (collinear,) = (one for one in found.dropped if one.reason == "collinear")
    assert collinear.why == "industry_5 is collinear with region_4; industry_5 dropped"
    assert found.rank == len(found.names) - 3
    assert found.df == len(employees) - found.rank


def test_it_is_the_dense_estimator_on_the_same_columns(employees):
    levels = [str(level) for level in range(1, 15)]
    terms = [
        Term.read({"id": "age", "kind": "continuous", "label": "Age", "of": "age"}),
        Term.read(
            {"id": "occupation", "kind": "factor", "label": "Occupation", "of": "occupation"}
            | {"levels": levels, "reference": "1"}
        ),
    ]
    dense = fit(employees["log_pay"], build_design(employees, terms), "ols", Covariance("robust"))
    ours = fit_sparse(
        employees["log_pay"].to_numpy(),
        SparseDesign((Part.number("age", employees["age"].to_numpy()), _factor(employees, "occupation"))),
    )
    np.testing.assert_allclose(ours.covariance, dense.covariance, rtol=1e-9, atol=1e-14)
    for of in ("params", "r_squared", "log_likelihood", "n", "rank", "df"):
        np.testing.assert_allclose(getattr(ours, of), getattr(dense, of), rtol=1e-10)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"values": np.array([1.0, np.nan, 2.0])}, "row 1 is missing or infinite"),
        ({"places": np.array([0, 1, 0])}, "row 1 is at level 1, and there are 1"),
        ({"places": np.array([0, 0])}, "has 2 rows, the first term 3"),
    ],
)
def test_parts_that_fit_no_design_are_refused(change, message):
    good = {"term": "age", "levels": ("age",), "places": np.zeros(3, dtype=int), "values": np.arange(3.0)}
    with pytest.raises(DataError, match=message):
        SparseDesign((Part(**good), Part(**(good | change))))


def test_bad_outcomes_weights_and_a_missing_cluster_are_refused():
    design = SparseDesign((Part.number("age", np.array([1.0, 2.0, 4.0])),))
    with pytest.raises(DataError, match="3 values for 3 rows, 1 of them missing"):
        fit_sparse(np.array([1.0, np.inf, 2.0]), design)
    with pytest.raises(DataError, match="not the same in all"):
        fit_sparse(np.ones(3), design)
    with pytest.raises(DataError, match="1 of 3 weights are not above 0; the first is in row 2"):
        fit_sparse(np.arange(3.0), design, weights=np.array([1.0, 2.0, 0.0]))
    with pytest.raises(SpecError, match="clustered errors need a cluster"):
        fit_sparse(np.arange(3.0), design, Covariance("clustered"))


@pytest.fixture(scope="module")
def wide(employees):
    """A design with powers, a factor with an empty and a collinear level, and a factor by an indicator."""
    names = tuple(f"o{level}" for level in range(1, employees["occupation"].max() + 2))
    frame = employees.assign(
        occupation="o" + employees["occupation"].astype(str), again=(employees["region"] == 2).astype(int)
    )
    regions = tuple(map(str, range(1, employees["region"].max() + 1)))
    age = Term("age", "Age", "polynomial", "age", 2, ("age", "age_squared"))
    male, again = Term("male", "Male", "indicator", "male"), Term("again", "Again", "indicator", "again")
    occupation = Term("occupation", "Occupation", "factor", "occupation", levels=names, reference="o1")
    region = Term("region", "Region", "factor", "region", levels=regions, reference="1")
    both = Term("both", "Both", INTERACTION, between=("male", "region"), parts=(male, region))
    return frame, build_design(frame, [age, male, again, region, occupation, both])


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("kind", ["classical", "robust", "clustered"])
def test_a_wide_design_is_fitted_as_a_narrow_one(wide, kind, weighted):
    frame, design = wide
    y = frame["log_pay"]
    weights, cluster = frame["weight"] if weighted else None, frame["industry"]
    ours, theirs = (
        fit_wide(y, design, Covariance(kind), cluster, weights),
        fit(y, design, "ols", Covariance(kind), cluster, weights),
    )
    np.testing.assert_allclose(ours.params, theirs.params, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(ours.std_errors, theirs.std_errors, rtol=1e-7)
    assert {gone.name: gone.reason for gone in ours.dropped} == {gone.name: gone.reason for gone in theirs.dropped}
    for name in ("n", "rank", "df", "clusters", "converged", "n_dropped"):
        assert getattr(ours, name) == getattr(theirs, name)
    assert (ours.r_squared, ours.log_likelihood) == pytest.approx((theirs.r_squared, theirs.log_likelihood))


def test_a_wide_design_says_what_it_cannot_fit(wide):
    frame, design = wide
    same = fit_wide(np.ones(len(frame)), design, Covariance())
    assert np.isnan(same.params).all() and same.note == f"the outcome is 1 in all {len(frame)} rows"
    binary = (frame["log_pay"] > frame["log_pay"].median()).astype(float)
    found = [fit_wide(binary, design, Covariance()), fit(binary, design, "ols", Covariance())]
    assert found[0].share_outside == pytest.approx(found[1].share_outside, abs=1e-12)


def test_effects_without_interactions_are_the_coefficients(wide):
    """As by the general way through every row, with weights and a level that nobody has."""
    frame, _ = wide
    age = Term("age", "Age", "polynomial", "age", 2, ("age", "age_squared"))
    names = tuple(f"o{level}" for level in range(1, 1 + int(frame["occupation"].str[1:].astype(int).max()) + 1))
    occupation = Term("occupation", "Occupation", "factor", "occupation", levels=names, reference="o1")
    design = build_design(frame, [age, occupation])
    found = fit(frame["log_pay"], design, "ols", Covariance(), weights=frame["weight"])
    ours = average_marginal_effects(found, design)
    theirs = estimate(found, design, [effect(name, design) for name in ours.names])
    np.testing.assert_allclose(ours.effects, theirs.values, rtol=1e-10)
    np.testing.assert_allclose(ours.std_errors, theirs.std_errors, rtol=1e-8)
    assert np.isnan(ours.effects[-1])
