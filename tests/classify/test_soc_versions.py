"""Codes that are no unit groups of SOC2010: which version they are of, and where they go."""

import pytest

from mobility.classify.soc import fail_unless_soc2010
from mobility.errors import DataError
from paths import ROOT


def test_unit_groups_of_soc2010_are_taken():
    fail_unless_soc2010(ROOT, ["1115", "9279"], "EMP04")


@pytest.mark.parametrize(
    ("code", "told"),
    [
        # ONS: chief executives are 1115 of SOC2010 and 1111 of SOC2020; 1111 of SOC2000 were national officials.
        ("1111", "is of SOC2000 and goes to 1115, 1116.* or is of SOC2020 and goes to 1115"),
        ("1258", "is of SOC2020 and goes to"),
        ("}}}}", "stands for a title that needs more information"),
        ("0001", "is of none of SOC2010, SOC2000, SOC2020"),
    ],
)
def test_another_version_is_named_with_where_its_code_goes(code, told):
    with pytest.raises(
        DataError, match=rf"EMP04: 1 of 2 codes are no unit groups of SOC2010; the first, `{code}`, {told}"
    ):
        fail_unless_soc2010(ROOT, ["1121", code], "EMP04")
