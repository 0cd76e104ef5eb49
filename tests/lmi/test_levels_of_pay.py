"""From logarithms to a level: exact in simple cases."""

import numpy as np
import pytest

from mobility.lmi.levels import level_errors


def test_without_residuals_every_conversion_is_right():
    log_pay = np.log([100.0, 200.0, 400.0])
    assert level_errors(log_pay, log_pay) == pytest.approx({"exp": 0, "half_variance": 0, "smearing": 0})


def test_smearing_is_right_where_residuals_go_with_nothing():
    """Fitted 0 and residuals +-1: exp gives 1, the mean is cosh(1), half of the variance 1 gives exp(1/2)."""
    found = level_errors(np.array([1.0, -1.0]), np.zeros(2))
    mean = np.cosh(1)
    assert found == pytest.approx({"exp": 1 / mean - 1, "half_variance": np.exp(0.5) / mean - 1, "smearing": 0})
