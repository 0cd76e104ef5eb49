"""Interactions of terms: their columns, their names in files, product columns refused; what persons hardly change."""

import re
import shutil

import numpy as np
import pandas as pd
import pytest

from mobility.cells.estimates import asked_of
from mobility.errors import DataError, SpecError
from mobility.models import (
    fit_fixed_effects,
)
from mobility.settings import load_study
from movers_and_stayers import AGE, CLASS, MALE, MOVER, between, people
from paths import ROOT
from specs import design_of, forget_files, model_spec


def test_an_interaction_is_the_products_of_its_terms_columns():
    frame = people()
    design = design_of(frame, [MOVER, CLASS, AGE, between("mover", "parents"), between("parents", "age")])
    assert design.names[6:8] == ("mover#top", "mover#middle")
    assert design.names[8:] == ("top#age", "middle#age", "top#age_squared", "middle#age_squared")
    np.testing.assert_array_equal(design.X[:, 7], frame["mover"] * (frame["parents"] == "middle"))
    np.testing.assert_array_equal(design.X[:, 10], (frame["parents"] == "top") * frame["age"] ** 2)
    assert design.blocks["mover_by_parents"].binary and not design.blocks["parents_by_age"].binary
    assert [loss.term for loss in design.losses] == ["mover", "parents", "age"]


def test_an_interaction_of_three_terms():
    frame = people()
    design = design_of(frame, [MOVER, MALE, CLASS, between("mover", "male", "parents")])
    assert design.names[5:] == ("mover#male#top", "mover#male#middle")
    np.testing.assert_array_equal(design.X[:, 5], frame["mover"] * frame["male"] * (frame["parents"] == "top"))


def test_a_product_column_is_refused_by_the_names_of_the_two():
    frame = people().assign(mm=lambda d: d["mover"] * d["male"], aged=lambda d: d["age"] * (d["parents"] == "top"))
    with pytest.raises(DataError, match=r"term `mm`: its column is mover times male in every row.*between: \[mover, "):
        design_of(frame, [MOVER, {"id": "mm", "kind": "indicator"}, MALE])
    with pytest.raises(DataError, match=r"`aged`: its column is top times age in .* between: \[parents, age\]}"):
        design_of(frame, [CLASS, AGE, {"id": "aged", "kind": "continuous"}])


def test_a_category_within_another_and_an_empty_one_are_no_products():
    frame = people().assign(nobody=0, top=lambda d: d["parents"] == "top", twin=lambda d: d["mover"])
    frame["young_top"] = frame["top"] & (frame["age"] < 30) & (frame["male"] == 1)
    others = [{"id": name, "kind": "indicator"} for name in ("nobody", "top", "young_top", "twin")]
    assert design_of(frame, [MOVER, MALE, *others]).X.shape == (400, 7)


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["mover", "sex"], "between `sex`, which is no regressor of the model; allowed: male, mover"),
        (["mover"], "between mover; name two or more different terms"),
        (["mover", "mover"], "between mover, mover; name two or more"),
    ],
)
def test_an_interaction_needs_its_terms_in_the_model(names, words):
    with pytest.raises(SpecError, match=re.escape(words)):
        model_spec({"model": "m"}, [MOVER, MALE, {"id": "x", "kind": "interaction", "between": names}])


@pytest.fixture
def wage_panel(tmp_path):
    """The spec files of an example in a folder of their own."""
    folder, source = tmp_path / "examples" / "wage_panel", ROOT / "examples" / "wage_panel"
    shutil.copytree(source, folder)
    for name in ("workflow", "sources"):
        (tmp_path / name).symlink_to(ROOT / name)
    return folder


def test_the_schema_keeps_the_keys_of_kinds_apart(wage_panel):
    (wage_panel / "terms" / "more.yaml").write_text(
        "terms:\n- {id: a, label: A, kind: interaction, of: a}\n- {id: b, label: B, kind: indicator}\n"
    )
    with pytest.raises(SpecError) as caught:
        load_study(wage_panel.parents[1], "wage_panel")
    for words in ("terms.0: missing `between`", "terms.0: `of` is no key of this kind", "terms.1: missing `of`"):
        assert words in str(caught.value)


MORE_FILES = {
    "terms/by_union.yaml": "terms:\n- {id: black_by_union, label: B, kind: interaction, between: [black, union]}\n",
    "models/raise.yaml": """
model: raise
table: gaps
describe: All men
frame: pairs
sample: below
outcome: {column: log_wage, kind: continuous}
estimators: [ols, within]
covariance: {kind: clustered, cluster: person, factor: stata}
specifications: [{id: by_union, label: By union, terms: [progression, by_union]}]
""",
    "tables/gaps.yaml": """
table: gaps
number: Table 99
title: Gaps
section: Who moves up
statistic: marginal_effect
decimals: 3
rows:
  show:
    - {id: members, label: Members, specification: by_union, effect: black, over: {union: 1}}
    - {id: gap, label: Gap, specification: by_union, effect: black, over: {union: 1}, than: {union: 0}}
columns: {show: [{id: pay, label: Pay, model: raise, estimator: ols, decimals: 2}]}
""",
}


def test_files_of_a_study_say_interactions_numbers_and_effects_by_group(wage_panel):
    for name, text in MORE_FILES.items():
        (wage_panel / name).write_text(text)
    study = load_study(wage_panel.parents[1], "wage_panel")
    model, table = study.models["raise__by_union"], study.tables["gaps"]
    assert model.outcome.kind == "continuous" and model.terms[-1].coefficients == ("black#union",)
    assert [part.of for part in model.terms[-1].parts] == ["black", "union"]
    assert table.fits == (("raise__by_union", "ols"),) and table.rows.items[1].than == {"union": 0}
    assert asked_of(model, study, study.tables) == ["ols", "within"]
    (wage_panel / "tables" / "gaps.yaml").write_text(MORE_FILES["tables/gaps.yaml"].replace("by_union,", "by_age,"))
    forget_files()
    with pytest.raises(SpecError, match="model `raise__by_age` is not in models/; nearest: raise__by_union"):
        load_study(wage_panel.parents[1], "wage_panel")


# ---- within persons


def test_regressors_that_hardly_change_within_persons_are_absorbed():
    """linearmodels' PanelOLS stops at columns of which less than 1e-5 is left; here they are told, not estimated."""
    rng = np.random.default_rng(1)
    person = np.repeat(np.arange(50), 4)
    frame = pd.DataFrame({"x": 1e6 + person + 1e-3 * rng.normal(size=200)})
    found = fit_fixed_effects(rng.integers(0, 2, 200), design_of(frame, [{"id": "x", "kind": "continuous"}]), person)
    assert found.flag == "not_estimable" and np.isnan(found.params).all()
    assert found.note == "no person's term of the model changes: nothing to compare within persons"
    assert [gone.reason for gone in found.dropped] == ["absorbed", "absorbed"]


def test_a_number_within_persons_is_least_squares_with_a_dummy_each():
    """Coefficients and clustered errors against the regression on persons' indicators, written out."""
    rng = np.random.default_rng(4)
    person = np.repeat(np.arange(40), 5)
    frame = pd.DataFrame({"age": 1e3 * rng.normal(size=200), "male": rng.integers(0, 2, 200)})
    pay = 2000 + 0.5 * frame["age"] + 300 * frame["male"] + 500 * rng.normal(size=40)[person] + rng.normal(size=200)
    found = fit_fixed_effects(pay, design_of(frame, [{"id": "age", "kind": "continuous"}, MALE]), person)
    X = np.column_stack([frame, person[:, None] == np.arange(40)]).astype(float)
    inverse = np.linalg.inv(X.T @ X)
    params = inverse @ X.T @ pay.to_numpy()
    scores = np.array([X[person == one].T @ (pay - X @ params)[person == one] for one in range(40)])
    V = 40 / 39 * 199 / 197 * inverse @ scores.T @ scores @ inverse
    np.testing.assert_allclose(found.params[1:], params[:2], rtol=1e-9)
    np.testing.assert_allclose(found.std_errors[1:], np.sqrt(np.diag(V))[:2], rtol=1e-7)
