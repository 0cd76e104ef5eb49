"""Tables on the page: how numbers look, what is held back, and the sentences that sum up a back test."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mobility.backtest.compare import summarise
from mobility.errors import RenderError
from mobility.render.formats.csv import table_csv
from mobility.render.numbers import MARKS, number_text, printed_decimals, rounded, shown
from mobility.render.origins import Origins
from mobility.render.pages import laid_out
from mobility.render.report import natural_key
from mobility.render.site.cells import script
from mobility.render.table import SYNTHETIC_LINE, layout
from mobility.render.words import error_text, facts
from mobility.statistics import STATISTICS
from mobility.storage import write_csv
from mobility.verdicts import count_verdicts, of_study, told_apart, verdict_sentence, why_few_match
from mock_study import (
    ABOUT,
    PLAIN,
    backtest_of,
    cell,
    change_table,
    items,
    make,
    mock_study,
    model_table,
    spec,
    state_table,
    wide_table,
)
from site_reader import behind, table_html


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
    assert "type `make report`" in message


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


def records(**counts):
    """A back test with so many numbers of each verdict, ours as printed."""
    value = {"match_of_zero": 0.0}
    return [
        {"verdict": word, "published": value.get(word, 1.0), "ours": value.get(word, 1.0)}
        for word, count in counts.items()
        for _ in range(count)
    ]


def test_the_back_test_is_summed_up_in_one_sentence():
    words = records(match=172, within_sampling_error=6, differs=4, not_published=9)
    expected = (
        "172 of 182 compared numbers match the published value; 6 differ within sampling error; 4 differ by more."
    )
    assert verdict_sentence(words) == expected
    assert verdict_sentence(records(not_published=3)) == ""


def test_zeros_that_match_and_what_cannot_tell_are_counted_apart():
    words = records(match=2, match_of_zero=7, inconclusive=1, not_estimated=3)
    assert verdict_sentence(words) == (
        "2 of 3 compared numbers match the published value; 1 is too uncertain to tell; "
        "3 are published and have no number here. Counted apart: published zeros that are zero here too: 7."
    )


def test_zeros_other_signs_and_large_differences_are_told_whatever_the_verdict():
    """By hand: 0.2 against -0.1 has the other sign and is off by 3 times; 0.16 against 0.1 by 60 %, 0.14 by 40 %."""
    pairs = [("within_sampling_error", -0.1, 0.2), ("match", 0.1, 0.16), ("differs", 0.1, 0.14), ("differs", 0, 0.3)]
    zero = [("match_of_zero", 0, 0.0001), ("not_estimated", -1, float("nan")), ("not_published", float("nan"), 1)]
    told = [{"verdict": word, "published": published, "ours": ours} for word, published, ours in pairs + zero]
    assert told_apart(told) == {
        "published zeros that are zero here too": 1,
        "published zeros that are not": 1,
        "with the other sign than print": 1,
        "off by more than 50% of the published value": 2,
    }
    said = "with the other sign than print: 1; off by more than 50% of the published value: 2."
    assert verdict_sentence(told).endswith(said)


def test_numbers_that_differ_say_whether_they_were_planted_so():
    """By hand, errors of 0.1: 0.5 off print is planted in the first, nothing in the second, which is chance."""
    own = {"verdict": "differs", "published": 1.0, "half_width": 0.05, "std_error": 0.1, "ours": 1.5}
    told = [{**own, "row": "a", "planted": 1.5}, {**own, "row": "b", "planted": 1.02}, {**own, "row": "c"}]
    known = "Of those that differ by more, as far as is known what was planted, "
    assert verdict_sentence(told).endswith(known + "1 would as they were planted too (a); 1 do so by chance (b).")
    assert "planted" not in verdict_sentence([{**own, "row": "c", "planted": ""}])


def test_a_table_few_of_whose_numbers_match_says_why():
    """By hand: s is twice h, so a number matches with probability erf(0.5 / sqrt 2) = 0.383; four of ten, rounded."""
    record = {"verdict": "within_sampling_error", "half_width": 0.0005, "std_error": 0.001}
    zeros = [{**record, "verdict": "match_of_zero", "std_error": 0.0}] * 30
    why = why_few_match([record] * 10 + zeros, synthetic=True)
    assert why.startswith("Why none match: our standard error is 2.0 times what the printed digit leaves open")
    assert "of the 10 numbers with an error about 4 would match" in why
    assert "; the data are invented" in why
    assert "the data are invented" not in why_few_match([record], synthetic=False)
    assert why_few_match([record, {**record, "verdict": "match"}], synthetic=True) == ""
    counts = why_few_match([{**record, "verdict": "differs", "std_error": np.nan}], synthetic=False)
    assert counts.startswith("Why none match: a number that is made anew differs where its definition, the edition")


def test_page_workbook_and_pdf_count_every_published_number_of_a_table():
    """Errors in brackets and numbers that we do not have are published numbers too."""
    table, cells = state_table()
    compared = pd.DataFrame(backtest_of("table_3_1", cells))
    own = compared.iloc[[0, 1]].assign(statistic=["std_error", "share"], row=["technical", "not_ours"])
    own = own.assign(verdict=["differs", "not_estimated"])
    everything = pd.concat([compared, own])
    found = layout(table, pd.DataFrame(cells), everything, ABOUT, PLAIN)
    verdicts = count_verdicts(found.backtest)
    assert verdicts == {k: v for k, v in summarise(everything).iloc[0].to_dict().items() if k != "table" and v}
    assert verdicts["differs"] == (everything["verdict"] == "differs").sum()
    assert "1 is published and has no number here" in table_html(found)


def test_what_stands_behind_a_number_is_loaded_when_it_is_asked_for():
    told = behind(script(make(wide_table), Origins(), {}))
    facts, bases = told["science_professionals", "same_occ"]
    assert [term for term, _ in facts][:2] == ["95% interval", "Standard error"] and bases == []
    assert told["vehicle_trades", "study"] == ([("Published", "3.1%"), ("Status", MARKS["[c]"])], [])
    assert len(told) == 13 * 14


def test_a_html_table_has_caption_scopes_spanners_and_addresses():
    html = table_html(make(wide_table), {"CSV": "tables/table_3_3.csv"})
    assert html.count("<caption") == 1
    assert html.count('scope="row"') == 13
    assert html.count('scope="colgroup"') == 3
    assert '<th scope="colgroup" colspan="4"><span>Different technical occupation</span></th>' in html
    assert html.count('<th scope="col">') == 14
    assert '<tr id="table_3_3.science_professionals">' in html
    assert 'href="tables/table_3_3.csv"' in html
    assert 'aria-label="matches the published value">✓</i>' in html
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


def printed_tables():
    rows, columns = items({"a": "First", "b": "Second"}), items({"share": "Share", "words": "Occupations"})
    empty = dict.fromkeys(("std_error", "ci_low", "ci_high", "n", "base", "persons"), np.nan)
    numbers = [{**cell("table_9", row, "share", 0.12, 100), **empty, "choice": "published"} for row in "ab"]
    words = [{**one, "column": "words", "statistic": "text", "value": np.nan, "note": "Group (311)"} for one in numbers]
    return spec("table_9", "Table 9", "As printed", rows, columns, statistic="published"), numbers + words


def test_short_words_stand_where_the_long_ones_of_their_column_begin():
    def build():
        spec, cells = printed_tables()
        return spec, [
            {**one, "note": "Science professionals"} if one["note"] and one["row"] == "a" else one for one in cells
        ]

    html = table_html(make(build, backtest=False))
    assert re.findall(r'<td( class="words")?>', html) == ["", ' class="words"'] * 2


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
    from mobility.render.grids import Number, table_grid

    table = make(lambda: rate_table(statistic), backtest=False)
    shown = table.cell(table.rows[0], table.columns[0])
    assert shown.text == "1.36" and ("95% interval", "1.00 to 2.00") in facts(shown, 2)
    assert error_text(shown, 2) == "0.08" if error else not table.shows_errors
    row = table_grid(table).rows[0]
    assert row[1] == Number(1.3628, "#,##0.00")
    assert row[2] == (Number(0.0829, "#,##0.00") if error else Number(992, "#,##0"))


def test_rate_ratios_have_their_error_in_brackets_and_stars():
    more = {"statistic": "rate_ratio", "decimals": 3, "within": ""}
    cells = [cell("ratios", "age", "ours", 1.2214, 992, "rate_ratio", stars=2, std_error=0.0504)]
    made = spec("ratios", "Table 6", "Ratios", items({"age": "Age"}), items({"ours": "Ours"}), **more)
    table = make(lambda: (made, cells), backtest=False)
    shown = table.cell(table.rows[0], table.columns[0])
    assert shown.text == "1.221**" and error_text(shown, 3) == "0.050" and table.shows_errors
    assert table.unit.startswith("Rate ratios, 1 is no difference; standard errors in brackets")


def test_names_of_rows_that_are_digits_keep_their_zeros(tmp_path):
    """An occupation is called 0100, as in the tables of the United States; not 100."""
    made = spec("t", "1", "T", items({"0100": "Farming", "0200": "Mining"}), items({"01": "Jobs"}))
    cells = [cell("t", row, "01", value, 100) for row, value in (("0100", 0.25), ("0200", 0.5))]
    write_csv(pd.DataFrame(cells), tmp_path / "t.csv")
    write_csv(pd.DataFrame(backtest_of("t", cells)), tmp_path / "backtest.csv")
    study = replace(mock_study(tmp_path / "mock"), tables={"t": made})
    table = laid_out(study, ["t"], tmp_path, PLAIN)["t"]
    assert {place: found.text for place, found in table.cells.items()} == {
        ("0100", "01"): "25.0%",
        ("0200", "01"): "50.0%",
    }
    assert all(found.published_text for found in table.cells.values())


def test_what_an_invented_delivery_is_drawn_to_stands_beside_the_comparison():
    record = {"verdict": "match", "published": 1.0, "ours": 1.0}
    matches = "1 of 1 compared numbers match the published value."
    assert of_study([record], "By construction.", synthetic=True) == f"{matches} By construction."
    assert of_study([record], "By construction.", synthetic=False) == matches
    assert of_study([], "By construction.", synthetic=True) == ""
