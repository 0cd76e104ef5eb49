"""What is said of a number's way: its parts in the words of its statistic, and the line of code that makes it."""

import re
from functools import partial
from itertools import product

import pytest

from mobility.cells.estimates import MAKERS
from mobility.cells.tabulate import COUNTERS
from mobility.explain.code import frame_line, line_of
from mobility.explain.parts import errors_of, parts_of
from mobility.models import FAMILIES
from mobility.settings import load_config, load_study
from mobility.statistics import COUNTED, STATISTICS, shown_as
from paths import ROOT
from specs import table_spec

STUDIES = {name: load_study(ROOT, name) for name in load_config(ROOT).studies}
PLACE = re.compile(r"(src/mobility/\S+\.py), line (\d+) \((\w+)\)")


def line_at(place):
    """The line of the project that a place names, and the function that it should hold."""
    path, line, name = PLACE.fullmatch(place).groups()
    return (ROOT / path).read_text(encoding="utf-8").splitlines()[int(line) - 1], name


@pytest.mark.parametrize("study", STUDIES)
def test_the_line_that_makes_a_frame_defines_a_function(study):
    spec = STUDIES[study]
    for frame in spec.used_frames:
        hint = spec.frames[frame].module if frame in spec.frames else ""
        line, name = line_at(frame_line(spec.about.module, frame, hint))
        assert line.startswith(f"def {name}("), (frame, line)


@pytest.mark.parametrize(
    ("module", "frame", "name"),
    [
        ("gatsby", "pairs", "_pairs"),  # a local name of `makers`, set to a cached call
        ("gatsby", "progression", "progression_frame"),  # imported from another module of the study
        ("moving_out", "rates_spot", "type_rates"),  # one of a run of names
        ("state_of_nation", "people", "_people"),  # named by a constant
        ("states", "pairs", "_pairs"),
    ],
)
def test_the_function_that_makes_a_frame_is_the_one_that_its_entry_calls(module, frame, name):
    assert frame_line(module, frame).endswith(f"({name})")


@pytest.mark.parametrize("function", [*COUNTERS.values(), *MAKERS.values(), *(each.fit for each in FAMILIES.values())])
def test_lines_of_registered_functions_are_theirs(function):
    line, name = line_at(line_of(function))
    assert line.lstrip().startswith("def ") or "lambda" in line, (name, line)


def test_the_line_of_a_partial_is_that_of_its_function():
    assert line_of(partial(COUNTERS["share"], None)) == line_of(COUNTERS["share"])


@pytest.mark.parametrize("study", STUDIES)
def test_every_counted_cell_says_what_it_is_made_from(study):
    """Every template finds its words, and none of them is empty."""
    for spec in STUDIES[study].tables.values():
        if spec.statistic.job == COUNTED:
            for row, column in product(spec.rows.items, spec.columns.items):
                parts = parts_of(spec, row, column, shown_as(spec.statistic.name).name)
                assert parts, spec.table
                assert not any(re.search(r"\bof *$|  |None|[{}]", words) for _, words in parts), parts


def test_every_counted_statistic_has_parts():
    assert [each.name for each in STATISTICS.values() if each.job == COUNTED and not each.parts] == []


def parts(raw, row, column, statistic):
    spec = table_spec(raw)
    items = ({item.id: item for item in axis.items} for axis in (spec.rows, spec.columns))
    found = (own[name] for own, name in zip(items, (row, column), strict=True))
    return dict(parts_of(spec, *found, statistic))


SHARES = {
    "statistic": "comparison",
    "frame": "pairs",
    "sample": "all",
    "within": "column",
    "rows": {"of": "origin", "show": [{"id": "technical", "of": ["a", "b"]}, {"id": "any", "all": True}]},
    "columns": {"of": "sex", "show": [{"id": "men", "of": [1]}, {"id": "gap", "from": 1, "to": 2}]},
}


def test_a_share_names_its_numerator_and_denominator_and_a_difference_its_two_shares():
    assert parts(SHARES, "technical", "men", "share") == {
        "Numerator": "observations with origin a or b and sex 1",
        "Denominator": "observations with sex 1",
    }
    assert parts(SHARES, "any", "men", "share")["Numerator"] == "observations with sex 1"
    assert parts(SHARES, "technical", "gap", "difference") == {
        "Share": "origin a or b among the observations with sex 2",
        "Less the share": "origin a or b among the observations with sex 1",
    }


def test_a_rate_names_its_events_and_its_exposure():
    raw = {
        "statistic": "rate",
        "frame": "moves",
        "sample": "all",
        "exposure": "people",
        "rows": {"of": "area", "show": [{"id": "north"}]},
        "columns": {"show": [{"id": "out", "sum": "left"}]},
    }
    assert parts(raw, "north", "out", "rate") == {
        "Numerator": "sum of left over the rows with area north",
        "Denominator": "sum of people over the same rows",
    }


@pytest.mark.parametrize(("statistic", "said"), [("count", ""), ("remark", ""), ("share", "clustered by `person`")])
def test_only_what_has_an_error_says_where_it_comes_from(statistic, said):
    spec = table_spec({"statistic": statistic, "frame": "f", "sample": "s"})
    assert errors_of(STUDIES["wage_panel"], spec) == said
