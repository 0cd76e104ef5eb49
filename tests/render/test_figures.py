"""Figures: drawn whatever is held back, refused with a reason, and labels that do not collide."""

from itertools import pairwise

import pandas as pd
import pytest

from mobility.errors import RenderError
from mobility.render.table import layout
from mock_study import ABOUT, PLAIN, cell, hide, items, job_table, make, pathway_table, spec, state_table, wide_table
from specs import figure_spec


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


def lines_of(flag_at=(), **keys):
    """A figure of two lines over three years, with intervals of a tenth to either side; some numbers held back."""
    from mobility.render.figures import draw

    rows, columns = items({"a": "A", "b": "B"}), items({"y1": "2001", "y2": "2002", "y3": "2003"})
    cells = [
        {**cell("t", row, year, 0.2 + 0.1 * at, 50), "ci_low": 0.1 + 0.1 * at, "ci_high": 0.3 + 0.1 * at}
        for row in "ab"
        for at, year in enumerate(("y1", "y2", "y3"))
    ]
    for row, year in flag_at:
        hide(cells, row, year)
    made = layout(spec("t", "Table 9", "Shares", rows, columns), pd.DataFrame(cells), None, ABOUT, PLAIN)
    return draw(figure_spec({"figure": "figure_z", "kind": "lines", "title": "T", **keys}), made).axes[0]


def test_lines_bear_intervals_only_where_the_figure_says_so():
    upright = [line for line in lines_of(intervals=True).lines if len(set(line.get_xdata())) == 1]
    assert len(upright) == 6
    assert [list(line.get_ydata()) for line in upright[:3]] == [
        pytest.approx(ends) for ends in ([10, 30], [20, 40], [30, 50])
    ]
    assert not [line for line in lines_of().lines if len(line.get_xdata()) == 2 and len(set(line.get_xdata())) == 1]


def test_marks_of_held_back_numbers_hang_below_the_axis_one_below_the_other():
    axes = lines_of(flag_at=[("a", "y2"), ("b", "y2")])
    marks = [text.get_window_extent() for text in axes.texts if text.get_text() == "[c]"]
    assert len(marks) == 2 and marks[0].y0 >= marks[1].y1
    assert max(mark.y1 for mark in marks) <= axes.get_window_extent().y0
    labels = [tick.get_window_extent() for tick in axes.get_xticklabels()]
    assert min(mark.y0 for mark in marks) >= max(label.y1 for label in labels)


def test_a_line_that_ends_early_says_the_year_of_its_last_number():
    names = [text.get_text() for text in lines_of(flag_at=[("a", "y3")]).texts]
    assert "A 30.0% (2002)" in names and "B 40.0%" in names


def test_a_figure_of_one_source_names_its_licence_and_that_its_data_are_invented():
    from mobility.render.charts.style import Words
    from mobility.render.figures import _words

    table = make(state_table)
    words = _words(figure_spec({"figure": "f", "kind": "bars", "title": "T"}), table, Words, "")
    assert words.foot[-1].startswith("Source: invented data in the layout of Simulated UKHLS")
    assert words.foot[-1].endswith("Licence of the true data: Open Government Licence.")
    assert words.warning == "Made from SYNTHETIC data: no person in it exists."


def test_marks_that_would_touch_are_one_for_their_run():
    """41 years on an axis of some six inches: a step is narrower than a mark."""
    from mobility.render.figures import draw

    years = {f"y{year}": str(year) for year in range(1960, 2001)}
    rows, columns = items({"a": "A", "b": "B"}), items(years)
    cells = [cell("t", row, year, 0.2, 50) for row in "ab" for year in years]
    for year in range(1960, 1971):
        hide(cells, "a", f"y{year}")
    made = layout(spec("t", "Table 9", "S", rows, columns), pd.DataFrame(cells), None, ABOUT, PLAIN)
    axes = draw(figure_spec({"figure": "figure_z", "kind": "lines", "title": "T"}), made).axes[0]
    assert [text.xy[0] for text in axes.texts if text.get_text() == "[c]"] == [1965]


def ranked(rows, columns=1, label="Group {}"):
    """A table of means by group."""
    names = {f"g{at}": label.format(at) for at in range(rows)}, {f"c{at}": f"{2000 + at}" for at in range(columns)}
    cells = [cell("means", row, column, 1.0, 50, statistic="mean") for row in names[0] for column in names[1]]
    return layout(spec("means", "Table 1", "Means", *map(items, names), statistic="mean"), pd.DataFrame(cells), None,
                  ABOUT, PLAIN)  # fmt: skip


def feet(figure):
    return " ".join(text.get_text().replace("\n", " ") for text in figure.texts)


@pytest.mark.parametrize(
    ("kind", "table"),
    [
        ("bars", lambda: ranked(22)),
        ("bars", lambda: ranked(11, 2)),
        ("bars", lambda: ranked(22, label="Group {} of occupations with a long name")),
        ("heatmap", lambda: ranked(35, 10)),
    ],
)
def test_rows_that_a_page_has_room_for_stand_closer_and_all_are_drawn(kind, table):
    """Half an inch a bar would make 22 of them 12.4 inches high; 11.4 are 225 mm of a page in the house width."""
    from mobility.render.charts.style import TALLEST
    from mobility.render.figures import draw, flaws

    spec, made = figure_spec({"figure": "f", "kind": kind, "title": "Means"}), table()
    figure = draw(spec, made)
    assert figure.get_figheight() <= TALLEST and "as many as a page" not in feet(figure)
    assert flaws(spec, made, figure) == ()


@pytest.mark.parametrize("kind", ["bars", "heatmap"])
def test_rows_that_a_page_has_no_room_for_are_left_out_and_counted(kind):
    from mobility.render.charts.style import TALLEST
    from mobility.render.figures import draw, flaws

    spec, made = figure_spec({"figure": "f", "kind": kind, "title": "Means"}), ranked(90)
    figure = draw(spec, made)
    drawn = {target.row for target in figure.targets if target.row}
    assert drawn == {f"g{at}" for at in range(len(drawn))} and 30 < len(drawn) < 50
    assert f"The first {len(drawn)} of 90 rows, as many as a page has room for. All: Table 1." in feet(figure)
    assert figure.get_figheight() <= TALLEST and flaws(spec, made, figure) == ()


def test_bars_of_several_columns_have_a_colour_each_and_those_of_one_the_same():
    from matplotlib.colors import to_hex

    from mobility.render.figures import draw

    spec = figure_spec({"figure": "f", "kind": "bars", "title": "Means"})
    drawn = {columns: draw(spec, ranked(3, columns)).axes[0].patches for columns in (1, 2)}
    colours = {columns: [to_hex(bar.get_facecolor()) for bar in bars] for columns, bars in drawn.items()}
    assert colours == {1: ["#12436d"] * 3, 2: ["#12436d", "#f46a25"] * 3}


def test_labels_of_steps_do_not_run_on_from_the_lowest_label_of_the_other_axis():
    axes = lines_of()
    lowest = min((label.get_window_extent() for label in axes.get_yticklabels()), key=lambda box: box.y0)
    assert max(label.get_window_extent().y1 for label in axes.get_xticklabels()) <= lowest.y0 + 1


def test_a_mark_that_a_figure_has_no_place_for_is_not_explained_under_it():
    from mobility.render.charts.style import Words
    from mobility.render.figures import _words

    table = make(state_table)
    vars(table)["marks"] = (("[z]", "does not apply"), ("[c]", "held back"))
    said = {
        kind: _words(figure_spec({"figure": "f", "kind": kind, "title": "T"}), table, Words, "").foot[0]
        for kind in ("effects", "heatmap")
    }
    assert said == {
        "effects": "[c] confidential, held back.",
        "heatmap": "[c] confidential, held back. [z] not applicable.",
    }
