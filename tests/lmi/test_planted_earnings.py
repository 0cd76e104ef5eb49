"""The earnings function finds what was planted, with errors of the right size (coverage over seeds)."""

import numpy as np
import pandas as pd
import pytest

from mobility.lmi.dimensions import industry_of, load_dimensions
from mobility.lmi.earnings import fit_earnings
from mobility.synthetic.lmi.employees import draw_employees
from mobility.synthetic.lmi.truth import CELLS, of_employees
from mobility.synthetic.lmi.world import draw_world
from paths import ROOT

SEEDS = range(2022, 2032)


def _scores(seed):
    """Distance of age, its square and the regions to what was planted, in standard errors: full-time, part-time."""
    dimensions, industries = load_dimensions(ROOT), industry_of(ROOT)
    world = draw_world(ROOT, seed)
    drawn = draw_employees(world, 3)
    persons = pd.DataFrame(
        {
            "weekly_pay": drawn["weekly_pay"],
            "age": drawn["age"],
            "gender": drawn["sex"].astype(str),
            "region": drawn["region"].astype(str),
            "industry": [industries[int(code) // 1000] for code in drawn["sic2007"]],
            "occupation": drawn["soc2010"].astype(str),
            "t": (drawn["wave"] == 2014).astype(int),
        }
    )
    planted = of_employees(world)[CELLS].set_index(["row", "column"])["value"]
    regions = {f"r{code}": f"region_{code}" for code in dimensions["region"].codes[1:-1]}
    found = []
    for status in (1, 2):
        fit = fit_earnings(
            persons[drawn["full_time"] == status], {k: v for k, v in dimensions.items() if k in persons}
        ).fit
        own, errors = (dict(zip(fit.names, values, strict=True)) for values in (fit.params, fit.std_errors))
        for row, name, scale in [("age", "age", 1), ("age_squared_1000", "age_squared", 1000)] + [
            (row, name, 1) for row, name in regions.items()
        ]:
            found.append((scale * own[name] - planted[row, f"ashe_{status}"]) / (scale * errors[name]))
    return found


@pytest.mark.long
def test_planted_coefficients_are_covered_as_often_as_they_should_be():
    """240 scores of ten markets: about 95 of 100 within 1.96, none far out, spread near one.

    Scores of one fit hang together (the regions share their base, age its square), hence the room. The constant and
    male are left out: they are those of chief executives, of whom few are asked, and robust errors of few are small.
    """
    scores = np.array([_scores(seed) for seed in SEEDS])
    assert scores.shape == (10, 24)
    assert 0.90 <= (np.abs(scores) < 1.96).mean() <= 0.99
    assert np.abs(scores).max() < 4.5
    assert 0.8 < scores.std() < 1.2
