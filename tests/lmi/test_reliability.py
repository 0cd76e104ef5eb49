"""The 1,000 and 10,000 rule at, below and above its limits."""

import numpy as np
import pytest

from mobility.lmi.reliability import verdicts, verdicts_by_error

JOBS = np.array([0, 999, 1_000, 9_999, 10_000, np.nan])


@pytest.mark.parametrize(
    ("at_limit", "found"),
    [
        ("better", ["none", "none", "noted", "noted", "told", "unknown"]),
        ("worse", ["none", "none", "none", "noted", "noted", "unknown"]),
    ],
)
def test_what_may_be_told_by_employment(at_limit, found):
    assert verdicts(JOBS, at_limit).tolist() == found


def test_what_may_be_told_by_relative_error():
    assert verdicts_by_error([0, 5, 5.1, 20, 20.1, np.nan]).tolist() == [
        *("told", "told", "noted", "noted", "none", "unknown"),
    ]
