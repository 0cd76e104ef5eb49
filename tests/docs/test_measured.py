"""Numbers of the documentation that `make bench` measures."""

import re

import intervals
from paths import ROOT


def test_the_coverage_of_intervals_is_as_documented():
    page = (ROOT / "docs/explanation/statistics.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+)((?: \| [\d.]+, [\d.]+){3}) \|$", page, re.MULTILINE)
    said = {persons: [float(number) for number in re.findall(r"[\d.]+", numbers)] for persons, numbers in rows}
    measured = intervals.coverage().values()
    measured = [shares[str(persons)] for persons in intervals.PERSONS for shares in measured]
    found = [round(100 * share[part], 1) for share in measured for part in ("mean", "least")]
    assert said == {str(persons): found[6 * place : 6 * place + 6] for place, persons in enumerate(intervals.PERSONS)}
