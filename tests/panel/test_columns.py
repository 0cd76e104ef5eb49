"""How a register names a column: alternatives, digits left open, joined parts. Expected values are by hand."""

import pandas as pd
import pytest

from mobility.intake.formats import to_identifiers
from mobility.intake.missing import BLANK
from mobility.panel.columns import Found, find_columns, first_name, joined, with_prefix


@pytest.mark.parametrize(
    ("text", "header", "found"),
    [
        ("AGE", ["age", "sex"], Found(("age",))),
        ("AGE", ["agedfe"], Found()),
        ("CASENOP|CASENO", ["caseno", "casenop"], Found(("casenop",))),
        ("CASENOP|CASENO", ["caseno"], Found(("caseno",), first=False)),
        ("PWT18|PWT##", ["pwt18", "pwt20"], Found(("pwt18",))),
        ("PWT18|PWT##", ["pwt20", "piwt20", "pwt2"], Found(("pwt20",), first=False)),
        ("PWT18|PWT##", ["pwt20", "pwt24"], Found(first=False, rivals=("pwt20", "pwt24"))),
        ("A.2+B.1", ["b", "a"], Found(("a", "b"), (2, 1))),
        ("A.2+B.1", ["a"], Found()),
    ],
)
def test_the_columns_that_a_text_means(text, header, found):
    assert find_columns(text, dict.fromkeys(header)) == found


def test_a_prefix_stands_before_every_name():
    assert with_prefix("jbstat", "a_") == "a_jbstat"
    assert with_prefix("x|y##|p.2+q.1", "a_") == "a_x|a_y##|a_p.2+a_q.1"
    assert first_name("PWT18|PWT##") == "PWT18" and first_name("QUOTA.3+WEEK.2") == "QUOTA"


def test_parts_are_written_one_behind_the_other():
    frame = pd.DataFrame({"a": [7, 12, -9], "b": [3, 0, 1]})
    number, problems = joined(frame, Found(("a", "b"), (2, 1)), BLANK)
    assert number.tolist() == [73, 120, BLANK] and problems == []


def test_a_part_that_does_not_fit_is_a_problem():
    frame = pd.DataFrame({"a": [7, 123], "b": ["x", "1"]})
    _, problems = joined(frame, Found(("a", "b"), (2, 1)), BLANK)
    assert "a has numbers of more than 2 digits" in problems[0] and "not whole numbers: row 1" in problems[1]


def test_identifiers_stay_whole():
    long = 12345678901234567
    assert to_identifiers(pd.Series([long, 5]), BLANK)[0].tolist() == [long, 5]
    assert to_identifiers(pd.Series([str(long), " 5"]), BLANK)[0].tolist() == [long, 5]
    assert to_identifiers(pd.Series([2.0**54, 5.0]), BLANK)[0].tolist() == [2**54, 5]
    assert len(to_identifiers(pd.Series(["x", "5"]), BLANK)[1]) == 1
    assert len(to_identifiers(pd.Series([1.5, 2.0**54]), BLANK)[1]) == 1
