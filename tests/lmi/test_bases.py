"""Coefficients from other base categories are those of a fit whose categories were coded from them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mobility.lmi.bases import C_3, C_7_3, written
from mobility.lmi.earnings import fit_earnings
from small_dimensions import SMALL

N = 4000
CODES = {"qualification": ("1", "3", "9")}
DIMENSIONS = {name: replace(own, codes=CODES.get(name, own.codes)) for name, own in SMALL.items()}


def _persons():
    rng = np.random.default_rng(11)
    own = pd.DataFrame(
        {name: rng.choice(DIMENSIONS[name].codes, N) for name in ("region", "qualification", "industry", "occupation")}
    )
    own = own.assign(gender=rng.choice(["1", "2"], N), t=rng.integers(0, 2, N), age=rng.integers(16, 70, N))
    level = 5 + 0.02 * own["age"] + 0.1 * (own["gender"] == "1") - 0.2 * (own["qualification"] == "9")
    return own.assign(weekly_pay=np.exp(level + 0.3 * rng.normal(size=N)))


@pytest.fixture(scope="module")
def persons():
    return _persons()


def _by_place(found):
    return {(one.term, one.code): one for one in found}


def test_from_the_printed_base_of_the_equations_nothing_changes(persons):
    fit = fit_earnings(persons, DIMENSIONS)
    found = _by_place(written(fit, DIMENSIONS, C_7_3))
    assert found["male", ""].value == fit.numbers["male"]
    assert found["occupation", "2111"].value == fit.effects["occupation"][2]
    assert found["female", ""].reference and found["qualification", "1"].reference
    assert found["region", "12"].persons == (persons["region"] == "12").sum()


def test_from_men_with_a_degree_they_are_those_of_a_fit_so_coded(persons):
    found = _by_place(written(fit_earnings(persons, DIMENSIONS), DIMENSIONS, C_3))
    # Women stand for the gender that has a term, and the degree for the first level.
    swapped = persons.assign(gender=persons["gender"].map({"1": "2", "2": "1"}))
    first = {**DIMENSIONS, "qualification": replace(DIMENSIONS["qualification"], codes=("3", "1", "9"))}
    other = fit_earnings(swapped, first)
    errors = dict(zip(other.fit.names, other.fit.std_errors, strict=True))
    pairs = {("female", ""): "male", ("age", ""): "age", ("constant", ""): other.fit.names[0]}
    pairs |= {("qualification", code): f"qualification_{code}" for code in ("1", "9")}
    pairs |= {("occupation", code): f"occupation_{code}" for code in ("1116", "2112")}
    pairs |= {("occupation_female", code): f"occupation_male_{code}" for code in ("1116", "2112")}
    values = dict(zip(other.fit.names, other.fit.params, strict=True))
    for place, name in pairs.items():
        assert found[place].value == pytest.approx(values[name], rel=1e-8, abs=1e-9), place
        assert found[place].std_error == pytest.approx(errors[name], rel=1e-7), place
    assert found["male", ""].reference and found["qualification", "3"].reference
