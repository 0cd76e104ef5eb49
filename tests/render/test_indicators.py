"""The page of indicators: gaps and changes by hand, words on what is held back, what is not here, and its files."""

import re
from dataclasses import replace
from itertools import pairwise
from math import erfc, sqrt

import pandas as pd
import pytest

from mobility.errors import RenderError
from mobility.render.indicators import Shown, entries, records
from mobility.render.pages import render_study
from mobility.render.pictures import draw_figures
from mobility.render.report import Report, arrange
from mobility.render.site.build import site
from mobility.render.table import layout
from mobility.settings.indicators import index_problems
from mock_study import PLAIN as MOCK_DATA
from mock_study import mock_study, write_results
from site_reader import lost_addresses
from specs import about, index_of, table_spec

ABOUT = about({"study": "mock", "title": "Mock", "sections": ["S"]})
PLAIN = {"synthetic": False, "source": "lfs", "label": "A survey", "waves": ["1"], "waves_shown": "1"}
YEARS, GROUPS = {"y14": "2014", "y21": "2021"}, {"high": "Professional", "low": "Working class"}
# share, standard error; base 400 everywhere
SHARES = {
    ("high", "y14"): (0.40, 0.03),
    ("low", "y14"): (0.20, 0.04),
    ("high", "y21"): (0.42, 0.03),
    ("low", "y21"): (0.30, 0.04),
}


def axis(names, **more):
    return {"label": "Background", "show": [{"id": name, "label": label, **more} for name, label in names.items()]}


def shares(hidden=(), **keys):
    spec = table_spec(
        {"table": "shares", "statistic": "proportion", "rows": axis(GROUPS), "columns": axis(YEARS), **keys}
    )
    cells = [
        {
            "table": "shares", "row": row, "column": year, "statistic": "share", "value": value, "std_error": error,
            "ci_low": value - 0.05, "ci_high": value + 0.05, "n": 100, "base": 400, "persons": 100,
            "flag": "suppressed" if (row, year) in hidden else "", "note": "",
        }
        for (row, year), (value, error) in SHARES.items()
    ]  # fmt: skip
    return spec, pd.DataFrame(cells)


def changes(p_value=0.2, holm=0.6):
    told = {"design_p_value": p_value, "design_p_holm": holm}
    columns = {"show": [{"id": name, "label": name, "tells": name} for name in told]}
    spec = table_spec(
        {"table": "tests", "statistic": "log_odds", "rows": axis({"change": "Change"}), "columns": columns}
    )
    cells = [
        {"table": "tests", "row": "change", "column": name, "statistic": name, "value": value, "std_error": None,
         "ci_low": None, "ci_high": None, "n": 1, "base": 1, "persons": 1, "flag": "", "note": ""}
        for name, value in told.items()
    ]  # fmt: skip
    return spec, pd.DataFrame(cells)


def made(index, *tables):
    specs = {spec.table: spec for spec, _ in tables}
    laid = {spec.table: layout(spec, cells, None, ABOUT, PLAIN) for spec, cells in tables}
    return entries(index, specs, laid)


GAP = {
    "id": "a",
    "table": "shares",
    "series": ["high"],
    "gap": {"from": "high", "to": "low", "between": "professional and working class background"},
    "test": {"table": "tests", "row": "change"},
}


def only(groups):
    ((_, (entry,)),) = groups
    return entry


def test_a_gap_and_its_change_are_differences_of_released_cells_with_errors_as_of_independent_ones():
    """By hand: 0.42 - 0.30, error sqrt(.03^2 + .04^2) = .05; change .12 - .20 = -.08, error sqrt(2) x .05."""
    entry = only(made(index_of(GAP), shares(), changes()))
    gap, change = entry.at_step("y21"), entry.change
    assert (gap.value, gap.std_error) == (pytest.approx(0.12), pytest.approx(0.05))
    assert (gap.low, gap.high) == (pytest.approx(0.12 - 0.098, abs=1e-4), pytest.approx(0.12 + 0.098, abs=1e-4))
    assert (change.value, change.std_error) == (pytest.approx(-0.08), pytest.approx(0.05 * sqrt(2)))
    assert entry.sentences == (
        "In 2021 the gap between professional and working class background was +12.0 points "
        "(95% interval +2.2 to +21.8): 42.0% less 30.0%.",
        "Since 2014 (then +20.0) the gap changed by −8.0 points (95% interval −21.9 to +5.9): "
        "no change shown at the 5% level.",
        "Tested as a change of the log odds ratio, by the design of the sample: p 0.200, adjusted for the comparisons "
        "of its table (Holm) 0.600.",
    )


@pytest.mark.parametrize(("holm", "verdict"), [(0.04, "the gap narrowed"), (0.06, "no change shown at the 5% level")])
def test_the_adjusted_test_decides_whether_a_gap_changed(holm, verdict):
    entry = only(made(index_of(GAP), shares(), changes(p_value=0.01, holm=holm)))
    assert entry.verdict == verdict


def test_without_a_test_the_interval_of_the_change_decides():
    """-.08 with error .0707 is within 1.96 errors of 0: two-sided p by the normal distribution above 0.05."""
    assert erfc(0.08 / (0.05 * sqrt(2)) / sqrt(2)) > 0.05
    untested = {key: value for key, value in GAP.items() if key != "test"}
    assert only(made(index_of(untested), shares())).verdict == "no change shown at the 5% level"


def test_a_held_back_number_leaves_no_gap_and_no_number_in_any_file():
    index = index_of({**GAP, "at": "y21", "since": "y14"})
    groups = made(index, shares(hidden=[("low", "y21")]), changes())
    entry = only(groups)
    assert entry.sentences == (
        "In 2021 the gap between professional and working class background cannot be shown: [c].",
        "Whether the gap changed since 2014 cannot be shown: [c].",
    )
    (record,) = records(groups, "mock")
    assert record["value"] is None and record["change"] is None and record["std_error"] is None
    page = page_of(index, groups)
    assert "30.0%" not in page and "12.0" not in page and "[c] confidential" in page


def test_an_indicator_without_a_gap_tells_its_first_series():
    """0.42 against 0.40 of the group, its own interval; the change 0.02 with error sqrt(2) x 0.03."""
    entry = only(made(index_of({"id": "a", "table": "shares", "series": ["high", "low"]}), shares()))
    assert entry.sentences == (
        "2021: Professional 42.0% (37.0% to 47.0%).",
        "Since 2014 it changed by +2.0 points (95% interval −6.3 to +10.3): no change shown at the 5% level.",
    )


def test_series_can_be_columns_with_time_along_the_rows():
    spec, cells = shares()
    turned = replace(spec, rows=spec.columns, columns=spec.rows)
    cells = cells.rename(columns={"row": "column", "column": "row"})
    entry = only(made(index_of({**GAP, "x": "rows"}), (turned, cells), changes()))
    assert entry.at_step("y14").value == pytest.approx(0.2)
    assert [one.sizes for one in entry.series] == [{"y14": "400", "y21": "400"}] * 2


def test_sizes_come_from_their_table():
    """Printed sizes are rounded to ten: 380 and not the base of 400."""
    spec, cells = shares()
    sizes = replace(spec, table="sizes", statistic=table_spec({"statistic": "count"}).statistic, decimals=0)
    counted = cells.assign(table="sizes", statistic="count", value=380.0)
    entry = only(made(index_of({**GAP, "sizes": "sizes"}), shares(), changes(), (sizes, counted)))
    assert entry.series[0].sizes == {"y14": "380", "y21": "380"}


def test_a_breakdown_has_a_gap_for_each_area_and_none_where_a_number_is_held_back():
    spec, cells = shares(hidden=[("low", "y21")])
    by = [{"title": "By area", "table": "shares", "from": "y21", "to": "y14"}]
    entry = only(made(index_of({**GAP, "by": by}), (spec, cells), changes()))
    assert [(area.label, area.gap[:12]) for area in entry.parts[0].rows] == [
        ("Professional", "+2.0 points "),
        ("Working class", "[c]"),
    ]


def page_of(index, groups):
    tables = [entry.table for _, group in groups for entry in group if entry.table]
    assert all(not table.synthetic for table in tables)
    shown = Shown(index, groups, {entry.spec.id: "figures/small.svg" for entry in groups[0][1]})
    sections = arrange([], list({table.id: table for table in tables}.values()), [])
    return site(Report(ABOUT, PLAIN, sections, (), (), indicators=shown))["pages/indicators.html"]


def test_the_page_lists_what_is_not_here_with_the_file_to_bring():
    absent = {
        "id": "b",
        "number": "2",
        "title": "Elsewhere",
        "absent": "Printed by others.",
        "bring": "their_table.xlsx",
    }
    index = index_of(GAP, absent)
    groups = made(index, shares(), changes())
    page = page_of(index, groups)
    assert "1 of 2 indicators are here" in re.sub(r"\s+", " ", page)
    assert page.count("Printed by others. To bring: their_table.xlsx") == 2
    here, gone = records(groups, "mock")
    assert (here["data"], here["p_holm"], gone["data"], gone["bring"]) == ("real", 0.6, "not here", "their_table.xlsx")
    # headings step down one at a time
    levels = [int(level) for level in re.findall(r"<h(\d)", page)]
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"table": "share"}, "no table `share`; nearest: shares"),
        ({"series": ["hihg"]}, "no series of shares `hihg`; nearest: high"),
        ({"at": "y20"}, "no step of shares `y20`"),
        ({"test": {"table": "tests", "row": "chang"}}, "no row of tests `chang`; nearest: change"),
        ({"figure": "figure_2"}, "no figure `figure_2`"),
        ({"by": [{"title": "T", "table": "shares", "from": "y14", "to": "y15"}]}, "no column of shares `y15`"),
    ],
)
def test_names_that_the_study_does_not_have_are_listed_with_the_nearest(changed, message):
    tables = {spec.table: spec for spec, _ in (shares(), changes())}
    (problem,) = index_problems(index_of({**GAP, **changed}), tables, ["figure_1"])
    assert message in problem and problem.startswith("a: ")


def test_an_id_that_stands_twice_is_refused():
    tables = {spec.table: spec for spec, _ in (shares(), changes())}
    (problem,) = index_problems(index_of(GAP, GAP), tables, [])
    assert problem == "`a` stands more than once. Give each indicator an id of its own."


def test_a_study_has_its_page_pictures_and_data_of_indicators_with_links_to_and_from_it(tmp_path):
    study, places = mock_study(tmp_path), write_results(tmp_path)
    trend = study.tables["table_2_2"]
    one = {"id": "a", "table": "table_2_2", "series": [trend.rows.ids[0]], "figure": "figure_b"}
    study = replace(study, indicators=index_of(one))
    out = places["reports"]
    draw = (study, places["released"], MOCK_DATA, places["figures"], tmp_path / "kept.json", "code")
    assert "small_a" in draw_figures(*draw)
    (places["figures"] / "small_a.svg").unlink()
    rendered = (study, places["released"], places["checks"], places["figures"], MOCK_DATA, out)
    with pytest.raises(RenderError, match="small_a was not drawn"):
        render_study(*rendered)
    assert not list(out.glob("*.html"))
    assert draw_figures(*draw) == []  # what is lost is brought back
    assert (places["figures"] / "small_a.svg").is_file()
    render_study(*rendered)
    page = (out / "pages/indicators.html").read_text()
    assert '#table_2_2"' in page and '#figure_b">Figure B<' in page
    assert "SYNTHETIC" in page and {lost.split(": ")[1] for lost in lost_addresses(out)} == {
        "../index.html",
        "../../index.html",
    }
    assert 'href="pages/indicators.html"' in (out / "index.html").read_text()
    assert pd.read_csv(out / "indicators.csv").loc[0, "data"] == "synthetic"


@pytest.mark.parametrize(
    ("steps", "persons", "sentence"),
    [
        (["read"], "7", "10 rows of 7 persons read."),
        (["read"], "", "10 rows read."),
        (["read 2014", "read 2015"], "7", "30 rows of 7 persons read."),
        (["labour read", "history read"], "7", "30 rows of 2 sources read."),
    ],
)
def test_rows_read_are_of_persons_or_of_several_sources(steps, persons, sentence):
    lines = [
        {"step": step, "reason": "rows read", "rows_in": 10 * at, "persons_out": persons}
        for at, step in enumerate(steps, 1)
    ]
    assert Report(ABOUT, PLAIN, (), tuple(lines), ()).rows_read == sentence
    lines[0]["rows_in"] = ""
    assert Report(ABOUT, PLAIN, (), tuple(lines), ()).rows_read == "", "with how many a chain begins may not be told"
