"""Rendering: one mock study through every format; what is held back must not be found in any of them."""

import re
import subprocess
import sys
import zipfile
from itertools import pairwise
from pathlib import Path
from shutil import which

import numpy as np
import pandas as pd
import pytest

from mobility.backtest.compare import summarise
from mobility.errors import RenderError
from mobility.render.formats import number_text, printed_decimals, rounded, shown
from mobility.render.html import study_page, table_html
from mobility.render.pages import draw_figure, render_index, render_study
from mobility.render.pdf import typst_source
from mobility.render.report import Picture, Report, arrange, natural_key
from mobility.render.table import SYNTHETIC_LINE, credit, layout
from mobility.render.text import table_csv
from mobility.render.words import error_text, facts
from mobility.settings import Choice, Study
from mobility.statistics import STATISTICS
from mobility.verdicts import verdict_sentence, why_few_match
from specs import about, figure_spec, table_spec

COLUMNS = [
    "study", "table", "row", "column", "statistic", "choice", "value", "std_error", "ci_low", "ci_high", "stars",
    "n", "base", "persons", "flag", "note",
]  # fmt: skip
STATES = {
    "technical": "Technical employment",
    "nontechnical": "Non-technical employment",
    "study": "Study",
    "unemployment": "Unemployment",
    "inactivity": "Inactivity",
}
OCCUPATIONS = {
    "science_professionals": "Science professionals",
    "engineering_professionals": "Engineering professionals",
    "ict_professionals": "Information technology and telecommunications professionals",
    "science_technicians": "Science, engineering and production technicians",
    "draughtspersons": "Draughtspersons and related architectural technicians",
    "it_technicians": "Information technology technicians",
    "metal_forming": "Metal forming, welding and related trades",
    "metal_machining": "Metal machining, fitting and instrument making trades",
    "vehicle_trades": "Vehicle trades",
    "electrical_trades": "Electrical and electronic trades",
    "construction_trades": "Construction and building trades",
    "process_operatives": "Process operatives",
    "plant_operatives": "Plant and machine operatives",
}
DESTINATIONS = {
    "same_occ": ("Same occupation", ""),
    "occ_mobility": ("Occupational mobility", ""),
    "tech_prof": ("Professional", "Different technical occupation"),
    "tech_assoc_prof": ("Associate professional", "Different technical occupation"),
    "tech_skilled_trade": ("Skilled trade", "Different technical occupation"),
    "tech_operative": ("Operative", "Different technical occupation"),
    "nontech_manager": ("Manager", "Non-technical occupation"),
    "nontech_prof": ("Professional", "Non-technical occupation"),
    "nontech_assoc_prof": ("Associate professional", "Non-technical occupation"),
    "nontech_skilled_trade": ("Skilled trade", "Non-technical occupation"),
    "nontech_others": ("Others", "Non-technical occupation"),
    "study": ("Study", "Not employed"),
    "unemployed": ("Unemployed", "Not employed"),
    "inactivity": ("Inactive", "Not employed"),
}
PATHWAYS = {
    "maintenance": "Maintenance, Installation and Repair",
    "manufacturing": "Engineering, Manufacturing, Process and Control",
    "design": "Engineering, Design and Development",
    "science": "Science",
    "digital": "Digital support and services",
    "business": "Digital business services",
}
SECRET = 0.0773119
SECRET_TRACES = re.compile(r"(?<![\d.,])(0?\.0773\d*|7\.73\d*|7\.7%|7,731|7731|61,?197)(?!\d)")
PLAIN = {
    "synthetic": True,
    "source": "ukhls",
    "label": "Simulated UKHLS",
    "waves": list("abcdefghijklmno"),
    "waves_shown": "a to o",
    "edition": "simulator 1",
}
ABOUT = about({
    "study": "mock",
    "title": "Mobility of technicians & other “technical” workers",
    "report": {"title": "A report <of> numbers", "authors": ["A. Author", "B. Writer"], "year": 2022, "publisher": "P"},
    "data": {"licence": "Open Government Licence"},
    "summary": "What workers do a year later.",
    "sections": ["1 Key findings", "2 Patterns", "3 Pathways"],
})  # fmt: skip


def cell(table, row, column, value, base, statistic="share", flag="", **more):
    error = float(np.sqrt(abs(value) * (1 - min(abs(value), 1)) / base)) if statistic == "share" else 0.004
    record = {
        "study": "mock",
        "table": table,
        "row": row,
        "column": column,
        "statistic": statistic,
        "choice": "baseline",
        "value": value,
        "std_error": error,
        "ci_low": value - 1.96 * error,
        "ci_high": value + 1.96 * error,
        "stars": 0,
        "n": round(abs(value) * base),
        "base": base,
        "persons": round(abs(value) * base * 0.6) + 10,
        "flag": flag,
        "note": "",
    }
    return {**record, **more}


def items(labels, under=None):
    return [{"id": name, "label": label, **({"under": under[name]} if under else {})} for name, label in labels.items()]


def spec(table, number, title, rows, columns, section="2 Patterns", **more):
    return table_spec({
        "table": table,
        "number": number,
        "title": title,
        "section": section,
        "rows": {"label": "Occupation", "show": rows},
        "columns": {"label": "One year later", "show": columns},
        "notes": ["Shares of <workers> & others."],
        **more,
    })  # fmt: skip


def shares(table, rows, columns, seed, base=1000, strength=8.0):
    rng = np.random.default_rng(seed)
    cells = []
    for place, row in enumerate(rows):
        weights = rng.gamma(1.2, size=len(columns))
        weights[place % len(columns) if len(rows) == len(columns) else 0] += strength * len(columns) / 4
        count = int(base * rng.uniform(0.6, 6))
        cells += [
            cell(table, row, col, float(share), count)
            for col, share in zip(columns, weights / weights.sum(), strict=True)
        ]
    return cells


def hide(cells, row, column, flag="suppressed"):
    """Flag a cell and leave its numbers in, as a careless step before rendering might."""
    for record in cells:
        if (record["row"], record["column"]) == (row, column):
            record.update(flag=flag, value=SECRET, n=7731, base=7731, persons=61197, note="only 7731 of 61197")
    return cells


def wide_table():
    columns = [{"id": k, "label": v[0], **({"under": v[1]} if v[1] else {})} for k, v in DESTINATIONS.items()]
    cells = shares("table_3_3", OCCUPATIONS, list(DESTINATIONS), 1)
    hide(cells, "vehicle_trades", "study")
    hide(cells, "vehicle_trades", "tech_prof", "secondary")
    for record in cells:
        if (record["row"], record["column"]) == ("draughtspersons", "study"):
            record.update(flag="low_base")
        if (record["row"], record["column"]) == ("metal_forming", "unemployed"):
            record.update(flag="not_estimable", value=np.nan, note="no observation has this destination")
    title = "Technical occupations and occupation one year later"
    return spec("table_3_3", "Table 3.3", title, items(OCCUPATIONS), columns), cells


def state_table():
    title = "Labour market state and state one year later"
    columns = items(STATES)
    cells = hide(shares("table_3_1", STATES, list(STATES), 2, 9000), "study", "inactivity")
    return spec("table_3_1", "Table 3.1", title, items(STATES), columns), cells


def change_table():
    rows = {k: OCCUPATIONS[k] for k in list(OCCUPATIONS)[:5]}
    cells = []
    for place, row in enumerate(rows):
        cells.append(cell("table_1", row, "y2010", 0.01 + place / 100, 20000))
        cells.append(cell("table_1", row, "y2017", 0.012 + place / 90, 21000))
        change = -0.0004 if place == 0 else 0.002 + place * (1 / 90 - 1 / 100) - 0.004 * place
        cells.append(cell("table_1", row, "change", change, 41000, "difference"))
    columns = [{"id": "y2010", "label": "2010"}, {"id": "y2017", "label": "2017"}]
    columns.append({"id": "change", "label": "Change 2010–17", "from": "y2010", "to": "y2017"})
    title = "Technical occupations in all employment"
    return spec("table_1", "Table 1", title, items(rows), columns, "1 Key findings", within="column"), cells


def trend_table():
    rows = {
        k: OCCUPATIONS[k] for k in ("science_professionals", "ict_professionals", "it_technicians", "vehicle_trades")
    }
    years = {f"y{year}": str(year) for year in range(2009, 2018)}
    rng = np.random.default_rng(3)
    cells = []
    for place, row in enumerate(rows):
        level = 0.8 + place * 0.012
        for year in years:
            level += float(rng.normal(0, 0.008))
            cells.append(cell("table_2_2", row, year, level, 900))
    hide(cells, "it_technicians", "y2013")
    title = "Share in the same occupation a year later"
    return spec("table_2_2", "Table 2.2", title, items(rows), items(years)), cells


def pathway_table():
    columns = {"no_progress": "No progress", "progress": "Progress in pathway", "leave": "Leave pathway"}
    values = [(0.89, 0.02, 0.09), (0.89, 0.02, 0.09), (0.86, 0.05, 0.09), (0.84, 0.04, 0.12), (0.83, 0.06, 0.11)]
    cells = []
    for row, three in zip(PATHWAYS, [*values, (0.8, 0.003, 0.197)], strict=True):
        cells += [cell("table_3", row, col, share, 4321) for col, share in zip(columns, three, strict=True)]
    hide(hide(cells, "science", "progress"), "science", "leave", "secondary")
    title = "Progress along pathways in one year"
    return spec("table_3", "Table 3", title, items(PATHWAYS), items(columns), "3 Pathways"), cells


def job_table():
    rows = {"same": "Same occupation", "new": "New occupation"}
    columns = {"same_job": "Same job", "new_job": "New job"}
    values = {
        ("same", "same_job"): 0.91,
        ("same", "new_job"): 0.02,
        ("new", "same_job"): 0.05,
        ("new", "new_job"): 0.02,
    }
    cells = [cell("figure_2_1", row, col, value, 275000) for (row, col), value in values.items()]
    title = "Occupational and job mobility"
    return spec("figure_2_1", "Data of Figure 2.1", title, items(rows), items(columns), within="all"), cells


def model_table():
    rows = {"age": "Age", "degree": "Degree", "training": "Training <3 months"}
    under = {"age": "Person", "degree": "Person", "training": "Job"}
    cells = []
    for model, count in (("ols", 12345), ("logit", 11987)):
        for place, row in enumerate(rows):
            more = {"stars": place, "n": np.nan}
            cells.append(cell("table_a1", row, model, -0.0215 + 0.03 * place, count, "coefficient", **more))
    columns = items({"ols": "OLS", "logit": "Logit"}, {"ols": "From technician", "logit": "From technician"})
    title = "Predictors of progress"
    more = {"statistic": "coefficient", "decimals": 3, "within": ""}
    return spec("table_a1", "Table A1", title, items(rows, under), columns, "3 Pathways", **more), cells


TABLES = (wide_table, state_table, change_table, trend_table, pathway_table, job_table, model_table)
FIGURES = {
    "figure_2_1": {"number": "Figure 2.1", "kind": "bars", "table": "figure_2_1", "title": "Occupation and job",
                   "finding": "Nine in ten workers keep both job and occupation"},
    "figure_a": {"number": "Figure A", "kind": "heatmap", "table": "table_3_1", "title": "State one year later"},
    "figure_b": {"number": "Figure B", "kind": "lines", "table": "table_2_2", "title": "Staying", "x": "columns"},
    "figure_c": {"number": "Figure C", "kind": "flows", "table": "table_3", "title": "Pathways over one year",
                 "finding": "Leaving a pathway is more common than progress within it"},
    "figure_d": {"number": "Figure D", "kind": "heatmap", "table": "table_3_3", "title": "Where technical workers go"},
    "figure_e": {"number": "Figure E", "kind": "bars", "table": "table_3", "title": "Pathways as bars"},
}  # fmt: skip
PUBLISHED = {"table_3_3": 3, "table_1": 2}


def backtest_of(name, cells):
    records = []
    for place, record in enumerate(cells):
        words = ["match", "match", "within_sampling_error", "differs"]
        hidden = record["flag"] in ("suppressed", "secondary")
        verdict = words[place % 4] if place % 7 == 0 else "match"
        gap = {"match": 0.0, "within_sampling_error": 0.002, "differs": 0.02}[verdict]
        published = 0.031 if hidden or pd.isna(record["value"]) else round(record["value"] + gap, 3)
        records.append({
            "table": name, "row": record["row"], "column": record["column"], "statistic": record["statistic"],
            "published": published, "half_width": 0.0005, "ours": record["value"], "difference": gap,
            "verdict": verdict,
        })  # fmt: skip
    return records


CHOICE = {
    "question": "Are the shares weighted?", "report": "We use the panel.", "default": "none",
    "alternatives": {"none": "no weight", "cross_section": "that of the wave"}, "why": "The report names no weight.",
}  # fmt: skip


def mock_study(folder):
    tables = {table.table: table for table, _ in (make() for make in TABLES)}
    shared = {"section": "2 Patterns", "notes": ["A note."]}
    figures = {
        name: figure_spec({**shared, "figure": name, "alt": f"{figure['title']}, described in words.", **figure})
        for name, figure in FIGURES.items()
    }
    choices = {"weights": Choice.read("weights", CHOICE)}
    return Study(folder / "studies" / "mock", ABOUT, tables=tables, figures=figures, choices=choices)


def write_results(folder: Path) -> dict[str, Path]:
    """Released cells and losses of the mock study below `folder`, and places for its figures and page."""
    places = {name: folder / name / "mock" for name in ("released", "checks", "figures", "reports")}
    for place in places.values():
        place.mkdir(parents=True, exist_ok=True)
    compared = []
    for make in TABLES:
        table, cells = make()
        pd.DataFrame(cells, columns=COLUMNS).to_csv(places["released"] / f"{table.table}.csv", index=False)
        compared += backtest_of(table.table, cells) if table.table in PUBLISHED else []
    pd.DataFrame(compared).to_csv(places["released"] / "backtest.csv", index=False)
    pd.DataFrame(
        [
            ["read", "all interviews", 500123, 0, 500123, 85001],
            ["age", "outside 16 to 64", 500123, 90123, 410000, 70210],
            ["stay", "no value for training in the whole of wave 2", 410000, 52000, 358000, 60000],
        ],
        columns=["step", "reason", "rows_in", "rows_dropped", "rows_out", "persons_out"],
    ).to_csv(places["checks"] / "losses.csv", index=False)
    return places


def render_all(folder, synthetic=True):
    study, places = mock_study(folder), write_results(folder)
    provenance = {**PLAIN, "synthetic": synthetic, "files": ["a_indresp.dta", "b_indresp.dta"], "note": "Seed 1."}
    for figure in study.figures:
        draw_figure(study, figure, places["released"], provenance, places["figures"])
    out = places["reports"]
    render_study(study, places["released"], places["checks"], places["figures"], provenance, out)
    run = {"version": "0.1.0", "config": {"ukhls": "synthetic"}, "date_of_input": "2026-11-21"}
    render_index(folder / "reports", [out / "index.html"], run, folder / "reports" / "index.html")
    return out


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    return render_all(tmp_path_factory.mktemp("render"))


def make(builder, backtest=True, **provenance):
    table, cells = builder()
    compared = pd.DataFrame(backtest_of(table.table, cells)) if backtest else None
    return layout(table, pd.DataFrame(cells, columns=COLUMNS), compared, ABOUT, {**PLAIN, **provenance})


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (0.8815, 1, "88.2%"),
        (0.8814999, 1, "88.1%"),
        (0.0005, 1, "0.1%"),
        (-0.0004, 1, "0.0%"),
        (-0.0215, 1, "−2.2%"),
        (1.0, 0, "100%"),
    ],
)
def test_percentages_round_halves_away_from_zero_and_never_show_minus_zero(value, decimals, text):
    assert number_text(value, STATISTICS["share"], decimals) == text


def test_counts_points_and_estimates_have_their_own_form():
    assert number_text(1234567.0, STATISTICS["count"], 1) == "1,234,567"
    assert number_text(-0.0123, STATISTICS["difference"], 1) == "−1.2 pp"
    assert number_text(-0.0005, STATISTICS["coefficient"], 3) == "−0.001"
    assert rounded(-0.0004, 3) == "0.000"
    assert number_text(0.0432, STATISTICS["rate"], 1) == "43.2"
    assert number_text(0.0013628, STATISTICS["predicted_rate"], 2) == "1.36"
    assert (
        number_text(7.1e-16, STATISTICS["scientific"], 3) == "7e−16"
        and number_text(0.0, STATISTICS["scientific"], 3) == "0"
    )


@pytest.mark.parametrize(
    ("flag", "text"),
    [
        ("", "12.3%**"),
        ("low_base", "12.3%** [low]"),
        ("suppressed", "[c]"),
        ("secondary", "[c]"),
        ("not_estimable", "[x]"),
        ("not_converged", "[x]"),
    ],
)
def test_a_flag_decides_what_is_shown(flag, text):
    assert shown(0.123, STATISTICS["share"], 1, flag, stars=2) == text


def test_an_unknown_flag_is_refused_with_its_place():
    table, cells = state_table()
    cells[0]["flag"] = "supressed"
    with pytest.raises(
        RenderError, match=r"table_3_1, row technical, column technical: flag 'supressed'.*nearest: supp"
    ):
        layout(table, pd.DataFrame(cells), None, ABOUT, PLAIN)


def test_rows_and_columns_must_agree_with_the_specification_both_ways():
    table, cells = state_table()
    frame = pd.DataFrame(cells).replace({"row": {"study": "studying"}})
    with pytest.raises(RenderError) as caught:
        layout(table, frame, None, ABOUT, PLAIN)
    message = str(caught.value)
    assert "rows in the released cells that table_3_1.yaml does not list: studying" in message
    assert "rows that table_3_1.yaml lists and the released cells lack: study." in message
    assert "snakemake table_3_1" in message


def test_a_cell_that_stands_twice_is_refused_and_its_own_standard_error_is_not():
    table, cells = model_table()
    error = {**cells[0], "statistic": "std_error", "value": 0.0071}
    cells[0]["std_error"] = np.nan
    made = layout(table, pd.DataFrame([*cells, error]), None, ABOUT, PLAIN)
    assert made.cells["age", "ols"].std_error == 0.0071
    with pytest.raises(RenderError, match="row age, column ols stands twice"):
        layout(table, pd.DataFrame([*cells, {**cells[0], "statistic": "mean"}]), None, ABOUT, PLAIN)


def test_only_the_baseline_is_shown_where_several_choices_are_present():
    table, cells = state_table()
    other = [{**record, "choice": "weights=none", "value": 0.5} for record in cells]
    made = layout(table, pd.DataFrame([*other, *cells]), None, ABOUT, PLAIN)
    assert made.cells["technical", "technical"].value == cells[0]["value"]


def test_an_unknown_verdict_is_refused():
    table, cells = state_table()
    compared = pd.DataFrame(backtest_of("table_3_1", cells)).assign(verdict="matches")
    with pytest.raises(RenderError, match=r"verdict 'matches' is not known. nearest: match"):
        layout(table, pd.DataFrame(cells), compared, ABOUT, PLAIN)


def test_a_held_back_cell_keeps_nothing_but_its_flag_and_the_published_value():
    found = make(wide_table).cells["vehicle_trades", "study"]
    assert (found.text, found.flag, found.published_text) == ("[c]", "suppressed", "3.1%")
    hidden = ("value", "std_error", "ci_low", "ci_high", "n", "base", "persons")
    assert all(getattr(found, name) is None for name in hidden)
    assert (found.note, found.verdict) == ("", "")


def test_denominators_stand_in_the_last_column_or_the_last_row():
    assert make(state_table).base_column[0] == f"{int(pd.DataFrame(state_table()[1]).base[0]):,}"
    assert make(change_table).base_column == ()
    assert make(change_table).base_row == ("20,000", "21,000", "41,000")
    assert make(model_table).base_row == ("12,345", "11,987")


def test_the_back_test_is_summed_up_in_one_sentence():
    words = {"match": 172, "within_sampling_error": 6, "differs": 4, "not_published": 9}
    expected = (
        "172 of 182 compared numbers match the published value; 6 differ within sampling error; 4 differ by more."
    )
    assert verdict_sentence(words) == expected
    assert verdict_sentence({"not_published": 3}) == ""


def test_zeros_that_match_and_what_cannot_tell_are_counted_apart():
    words = {"match": 2, "match_of_zero": 7, "inconclusive": 1, "not_estimated": 3}
    assert verdict_sentence(words) == (
        "2 of 3 compared numbers match the published value; 1 is too uncertain to tell; "
        "3 are published and have no number here. Apart from these, 7 published zeros are zero here too."
    )


def test_a_table_few_of_whose_numbers_match_says_why():
    """By hand: s is twice h, so a number matches with probability erf(0.5 / sqrt 2) = 0.383; four of ten, rounded."""
    record = {"verdict": "within_sampling_error", "half_width": 0.0005, "std_error": 0.001}
    zeros = [{**record, "verdict": "match_of_zero", "std_error": 0.0}] * 30
    why = why_few_match([record] * 10 + zeros, synthetic=True)
    assert why.startswith("Why none match: our standard error is 2.0 times what the printed digit leaves open")
    assert "of the 10 numbers with an error about 4 would match" in why
    assert "The data are invented" in why
    assert "The data are invented" not in why_few_match([record], synthetic=False)
    assert why_few_match([record, {**record, "verdict": "match"}], synthetic=True) == ""
    counts = why_few_match([{**record, "verdict": "differs", "std_error": np.nan}], synthetic=False)
    assert counts.startswith("Why none match: On the report's own data what is left is a definition, an edition")


def test_page_workbook_and_pdf_count_every_published_number_of_a_table():
    """Errors in brackets and numbers that we do not have are published numbers too."""
    table, cells = state_table()
    compared = pd.DataFrame(backtest_of("table_3_1", cells))
    own = compared.iloc[[0, 1]].assign(statistic=["std_error", "share"], row=["technical", "not_ours"])
    own = own.assign(verdict=["differs", "not_estimated"])
    everything = pd.concat([compared, own])
    found = layout(table, pd.DataFrame(cells), everything, ABOUT, PLAIN)
    assert found.verdicts == {k: v for k, v in summarise(everything).iloc[0].to_dict().items() if k != "table" and v}
    assert found.verdicts["differs"] == (everything["verdict"] == "differs").sum()
    assert "1 is published and has no number here" in table_html(found)


def test_each_number_says_what_to_type_to_see_how_it_came_about():
    """In its small window; a table that only repeats the report says nothing, since nothing was computed."""
    html = table_html(make(wide_table))
    assert "<code>mobility explain mock table_3_3 science_professionals same_occ</code>" in html
    assert html.count("<code>mobility explain ") == html.count("<div popover ") > 100
    assert "mobility explain" not in table_html(make(printed_tables, backtest=False))


def test_a_html_table_has_caption_scopes_spanners_and_addresses():
    html = table_html(make(wide_table), {"CSV": "tables/table_3_3.csv"})
    assert html.count("<caption") == 1
    assert html.count('scope="row"') == 13
    assert html.count('scope="colgroup"') == 3
    assert '<th scope="colgroup" colspan="4"><span>Different technical occupation</span></th>' in html
    assert html.count('<th scope="col">') == 14
    assert 'id="table_3_3--science_professionals--same_occ"' in html
    assert 'href="tables/table_3_3.csv"' in html
    assert "<dt>95% interval</dt>" in html
    assert "matches the published value</span>" in html
    assert "compared numbers match the published value" in html
    assert "[c] confidential" in html
    assert "[low] low base" in html
    assert SYNTHETIC_LINE in html


def test_markup_in_labels_is_escaped():
    html = table_html(make(model_table))
    assert "Training &lt;3 months" in html
    assert 'scope="rowgroup"' in html
    assert "0.009*" in html
    assert "(0.004)" in html


def test_the_csv_beside_has_full_precision_and_whole_counts():
    frame = table_csv(make(state_table)).set_index(["row", "column"])
    first = state_table()[1][0]
    assert frame.loc[("technical", "technical"), "value"] == first["value"]
    assert frame.loc[("technical", "technical"), "n"] == first["n"]
    assert frame.loc[("study", "inactivity"), ["value", "std_error", "n", "base", "persons"]].isna().all()
    assert set(frame["data"]) == {"synthetic"}


def test_tables_stand_in_the_order_of_their_numbers():
    numbers = ["Table A1", "Table 3.10", "Table 3.9", "Table 1"]
    assert sorted(numbers, key=natural_key) == ["Table 1", "Table 3.9", "Table 3.10", "Table A1"]


def pdf_text(path):
    return subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True).stdout


def workbook_text(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode("utf-8") for name in archive.namelist()}


def test_every_format_says_that_the_data_are_synthetic(rendered):
    page = (rendered / "index.html").read_text(encoding="utf-8")
    assert page.index('class="banner"') < page.index("<h1>")
    assert "SYNTHETIC DATA: no person in it exists." in page
    assert page.count(SYNTHETIC_LINE) >= len(TABLES) + len(FIGURES)
    parts = workbook_text(rendered / "mock.xlsx")
    sheets = [name for name in parts if name.startswith("xl/worksheets/sheet")]
    assert len(sheets) == len(TABLES) + 4
    line = re.findall(r"<si>.*?</si>", parts["xl/sharedStrings.xml"], re.S)
    marked = {str(place) for place, text in enumerate(line) if SYNTHETIC_LINE in text}
    for name in sheets:
        assert marked & set(re.findall(r't="s"><v>(\d+)</v>', parts[name])), name
    assert "SYNTHETIC DATA" in (rendered.parent / "index.html").read_text(encoding="utf-8")
    svg = (rendered / "figures" / "figure_a.svg").read_text(encoding="utf-8")
    assert SYNTHETIC_LINE in svg


def test_a_page_of_real_data_has_no_banner(tmp_path):
    out = render_all(tmp_path, synthetic=False)
    page = (out / "index.html").read_text(encoding="utf-8")
    assert "SYNTHETIC" not in page
    assert ">Real data</span>" in page
    assert "SYNTHETIC" not in (out.parent / "index.html").read_text(encoding="utf-8")


def test_nothing_held_back_is_found_in_any_format(rendered):
    texts = {path: path.read_text(encoding="utf-8") for path in rendered.rglob("*") if path.suffix in (".html", ".csv")}
    texts |= {path: re.sub(r"<path[^>]*>|\sd=\"[^\"]*\"", "", path.read_text()) for path in rendered.rglob("*.svg")}
    comments = {
        path: " ".join(re.findall(r"<!--(.*?)-->", text)) for path, text in texts.items() if path.suffix == ".svg"
    }
    texts = {**texts, **comments, **workbook_text(rendered / "mock.xlsx")}
    assert len(texts) > 20
    for path, text in texts.items():
        assert not SECRET_TRACES.search(text), path


@pytest.mark.skipif(not which("pdftotext"), reason="pdftotext reads the PDF back")
def test_the_pdf_holds_the_report_and_nothing_held_back(rendered):
    text = pdf_text(rendered / "mock.pdf")
    assert "SYNTHETIC DATA: no person in it exists." in text
    assert "How the sample was made" in text
    assert "Are the shares weighted?" in text
    assert "A report <of> numbers" in text
    assert not SECRET_TRACES.search(text)


def test_the_pdf_is_tagged_for_screen_readers(rendered):
    data = (rendered / "mock.pdf").read_bytes()
    assert b"/StructTreeRoot" in data
    assert b"pdfuaid:part" in data


def test_a_study_page_is_one_file_with_contents_losses_and_choices(rendered):
    page = (rendered / "index.html").read_text(encoding="utf-8")
    assert '<html lang="en-GB">' in page
    assert 'class="skip" href="#main"' in page
    assert "<script" not in page
    assert "http" not in page
    for word in ("Rows kept and dropped", "90,123", "Are the shares weighted?", "Data of Figure 2.1", "mock.pdf"):
        assert word in page
    assert "<li>stay: no value for training in the whole of wave 2.</li>" in page
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)
    files = re.findall(r'(?:href|src)="([^"#]+)"', page)
    assert all((rendered / name).exists() for name in files)


def test_the_index_has_a_card_for_each_study(rendered):
    page = (rendered.parent / "index.html").read_text(encoding="utf-8")
    assert 'href="mock/index.html"' in page
    assert "Synthetic data</span>" in page
    assert "500,123 rows of 85,001 persons read" in page
    assert "<dt>version</dt><dd>0.1.0" in page


def test_the_same_inputs_give_the_same_bytes(rendered, tmp_path):
    again = render_all(tmp_path)
    names = sorted(path.relative_to(rendered) for path in rendered.rglob("*") if path.is_file())
    assert len(names) > 25
    assert [name for name in names if (rendered / name).read_bytes() != (again / name).read_bytes()] == []


def test_missing_cells_and_undrawn_figures_are_named(tmp_path):
    places = write_results(tmp_path)
    arguments = (mock_study(tmp_path), *(places[name] for name in ("released", "checks", "figures")), PLAIN)
    with pytest.raises(RenderError, match="figure_2_1 was not drawn"):
        render_study(*arguments, tmp_path / "out")
    (places["released"] / "table_1.csv").unlink()
    with pytest.raises(RenderError, match="no released cells for table_1"):
        render_study(*arguments, tmp_path / "out")


@pytest.mark.parametrize("kind", ["bars", "heatmap", "lines", "flows"])
@pytest.mark.parametrize("builder", [state_table, pathway_table, job_table])
def test_a_figure_of_nothing_but_held_back_cells_is_drawn(kind, builder):
    from mobility.render.figures import draw, picture_bytes

    table, cells = builder()
    for record in cells:
        hide(cells, record["row"], record["column"])
    made = layout(table, pd.DataFrame(cells), None, ABOUT, PLAIN)
    figure = draw(figure_spec({"figure": "figure_z", "kind": kind, "title": "Nothing"}), made)
    assert b"[c]" in picture_bytes(figure, "svg")


def test_an_unknown_kind_of_figure_is_refused():
    from mobility.render.figures import draw

    with pytest.raises(RenderError, match=r"no figure of kind 'heatmaps'. nearest: heatmap"):
        draw(figure_spec({"figure": "figure_z", "kind": "heatmaps", "title": "T"}), make(state_table))


def test_more_lines_than_colours_are_refused():
    from mobility.render.figures import draw

    with pytest.raises(RenderError, match=r"table_3_3: a figure of lines tells at most 8 apart, this table has 13"):
        draw(figure_spec({"figure": "figure_z", "kind": "lines", "title": "T"}), make(wide_table))


def test_long_labels_of_many_steps_are_thinned_and_the_last_one_stays():
    from mobility.render.figures import draw

    ages = {f"a{age}": f"{age}-{age + 4}" if age < 90 else "90+" for age in range(0, 95, 5)}
    rows, columns = items(ages), items({"men": "Men", "women": "Women"})
    cells = [cell("ages", row, column, 0.05, 900, statistic="rate") for row in ages for column in ("men", "women")]
    table = spec("ages", "Table 9", "Rates", rows, columns, statistic="rate")
    made = layout(table, pd.DataFrame(cells), None, ABOUT, PLAIN)
    axes = draw(figure_spec({"figure": "figure_z", "kind": "lines", "title": "T", "x": "rows"}), made).axes[0]
    labels = [tick.get_text() for tick in axes.get_xticklabels()]
    assert len(labels) == 19 and labels[-1] == "90+" and [bool(label) for label in labels[-3:]] == [True, False, True]
    boxes = [tick.get_window_extent() for tick in axes.get_xticklabels() if tick.get_text()]
    assert all(before.x1 < after.x0 for before, after in pairwise(boxes))


def test_denominators_of_a_heat_map_stand_clear_of_its_cells():
    from mobility.render.figures import draw

    rows, columns = items({"a": "A", "b": "B"}), items({"c": "C", "d": "D"})
    cells = [cell("m", row, col, 0.05, 41_233_758, statistic="rate") for row in "ab" for col in "cd"]
    made = layout(
        spec("m", "Table 9", "Rates", rows, columns, statistic="rate"), pd.DataFrame(cells), None, ABOUT, PLAIN
    )
    axes = draw(figure_spec({"figure": "figure_z", "kind": "heatmap", "title": "T"}), made).axes[0]
    bases = [text for text in axes.texts if text.get_text() in ("41,233,758", "People")]
    assert len(bases) == 3
    assert min(text.get_window_extent().x0 for text in bases) > axes.get_window_extent().x1


def test_a_long_table_that_only_holds_a_figures_numbers_is_in_the_files_alone():
    areas = {f"area_{place}": f"Area {place}" for place in range(101)}
    rows, columns = items(areas), items({"out": "Out"})
    cells = [cell("figure_z", row, "out", 0.05, 900, statistic="rate") for row in areas]
    for count, there in ((101, False), (100, True)):
        short = spec("figure_z", "Data of Figure Z", "Rates", rows[:count], columns, statistic="rate")
        table = layout(short, pd.DataFrame(cells[:count]), None, ABOUT, PLAIN)
        files = {"svg": "z.svg", "png": "z.png", "csv": "z.csv"}
        picture = Picture("figure_z", "Figure Z", "Rates", "2 Patterns", "", "A map of rates.", (), table, **files)
        report = Report(ABOUT, PLAIN, arrange([], [table], [picture]), (), ())
        page, printed = study_page(report, {"XLSX": "z.xlsx", "PDF": "z.pdf"}), typst_source(report)
        assert ("Area 57" in page, "Area 57" in printed) == (there, there)
        assert ("Its 101 rows are in the" in page, "Its 101 rows are in the" in printed) == (not there, not there)
        assert 'href="tables/figure_z.csv"' in page and 'id="figure_z--data"' in page


def test_a_picture_taller_than_a_page_is_made_to_fit_it(tmp_path):
    import typst

    source = typst_source(Report(ABOUT, PLAIN, (), (), ()))
    check = '#context assert(measure(fitted("tall.svg", "A tall one"), width: 170mm).height <= 225mm)'
    (tmp_path / "main.typ").write_text(f"{source}\n{check}", encoding="utf-8")
    tall = '<svg xmlns="http://www.w3.org/2000/svg" width="400" height="1200"><rect width="400" height="1200"/></svg>'
    (tmp_path / "tall.svg").write_text(tall, encoding="utf-8")
    assert typst.compile(str(tmp_path / "main.typ"), format="pdf").startswith(b"%PDF")


def printed_tables():
    rows, columns = items({"a": "First", "b": "Second"}), items({"share": "Share", "words": "Occupations"})
    empty = dict.fromkeys(("std_error", "ci_low", "ci_high", "n", "base", "persons"), np.nan)
    numbers = [{**cell("table_9", row, "share", 0.12, 100), **empty, "choice": "published"} for row in "ab"]
    words = [{**one, "column": "words", "statistic": "text", "value": np.nan, "note": "Group (311)"} for one in numbers]
    return spec("table_9", "Table 9", "As printed", rows, columns, statistic="published"), numbers + words


def test_a_table_that_repeats_the_report_says_so_and_is_not_called_synthetic():
    html = table_html(make(printed_tables, backtest=False))
    assert "As printed in the report, not computed here" in html
    assert "Source: A. Author, B. Writer (2022)" in html
    assert "SYNTHETIC" not in html
    assert "Group (311)" in html
    assert "[x]" not in html
    assert set(table_csv(make(printed_tables, backtest=False))["data"]) == {"published"}


@pytest.mark.parametrize(
    ("half_width", "statistic", "decimals"),
    [(0.005, "share", 0), (0.0005, "share", 1), (0.0005, "coefficient", 3), (5, "count", 0), (0.00005, "rate", 1)],
)
def test_published_numbers_keep_their_printed_digits(half_width, statistic, decimals):
    assert printed_decimals(half_width, STATISTICS[statistic]) == decimals


def rate_table(statistic):
    columns = items({"ours": "Ours"})
    more = {"statistic": statistic, "decimals": 2, "within": ""}
    cells = [cell("rates", "age", "ours", 0.0013628, 992, statistic, std_error=0.0000829, ci_low=0.001, ci_high=0.002)]
    return spec("rates", "Table 7", "Rates", items({"age": "Young"}), columns, **more), cells


@pytest.mark.parametrize(("statistic", "error"), [("rate", None), ("predicted_rate", 0.08)])
def test_rates_are_per_thousand_in_every_format(statistic, error):
    """Also in the workbook, where a rate of 0.0014 would be 0.00."""
    from mobility.render.xlsx import _frame

    table = make(lambda: rate_table(statistic), backtest=False)
    shown = table.cell(table.rows[0], table.columns[0])
    assert shown.text == "1.36" and ("95% interval", "1.00 to 2.00") in facts(shown, 2)
    assert error_text(shown, 2) == "0.08" if error else not table.shows_errors
    row = _frame(table, "Age").iloc[0].to_list()
    assert row[:3] == (["Young", 1.36, error] if error else ["Young", 1.36, 992])


def test_rate_ratios_have_their_error_in_brackets_and_stars():
    more = {"statistic": "rate_ratio", "decimals": 3, "within": ""}
    cells = [cell("ratios", "age", "ours", 1.2214, 992, "rate_ratio", stars=2, std_error=0.0504)]
    made = spec("ratios", "Table 6", "Ratios", items({"age": "Age"}), items({"ours": "Ours"}), **more)
    table = make(lambda: (made, cells), backtest=False)
    shown = table.cell(table.rows[0], table.columns[0])
    assert shown.text == "1.221**" and error_text(shown, 3) == "0.050" and table.shows_errors
    assert table.unit.startswith("Rate ratios, 1 is no difference; standard errors in brackets")


def test_labels_are_spread_as_little_as_needed():
    from mobility.render.charts.style import spread

    assert spread([1.0, 5.0], [1.0, 1.0], 0, 10) == [1.0, 5.0]
    assert spread([2.0, 2.0], [1.0, 1.0], 0, 10) == [1.5, 2.5]
    placed = spread([9.9, 0.1, 9.8], [1.0, 1.0, 1.0], 0, 10)
    assert placed == pytest.approx([9.5, 0.5, 8.5])


def test_years_are_placed_by_their_distance():
    from mobility.render.charts.lines import positions

    assert positions(["2001", "2010", "2017"]) == [2001, 2010, 2017]
    assert positions(["Before", "After"]) == [0, 1]


def test_importing_the_pages_does_not_import_what_draws():
    code = (
        "import sys, mobility.render.pages\n"
        "heavy = {'matplotlib', 'gptables', 'typst', 'jinja2', 'pandas'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_a_page_says_which_whole_waves_a_model_loses():
    def line(step, reason, rows_in, dropped):
        return {"step": step, "reason": reason, "rows_in": rows_in, "rows_dropped": dropped}

    lost = "no value for training_promotion in the whole of waves 1, 2"
    losses = [line(step, reason, 9, dropped) for step in ("a__to__b", "a__to__c") for reason, dropped in ((lost, 4),)]
    losses.append(line("b__to__c", "no value for age", 9, 1))
    report = Report(ABOUT, {}, (), tuple(losses), ())
    assert report.whole_waves_lost == (f"a to b, a to c: {lost}.",)


def test_only_what_stands_beside_print_reproduces_a_report():
    study = about({"report": {"title": "A report", "year": 1998}})
    assert credit(study, [make(wide_table)]) == "Reproduces (1998). A report."
    assert credit(study, [make(wide_table, backtest=False)]) == "After (1998). A report."
    assert credit(about({}), [make(wide_table)]) == ""
