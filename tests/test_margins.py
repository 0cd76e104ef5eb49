"""Interactions, marginal effects, their contrasts and contrasts of contrasts, and outcomes of any number."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mobility.errors import DataError, SpecError
from mobility.models import fit_fixed_effects
from mobility.settings import load_study
from specs import design_of, model_spec

ROOT = Path(__file__).parent.parent
MOVER = {"id": "mover", "kind": "indicator"}
MALE = {"id": "male", "kind": "indicator"}
CLASS = {"id": "parents", "kind": "factor", "levels": ["top", "middle", "routine"], "reference": "routine"}
AGE = {"id": "age", "kind": "polynomial", "degree": 2, "rows": ["age", "age_squared"]}


def between(*terms):
    return {"id": "_by_".join(terms), "kind": "interaction", "between": list(terms)}


def people(n=400, seed=5):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"mover": rng.integers(0, 2, n), "male": rng.integers(0, 2, n)})
    return frame.assign(parents=rng.choice(CLASS["levels"], n), age=rng.integers(25, 42, n).astype(float))


# ---- interactions in the design


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


def test_the_schema_keeps_the_keys_of_kinds_apart(tmp_path):
    folder = tmp_path / "examples" / "wage_panel"
    source = ROOT / "examples" / "wage_panel"
    for path in [path for path in source.rglob("*.yaml") if path.is_file()]:
        (folder / path.relative_to(source)).parent.mkdir(parents=True, exist_ok=True)
        (folder / path.relative_to(source)).write_text(path.read_text())
    (tmp_path / "workflow").symlink_to(ROOT / "workflow")
    (folder / "terms" / "more.yaml").write_text(
        "terms:\n- {id: a, label: A, kind: interaction, of: a}\n- {id: b, label: B, kind: indicator}\n"
    )
    with pytest.raises(SpecError) as caught:
        load_study(tmp_path, "wage_panel")
    for words in ("terms.0: missing `between`", "terms.0: `of` is no key of this kind", "terms.1: missing `of`"):
        assert words in str(caught.value)


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
