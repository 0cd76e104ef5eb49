"""Cells of Working Futures: what is read, and what is refused with its row."""

import pandas as pd
import pytest

from mobility.errors import DeliveryError
from mobility.intake.losses import breaks

COLUMNS = ["year", "gender", "status", "industry", "occupation", "geography", "qualification", "weight"]
ROWS = [(2015, 1, 1, 45, 11, 1, 3, 1200.5), (2015, 2, 3, 1, 92, 12, 9, 0), (2014, 1, 1, 45, 11, 1, 3, 1100)]


def _jobs(*rows):
    return pd.DataFrame(rows or ROWS, columns=COLUMNS)


def test_cells_of_the_wanted_years_are_read(futures):
    rates = pd.DataFrame({"occupation": [11, 92], "rate": [0.03, 0.041]})
    read = futures(
        {"working_futures_employment.csv": _jobs(), "working_futures_replacement.csv": rates}, optional=("replacement",)
    )
    jobs = read.panel[read.panel["measure"] == "employment"]
    assert list(jobs["value"]) == [1200.5, 0] and set(jobs["year"]) == {2015}
    assert list(jobs.iloc[0][["gender", "industry", "sub_major", "region"]]) == ["1", "45", "11", "1"]
    own = read.panel[read.panel["measure"] == "replacement"]
    assert dict(zip(own["sub_major"], own["value"], strict=True)) == {"11": 0.03, "92": 0.041}
    assert read.losses["rows_dropped"].tolist() == [0, 1] and breaks(read.losses) == []
    assert read.provenance["access"] == "special"


REFUSED = {
    "below nought": ([*ROWS[:1], (2015, 2, 1, 45, 11, 1, 3, -4)], "row 3, weight: `-4`, and must be a number of 0"),
    "missing": ([*ROWS[:1], (2015, 2, 1, 45, 11, 1, 3, None)], "row 3, weight: missing"),
    "code": ([(2015, 1, 1, 80, 11, 1, 3, 5)], "row 2, industry: `80` is no code; "),
    "occupation of four digits": ([(2015, 1, 1, 45, 1115, 1, 3, 5)], "occupation: `1115` is no code"),
    "no code": ([(2015, 1, 1, 45, 11, 1, None, 5)], "row 2, qualification: no code"),
    "twice": ([*ROWS, ROWS[0]], "rows 2 and 5: one cell twice"),
    "year": ([ROWS[2]], "no rows of 2015"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_bad_cell_is_refused_with_its_row(case, futures):
    rows, said = REFUSED[case]
    with pytest.raises(DeliveryError) as error:
        futures({"working_futures_employment.csv": _jobs(*rows)})
    assert said in str(error.value)


def test_a_file_of_another_year_and_an_absent_column_are_refused(futures):
    with pytest.raises(DeliveryError, match="year: 2014 in a file of 2015"):
        futures({"working_futures_employment_2015.csv": _jobs(ROWS[2])})
    with pytest.raises(DeliveryError, match="no column weight; it has year"):
        futures({"working_futures_employment_2015.csv": _jobs().drop(columns="weight")})


def test_a_file_without_rows_and_a_column_twice_are_refused(futures):
    with pytest.raises(DeliveryError, match="it has no rows"):
        futures({"working_futures_employment_2015.csv": _jobs()[:0]})
    twice = pd.concat([_jobs(ROWS[0]), _jobs(ROWS[0])[["gender"]]], axis=1)
    with pytest.raises(DeliveryError, match="2 column gender; it has year"):
        futures({"working_futures_employment_2015.csv": twice})
