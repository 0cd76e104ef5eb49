"""Descriptions of columns, and shares of two groups with their test: by hand, and from print."""

import numpy as np
import pandas as pd
import pytest

from mobility.cells import NOT_ESTIMABLE
from mobility.cells.tabulate import tabulate
from mobility.disclosure.numbers import Table
from mobility.disclosure.release import release_tables
from mobility.errors import DataError
from specs import table_spec

SHOWN = ("mean", "sd", "min", "max", "observations")
PEOPLE = pd.DataFrame(
    {"person": range(6), "age": [25.0, 30, 30, 41, np.nan, 29], "male": [1.0, 0, 0, 0, 0, np.nan], "none": [np.nan] * 6}
)


def described(frame=PEOPLE, names=("age", "male", "none")):
    rows = [{"id": f"row_{name}", "describes": name} for name in names]
    columns = [{"id": f"column_{shown}", "shows": shown} for shown in SHOWN]
    spec = table_spec({"statistic": "description", "rows": {"show": rows}, "columns": {"show": columns}})
    return tabulate(frame, spec, "s"), spec


def test_a_column_is_described_over_those_with_a_value():
    """By hand: 25, 30, 30, 41, 29 have mean 31 and squares about it 36 + 1 + 1 + 100 + 4, over 4."""
    cells, _ = described()
    age = cells[cells["row"] == "row_age"].set_index("statistic")
    assert age["column"].tolist() == [f"column_{shown}" for shown in SHOWN]
    assert age["value"].to_dict() == {
        "mean": 31,
        "sd": pytest.approx(35.5**0.5, rel=1e-14),
        "min": 25,
        "max": 41,
        "observations": 5,
    }
    # OLS on a constant, robust: sd / sqrt(n).
    assert age.loc["mean", "std_error"] == pytest.approx((35.5 / 5) ** 0.5, rel=1e-12)
    assert age["base"].unique().tolist() == [5]


def test_what_tells_about_few_persons_says_that_it_rests_on_them():
    cells, spec = described()
    persons = cells.set_index(["row", "statistic"])["persons"]
    # One person is 41, and one is a man: with the number of persons, the mean says so too.
    assert persons["row_age"].to_dict() == {"mean": 5, "sd": 5, "min": 1, "max": 1, "observations": 5}
    assert persons["row_male"].to_dict() == {"mean": 1, "sd": 1, "min": 4, "max": 1, "observations": 5}
    told = release_tables([Table(cells, spec)], "open", 3)[0].cells.set_index(["row", "statistic"])["flag"]
    assert [key for key, flag in told.items() if flag == "suppressed"] == [
        ("row_age", "min"),
        ("row_age", "max"),
        ("row_male", "mean"),
        ("row_male", "sd"),
        ("row_male", "max"),
    ]


def test_mean_and_spread_of_few_whole_numbers_go_where_they_tell_how_few_have_the_largest():
    """124 persons with 0 to 4 children, as of `movers`: four counts of which mean, spread and number leave one free.

    With t more who have 4, 3 t fewer have 3, 3 t more 2 and t fewer 1: at most 4 have 4, where 6 have 3. Of 2,642 with
    0 to 6 at least 20 can have 6: with t more 10 t fewer have 3, 15 t more 2 and 6 t fewer 1. How many have a value
    is still told, of this column and of others that as many have.
    """
    few, many = (np.repeat(range(len(own)), own) for own in ([85, 11, 20, 6, 2], [1950, 300, 150, 190, 46, 5, 1]))
    for values, fewest, hidden in ((few, 4, True), (few * 1.5, None, False), (many, 20, False)):
        frame = pd.DataFrame({"person": range(len(values)), "children": values, "male": np.arange(len(values)) % 2})
        cells, spec = described(frame, ("children", "male"))
        found = cells.reindex(columns=["statistic", "fewest"]).set_index("statistic")["fewest"].dropna()
        assert found.index.tolist() == ["mean", "sd"] * (fewest is not None)
        assert (found == fewest if hidden else found >= (fewest or 0)).all()
        (told,) = release_tables([Table(cells, spec, None, frame)], "special", 10)
        gone = told.cells.loc[told.cells["flag"] == "suppressed", ["row", "statistic"]].to_numpy().tolist()
        few_have = [["row_children", name] for name in ("mean", "sd", "max")]
        assert gone == (few_have if hidden else few_have[2:])


def test_a_column_without_a_value_and_one_that_is_not_there():
    cells, _ = described()
    assert cells.loc[cells["row"] == "row_none", "flag"].unique().tolist() == [NOT_ESTIMABLE]
    one, _ = described(PEOPLE[:1], ("age",))
    assert one.set_index("statistic").loc["sd", "note"] == "one observation has no spread"
    with pytest.raises(DataError, match="the frame has no column `ages`; nearest: age"):
        described(names=("ages",))


def compared(stayers, movers, variance="pooled"):
    """Cells of the share of `yes` among stayers and movers, each given as (yes, all)."""
    parts = [[(group, "yes")] * yes + [(group, "no")] * (n - yes) for group, (yes, n) in enumerate((stayers, movers))]
    frame = pd.DataFrame([*parts[0], *parts[1]], columns=["mover", "answer"])
    columns = [{"id": "stayer", "of": [0]}, {"id": "mover", "of": [1]}, {"id": "difference", "from": 1, "to": 0}]
    rows = [{"id": "yes"}, {"id": "no"}]
    raw = {"statistic": "comparison", "frame": "f", "within": "column", "variance": variance}
    axes = {"rows": {"of": "answer", "show": rows}, "columns": {"of": "mover", "show": columns}}
    spec = table_spec({**raw, **axes})
    frame = frame.assign(person=range(len(frame)))
    return tabulate(frame, spec, "s"), spec, frame


@pytest.mark.parametrize(("variance", "z", "stars"), [("pooled", -2.788, "3"), ("unpooled", -2.555, "2")])
def test_the_difference_of_two_shares_has_the_stars_of_its_test(variance, z, stars):
    """Table 25, company: 18 of 392 stayers are 4.6 %, 24 of 231 movers 10.4 %; printed with three stars.

    By hand: p = 42/623, z = -0.05798 / sqrt(p (1 - p) (1/392 + 1/231)), or with each group's own share.
    """
    cells, *_ = compared((18, 392), (24, 231), variance)
    found = cells.set_index(["row", "column"]).loc["yes"]
    assert found["statistic"].to_dict() == {"stayer": "share", "mover": "share", "difference": "difference"}
    assert found["value"].round(3).tolist() == [0.046, 0.104, -0.058]
    assert found.loc["difference", "value"] / found.loc["difference", "std_error"] == pytest.approx(z, abs=1e-3)
    assert found["stars"].tolist() == ["", "", stars]
    assert found.loc["difference", ["n", "base", "persons"]].tolist() == [42, 623, 18]


def test_a_group_of_nobody_has_no_difference():
    cells, *_ = compared((18, 392), (0, 0))
    found = cells.set_index(["row", "column"]).loc[("yes", "difference")]
    assert (found["flag"], found["note"]) == (NOT_ESTIMABLE, "no observation in one of the two groups")


def test_a_difference_does_not_give_back_a_share_that_is_hidden():
    """Two stayers said no: the share of those who said yes would tell, and with the movers' so would the difference."""
    cells, spec, frame = compared((48, 50), (30, 60))
    (found,) = release_tables([Table(cells, spec, None, frame)], "open", 3)
    told = found.cells.set_index(["row", "column"])["flag"]
    assert told.loc["yes"].to_dict() == {"stayer": "suppressed", "mover": "", "difference": "suppressed"}
    assert told.loc["no"].to_dict() == {"stayer": "suppressed", "mover": "", "difference": "suppressed"}
