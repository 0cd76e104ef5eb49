"""Layer models against R's gnm and glm (tests/golden/make_unidiff.R): parameters to 1e-8, errors to 1e-6."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from mobility.models.association import pattern_columns
from mobility.models.unidiff import CONSTANT, INDEPENDENT, SEPARATE, UNIDIFF, fit_layers
from paths import ROOT

GOLDEN = ROOT / "tests" / "golden"
# Levels of Xie (1992) for seven classes, as the vignette of gnm has them.
LEVELS = (
    (2, 3, 4, 6, 5, 6, 6),
    (3, 3, 4, 6, 4, 5, 6),
    (4, 4, 2, 5, 5, 5, 5),
    (6, 6, 5, 1, 6, 5, 2),
    (4, 4, 5, 6, 3, 4, 5),
    (5, 4, 5, 5, 3, 3, 5),
    (6, 6, 5, 3, 5, 4, 1),
)
DIAGONAL = np.eye(7, dtype=bool)
HOLES = np.zeros((7, 7), dtype=bool)
HOLES[3, 4] = HOLES[6, 1] = True
# Effect, parts of the pattern, and what else the fit is told, by case of the golden file.
CASES = {
    "yaish/independence": (INDEPENDENT, []),
    "yaish/common": (CONSTANT, ["full"]),
    "yaish/unidiff": (UNIDIFF, ["full"]),
    "yaish/base_3": (UNIDIFF, ["full"], {"base": 2}),
    "yaish/weighted": (UNIDIFF, ["full"]),
    "erikson_7/independence": (INDEPENDENT, []),
    "erikson_7/common": (CONSTANT, ["full"]),
    "erikson_7/unidiff": (UNIDIFF, ["full"]),
    "erikson_7/levels_constant": (CONSTANT, ["levels"]),
    "erikson_7/levels_unidiff": (UNIDIFF, ["levels"]),
    "erikson_7/levels_separate": (SEPARATE, ["levels"]),
    "erikson_7/symmetric_constant": (CONSTANT, ["symmetric"]),
    "erikson_7/symmetric_unidiff": (UNIDIFF, ["symmetric"]),
    "erikson_7/diagonal_excluded": (UNIDIFF, ["full"], {"excluded": DIAGONAL}),
    "erikson_7/structural_zeros": (UNIDIFF, ["full"], {"excluded": HOLES}),
    "erikson/unidiff": (UNIDIFF, ["full"]),
    "hazelrigg_garnier/unidiff": (UNIDIFF, ["full"]),
    "yamaguchi/unidiff": (UNIDIFF, ["full"]),
    "yamaguchi/diagonal_excluded": (UNIDIFF, ["full"], {"excluded": DIAGONAL[:5, :5]}),
    "yamaguchi/diagonal_uniform": (UNIDIFF, ["uniform", "diagonal"]),
    "sparse/unidiff": (UNIDIFF, ["full"]),
    "turned/unidiff": (UNIDIFF, ["full"]),
    "hauser/independence": (INDEPENDENT, []),
    "hauser/uniform": (CONSTANT, ["uniform"]),
    "hauser/rows": (CONSTANT, ["rows"]),
    "hauser/columns": (CONSTANT, ["columns"]),
    "hauser/slopes": (CONSTANT, ["slopes"]),
    "hauser/slopes_diagonal": (CONSTANT, ["slopes", "diagonal"]),
    "hauser/diagonal": (CONSTANT, ["diagonal"]),
    "hauser/symmetric": (CONSTANT, ["symmetric"]),
    "hauser/crossings": (CONSTANT, ["crossings"]),
    "hauser/crossings_diagonal": (CONSTANT, ["crossings", "diagonal"]),
    "hauser/uniform_diagonal": (CONSTANT, ["uniform", "diagonal"]),
}


@cache
def expected() -> pd.DataFrame:
    return pd.read_csv(GOLDEN / "unidiff_expected.csv", dtype={"name": "str"}, keep_default_na=False)


@cache
def cells() -> pd.DataFrame:
    real = pd.read_csv(ROOT / "examples" / "mobility_tables" / "data" / "mobility_tables.csv", dtype="str")
    drawn = pd.read_csv(GOLDEN / "unidiff_tables.csv", dtype="str")
    return pd.concat([real, drawn]).astype({"count": "float64"})


def table_of(case: str) -> tuple[np.ndarray, list[str]]:
    """Counts (layers x origins x destinations) and the names of the layers."""
    name, variant = case.split("/")
    own = cells()[cells()["table"] == name]
    if name == "yaish":
        own = own[own["destination"] != "7"]
    axes = [list(dict.fromkeys(own[axis])) for axis in ("layer", "origin", "destination")]
    sums = own.groupby(["layer", "origin", "destination"])["count"].sum()
    counts = sums.reindex(pd.MultiIndex.from_product(axes)).to_numpy().reshape([len(axis) for axis in axes])
    if variant == "weighted":
        counts = counts * (0.5 + np.arange(1, 6) / 7)[:, None, None]
    return counts, axes[0]


@cache
def fitted(case: str):
    effect, parts, *more = CASES[case]
    counts, layers = table_of(case)
    levels = LEVELS if parts == ["levels"] else ()
    columns = pattern_columns([part for part in parts if part != "levels"], levels, *counts.shape[1:], "test")
    return fit_layers(counts, effect, columns, **(more[0] if more else {})), layers


def test_every_case_of_r_is_fitted_here():
    assert set(expected()["case"]) == set(CASES)


@pytest.mark.parametrize("case", CASES)
def test_fit_is_that_of_r(case):
    found, _ = fitted(case)
    theirs = expected()[expected()["case"] == case].set_index("quantity")["value"]
    assert found.settled
    assert found.deviance == pytest.approx(theirs["deviance"], rel=1e-8, abs=1e-8)
    assert found.df == theirs["df"]
    assert found.pearson == pytest.approx(theirs["pearson"], rel=1e-6)
    if "excluded" not in case and "zeros" not in case:  # R's N has no cell of the diagonal or of a structural zero
        assert found.bic == pytest.approx(theirs["bic"], rel=1e-8, abs=1e-8)


@pytest.mark.parametrize(
    ("quantity", "take", "tolerance"),
    [
        ("beta", lambda found: found.beta, 1e-8),
        ("log_beta", lambda found: found.log_beta, 1e-8),
        ("std_error", lambda found: np.sqrt(np.diag(found.log_covariance)), 1e-6),
        ("quasi_variance", lambda found: found.log_quasi_variances, 1e-6),
    ],
)
def test_layers_are_those_of_r(quantity, take, tolerance):
    theirs = expected()[expected()["quantity"] == quantity]
    assert len(theirs)
    for row in theirs.itertuples():
        found, layers = fitted(row.case)
        assert take(found)[layers.index(row.name)] == pytest.approx(row.value, rel=tolerance, abs=tolerance), row


def test_association_is_that_of_r():
    theirs = expected()[expected()["quantity"] == "association"]
    assert len(theirs) == 42
    found, _ = fitted("yaish/unidiff")
    np.testing.assert_allclose(found.association.ravel(), theirs["value"], atol=1e-8)
