"""Tables of marginal effects by group and of their differences, and their page."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mobility.cells.estimates import estimate_table, fit_models
from mobility.cells.nested import nested_rows
from mobility.disclosure.numbers import Table
from mobility.disclosure.release import release_tables
from mobility.errors import DataError, SpecError
from mobility.intake.losses import LossTable
from mobility.models import (
    Covariance,
    effect,
    estimate,
    fit,
)
from mobility.panel.sample import select_sample
from mobility.render.table import errors_shown, layout
from mobility.settings import load_study
from mobility.settings.models import ModelSpec
from movers_and_stayers import CLASS, MALE, MOVER, between
from paths import GOLDEN, ROOT
from specs import MODEL, design_of, table_spec, term, terms
from specs import sample as spec_of_sample


@pytest.fixture(scope="module")
def sample():
    return pd.read_csv(GOLDEN / "margins_sample.csv")


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
        terms=blocks,
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
    found = fit(sample["employed"], design, "probit", Covariance("clustered"), sample["area"])
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
    assert shown["persons"].tolist() == [movers[0], movers[1], movers[2], min(movers[1:]), min(movers[1:])]
    assert cells.loc[("observations", "pay", "observations"), "value"] == 1200
    assert cells.loc[("controls", "pay", "text"), "note"] == "YES"
    pay = cells.loc[("male_female", "pay", "marginal_effect")]
    # t with 59 degrees of freedom, as `regress` with 60 clusters: R, qt(0.975, 59).
    assert (pay["ci_high"] - pay["value"]) / pay["std_error"] == pytest.approx(2.0009953781, abs=1e-9)
    moves = cells.loc[("male", "moves", "marginal_effect")]
    assert moves["persons"] == sample[sample["male"] == 1].groupby("mover")["moves"].sum().min() and np.isfinite(
        moves["value"]
    )


def test_a_difference_between_groups_without_an_interaction_is_no_number(sample):
    """By hand: age is in no interaction, so that least squares has one effect of it for every class."""
    rows = [{"id": "none", "specification": "by_sex", "effect": "age", "over": {"parents": "top"}}]
    rows[0]["than"] = {"parents": "routine"}
    columns = {"columns": {"show": [{"id": "pay", "label": "", "model": "pay", "estimator": "ols"}]}}
    cell = cells_of(movers_study(rows, **columns), sample)[0].loc[("none", "pay", "marginal_effect")]
    assert np.isnan(cell["value"]) and cell["flag"] == "not_estimable" and cell["stars"] == ""
    assert cell["note"] == "age has no interaction that could make a difference here"


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
    lost = losses[(losses["step"] == "pay__by_sex") & losses["reason"].eq("no value for log pay")]
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
        (
            {"effect": "mover", "over": {"male": 7}},
            "tables/t.yaml: row `x`, over: `male` is of kind indicator and never `7`; allowed: 0, 1.",
        ),
        (
            {"effect": "mover", "over": {"male": 0}, "than": {"male": "man"}},
            "row `x`, than: `male` is of kind indicator and never `man`",
        ),
        (
            {"effect": "mover", "over": {"parents": "tops"}, "specification": "by_class"},
            "row `x`, over: `parents` is of kind factor and never `tops`; nearest: top",
        ),
    ],
)
def test_a_row_names_regressors_of_its_model(sample, row, words):
    with pytest.raises(SpecError, match=re.escape(words)):
        cells_of(movers_study([{"id": "x", "specification": "by_sex", **row}]), sample)


def test_words_where_a_term_or_a_weight_is_a_number(sample):
    words = "models: term `age`: `age` holds text, and a term of kind"
    with pytest.raises(DataError, match=words):
        cells_of(movers_study(), sample.assign(age="old"))
    with pytest.raises(DataError, match=r"study\.yaml, weight: the column `w` is .*, and weights are numbers"):
        select_sample(sample.assign(w="heavy"), spec_of_sample("s", {}), "w", LossTable(counted="area"))
    with pytest.raises(DataError, match=r"study\.yaml, weight: the frame has no column `agee`; nearest: age"):
        select_sample(sample, spec_of_sample("s", {}), "agee", LossTable(counted="area"))


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


def test_an_effect_that_rests_on_few_movers_of_a_group_is_not_released(sample):
    """Two movers among the women: their effect, and its difference from the men's, would tell about the two.

    So would the effect were everyone a woman: of least squares it is the same number.
    """
    women = sample["male"] == 0
    few = sample[~women | (sample["mover"] == 0) | (women & (sample["mover"] == 1)).cumsum().isin([1, 2])]
    rows = [one for one in ROWS if one["id"] in ("mover", "female", "male", "male_female", "all_as_men")]
    rows += [
        {"id": f"all_{male}", "label": "", "effect": "mover", "specification": "by_sex", "at": {"male": male}}
        for male in (0, 1)
    ]
    frame = few.reset_index(drop=True).assign(person=range(len(few)))
    study = movers_study(rows)
    fits, _ = fit_models({"f": frame}, study)
    cells = estimate_table(fits, study, "t")
    (found,) = release_tables([Table(cells, study.tables["t"])], "open", 3)
    released = found.cells.set_index(["row", "column", "statistic"])
    hidden = released.loc[(slice(None), "pay", "marginal_effect"), "flag"] == "suppressed"
    shown = {"mover": False, "female": True, "male": False, "male_female": True}
    # Movers of the fit less those among the men would be the two.
    assert released.loc[hidden.index, "persons"].isna().all() and cells["persons"].notna().all()
    assert hidden.droplevel([1, 2]).to_dict() == {**shown, "all_as_men": True, "all_0": True, "all_1": False}
    value = cells[cells["statistic"] == "marginal_effect"].set_index(["row", "column"])["value"]
    assert value["all_0", "pay"] == pytest.approx(value["female", "pay"], rel=1e-12)


@pytest.mark.parametrize(("women", "told"), [(8, False), (12, True)])
def test_a_group_does_not_tell_how_few_the_others_of_a_fit_are(sample, women, told):
    """Rows of the fit less those of men are the women: of 8 the men are not told at 10. Estimates and the fit stay."""
    rows = [ROWS[2], ROWS[-2]]
    columns = {"columns": {"show": [{"id": "pay", "label": "", "model": "pay", "estimator": "ols"}]}}
    frame = sample.drop(sample.index[sample["male"] == 0][women:]).reset_index(drop=True)
    study = movers_study(rows, **columns)
    cells, _ = cells_of(study, frame)
    assert cells.loc[("male", "pay", "marginal_effect"), "smallest"] == women
    (found,) = release_tables([Table(cells.reset_index(), study.tables["t"])], "special", 10)
    released = found.cells.set_index(["row", "column", "statistic"])
    men, everybody = (
        released.loc[place] for place in (("male", "pay", "marginal_effect"), ("observations", "pay", "observations"))
    )
    assert men["value"] == cells.loc[("male", "pay", "marginal_effect"), "value"]
    assert men[["n", "base"]].notna().all() == told and pd.isna(men["persons"]) and everybody["value"] == len(frame)
    differs = found.reasons.set_index(["row", "statistic"])["differs"]
    assert np.isnan(differs["male", "marginal_effect"]) == told


def test_the_effect_of_a_group_goes_where_a_saturated_fit_would_tell_how_few_the_others_are(sample):
    """Of an outcome of 0 and 1 on moving, sex and both the effect among men is of two shares of their rows."""
    main = (term(MOVER), term(MALE), term(between("mover", "male")))
    raw = {**MODEL, "model": "own", "terms": ["all"], "estimators": ["ols"]}
    spec = ModelSpec.read({**raw, "outcome": {"column": "employed", "values": [1]}}, "own", {"all": main})[0]
    rows = [{"id": "male", "effect": "mover", "over": {"male": 1}}, {"id": "observations"}]
    columns = {"columns": {"show": [{"id": "own", "label": "", "model": "own", "estimator": "ols"}]}}
    study = replace(movers_study(rows, **columns), models={"own": spec}, terms={"all": main})
    for women, hidden in ((8, True), (400, False)):
        frame = sample.drop(sample.index[sample["male"] == 0][women:]).reset_index(drop=True)
        frames = {"f": frame.assign(person=range(len(frame)))}
        fits, _, _ = nested_rows(fit_models(frames, study)[0], frames, study)
        (found,) = release_tables([Table(estimate_table(fits, study, "t"), study.tables["t"])], "special", 10)
        flags = found.cells.set_index(["row", "statistic"])["flag"]
        assert (flags["male"] == "suppressed").all() == hidden and flags["observations", "observations"] == ""


def test_an_effect_that_is_of_two_shares_rests_on_the_fewest_in_or_outside_them(sample):
    """Small `movers`: with 38 of 124 who moved, 0.0367 and its error are of 31 and 67 in work, and so of 7 movers not.

    With age beside it the fit is of no such shares, and rests on the 26 without work.
    """
    raw = {**MODEL, "outcome": {"column": "employed", "values": [1]}, "estimators": ["probit"]}
    frame = sample[:124].assign(mover=[1.0] * 38 + [0.0] * 86, employed=[1] * 31 + [0] * 7 + [1] * 67 + [0] * 19)
    frame["age"] = np.arange(124.0) % 40
    models, terms = {}, {"one": (term(MOVER),), "two": (term(MOVER), term({"id": "age", "kind": "continuous"}))}
    for name in terms:
        models[name] = ModelSpec.read({**raw, "model": name, "terms": [name]}, name, terms)[0]
    columns = [{"id": name, "label": "", "model": name, "estimator": "probit"} for name in terms]
    study = movers_study([{"id": "mover"}, {"id": "observations"}], columns={"show": columns})
    cells, _ = cells_of(replace(study, models=models, terms=terms), frame.assign(person=range(124)))
    effects, rows = (cells.xs(name, level="statistic") for name in ("marginal_effect", "observations"))
    assert effects.loc[("mover", "one"), "value"] == pytest.approx(31 / 38 - 67 / 86)
    assert effects["fewest"].tolist() == [7, 26] and rows["fewest"].tolist() == [26, 26]
