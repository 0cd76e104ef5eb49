"""Layer models as cells: strengths, association and log odds ratios, from rows of people, weighted or counted."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mobility.cells.estimates import estimate_table, fit_models
from mobility.errors import DataError, SpecError
from mobility.models.association import pattern_columns
from mobility.models.unidiff import UNIDIFF, fit_layers
from mobility.settings import Study
from specs import about, model_spec, sample, table_spec

FOLDER = Path("studies/s")
CLASSES = ["a", "b", "c"]
YEARS = ["2001", "2011", "2021"]
FULL = pattern_columns(["full"], (), 3, 3, "test")
YEAR = {"id": "year", "of": "year", "kind": "factor", "levels": YEARS, "reference": "2001"}
ASSOCIATION = {"origin": "origin", "destination": "destination", "layer": "year", "classes": CLASSES}
MODEL = {
    "model": "m",
    "outcome": {"column": "people"},
    "association": ASSOCIATION,
    "estimators": ["independence", "common", "unidiff", "separate"],
    "covariance": {"kind": "classical", "factor": "stata"},
}


def counted(seed=3):
    """A count for each cell of three years."""
    rng = np.random.default_rng(seed)
    cells = pd.MultiIndex.from_product([YEARS, CLASSES, CLASSES], names=["year", "origin", "destination"])
    frame = cells.to_frame(index=False)
    strength = frame["year"].map({"2001": 1.0, "2011": 0.7, "2021": 1.3})
    mean = 60 * np.exp(strength * (frame["origin"] == frame["destination"]))
    return frame.assign(people=rng.poisson(mean), person=range(len(frame)))


def array_of(frame, column="people"):
    return frame[column].to_numpy("float64").reshape(3, 3, 3)


def cells_of(frame, table, model=None, weight="", regressors=(YEAR,)):
    spec = model_spec({**MODEL, **(model or {})}, regressors)
    own = table_spec({"decimals": 3, **table})
    study = Study(FOLDER, about({"weight": weight}), {"s": sample("s", {})}, {"t": own}, models={spec.model: spec})
    fitted, losses = fit_models({"f": frame}, study)
    return estimate_table(fitted, study, "t"), fitted, losses


def strengths(*measures):
    return {
        "statistic": "layer_strength",
        "rows": {"show": [{"id": year} for year in YEARS]},
        "columns": {"show": [{"id": measure, "model": "m", "estimator": "unidiff", "measure": measure}
                             for measure in measures]},
    }  # fmt: skip


def test_every_measure_is_that_of_the_fit():
    frame = counted()
    cells, _, _ = cells_of(frame, strengths("ratio", "log", "quasi", "quasi_error", "intrinsic", "odds_ratio"))
    found = fit_layers(array_of(frame), UNIDIFF, FULL)
    value = cells.pivot(index="row", columns="column", values="value").astype("float64")
    assert value["ratio"].to_numpy() == pytest.approx(found.beta)
    assert value["log"].to_numpy() == pytest.approx(found.log_beta)
    assert value["quasi"].to_numpy() == pytest.approx(found.log_beta)
    assert value["quasi_error"].to_numpy() == pytest.approx(np.sqrt(found.log_quasi_variances))
    assert value["intrinsic"].to_numpy() == pytest.approx(found.intrinsic)
    assert value["odds_ratio"].to_numpy() == pytest.approx(found.mean_odds_ratio)
    assert (cells["statistic"] == "layer_strength").all()


def test_intervals_of_ratios_are_those_of_the_log_exponentiated():
    cells, _, _ = cells_of(counted(), strengths("ratio", "log", "quasi"))
    at = cells[cells["row"] == "2021"].set_index("column")
    for bound in ("ci_low", "ci_high"):
        assert at.loc["ratio", bound] == pytest.approx(np.exp(at.loc["log", bound]))
    assert at.loc["log", "ci_high"] - at.loc["log", "value"] == pytest.approx(1.959964 * at.loc["log", "std_error"])
    base = cells[cells["row"] == "2001"].set_index("column")
    assert base["note"].to_list() == ["base layer", "base layer", ""]
    assert np.isnan(base.loc["ratio", "std_error"])
    assert base.loc["quasi", "ci_low"] < 0 < base.loc["quasi", "ci_high"]


def test_rows_of_people_and_counts_of_cells_are_one_table():
    frame = counted()
    people = frame.loc[frame.index.repeat(frame["people"])].reset_index(drop=True).assign(people=1)
    people["person"] = range(len(people))
    of_cells, of_people = (cells_of(one, strengths("log"))[0] for one in (frame, people))
    pd.testing.assert_frame_equal(of_cells, of_people)
    assert of_cells["persons"].to_list() == [frame["people"].sum()] * 3


def test_weights_are_on_the_scale_of_people_or_of_their_effective_number():
    frame = counted().assign(w=np.tile([0.5, 1.0, 2.0], 9))
    n, w = frame["people"], frame["w"]
    weighted, _, _ = cells_of(frame, strengths("log"), weight="w")
    plain = fit_layers(array_of(frame.assign(p=n * w * n.sum() / (n * w).sum()), "p"), UNIDIFF, FULL)
    assert weighted["value"].to_numpy("float64") == pytest.approx(plain.log_beta)
    assert weighted["std_error"].to_numpy("float64")[1:] == pytest.approx(np.sqrt(np.diag(plain.log_covariance))[1:])
    effective, fitted, _ = cells_of(
        frame, strengths("log"), {"association": {**ASSOCIATION, "counts": "effective"}}, "w"
    )
    kish = (n * w).groupby(frame["year"]).sum() ** 2 / (n * w**2).groupby(frame["year"]).sum()
    assert fitted["m"].fits["unidiff"].table.counts.sum(axis=(1, 2)) == pytest.approx(kish.to_numpy())
    assert (effective["std_error"].iloc[1:] > weighted["std_error"].iloc[1:]).all()


def test_the_association_stands_by_origin_and_destination():
    frame = counted()
    table = {
        "statistic": "association",
        "rows": {"show": [{"id": name, "model": "m", "estimator": "unidiff"} for name in CLASSES]},
        "columns": {"show": [{"id": name} for name in CLASSES]},
    }
    cells, _, _ = cells_of(frame, table)
    found = fit_layers(array_of(frame), UNIDIFF, FULL)
    assert cells["value"].to_numpy("float64") == pytest.approx(found.association.ravel())
    assert cells["std_error"].to_numpy("float64") == pytest.approx(found.association_errors.ravel())


def pairs(**more):
    column = {"id": "ab", "model": "m", "estimator": "separate", "pair": [["a", "b"], ["a", "b"]]}
    return {
        "statistic": "pair_log_odds",
        "rows": {"show": [{"id": year} for year in YEARS]},
        "columns": {"show": [{**column, **more}]},
    }


def test_log_odds_ratios_as_counted():
    frame = counted()
    cells, _, _ = cells_of(frame, pairs())
    n = array_of(frame)[:, :2, :2]
    expected = np.log(n[:, 0, 0] * n[:, 1, 1] / (n[:, 0, 1] * n[:, 1, 0]))
    assert cells["value"].to_numpy("float64") == pytest.approx(expected)
    assert cells["std_error"].to_numpy("float64") == pytest.approx(np.sqrt((1 / n).sum(axis=(1, 2))), rel=1e-6)


def test_log_odds_ratios_as_counted_rest_on_the_smallest_count_of_their_layer():
    """As those of a test they give their four counts back, which can cover a small one of the same row.

    A model with fewer parameters rests on all counts of its table. Here the smallest are none of the pairs' own.
    """
    frame = counted()
    frame.loc[frame["destination"] == "c", "people"] = [7, 8, 9] * 3
    cells, _, _ = cells_of(frame, pairs())
    assert cells["fewest"].to_list() == [7, 7, 7] and array_of(frame)[:, :2, :2].min() > 9
    assert (cells_of(frame, pairs(estimator="unidiff"))[0]["fewest"] == 7).all()
    one, two = (frame.assign(w=weights) for weights in (0.7, np.tile([0.5, 0.7, 1.1], 9)))
    assert (cells_of(one, pairs(estimator="unidiff"), weight="w")[0]["fewest"].round(9) == 7).all()
    assert cells_of(two, pairs(estimator="unidiff"), weight="w")[0]["fewest"].isna().all()


def test_the_association_of_one_layer_rests_on_the_smallest_count_of_its_table():
    """With as many parameters as cells it is made from the counts; that of three layers is one of all of theirs."""
    table = {
        "statistic": "association",
        "rows": {"show": [{"id": name, "model": "m", "estimator": "unidiff"} for name in CLASSES]},
        "columns": {"show": [{"id": name} for name in CLASSES]},
    }
    frame = counted()
    alone = frame[frame["year"] == YEARS[0]]
    assert set(cells_of(alone, table)[0]["fewest"]) == {alone["people"].min()}
    assert set(cells_of(frame, table)[0]["fewest"]) == {frame["people"].min()}


def test_numbers_in_which_all_counts_of_a_table_are_rest_on_the_smallest():
    """Of the 1,679 tables with the shown cells and the margins of Glass's sons of 1949, one has its deviance."""
    frame = counted()
    frame.loc[[0, 5], "people"] = [4, 6]
    names = ("2011", "deviance", "pearson", "bic", "aic", "dissimilarity", "residual_df", "observations")
    rows, columns = ([{"id": name} for name in names], [{"id": "m", "model": "m", "estimator": "unidiff"}])
    table = {"statistic": "coefficient", "rows": {"show": rows}, "columns": {"show": columns}}
    cells, _, _ = cells_of(frame, table)
    fewest = cells.groupby("row")["fewest"].max()
    assert fewest[list(names[:-2])].tolist() == [4] * 6 and fewest[list(names[-2:])].isna().all()
    measured, _, _ = cells_of(frame, strengths("ratio", "quasi_error", "intrinsic", "odds_ratio"))
    assert (measured["fewest"] == 4).all()
    small = ["log_likelihood", "deviance", "bic_of_cells", "gradient_norm", "iterations"]
    shown = (*small, "state", "observations")
    rows = [{"id": "m", "model": "m", "estimator": "common"}]
    table = {"statistic": "diagnostic", "rows": {"show": rows}, "columns": {"show": [{"id": name} for name in shown]}}
    cells, _, _ = cells_of(frame, table)
    assert cells.loc[cells["fewest"] == 4, "column"].tolist() == small


def test_what_a_fit_leaves_of_the_gradient_is_that_of_one_table():
    """Glass's sons of 1949 again, by two models; tables near the true one are tried."""
    at = np.array([[0, 45, 0, 18, 0], [28, 0, 0, 154, 0], [11, 78, 110, 223, 96], [14, 150, 185, 714, 447]])
    at = np.vstack([at, [0, 0, 72, 320, 411]])
    patterns = [pattern_columns([name], (), 5, 5, "") for name in ("symmetric", "diagonal")]

    def gradients(s, u):
        table = at + np.array(
            [
                [66 - s - u, 0, s, 0, u],
                [0, 158 + s + u, 92 - s, 0, 63 - u],
                *np.zeros((2, 5), dtype=int),
                [s + u - 13, 58 - s - u, 0, 0, 0],
            ]
        )
        return [fit_layers(table[None], "common", columns).gradient for columns in patterns]

    true = gradients(8, 8)
    like = [(s, u) for s in range(7, 13) for u in range(7, 13) if np.allclose(gradients(s, u), true, rtol=0.01, atol=0)]
    assert like == [(8, 8)]


def test_a_log_odds_ratio_with_an_empty_cell_has_no_number():
    frame = counted()
    frame.loc[(frame["year"] == "2011") & (frame["origin"] == "a") & (frame["destination"] == "b"), "people"] = 0
    cells, _, _ = cells_of(frame, pairs())
    assert cells["flag"].to_list() == ["", "not_estimable", ""]


def test_fits_and_strengths_stand_in_tables_of_coefficients_and_diagnostics():
    frame = counted()
    rows = [{"id": name} for name in ("2001", "2011", "deviance", "residual_df", "bic", "dissimilarity")]
    columns = [{"id": "unidiff", "model": "m", "estimator": "unidiff"}]
    cells, fitted, _ = cells_of(
        frame, {"statistic": "coefficient", "rows": {"show": rows}, "columns": {"show": columns}}
    )
    found = fitted["m"].fits["unidiff"].table
    value = cells[cells["statistic"] != "std_error"].set_index("row")
    assert value.loc["2001", "note"] == "Ref."
    assert value.loc["2011", "value"] == pytest.approx(found.log_beta[1])
    numbers = [found.deviance, found.df, found.bic, found.dissimilarity]
    assert value.loc["deviance":, "value"].to_list() == pytest.approx(numbers)
    shown = ("deviance", "residual_df", "pearson", "aic", "bic_of_cells", "state")
    table = {
        "statistic": "diagnostic",
        "rows": {"show": [{"id": name, "model": "m", "estimator": name} for name in ("independence", "separate")]},
        "columns": {"show": [{"id": name} for name in shown]},
    }
    cells, _, _ = cells_of(frame, table)
    assert cells.loc[cells["column"] == "residual_df", "value"].to_list() == [12, 0]
    assert cells.loc[cells["column"] == "residual_df", "table_df"].to_list() == [12, 0]  # as evidence, of its cells
    assert cells["df"].isna().all()  # which are not those of persons
    assert cells.loc[cells["column"] == "state", "note"].to_list() == ["converged", "converged"]


def test_a_strength_below_0_has_no_logarithm_and_says_so():
    frame = counted()
    turned = np.exp(-1.5 * (frame["origin"] == frame["destination"]))
    frame["people"] = np.where(frame["year"] == "2021", (100 * turned).round(), frame["people"]).astype(int)
    table = strengths("ratio", "log")
    cells, _, _ = cells_of(frame, table)
    at = cells[cells["row"] == "2021"].set_index("column")
    assert at.loc["ratio", "value"] < 0
    low, high = at.loc["ratio", ["ci_low", "ci_high"]]
    assert low < at.loc["ratio", "value"] < high < 0
    assert at.loc["log", "flag"] == "not_estimable"
    assert at.loc["log", "note"] == "beta is below 0 and has no logarithm: the association runs the other way"


def test_two_layers_have_no_quasi_variances():
    frame = counted()
    cells, _, _ = cells_of(frame[frame["year"] != "2021"], {**strengths("quasi"), "rows": {"show": [{"id": "2011"}]}})
    assert cells["note"].to_list() == ["quasi-variances need three layers or more"]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (strengths("log") | {"rows": {"show": [{"id": "2031"}]}}, r"no layer `2031` in the model; nearest"),
        (pairs(pair=[["a", "x"], ["a", "b"]]), r"no origin `x` in the model; allowed: a, b, c"),
        (pairs(pair=[]), r"column `ab` has no `pair`"),
        (
            strengths("log") | {"columns": {"show": [{"id": "c", "model": "m", "estimator": "common"}]}},
            r"`c` is Constant association of a table outcome, which has no layer_strength",
        ),
    ],
)
def test_tables_that_ask_for_what_is_not_there_are_refused(table, said):
    with pytest.raises(SpecError, match=said):
        cells_of(counted(), table)


@pytest.mark.parametrize(
    ("model", "error", "said"),
    [
        ({"association": {**ASSOCIATION, "layer": "yaer"}}, SpecError, r"m\.yaml: layer `yaer` is no factor .* year"),
        (
            {"association": {**ASSOCIATION, "classes": ["a", "b"]}},
            DataError,
            r"m\.yaml: origin holds `c`, which is not",
        ),
        ({"covariance": {"kind": "robust", "factor": "stata"}}, SpecError, r"errors of a layer model are those of its"),
        ({"association": {**ASSOCIATION, "excluded": [["a", "x"]]}}, SpecError, r"`excluded` names the class `x`"),
        ({"estimators": ["nbreg"]}, SpecError, r"its `association`"),
    ],
)
def test_models_that_cannot_be_are_refused(model, error, said):
    with pytest.raises(error, match=said):
        cells_of(counted(), strengths("log"), model)


def test_negative_counts_are_refused_with_their_cell():
    frame = counted()
    frame.loc[4, "people"] = -2
    with pytest.raises(DataError, match=r"m\.yaml: counts: 1 of 27 .* -2 in layer `2001`, origin `b`, destination `b`"):
        cells_of(frame, strengths("log"))


def test_a_model_of_a_table_needs_an_association():
    regress = {key: value for key, value in MODEL.items() if key != "association"}
    with pytest.raises(SpecError, match=r"UNIDIFF explains a table outcome"):
        spec = model_spec({**regress, "estimators": ["unidiff"]}, (YEAR,))
        study = Study(FOLDER, about(), {"s": sample("s", {})}, models={"m": spec})
        fit_models({"f": counted()}, study)


def test_people_without_a_class_are_counted_as_lost():
    frame = counted()
    frame.loc[[0, 1], "origin"] = None
    _, _, losses = cells_of(frame, strengths("log"))
    assert losses.loc[losses["reason"] == "no value for origin", "rows_dropped"].to_list() == [2]


def test_a_layer_that_nobody_is_in_has_no_number():
    frame = counted()
    frame = frame[frame["year"] != "2011"]
    cells, _, _ = cells_of(frame, strengths("log", "ratio"))
    at = cells[cells["row"] == "2011"]
    assert at["flag"].to_list() == ["not_estimable"] * 2
    assert at["note"].to_list() == ["nobody in the sample has it"] * 2
    cells, _, _ = cells_of(frame, pairs())
    assert cells["flag"].to_list() == ["", "not_estimable", ""]


def test_a_base_layer_that_nobody_is_in_is_said():
    frame = counted()
    cells, _, _ = cells_of(frame[frame["year"] != "2001"], strengths("log"))
    assert set(cells["flag"]) == {"not_estimable"}
    said = "base layer 2001 says nothing of the association: take another layer as base"
    assert all(said in note for note in cells["note"])


def test_a_layer_of_zero_counts_says_why_it_has_no_number():
    frame = counted()
    frame["people"] = frame["people"].where(frame["year"] != "2011", 0)
    cells, _, _ = cells_of(frame, strengths("log"))
    assert cells["flag"].to_list() == ["", "not_estimable", ""]
    assert cells["note"].iloc[1] == "its counts say nothing of the association"
