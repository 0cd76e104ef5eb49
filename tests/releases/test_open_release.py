"""The release of printed jobs and pay."""

import numpy as np

from mobility.releases.opened import _incomplete


def test_a_group_lacks_a_number_where_one_of_its_unit_groups_does():
    """5311 was the one printed of eleven unit groups of 53 in part-time jobs, and stood for all of them."""
    units = np.array([[1.0, np.nan], [2.0, 3.0], [4.0, 5.0]])
    assert _incomplete(units, ["11", "11", "12"]).tolist() == [[False, True], [False, False], [False, True]]
