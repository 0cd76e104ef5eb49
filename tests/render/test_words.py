"""Words that a reader meets, over the specs of every study: no name of a program, units and bases that are right."""

import re
from dataclasses import fields

import pandas as pd
import pytest

from mobility.render.formats.csv import table_csv
from mobility.render.grids import table_grid
from mobility.render.numbers import MARKS
from mobility.render.table import layout
from mobility.render.templating import coded
from mobility.render.words import counted, facts
from mobility.settings import load_config, load_study
from mobility.settings.finding import Finding
from mobility.settings.terms import Term
from mobility.statistics import (
    AT_RISK,
    COUNT_LIKE,
    ESTIMATED,
    FITTED,
    IN_DENOMINATOR,
    OF_TABLES,
    STATISTICS,
    WITH_A_VALUE,
)
from mock_study import ABOUT, COLUMNS, PLAIN, cell, items, make, spec, wide_table
from paths import ROOT
from site_reader import table_html

STUDIES = {name: load_study(ROOT, name) for name in load_config(ROOT).studies}
# A name that only programs have, unless it is part of a file's path or between backticks.
RAW = re.compile(r"(?<![\w/.`-])[A-Za-z0-9]+(?:_+[A-Za-z0-9]+)+(?![\w/`]|\.(?:csv|yaml|py|md))")
AMERICAN = re.compile(
    r"\b(?:color(?:s|ed|ing)?|labor|center(?:s|ed)?|behavior|organiz\w*|recogniz\w*|standardiz\w*|normaliz\w*|"
    r"categoriz\w*|harmoniz\w*|analyz\w*|model(?:ing|ed)|labeled|neighbor\w*|favor\w*|percent)\b",
    re.I,
)
ONE_OF_MANY = re.compile(r"(?<![\d.,])1 (?:rows|persons|tables|figures|observations|files|cells|moves)\b")


def texts_of(study):
    """Every text of a study's specs that a page, workbook or document shows, with where it stands."""
    about = study.about
    yield from (("study.yaml", text) for text in (about.title, about.summary, about.data.label, *about.sections))
    for table in study.tables.values():
        axes = (table.rows, table.columns)
        own = [table.number, table.title, *table.notes, *(axis.label for axis in axes)]
        own += [text for axis in axes for item in axis.items for text in (item.label, item.under)]
        yield from ((table.where, text) for text in own)
    for figure in study.figures.values():
        says = figure.finding.says if isinstance(figure.finding, Finding) else ""
        own = [getattr(figure.own, field.name) for field in fields(figure.own)]
        own = [text for text in own if isinstance(text, str) and " " in text]
        yield from ((figure.figure, text) for text in (figure.title, figure.alt, says, *figure.notes, *own))
    for choice in study.choices.values():
        own = [choice.question, choice.report, choice.why, *choice.alternatives.values(), *choice.short.values()]
        yield from ((f"choices.yaml, {choice.name}", text) for text in own)
    for model in study.models.values():
        yield from ((f"model {model.model}", text) for text in (model.label, model.describe))
    for sample in study.samples.values():
        own = [sample.describe, *(step.otherwise for step in sample.keep)]
        yield from ((f"samples.yaml, {sample.name}", text) for text in own)
    for terms in study.terms.values():
        yield from ((f"term {term.id}", text) for term in terms for text in (term.label, *term.row_labels))
    for claim in study.claims.values():
        yield from ((f"claims.yaml, {claim.name}", text) for text in (claim.statement, claim.not_estimated))


@pytest.mark.parametrize("study", STUDIES)
def test_no_text_has_a_name_of_a_program(study):
    texts = ((where, re.sub(r"`[^`]*`", "", text or "")) for where, text in texts_of(STUDIES[study]))
    found = [f"{where}: {RAW.findall(text)}: {text}" for where, text in texts if RAW.search(text)]
    assert found == []


@pytest.mark.parametrize("study", STUDIES)
def test_texts_are_spelt_as_in_britain_and_count_rightly(study):
    quoted = re.compile(r"[\"“][^\"”]*[\"”]")  # what a report itself says
    for where, text in texts_of(STUDIES[study]):
        plain = quoted.sub("", text or "").replace("Bureau of Labor Statistics", "")
        assert not AMERICAN.search(plain), f"{where}: {text}"
        assert not ONE_OF_MANY.search(plain), f"{where}: {text}"
        assert not re.search(r"\d %", plain), f"{where}: {text}"


def test_what_is_looked_for_is_found():
    assert RAW.findall("the choice base_3_2 of groups/areas_2.csv, not `a_b` nor a-b") == ["base_3_2"]
    assert AMERICAN.search("labor market") and not AMERICAN.search("labour, colour, centre, percentage, programme")
    assert ONE_OF_MANY.search("1 rows") and not ONE_OF_MANY.search("21 rows, 1 row, 1.1 rows, 1,001 rows")


def test_a_statistic_says_its_unit_and_what_its_base_counts():
    for name in OF_TABLES:
        own = STATISTICS[name]
        in_per_cent = "per cent" in own.unit.lower() or own.axis == "Per cent"
        assert not (own.judged_as == COUNT_LIKE and in_per_cent), name
        assert own.ending == "%" or not in_per_cent, name
        assert (own.base == FITTED) == ((own.job == ESTIMATED and name != "claim") or own.job == "curve"), name
        assert own.job != "" and own.base, name
    assert STATISTICS["share"].base == IN_DENOMINATOR and STATISTICS["rate"].base == AT_RISK
    assert STATISTICS["mean"].base == WITH_A_VALUE


def one_row(statistic, record, columns=("a",), **more):
    """A laid-out table of one row `x` whose cells are `record`."""
    table = spec("t", "Table 1", "T", items({"x": "X"}), items({c: c.upper() for c in columns}), statistic=statistic,
                 within="row" if statistic == "share" else "", **more)  # fmt: skip
    cells = pd.DataFrame([{**record, "row": "x", "column": column} for column in columns], columns=COLUMNS)
    return layout(table, cells, None, ABOUT, PLAIN)


@pytest.mark.parametrize("statistic", ["coefficient", "marginal_effect", "rate_ratio", "share", "mean"])
def test_the_page_says_of_a_base_what_it_counts(statistic):
    value = {"share": 0.5}.get(statistic, 1.5)
    table = one_row(statistic, cell("t", "x", "a", value, 321, statistic))
    page = table_html(table)
    assert f"<p>Base: {STATISTICS[statistic].base}.</p>" in page
    assert ("denominator" in page) == (statistic == "share")
    assert f"Base: {STATISTICS[statistic].base}." in table_grid(table).lines


def test_a_table_that_has_a_row_of_observations_needs_no_base():
    table = spec("t", "Table 1", "T", items({"age": "Age", "observations": "Observations"}), items({"ols": "OLS"}),
                 statistic="coefficient", within="", decimals=3)  # fmt: skip
    cells = [
        cell("t", "age", "ols", 0.1, 500, "coefficient"),
        cell("t", "observations", "ols", 500.0, 500, "observations"),
    ]
    page = table_html(layout(table, pd.DataFrame(cells, columns=COLUMNS), None, ABOUT, PLAIN))
    assert "<p>Base:" not in page


def test_every_mark_is_explained_under_the_table_and_in_its_window():
    table = make(wide_table)
    page = table_html(table)
    for own in table.cells.values():
        if own.text in MARKS:
            status = dict(facts(own, 1))["Status"]
            assert status in (MARKS[own.text], f"not estimable: {MARKS[own.text]}")
    assert {mark for mark, _ in table.marks} == {"[c]", "[x]", "[low]"}
    assert all(f"<p>{mark} {meaning}</p>" in page for mark, meaning in table.marks)


def test_a_small_coefficient_is_shown_larger_and_print_beside_it():
    """0.0000545 a year squared is 0.005 per hundred; print, 0.000 to three decimals, is then 0.0."""
    record = {**cell("t", "x", "a", -0.0000545, 900, "coefficient"), "std_error": 0.0000212}
    backtest = pd.DataFrame([{"table": "t", "row": "x", "column": "a", "statistic": "coefficient", "published": -0.0,
                              "half_width": 0.0005, "verdict": "match"}])  # fmt: skip
    table = spec("t", "Table 1", "T", items({"x": "Age squared / 100"}), items({"a": "A"}), statistic="coefficient",
                 decimals=3, within="", larger={"x": 2})  # fmt: skip
    found = layout(table, pd.DataFrame([record], columns=COLUMNS), backtest, ABOUT, PLAIN).cells["x", "a"]
    assert (found.text, found.published_text, found.verdict) == ("−0.005", "0.0", "match")
    assert found.value == -0.0000545 and dict(facts(found, 3))["Standard error"] == "0.002"
    data = table_csv(layout(table, pd.DataFrame([record], columns=COLUMNS), backtest, ABOUT, PLAIN))
    assert data.loc[0, ["value", "times", "shown"]].to_list() == [-0.0000545, 100, "−0.005"]


@pytest.mark.parametrize(
    ("value", "error", "text", "shown"),
    [(0.0002, 0.00031, "0.0002", "0.0003"), (0.12, 0.0005, "0.120", "0.001"), (0.1, 0.0, "0.100", "0.000"),
     (0.1, 1e-12, "0.100000", "0.000000")],
)  # fmt: skip
def test_an_error_is_never_shown_as_nothing_where_it_has_a_digit(value, error, text, shown):
    table = one_row("coefficient", {**cell("t", "x", "a", value, 900, "coefficient"), "std_error": error}, decimals=3)
    found = table.cells["x", "a"]
    assert found.text == text and dict(facts(found, found.decimals))["Standard error"] == shown


def test_terms_are_told_in_words():
    levels = {"levels": ["gcse", "other_he"], "row_labels": ["GCSE", "Other higher education"], "reference": "gcse"}
    factor = Term.read({"id": "qualification", "label": "Qualification", "kind": "factor", "of": "q", **levels})
    industry = {"id": "industry", "label": "Industry", "kind": "factor", "of": "i", "levels": ["real_estate"]}
    industry = Term.read(industry)
    assert factor.label_of("other_he") == "Other higher education"
    assert factor.label_of("qualification") == "Qualification"
    assert industry.label_of("real_estate") == "Industry: real estate"
    both = Term.read({"id": "x", "label": "X", "kind": "interaction", "between": ["qualification", "industry"]})
    joined = both.joined({"qualification": factor, "industry": industry}, "models/m.yaml")
    assert joined.label_of("other_he#real_estate") == "Other higher education x Industry: real estate"


def test_names_of_programs_are_code_on_a_page():
    assert coded("rows whose person_id is not in `indresp`: 5 <of> a/b_c.csv") == (
        "rows whose <code>person_id</code> is not in <code>indresp</code>: 5 &lt;of&gt; a/b_c.csv"
    )
    assert coded("of a_b or c_d, e_f and 3") == "of <code>a_b or c_d, e_f</code> and 3"
    assert counted(1, "table") == "1 table" and counted(0, "row") == "0 rows" and counted(1200, "row") == "1,200 rows"
