"""Least squares on many categories: numbers of R (`golden/make_sparse.R`), and of the dense estimator."""

import numpy as np
import pandas as pd
import pytest

from mobility.errors import DataError, SpecError
from mobility.models import Covariance, fit
from mobility.models.design import build_design
from mobility.models.sparse import Part, SparseDesign, fit_sparse
from mobility.settings.specs import Term
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
