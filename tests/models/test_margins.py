"""Interactions, marginal effects, their contrasts and contrasts of contrasts, and outcomes of any number."""

import re
import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mobility.cells.estimates import asked_of, estimate_table, fit_models
from mobility.disclosure.release import release
from mobility.errors import DataError, SpecError
from mobility.models import (
    Contrast,
    Covariance,
    Margin,
    average_marginal_effects,
    effect,
    estimate,
    fit,
    fit_fixed_effects,
    fit_negbin,
)
from mobility.render.table import errors_shown, layout
from mobility.settings import load_study
from mobility.settings.specs import ModelSpec
from paths import GOLDEN, ROOT
from specs import MODEL, design_of, forget_files, model_spec, table_spec, term, terms
from specs import sample as spec_of_sample

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


# ---- golden numbers from R (golden/make_margins.R)

TERMS = [MOVER, MALE, CLASS, AGE, *(between("mover", other) for other in ("male", "parents", "age"))]
CLUSTERED = Covariance("clustered")
MODELS = ["logit", "probit", "probit_weighted", "ols", "nbreg"]


@pytest.fixture(scope="module")
def sample():
    return pd.read_csv(GOLDEN / "margins_sample.csv")


@pytest.fixture(scope="module")
def design(sample):
    return design_of(sample, TERMS)


@pytest.fixture(scope="module")
def golden():
    table = pd.read_csv(GOLDEN / "margins_expected.csv", keep_default_na=False)
    return {key: part.set_index("name")["value"] for key, part in table.groupby(["model", "quantity"])}


def fitted(model, sample, design):
    """The fit of a golden model and, of counts, its offset."""
    if model == "nbreg":
        offset = np.log(sample["years"])
        return fit_negbin(sample["moves"], design, CLUSTERED, offset, sample["area"]), offset
    weights = sample["weight"] if model == "probit_weighted" else None
    outcome = sample["log_pay" if model == "ols" else "employed"]
    return fit(outcome, design, model.split("_")[0], CLUSTERED, sample["area"], weights), None


def asked(design):
    """The contrasts that make_margins.R names."""
    mover, age = effect("mover", design), effect("age", design)
    groups = {"women": {"male": 0}, "men": {"male": 1}}
    groups |= {f"of_{level}": {"parents": level} for level in CLASS["levels"]}
    found = {name: mover.where(over=over) for name, over in groups.items()}
    found |= {name: effect(name, design) for name in ("mover", "male", "top", "middle", "age")}
    found |= {f"age_{name}": age.where(over={"mover": value}) for name, value in (("movers", 1), ("stayers", 0))}
    found |= {f"as_{name}": mover.where(at=groups[name]) for name in ("men", "women")}
    given = {level: mover.where(at={"parents": level}) for level in CLASS["levels"]}
    return found | {
        "men_women": found["men"].less(found["women"]),
        "top_routine": found["of_top"].less(found["of_routine"]),
        "middle_routine": found["of_middle"].less(found["of_routine"]),
        "age_movers_stayers": found["age_movers"].less(found["age_stayers"]),
        "r_mover_r_male": found["as_men"].less(found["as_women"]),
        "r_mover_r_top": given["top"].less(given["routine"]),
        "r_mover_r_middle": given["middle"].less(given["routine"]),
    }


@pytest.mark.parametrize("model", MODELS)
def test_coefficients_and_clustered_errors_with_interactions_equal_those_of_r(model, sample, design, golden):
    found, _ = fitted(model, sample, design)
    assert found.converged and found.clusters == 60 and len(golden[model, "params"]) == len(found.names)
    order = list(golden[model, "params"].index)
    params, errors = (pd.Series(values, list(found.names))[order] for values in (found.params, found.std_errors))
    np.testing.assert_allclose(params, golden[model, "params"], rtol=0, atol=1e-8)
    np.testing.assert_allclose(errors, golden[model, "errors"], rtol=1e-6)


@pytest.mark.parametrize("model", MODELS)
def test_effects_by_group_and_their_contrasts_equal_those_of_r(model, sample, design, golden):
    found, offset = fitted(model, sample, design)
    wanted = asked(design)
    assert set(wanted) == set(golden[model, "effects"].index)
    ours = estimate(found, design, list(wanted.values()), offset)
    np.testing.assert_allclose(ours.values, golden[model, "effects"][list(wanted)], rtol=0, atol=1e-8)
    np.testing.assert_allclose(ours.std_errors, golden[model, "effect_errors"][list(wanted)], rtol=1e-6)


def test_average_effects_leave_out_interactions(sample, design, golden):
    found, offset = fitted("nbreg", sample, design)
    ours = average_marginal_effects(found, design, offset)
    assert ours.names == ("mover", "male", "top", "middle", "age") and len(set(ours.terms)) == 4
    np.testing.assert_allclose(ours.effects, golden["nbreg", "effects"][list(ours.names)], rtol=0, atol=1e-8)


def test_least_squares_of_any_number_says_how_good_it_is(sample, design, golden):
    found, _ = fitted("ols", sample, design)
    assert found.r_squared == pytest.approx(golden["ols", "r_squared"][""], abs=1e-10)
    assert found.log_likelihood == pytest.approx(golden["ols", "log_likelihood"][""], abs=1e-7)
    assert np.isnan(found.share_outside) and found.df == 59 and found.extras["r_squared"].value == found.r_squared


# ---- by hand


def eight_cells():
    """Mover x male x degree with exact shares of the employed, 100 persons a cell."""
    employed = {(0, 0, 0): 50, (1, 0, 0): 60, (0, 1, 0): 70, (1, 1, 0): 90}
    employed |= {(0, 0, 1): 80, (1, 0, 1): 85, (0, 1, 1): 75, (1, 1, 1): 95}
    rows = [(*cell, int(place < hits)) for cell, hits in employed.items() for place in range(100)]
    return pd.DataFrame(rows, columns=["mover", "male", "degree", "y"])


@pytest.mark.parametrize("estimator", ["ols", "logit", "probit"])
def test_contrasts_of_a_saturated_model_are_those_of_the_shares(estimator):
    """All main effects and interactions: predictions are the shares, their variances p (1 - p) / 100 in each cell.

    Effect of moving among men without a degree .90 - .70, among women .60 - .50, their difference .10; with a degree
    .20 - .05 = .15; the contrast of these contrasts .05. Over men: mean of .20 and .20.
    """
    degree, pairs = {"id": "degree", "kind": "indicator"}, [("mover", "male"), ("mover", "degree"), ("male", "degree")]
    terms = [MOVER, MALE, degree, *(between(*pair) for pair in pairs), between("mover", "male", "degree")]
    frame = eight_cells()
    design = design_of(frame, terms)
    found = fit(frame["y"], design, estimator, Covariance("classical" if estimator != "ols" else "robust"))
    mover = effect("mover", design)

    def by_sex(value):
        return mover.where(over={"male": 1, "degree": value}).less(mover.where(over={"male": 0, "degree": value}))

    men = mover.where(over={"male": 1})
    r_by_r = mover.where(at={"male": 1}).less(mover.where(at={"male": 0}))
    ours = estimate(found, design, [by_sex(0), by_sex(1), by_sex(1).less(by_sex(0)), men, mover, r_by_r])
    np.testing.assert_allclose(ours.values, [0.10, 0.15, 0.05, 0.20, 0.1375, 0.125], atol=1e-9)
    without = 0.5 * 0.5 + 0.6 * 0.4 + 0.7 * 0.3 + 0.9 * 0.1
    with_degree = 0.8 * 0.2 + 0.85 * 0.15 + 0.75 * 0.25 + 0.95 * 0.05
    among_men = (0.7 * 0.3 + 0.9 * 0.1 + 0.75 * 0.25 + 0.95 * 0.05) / 4
    expected = np.sqrt(np.array([without, with_degree, without + with_degree, among_men]) / 100)
    factor = np.sqrt(800 / 792) if estimator == "ols" else 1
    np.testing.assert_allclose(ours.std_errors[:4], factor * expected, rtol=1e-8)


def test_effects_of_least_squares_are_sums_of_coefficients(sample, design):
    """Main effect of mover among stayers' reference groups, and its change by sex, read off the coefficients."""
    frame = sample.assign(age=0.0)
    plain = design_of(frame, [MOVER, MALE, between("mover", "male")])
    found = fit(frame["log_pay"], plain, "ols", CLUSTERED, frame["area"])
    mover = effect("mover", plain)
    women, men = (mover.where(over={"male": value}) for value in (0, 1))
    ours = estimate(found, plain, [women, men, men.less(women), mover])
    b = dict(zip(plain.names, found.params, strict=True))
    expected = [b["mover"], b["mover"] + b["mover#male"], b["mover#male"]]
    np.testing.assert_allclose(ours.values[:3], expected, atol=1e-12)
    assert ours.values[3] == pytest.approx(b["mover"] + frame["male"].mean() * b["mover#male"], abs=1e-12)
    np.testing.assert_allclose(ours.std_errors[[0, 2]], found.std_errors[[1, 3]], rtol=1e-10)


def test_a_group_whose_interaction_was_dropped_has_no_effect_and_the_others_do():
    """All movers of one class are employed: Stata drops 1.mover#top with those rows; its effect is not estimable."""
    frame = people(600, seed=2)
    rng = np.random.default_rng(3)
    frame["y"] = (rng.random(600) < 0.5) | ((frame["mover"] == 1) & (frame["parents"] == "top"))
    design = design_of(frame, [MOVER, CLASS, between("mover", "parents")])
    found = fit(frame["y"].astype(int), design, "probit", Covariance("robust"))
    assert [(gone.name, gone.reason) for gone in found.dropped] == [("mover#top", "predicts_success")]
    mover = effect("mover", design)
    over = [mover.where(over={"parents": level}) for level in CLASS["levels"]]
    ours = estimate(found, design, [*over, mover, over[1].less(over[0])])
    assert np.isnan(ours.values).tolist() == [True, False, False, True, True]
    assert np.isnan(ours.std_errors).tolist() == [True, False, False, True, True]


def test_messages_of_effects_and_of_infinite_outcomes(sample, design):
    found, _ = fitted("probit", sample, design)
    with pytest.raises(SpecError, match="no effect `parents`; allowed: age, male, middle, mover, top"):
        effect("parents", design)
    with pytest.raises(SpecError, match="no term `sex`"):
        estimate(found, design, [effect("mover", design).where(over={"sex": 1})])
    with pytest.raises(SpecError, match="no term `mover_by_male`"):
        estimate(found, design, [Contrast(((1.0, Margin(at=(("mover_by_male", 1),))),))])
    infinite = sample["log_pay"].where(sample["moves"] > 0, -np.inf)
    with pytest.raises(DataError, match=r"outcome: infinite in \d+ of 1200 complete cases, as the logarithm of 0 is"):
        fit(infinite, design, "ols", CLUSTERED, sample["area"])


# ---- in tables

SHARED = {
    "frame": "f",
    "sample": "s",
    "label": "",
    "covariance": {"kind": "clustered", "cluster": "area", "factor": "stata"},
    "specifications": [
        {"id": "by_sex", "label": "By sex", "terms": ["controls", "by_sex"]},
        {"id": "by_class", "label": "By class", "terms": ["controls", "by_class"]},
    ],
}
OUTCOMES = {
    "employed": {"outcome": {"column": "employed", "values": [1]}, "estimators": ["probit"]},
    "pay": {"outcome": {"column": "log_pay", "kind": "continuous"}, "estimators": ["ols"]},
    "moves": {"outcome": {"column": "moves"}, "estimators": ["nbreg"], "exposure": "years"},
}
ROWS = [
    {"id": "mover", "specification": "by_sex"},
    {"id": "female", "specification": "by_sex", "effect": "mover", "over": {"male": 0}},
    {"id": "male", "specification": "by_sex", "effect": "mover", "over": {"male": 1}},
    {"id": "male_female", "specification": "by_sex", "effect": "mover", "over": {"male": 1}, "than": {"male": 0}},
    {"id": "all_as_men", "specification": "by_sex", "effect": "mover", "at": {"male": 1}, "than": {"male": 0}},
    {"id": "top", "specification": "by_class", "effect": "mover", "over": {"parents": "top"}},
    {"id": "observations", "specification": "by_sex"},
    {"id": "controls", "specification": "by_sex", "has": "by_sex"},
]


PROVENANCE = {"synthetic": False, "source": "table", "label": "A file", "waves": "1", "edition": "1"}


def movers_study(rows=ROWS, **table):
    """Two specifications of each outcome, as the files of a study say them, and a table of marginal effects."""
    main = tuple(terms(MOVER, MALE, CLASS, {"id": "age", "kind": "continuous"}))
    blocks = {"controls": main, "by_sex": (term(between("mover", "male")),)}
    blocks["by_class"] = (term(between("mover", "parents")),)
    whole = [{**MODEL, **SHARED, "model": name, **own} for name, own in OUTCOMES.items()]
    models = [model for raw in whole for model in ModelSpec.read(raw, raw["model"], blocks)]
    columns = [{"id": name, "model": name, "estimator": own["estimators"][0]} for name, own in OUTCOMES.items()]
    raw = {"statistic": "marginal_effect", "rows": {"show": rows}, "columns": {"show": columns}, **table}
    return replace(
        load_study(ROOT, "gatsby"),
        samples={"s": spec_of_sample("s", {})},
        models={model.model: model for model in models},
        tables={"t": table_spec(raw)},
    )


def cells_of(study, frame):
    fits, losses = fit_models({"f": frame.assign(person=range(len(frame)))}, study)
    cells = estimate_table(fits, study, "t")
    return cells.set_index(["row", "column", "statistic"]), losses


def test_a_table_shows_effects_by_group_and_their_differences(sample):
    cells, _ = cells_of(movers_study(), sample)
    design = design_of(sample, [MOVER, MALE, CLASS, {"id": "age", "kind": "continuous"}, between("mover", "male")])
    found = fit(sample["employed"], design, "probit", CLUSTERED, sample["area"])
    mover = effect("mover", design)
    women, men = (mover.where(over={"male": value}) for value in (0, 1))
    at = [mover.where(at={"male": value}) for value in (1, 0)]
    ours = estimate(found, design, [mover, women, men, men.less(women), at[0].less(at[1])])
    shown = cells.loc[
        [(row, "employed", "marginal_effect") for row in ("mover", "female", "male", "male_female", "all_as_men")]
    ]
    np.testing.assert_allclose(shown["value"], ours.values, rtol=1e-12)
    np.testing.assert_allclose(shown["std_error"], ours.std_errors, rtol=1e-12)
    np.testing.assert_allclose(shown["ci_high"], ours.values + 1.959963984540054 * ours.std_errors, rtol=1e-9)
    assert cells.loc[("male", "employed", "std_error"), "value"] == pytest.approx(ours.std_errors[2], rel=1e-12)
    by_sex = sample["male"].value_counts()
    assert shown["n"].tolist() == [1200, by_sex[0], by_sex[1], by_sex.min(), 1200]
    movers = sample["mover"].sum(), *(sample.groupby("male")["mover"].sum())
    assert shown["persons"].tolist() == [movers[0], movers[1], movers[2], min(movers[1:]), movers[0]]
    assert cells.loc[("observations", "pay", "observations"), "value"] == 1200
    assert cells.loc[("controls", "pay", "text"), "note"] == "YES"
    pay = cells.loc[("male_female", "pay", "marginal_effect")]
    # t with 59 degrees of freedom, as `regress` with 60 clusters: R, qt(0.975, 59).
    assert (pay["ci_high"] - pay["value"]) / pay["std_error"] == pytest.approx(2.0009953781, abs=1e-9)
    moves = cells.loc[("male", "moves", "marginal_effect")]
    assert moves["persons"] == sample[sample["male"] == 1].groupby("mover")["moves"].sum().min() and np.isfinite(
        moves["value"]
    )


def test_the_page_has_effects_with_stars_over_their_errors_and_each_columns_decimals(sample):
    """The form of Table 27."""
    study = movers_study()
    fits, _ = fit_models({"f": sample.assign(person=range(len(sample)))}, study)
    cells, spec = estimate_table(fits, study, "t"), study.tables["t"]
    columns = replace(spec.columns, items=tuple(replace(one, decimals=2) for one in spec.columns.items))
    page = layout(replace(spec, columns=columns, decimals=3), cells, None, study.about, PROVENANCE)
    shown = {place: cell.text for place, cell in page.cells.items()}
    assert re.fullmatch(r"0\.1\d\*\*\*", shown["male", "employed"]) and shown["observations", "pay"] == "1,200"
    assert shown["controls", "moves"] == "YES" and errors_shown(page.cells["male_female", "pay"])
    assert "average marginal effects in units of the outcome" in page.unit.lower()


def test_a_group_that_nobody_is_in_and_a_number_that_is_missing(sample):
    frame = sample[sample["parents"] != "top"].reset_index(drop=True)
    frame.loc[:9, "log_pay"] = np.nan
    cells, losses = cells_of(movers_study(), frame)
    top = cells.loc[("top", "employed", "marginal_effect")]
    assert (top["flag"], top["note"]) == ("not_estimable", "nobody in the sample has it") and np.isnan(top["value"])
    assert cells.loc[("observations", "pay", "observations"), "value"] == len(frame) - 10
    lost = losses[(losses["step"] == "pay__by_sex") & losses["reason"].str.contains("log_pay")]
    assert lost["rows_dropped"].tolist() == [10]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (
            {"effect": "moved"},
            "tables/t.yaml: row `x`: model `employed__by_sex` has no regressor `moved`; nearest: mov",
        ),
        ({"effect": "mover", "over": {"sex": 1}}, "row `x`: model `employed__by_sex` has no regressor `sex`"),
        ({"effect": "mover", "over": {"mover_by_male": 1}}, "has no regressor `mover_by_male`"),
    ],
)
def test_a_row_names_regressors_of_its_model(sample, row, words):
    with pytest.raises(SpecError, match=re.escape(words)):
        cells_of(movers_study([{"id": "x", "specification": "by_sex", **row}]), sample)


def test_statistics_of_probabilities_are_not_for_pay_and_words_are_no_number(sample):
    pay = {"show": [{"id": "pay", "model": "pay__by_sex", "estimator": "ols"}]}
    with pytest.raises(SpecError, match="`pay` is OLS of a continuous outcome, which has no effect; it has coeffic"):
        cells_of(movers_study([{"id": "mover"}], statistic="effect", columns=pay), sample)
    with pytest.raises(DataError, match=r"models/pay.yaml: the outcome `log_pay` is \w+, for example \['much'\], and"):
        cells_of(movers_study(), sample.assign(log_pay="much"))


def test_outcomes_and_estimators_must_fit(sample):
    study = movers_study()
    models = {name: replace(model, estimators=("logit",)) for name, model in study.models.items()}
    with pytest.raises(SpecError, match="Logit explains a binary outcome, and the model's outcome is `kind: cont"):
        cells_of(replace(study, models=models), sample)


# ---- a second opinion (golden/make_second_opinion.py)


@pytest.mark.parametrize("estimator", ["ols", "logit", "probit"])
def test_marginaleffects_says_the_same_of_groups_and_contrasts_of_contrasts(estimator, sample, design):
    """Its derivatives by the coefficients are numerical: good for five digits, of a slope, a quotient, for three."""
    found = fit(sample["log_pay" if estimator == "ols" else "employed"], design, estimator, Covariance("classical"))
    opinion = pd.read_csv(GOLDEN / "second_opinion.csv").query("model == @estimator").set_index("name")
    wanted = asked(design)
    assert len(opinion) == 6
    ours = estimate(found, design, [wanted[name] for name in opinion.index])
    np.testing.assert_allclose(ours.values, opinion["value"], rtol=0, atol=1e-8)
    np.testing.assert_allclose(ours.std_errors[:-1], opinion["std_error"][:-1], rtol=1e-5)
    np.testing.assert_allclose(ours.std_errors[-1], opinion.loc["age", "std_error"], rtol=5e-4)


def test_an_effect_that_rests_on_few_movers_of_a_group_is_not_released(sample):
    """Two movers among the women: their effect, and its difference from the men's, would tell about the two."""
    women = sample["male"] == 0
    few = sample[~women | (sample["mover"] == 0) | (women & (sample["mover"] == 1)).cumsum().isin([1, 2])]
    rows = [one for one in ROWS if one["id"] in ("mover", "female", "male", "male_female")]
    frame = few.reset_index(drop=True).assign(person=range(len(few)))
    study = movers_study(rows)
    fits, _ = fit_models({"f": frame}, study)
    cells = estimate_table(fits, study, "t")
    released = release(cells, study.tables["t"], "open", 3).cells.set_index(["row", "column", "statistic"])
    hidden = released.loc[(slice(None), "pay", "marginal_effect"), "flag"] == "suppressed"
    assert hidden.droplevel([1, 2]).to_dict() == {"mover": False, "female": True, "male": False, "male_female": True}


# ---- any number within persons


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
