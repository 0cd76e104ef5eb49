"""An estimate within persons compares those alone who change: it is judged by them, and so is why there is none."""

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


def flags(frame, regressors=TERMS, estimator="within"):
    """Flags of effects by term, as released at a threshold of 10."""
    covariance = {"kind": "clustered", "cluster": "person", "factor": "stata"}
    raw = {**MODEL, "model": "own", "terms": ["all"], "estimators": [estimator], "covariance": covariance}
    spec = ModelSpec.read({**raw, "outcome": {"column": "employed", "values": [1]}}, "own", {"all": regressors})[0]
    columns = [{"id": "own", "label": "", "model": "own", "estimator": estimator}]
    shown = {"rows": {"show": [{"id": one.id} for one in regressors]}, "columns": {"show": columns}}
    table = table_spec({"statistic": "effect", **shown})
    study = replace(movers_study(), models={"own": spec}, terms={"all": regressors}, tables={"t": table})
    cells = estimate_table(fit_models({"f": frame}, study)[0], study, "t")
    (found,) = release_tables([Table(cells, table)], "special", 10)
    return found.cells.drop_duplicates("row").set_index("row")["flag"].to_dict()


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
