"""Lines of notes above the header of a study's own file: the table below them is read, and they are named."""

import pytest

from mobility.errors import DeliveryError
from mobility.panel.table_source import read_table

MAPPING = "file: p.csv\nperson: id\nwave: year\nvariables: {pay: {column: pay, kind: amount}}\n"


@pytest.fixture
def read(tmp_path, root):
    def table(text):
        (tmp_path / "mapping.yaml").write_text(MAPPING)
        (tmp_path / "p.csv").write_text(text)
        return read_table(tmp_path, root)

    return table


@pytest.mark.parametrize(
    ("above", "divider", "lines"),
    [("Table 1: pay\n", ",", 1), ('"Pay, by year"\n\nSource: ONS, 2020\n', ";", 3), ("Note\t\n", "\t", 1)],
)
def test_lines_above_the_header_are_notes(read, above, divider, lines):
    found = read(above + "id,year,pay\n1,1,2.5\n2,1,3\n".replace(",", divider))
    assert found.panel["pay"].tolist() == [2.5, 3]
    assert found.notes[0] == f"p.csv: lines above its header: {lines}, taken as notes."


def test_where_no_row_has_the_columns_the_first_is_the_header(read):
    with pytest.raises(DeliveryError, match=r"no column `pay`; it has: id, year, wage"):
        read("id,year,wage\n1,1,2.5\n")


def test_two_variables_may_be_of_one_column(tmp_path, root):
    more = MAPPING.replace("variables: {", "variables: {year: {column: year, kind: integer}, ")
    (tmp_path / "mapping.yaml").write_text(more)
    (tmp_path / "p.csv").write_text("id,year,pay\n1,2001,2.5\n")
    assert read_table(tmp_path, root).panel["year"].tolist() == [2001]
