"""Class of origin by own class from the Labour Force Survey, and the layer model on it: by hand, and its bad input."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from labour_rows import ONE
from mobility.cells.estimates import asked_of, estimate_table, fit_model
from mobility.errors import DataError
from mobility.intake.losses import LossTable
from mobility.models.association import pattern_columns
from mobility.models.unidiff import fit_layers
from mobility.settings import load_study
from mobility.studies import make_frames
from mobility.studies.inputs import Inputs
from paths import ROOT

STUDY = load_study(ROOT, "state_of_nation")
THREE = ("professional", "intermediate", "working_class")
YEARS = tuple(range(2014, 2022))


def classes(*rows, losses=None, **choices):
    """Frame of persons who are as `ONE`, at 40, but for what is said."""
    panel = pd.DataFrame(
        [{"person": at, "wave": 1, "year": 2014, **ONE, "age": 40, **row} for at, row in enumerate(rows)]
    )
    inputs = Inputs.of({"labour": panel}, STUDY, STUDY.chosen(choices), losses or LossTable(), ["classes"])
    return make_frames(inputs)["classes"]


def table_of(frame, table, models=("unidiff_all", "unidiff_men", "unidiff_women", "unidiff_seven")):
    fitted = {name: fit(frame, name) for name in models}
    return estimate_table(fitted, STUDY, table).set_index(["row", "column", "statistic"]).sort_index()


def fit(frame, name):
    spec = STUDY.models[name]
    return fit_model(frame, spec, STUDY, LossTable(), asked_of(spec, STUDY, STUDY.tables))


def people(counts, weights=None):
    """A frame of as many persons as the counts say, K x 3 x 3, men and women in turn; weights by layer and person."""
    places = np.array([place for place, count in np.ndenumerate(counts) for _ in range(count)])
    frame = pd.DataFrame(
        {
            "person": np.arange(len(places)),
            "year": np.array(YEARS)[places[:, 0]],
            "origin": np.array(THREE)[places[:, 1]],
            "destination": np.array(THREE)[places[:, 2]],
            "origin_seven": (2 * places[:, 1] + 1).astype(str),
            "destination_seven": (2 * places[:, 2] + 1).astype(str),
            "sex": np.where(np.arange(len(places)) % 2, "male", "female"),
            "people": 1,
        }
    )
    return frame.assign(weight=1.0 if weights is None else weights(len(places)))


COUNTS = np.random.default_rng(3).integers(20, 60, (8, 3, 3)) + 40 * np.eye(3, dtype=int)


def test_who_is_in_the_table_and_in_which_class():
    rows = [
        {},
        {"origin_nssec": 8, "own_nssec": 5},
        {"origin_nssec": 12, "own_nssec": 8},
        {"origin_earner": 5},
        {"age": 24},
        {"age": 65},
        {"year": 2013},
        {"reference_month": 5},
        {"age": 25, "year": 2021},
    ]
    losses = LossTable()
    found = classes(*rows, losses=losses)
    assert found["person"].tolist() == [0, 1, 2, 3, 8]
    assert found["origin"].fillna("-").tolist() == [
        "professional",
        "intermediate",
        "working_class",
        "-",
        "professional",
    ]
    assert found["destination"].fillna("-").tolist() == [
        "professional",
        "working_class",
        "-",
        "professional",
        "professional",
    ]
    assert found["origin_seven"].fillna("-").tolist() == ["1", "4", "6", "-", "1"]
    assert found["destination_seven"].fillna("-").tolist() == ["1", "5", "-", "1", "1"]
    assert found["cohort"].tolist() == ["1970s"] * 4 + ["1990s"]
    assert [line["reason"] for line in losses.chain("classes")][1:] == [
        "of another quarter than July to September",
        "not aged 25 to 64",
        "before the questions on background of 2014",
    ]


def test_readings_move_people_between_classes():
    lower = {"origin_nssec": 10, "own_nssec": 5}
    assert classes(lower, nssec5="intermediate")[["origin", "destination"]].iloc[0].tolist() == ["intermediate"] * 2
    assert classes(lower, nssec5="intermediate")["origin_seven"].tolist() == ["5"]
    conflict = classes({"origin_earner": 5}, earner_conflict="class")
    assert conflict["origin"].tolist() == ["professional"]
    assert classes({"ilo_status": 3}, base_3_3="employed")["destination"].isna().all()


def test_the_table_is_fitted_by_its_effective_number():
    """Weights of 1 and 3 in turn: in each layer the weighted counts times sum w / sum w^2."""
    frame = people(COUNTS, lambda n: np.where(np.arange(n) % 2, 3.0, 1.0))
    effective = np.zeros((8, 3, 3))
    for k, year in enumerate(YEARS):
        own = frame[frame["year"] == year]
        sums = own.groupby(["origin", "destination"])["weight"].sum().unstack().loc[list(THREE), list(THREE)]
        effective[k] = sums * own["weight"].sum() / (own["weight"] ** 2).sum()
    expected = fit_layers(effective, "unidiff", pattern_columns(("full",), (), 3, 3, "here"))
    found = table_of(frame, "unidiff_years")
    for k, year in list(enumerate(YEARS))[1:]:
        cell = found.loc[(str(year), "all", "coefficient")]
        assert cell["value"] == pytest.approx(expected.log_beta[k], abs=1e-9)
        assert cell["std_error"] == pytest.approx(np.sqrt(expected.log_covariance[k, k]), rel=1e-6)
    assert found.loc[("2014", "all", "text"), "note"] == "Ref."


def test_constant_fluidity_is_beside_it_and_has_a_degree_of_freedom_more_for_each_layer_but_the_base():
    fitted = {name: fit(people(COUNTS), name) for name in STUDY.models if name != "unidiff_cohorts"}
    spec = STUDY.tables["unidiff_fits"]
    rows = replace(spec.rows, items=tuple(item for item in spec.rows.items if not item.id.startswith("cohorts")))
    study = replace(STUDY, tables={**STUDY.tables, "unidiff_fits": replace(spec, rows=rows)})
    found = estimate_table(fitted, study, "unidiff_fits").set_index(["row", "column"])["value"]
    assert found["all__common", "residual_df"] - found["all__unidiff", "residual_df"] == 7
    assert found["all__common", "deviance"] >= found["all__unidiff", "deviance"] >= found["all__separate", "deviance"]
    assert found["all__separate", "deviance"] == pytest.approx(0, abs=1e-8)


def test_one_year_alone_has_nothing_to_compare():
    """One layer: no number for any other year, and a note, in place of a failure."""
    found = table_of(people(COUNTS[:1]), "unidiff_years")
    assert found.loc[("2015", "all")]["value"].isna().all()
    assert set(found.loc[("2015", "all")]["flag"]) == {"not_estimable"}


def test_a_year_without_anybody_and_an_empty_class_are_said():
    counts = COUNTS.copy()
    counts[3] = 0
    counts[5, 1] = 0
    found = table_of(people(counts), "unidiff_years")
    assert found.loc[("2017", "all", "coefficient"), "note"] == "nobody in the sample has it"
    assert np.isfinite(found.loc[("2019", "all", "coefficient"), "value"])
    note = fit(people(counts), "unidiff_all").fits["unidiff"].note
    assert note == "layer 2019 has no count in origin intermediate"


def test_an_unknown_class_is_named_with_the_nearest():
    frame = people(COUNTS)
    frame.loc[0, "destination"] = "working"
    with pytest.raises(
        DataError, match="destination holds `working`, which is not one of the classes; nearest: working_class"
    ):
        fit(frame, "unidiff_all")


def test_weights_below_zero_are_no_counts():
    """A row without a positive weight is a loss by name."""
    frame, losses = people(COUNTS), LossTable()
    frame.loc[:4, "weight"] = [-1.0, 0.0, np.nan, -2.0, -3.0]
    spec = STUDY.models["unidiff_all"]
    fit_model(frame, spec, STUDY, losses, asked_of(spec, STUDY, STUDY.tables))
    lost = {line["reason"]: line["rows_in"] - line["rows_out"] for line in losses.rows}
    assert 5 in lost.values(), lost
