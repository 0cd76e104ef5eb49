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
