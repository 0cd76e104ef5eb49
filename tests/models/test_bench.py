"""What `make bench` measures with: the simulated flows, and its own formulas of the maximum."""

import numpy as np
import pytest

import movers
from fit_flows import TERMS, derivatives
from flow_design import draw_flows, read_flows, write_flows
from mobility.models import Covariance, build_design, fit_negbin
from mobility.synthetic.families.effects import planted


def test_flows_come_back_from_their_files(tmp_path):
    write_flows(tmp_path / "flows", 3000)
    frame, counts, offset = read_flows(tmp_path / "flows")
    expected, y, off = draw_flows(3000)
    assert frame.equals(expected) and np.array_equal(counts, y) and np.array_equal(offset, off)
    assert frame.shape == (3000, 27) and counts.mean() == pytest.approx(5, rel=0.3) and (counts == 0).mean() > 0.15


def test_gradient_of_the_bench_vanishes_at_our_maximum_and_its_information_is_ours():
    frame, counts, offset = draw_flows(6000)
    design = build_design(frame, TERMS)
    found = fit_negbin(counts, design, Covariance("classical"), offset)
    gradient, information = derivatives(design.X, counts, offset, found.params, found.alpha)
    errors = np.append(found.std_errors, found.std_error_ln_alpha)
    assert found.flag == "" and found.rank == 28
    assert np.abs(gradient * errors).max() < 1e-8
    scale = np.sqrt(np.diag(information))
    assert np.abs((np.linalg.inv(found.joint) - information) / np.outer(scale, scale)).max() < 1e-11


def test_outcomes_of_the_bench_follow_the_planted_effects():
    """Of men and women alike but for moving: the probit index rises by mover + mover_by_male, of men alone."""
    frame = movers.people("small")
    apart = movers.predicted(frame.assign(mover=1.0), "employed", "male") - movers.predicted(
        frame.assign(mover=0.0), "employed", "male"
    )
    own = planted()["employed"]
    assert apart == pytest.approx(own["mover"] + own["mover_by_male"] * frame["male"], abs=1e-12)
    found = movers.coverage(1, "small")
    assert found["intervals"] == 27 and 0.5 < found["coverage"] <= 1
