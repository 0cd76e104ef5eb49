"""The reference `first` of a factor: of the complete cases, and where the outcome varies."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mobility.cells.prepare import prepare
from mobility.intake.losses import LossTable
from mobility.settings import load_study
from mobility.settings.models import ModelSpec
from paths import ROOT
from specs import MODEL, term
from specs import sample as spec_of_sample

AREA = {"id": "area", "kind": "factor", "levels": ["1", "2", "3", "4"], "reference": "first"}
# Nobody of area 1 has an age, everybody of area 2 is employed; whole numbers are levels as they are.
FRAME = pd.DataFrame(
    {"area": [1.0, 1, 2, 2, 3, 3, 3, 4, 4], "employed": [1, 0, 1, 1, 0, 1, 0, 0, 1], "pay": np.arange(9.0)}
).assign(age=[np.nan, np.nan, *range(20, 27)], person=range(9))


@pytest.mark.parametrize(
    ("outcome", "frame", "reference"),
    [
        ({"column": "employed", "values": [1]}, FRAME, "3"),
        ({"column": "pay", "kind": "continuous"}, FRAME, "2"),
        ({"column": "employed", "values": [1]}, FRAME.assign(age=1.0), "1"),
        # Nobody varies: the first that there is, and the fit says what is wrong.
        ({"column": "employed", "values": [1]}, FRAME.assign(employed=1), "2"),
    ],
)
def test_the_first_level_is_one_that_the_fit_can_use(outcome, frame, reference):
    terms = {"t": (term(AREA), term({"id": "age", "kind": "continuous"}))}
    (model,) = ModelSpec.read({**MODEL, "terms": ["t"], "outcome": outcome}, "m", terms)
    study = replace(load_study(ROOT, "gatsby"), samples={"s": spec_of_sample("s", {})}, models={"m": model})
    data = prepare(frame, model, study, LossTable())
    assert data.design.blocks["area"].reference == reference
    assert {level for level in "1234" if level in data.design.names} == set("1234") - {reference}


def test_a_model_of_nobody_says_so_once():
    terms = {"t": (term(AREA),)}
    (model,) = ModelSpec.read({**MODEL, "terms": ["t"], "outcome": {"column": "employed", "values": [1]}}, "m", terms)
    study = replace(load_study(ROOT, "gatsby"), samples={"s": spec_of_sample("s", {})}, models={"m": model})
    losses = LossTable()
    assert prepare(FRAME[:0], model, study, losses).design.n == 0
    reasons = [row["reason"] for row in losses.chain("m")]
    assert reasons[-1] == "nobody is left, and no term has a value" and len(reasons) == 3
