"""Estimates are judged by those whom they rest on, however many persons are in the fit.

Within persons these are those who change, of a constant those in the references, of a number those who have another.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mobility.cells.estimates import estimate_table, fit_models
from mobility.disclosure.numbers import Table
from mobility.disclosure.release import release_tables
from mobility.models import build_design
from mobility.models.prepared import Prepared
from mobility.settings.models import ModelSpec
from specs import MODEL, table_spec, term
from test_marginal_effects import movers_study

PERSONS, WAVES = 80, 3
NAMES = ("small", "other", "age")
TERMS = tuple(term({"id": name, "kind": "continuous" if name == "age" else "indicator"}) for name in NAMES)


def panel(small, other=40, moves=30):
    """Rows of 80 persons in three waves. In the last wave so many change to a small firm, or to another, or move.

    Of the persons who do not change twenty are in small firms all the time.
    """
    person, wave = np.divmod(np.arange(PERSONS * WAVES), WAVES)
    last = wave == WAVES - 1
    return pd.DataFrame(
        {
            "person": person,
            "small": (last & (person < small) | (person >= 60)) * 1.0,
            "other": (last & (person < other)) * 1.0,
            "age": 20 + person % 7 + wave * (1 + person % 2),
            "employed": (last & (person % 2 == 0) & (person < 2 * moves)) * 1,
        }
    )


def flags(frame, regressors=TERMS, estimator="within", statistic="effect", rows=(), columns=()):
    """Flags of effects by term, as released at a threshold of 10; or of `rows` and `columns` of another statistic."""
    covariance = {"kind": "clustered", "cluster": "person", "factor": "stata"}
    raw = {**MODEL, "model": "own", "terms": ["all"], "estimators": [estimator], "covariance": covariance}
    spec = ModelSpec.read({**raw, "outcome": {"column": "employed", "values": [1]}}, "own", {"all": regressors})[0]
    columns = columns or [{"id": "own", "label": "", "model": "own", "estimator": estimator}]
    shown = {"rows": {"show": [*rows] or [{"id": one.id} for one in regressors]}, "columns": {"show": columns}}
    table = table_spec({"statistic": statistic, **shown})
    study = replace(movers_study(), models={"own": spec}, terms={"all": regressors}, tables={"t": table})
    cells = estimate_table(fit_models({"f": frame}, study)[0], study, "t")
    (found,) = release_tables([Table(cells, table)], "special", 10)
    return found.cells.drop_duplicates(["row", "column"]).set_index("row")["flag"].to_dict()


@pytest.mark.parametrize("few", [3, 12])
def test_a_number_that_few_have_another_of_is_judged_by_these(few):
    """All but the few have a tenure of 2 years: what it does to pay is theirs alone."""
    person = np.arange(80)
    tenure = np.where(person < few, 3 + person % 5, 2.0)
    frame = pd.DataFrame({"person": person, "age": 20 + person % 9, "tenure": tenure, "employed": person % 3 == 0})
    main = tuple(term({"id": name, "kind": "continuous"}) for name in ("age", "tenure"))
    told = flags(frame.assign(employed=frame["employed"] * 1), main, "ols")
    assert told == {"age": "", "tenure": "suppressed" if few < 10 else ""}


def test_those_who_change_are_counted():
    """Of persons 0 to 3 the first changes one column, the second both; the third is seen once, the fourth is nobody."""
    person = pd.Series([0, 1, 0, 1, 2, np.nan, np.nan])
    frame = pd.DataFrame({"a": [0, 0, 1, 1, 1, 0, 1], "b": [2, 3, 2, 1, 1, 0, 1]})
    design = build_design(frame, [term({"id": name, "kind": "continuous"}) for name in "ab"])
    data = Prepared.__new__(Prepared)
    object.__setattr__(data, "design", design)
    object.__setattr__(data, "unit", person)
    assert data.people_who_change(design.X, np.arange(7)).tolist() == [0, 2, 1]
    assert data.people_who_change(design.X, np.array([4, 3, 1, 0])).tolist() == [0, 1, 1]


@pytest.mark.parametrize("few", [1, 12])
def test_an_estimate_is_of_those_who_change(few):
    """Twenty others are in small firms too, all the time: the estimate says nothing of them."""
    assert flags(panel(small=few)) == {"small": "suppressed" if few < 10 else "", "other": "", "age": ""}


@pytest.mark.parametrize("few", [1, 12])
def test_that_a_term_changes_with_another_is_told_of_many(few):
    told = {"small": "suppressed", "other": "suppressed"} if few < 10 else {"small": "", "other": "not_estimable"}
    assert flags(panel(small=few, other=few)) == {**told, "age": ""}


@pytest.mark.parametrize("few", [1, 12])
def test_that_nobody_changes_what_few_have_is_not_told(few):
    """Of the few who have the outcome, each in all her rows."""
    frame = panel(small=12)
    said = flags(frame.assign(employed=(frame["person"] < few) * 1))
    assert set(said.values()) == {"suppressed" if few < 10 else "not_estimable"}


@pytest.mark.parametrize("few", [2, 12])
def test_few_whose_outcome_changes_are_not_told(few):
    assert set(flags(panel(small=20, moves=few)).values()) == {"suppressed" if few < 10 else ""}


PLACES = (
    term({"id": "place", "kind": "factor", "levels": ["a", "b", "c"], "reference": "a"}),
    term({"id": "age", "kind": "continuous"}),
)


def in_places(few):
    """80 persons, of whom so many live in `a`, the others in `b` and `c`."""
    person = np.arange(PERSONS)
    place = np.where(person < few, "a", np.where(person % 2, "b", "c"))
    return pd.DataFrame({"person": person, "place": place, "age": 20 + person % 7, "employed": (person % 3 == 0) * 1})


@pytest.mark.parametrize("few", [6, 12])
@pytest.mark.parametrize("estimator", ["ols", "logit"])
def test_a_constant_is_of_those_in_the_reference(few, estimator):
    """Whatever the outcome of those in `a` is more, the constant of least squares is as much more."""
    rows = [{"id": "constant"}, {"id": "b"}]
    told = flags(in_places(few), PLACES, estimator, "coefficient", rows)
    assert told == dict.fromkeys(("constant", "b"), "suppressed" if few < 10 else "")


@pytest.mark.parametrize("few", [6, 12])
def test_a_predicted_probability_is_of_those_in_its_levels(few):
    rows = [{"id": "baseline", "at": {}}, {"id": "in_b", "at": {"place": "b"}}]
    told = flags(in_places(few), PLACES, "ols", "effect", rows)
    assert told == dict.fromkeys(("baseline", "in_b"), "suppressed" if few < 10 else "")
    where = in_places(12)
    where["place"] = (
        where["place"].mask(where["person"].between(12, 11 + few), "b").mask(where["person"] > 11 + few, "c")
    )
    assert flags(where, PLACES, "ols", "effect", rows) == {"baseline": "", "in_b": "suppressed" if few < 10 else ""}


@pytest.mark.parametrize("few", [4, 12])
def test_a_share_of_predictions_outside_is_of_the_persons_there(few):
    """Of 80 persons in three waves the few with the longest tenure have a predicted probability above 1."""
    person, wave = np.divmod(np.arange(PERSONS * WAVES), WAVES)
    tenure = person % 9 + np.where(person < few, 400.0, np.where(person >= 50, 200.0, 0.0))
    work = (person < few) | (person >= 50) | (wave == 0)
    frame = pd.DataFrame({"person": person, "tenure": tenure, "employed": work * 1})
    main = (term({"id": "tenure", "kind": "continuous"}),)
    rows, columns = [{"id": "own", "model": "own", "estimator": "ols"}], [{"id": "share_outside"}]
    told = flags(frame, main, "ols", "diagnostic", rows, columns)
    assert told == {"own": "suppressed" if few < 10 else ""}
