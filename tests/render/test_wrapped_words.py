"""Words of a figure broken into lines: no line too wide, and none that had room for the next word."""

from itertools import pairwise

import pytest

from mobility.render.charts.style import text_width, wrap

WORDS = (
    "Moves between technical occupations, in per cent of those who were in one a year before: MMMM iiiiiiiiiiii W l l l"
)


@pytest.mark.parametrize("size", [9.0, 13.0])
@pytest.mark.parametrize("width", [0.2, 1.1, 3.0, 40.0])
def test_lines_are_as_full_as_words_allow(size, width):
    lines = wrap(WORDS, size, width, bold=True).split("\n")
    assert " ".join(lines) == WORDS
    assert all(" " not in line or text_width(line, size, True) <= width for line in lines)
    assert all(text_width(f"{line} {after.split()[0]}", size, True) > width for line, after in pairwise(lines))
    assert (len(lines) == 1) == (width == 40.0)


def test_nothing_is_no_line():
    assert wrap("  ", 9.0, 1.0) == ""
