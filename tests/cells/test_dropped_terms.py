"""A term that had to go tells of everybody whom it is about what they have alike: it is judged by them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mobility.cells import as_cells
from mobility.cells.estimates import estimate_table, fit_models
from mobility.disclosure.numbers import Table
from mobility.disclosure.release import release_tables
from mobility.settings import Claim
from mobility.settings.models import ModelSpec
from movers_and_stayers import MALE, MOVER, between
from paths import GOLDEN
from specs import MODEL, table_spec, term
from test_marginal_effects import movers_study

HELD_BACK = "held back: too few persons, or it would give back a number that is held back"


def released(few, threshold, rows, columns=None, statistic="marginal_effect", alike=True):
    """Cells of a probit in which the `few` movers who are men all have work, by row, as released at a threshold.

    `male` is of 60 of 124 persons, `mover` of 34 women and the few. alike : otherwise one of them has no work.
    """
    frame = pd.read_csv(GOLDEN / "margins_sample.csv")[:124]
    male = np.arange(124) < 60
    mover = np.where(male, np.arange(124) < few, np.arange(124) % 2 == 0)
    work = np.where(male & mover, alike | (np.arange(124) > 0), np.arange(124) % 5 > 0)
    frame = frame.assign(male=male * 1.0, mover=mover * 1.0, employed=work * 1, person=range(124))
    main = (term(MOVER), term(MALE), term(between("mover", "male")), term({"id": "age", "kind": "continuous"}))
    raw = {**MODEL, "model": "own", "terms": ["all"], "estimators": ["probit"]}
    spec = ModelSpec.read({**raw, "outcome": {"column": "employed", "values": [1]}}, "own", {"all": main})[0]
    columns = columns or [{"id": "own", "label": "", "model": "own", "estimator": "probit"}]
    study = movers_study()
    table = table_spec({"statistic": statistic, "rows": {"show": rows}, "columns": {"show": columns}})
    said = {"statement": "s", "section": "1", "value": "single", "from": [{"model": "own", "effect": "mover"}]}
    study = replace(study, models={"own": spec}, terms={"all": main}, tables={"t": table})
    study = replace(study, claims={"moving": Claim.read("moving", said)})
    cells = estimate_table(fit_models({"f": frame}, study)[0], study, "t")
    (found,) = release_tables([Table(cells, table)], "special", threshold)
    return found.cells.drop_duplicates(["row", "column"]).set_index("column" if statistic == "diagnostic" else "row")


@pytest.mark.parametrize("few", [3, 12])
def test_that_an_effect_among_few_cannot_be_had_is_not_told(few):
    """All `few` men who move have work, which `predicts success perfectly` says of each of them."""
    rows = [
        {"id": "women", "effect": "mover", "over": {"male": 0}},
        {"id": "men", "effect": "mover", "over": {"male": 1}},
    ]
    cells = released(few, 10, rows)
    assert cells["flag"].to_dict() == {"women": "", "men": "suppressed" if few < 10 else "not_estimable"}
    told = "predicts success perfectly: dropped with its rows"
    assert cells.loc["men", "note"] == (HELD_BACK if few < 10 else told)
    assert released(few, 0, rows).loc["men", "note"] == told


@pytest.mark.parametrize("few", [3, 12])
def test_names_of_terms_that_had_to_go_are_told_where_many_are_behind_each(few):
    rows = [{"id": "own", "model": "own", "estimator": "probit"}]
    cells = released(few, 10, rows, [{"id": "dropped_terms"}], "diagnostic")
    assert (cells.loc["dropped_terms", "note"] == HELD_BACK) == (few < 10)
    assert cells.loc["dropped_terms", "flag"] == ("suppressed" if few < 10 else "")


@pytest.mark.parametrize("few", [3, 12])
def test_numbers_of_rows_do_not_tell_whether_few_were_all_alike(few):
    """They go with their rows only where they are: that the fit used 124 persons would say that they are not."""
    rows, columns = (
        [{"id": "own", "model": "own", "estimator": "probit"}],
        ("observations", "dropped_rows", "iterations"),
    )
    both = [
        released(few, 10, rows, [{"id": name} for name in columns], "diagnostic", alike=alike)
        for alike in (True, False)
    ]
    for cells in both:
        assert (cells["flag"] == ("suppressed" if few < 10 else "")).all()
        assert (cells["n"].isna() == (few < 10)).all()
    assert both[0].equals(both[1]) == (few < 10)


@pytest.mark.parametrize("few", [3, 12])
def test_a_reference_in_which_all_are_alike_is_told_where_many_are_in_it(few):
    """Nobody of the `few` of the reference has work, so that nothing can be estimated against them."""
    frame = pd.read_csv(GOLDEN / "margins_sample.csv")[:124]
    place = np.where(np.arange(124) < few, "a", np.where(np.arange(124) % 2, "b", "c"))
    frame = frame.assign(place=place, employed=np.where(place == "a", 0, np.arange(124) % 5 > 0) * 1, person=range(124))
    where = term({"id": "place", "kind": "factor", "levels": ["a", "b", "c"], "reference": "a"})
    raw = {**MODEL, "model": "own", "terms": ["all"], "estimators": ["probit"]}
    spec = ModelSpec.read({**raw, "outcome": {"column": "employed", "values": [1]}}, "own", {"all": (where,)})[0]
    columns = [{"id": "own", "label": "", "model": "own", "estimator": "probit"}]
    table = table_spec({"statistic": "marginal_effect", "rows": {"show": [{"id": "b"}]}, "columns": {"show": columns}})
    study = replace(movers_study(), models={"own": spec}, terms={"all": (where,)}, tables={"t": table})
    cells = estimate_table(fit_models({"f": frame}, study)[0], study, "t")
    assert cells["note"].str.startswith("reference level `a` of `place` predicts failure perfectly").all()
    (found,) = release_tables([Table(cells, table)], "special", 10)
    assert (found.cells["flag"] == "suppressed").all() == (few < 10)


@pytest.mark.parametrize("few", [3, 12])
def test_that_an_effect_of_the_text_cannot_be_had_is_told_of_many(few):
    """Not of three men who move, without whose interaction there is no effect of moving."""
    rows = [{"id": "moving"}]
    cells = released(few, 10, rows, [{"id": "effect"}, {"id": "to"}], "claim")
    assert (cells["flag"] == ("suppressed" if few < 10 else "not_estimable")).all()


def test_whether_a_hidden_effect_has_an_error_is_not_told():
    """Of 9 and of 12 persons on a side: the line of the error goes with the effect, or stays with it."""
    spec = table_spec(
        {
            "statistic": "marginal_effect",
            "rows": {"show": [{"id": "a"}, {"id": "b"}]},
            "columns": {"show": [{"id": "x"}]},
        }
    )
    lines = [
        {"row": row, "column": "x", "statistic": statistic, "value": 0.2, "n": 100, "base": 100, "persons": persons}
        for row, persons in (("a", 9), ("b", 12))
        for statistic in ("marginal_effect", "std_error")
    ]
    (found,) = release_tables([Table(as_cells(lines, "s", "t"), spec)], "special", 10)
    assert found.cells[["row", "statistic"]].to_numpy().tolist() == [
        ["a", "marginal_effect"],
        ["b", "marginal_effect"],
        ["b", "std_error"],
    ]
    assert found.record["cells"].item() == 4 and len(found.reasons) == 4
