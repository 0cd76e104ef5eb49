"""Numbers of a report's text: made from cells, by arithmetic done by hand; every printed number has a verdict."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from mobility.backtest.compare import as_claims, compare, read_published
from mobility.cells import as_cells
from mobility.cells.quoted import quote_cells
from mobility.errors import SpecError
from mobility.settings import Claim, Study, load_study
from paths import ROOT
from specs import about, table_spec

GATSBY = load_study(ROOT, "gatsby")
TABLE = table_spec({"rows": {"show": [{"id": "a"}, {"id": "b"}]}, "columns": {"show": [{"id": "x"}, {"id": "y"}]}})


def study(**claims):
    shared = {"statement": "s", "section": "1", "statistic": "share"}
    claims = {name: Claim.read(name, {**shared, **claim}) for name, claim in claims.items()}
    return Study(Path("s"), about(), tables={"t": TABLE, "text": TABLE}, claims=claims)


def cells(flag_of_b_x=""):
    """Shares 0.2 and 0.8 of 50 in row a, 0.1 and 0.9 of 100 in row b."""
    places = {
        ("a", "x"): (0.2, 10, 50),
        ("a", "y"): (0.8, 40, 50),
        ("b", "x"): (0.1, 10, 100),
        ("b", "y"): (0.9, 90, 100),
    }
    records = [
        {"row": row, "column": column, "statistic": "share", "value": value, "std_error": 0.01, "n": n, "base": base}
        | {"ci_low": value - 0.02, "ci_high": value + 0.03, "persons": n}
        for (row, column), (value, n, base) in places.items()
    ]
    found = as_cells(records, "s", "t")
    found.loc[(found["row"] == "b") & (found["column"] == "x"), "flag"] = flag_of_b_x
    return found


def numbers(claim, flag_of_b_x=""):
    return quote_cells(cells(flag_of_b_x), study(c=claim), "text").set_index("column")


@pytest.mark.parametrize(
    ("wanted", "value", "number", "last"),
    [
        ({"columns": ["x"]}, "range", 0.1, 0.2),
        ({"columns": ["x"], "one_less": True}, "range", 0.8, 0.9),
        ({"rows": ["a"], "columns": ["y"]}, "single", 0.8, None),
        ({"columns": ["x"]}, "mean", 0.15, None),
        ({"columns": ["x"]}, "sum", 0.3, None),
        ({"rows": ["b"], "columns": ["y"], "of": "n", "over": {"row": "a"}}, "single", 90 / 40, None),
        ({"rows": ["b"], "columns": ["y"], "of": "base", "over": {"row": "a"}}, "single", 2, None),
        ({"columns": ["y"], "less": {"column": "x"}}, "sum", 0.6 + 0.8, None),
        ({"columns": ["x"], "over": {"column": "y"}, "one_less": True}, "range", 1 - 0.2 / 0.8, 1 - 0.1 / 0.9),
    ],
)
def test_numbers_made_from_cells(wanted, value, number, last):
    found = numbers({"value": value, "cells": {"table": "t", **wanted}})["value"]
    assert found["number"] == pytest.approx(number)
    assert np.isnan(found["to"]) if last is None else found["to"] == pytest.approx(last)


def test_an_interval_stays_with_a_share_and_turns_with_one_less():
    own = numbers({"value": "single", "cells": {"table": "t", "rows": ["a"], "columns": ["x"]}}).loc["number"]
    turned = numbers({"value": "single", "cells": {"table": "t", "rows": ["a"], "columns": ["x"], "one_less": True}})
    assert own[["std_error", "ci_low", "ci_high"]].tolist() == pytest.approx([0.01, 0.18, 0.23])
    assert turned.loc["number", ["std_error", "ci_low", "ci_high"]].tolist() == pytest.approx([0.01, 0.77, 0.82])
    ratio = numbers({"value": "single", "cells": {"table": "t", "rows": ["a"], "over": {"row": "b"}}}).loc["number"]
    assert pd.isna(ratio["std_error"]) and pd.isna(ratio["ci_low"])


@pytest.mark.parametrize("value", ["range", "mean", "single"])
def test_what_rests_on_a_held_back_cell_is_held_back(value):
    found = numbers({"value": value, "cells": {"table": "t", "columns": ["x"]}}, "suppressed").loc["number"]
    assert found["flag"] == "suppressed" and pd.isna(found["value"])
    other = numbers({"value": "single", "cells": {"table": "t", "rows": ["a"]}}, "suppressed").loc["number"]
    assert other["flag"] == ""


def test_a_denominator_that_is_held_back_holds_the_quotient_back():
    wanted = {"table": "t", "rows": ["a"], "columns": ["x"], "over": {"row": "b"}}
    assert numbers({"value": "single", "cells": wanted}, "suppressed").loc["number", "flag"] == "suppressed"


def test_a_number_that_is_not_estimated_says_why():
    found = numbers({"value": "range", "not_estimated": "It is of another survey."})
    assert found["flag"].tolist() == ["not_estimable"] * 2
    assert found["note"].tolist() == ["It is of another survey."] * 2


def test_a_claim_on_a_cell_that_no_table_has_names_the_nearest(project):
    path = project / "studies/gatsby/claims.yaml"
    claims = yaml.safe_load(path.read_text())
    claims["text_leave_employment__technical"]["cells"]["rows"] = ["techncal"]
    path.write_text(yaml.safe_dump(claims))
    with pytest.raises(
        SpecError, match=r"text_leave_employment__technical: row `techncal` is not in .*nearest: technical"
    ):
        load_study(project, "gatsby")


def printed():
    published = read_published(ROOT / "studies/gatsby/published")
    return as_claims(published[published["statistic"] != "text"])


def test_every_number_of_the_text_has_a_row_of_its_own():
    """52 numbers were digitised with the tables, of which 5 and 4 stand in figures and 12 are effects; 12 are ours."""
    counted = printed()["table"].value_counts()
    assert counted[["figure_2_1", "figure_3_2", "text_claims", "text_numbers"]].to_dict() == {
        "figure_2_1": 5,
        "figure_3_2": 4,
        "text_claims": 12,
        "text_numbers": 31 + 12,
    }
    claimed = {name for name, claim in GATSBY.claims.items() if not claim.effects}
    assert set(printed().query("table == 'text_numbers'")["row"]) == claimed


def test_every_printed_number_is_compared_or_says_why_not():
    """A table that prints numbers is made here, or is a reference table whose notes say why it is only shown."""
    for table in printed()["table"].unique():
        spec = GATSBY.tables[table]
        assert spec.statistic.name != "published" or "not computed here" in " ".join(spec.notes), table


def test_table_2_is_compared_in_its_25_cells():
    assert (printed()["table"] == "table_2").sum() == 25
    assert GATSBY.tables["table_2"].rows == GATSBY.tables["table_3_1"].rows
    published = printed().set_index(["table", "row", "column"])["value"]
    pd.testing.assert_series_equal(published["table_2"], published["table_3_1"])


def test_the_text_as_printed_agrees_with_the_printed_tables():
    """Set the printed tables in the place of ours: the numbers of the text must come out, but for five known ones.

    They stand in published/SOURCES.md: 54,564 of 2010 lies above 51,000, the 87 per cent of 2012 above 85; those who
    left an occupation are 13.9 to 22.2 per cent in Table 3.3, where the text has 15 and 25; 75.8 per cent is cut to 75.
    """
    tables = printed()[printed()["table"].isin(["table_2_2", "table_3", "table_3_1", "table_3_2", "table_3_3"])]
    ours = as_cells(tables[["row", "column", "statistic", "value"]].to_dict("records"), "gatsby", "")
    ours = ours.assign(table=tables["table"].to_numpy(), n=1, base=1, persons=1)
    wanted = {"table_2_2", "table_3", "table_3_1", "table_3_2", "table_3_3"}
    claims = {
        name: claim
        for name, claim in GATSBY.claims.items()
        if claim.cells and claim.cells.table in wanted and claim.cells.of == "value"
    }
    quoted = quote_cells(ours, Study(**{**vars(GATSBY), "claims": claims}), "text_numbers")
    backtest = compare(quoted, printed()[printed()["row"].isin(claims)]).query("published.notna()")
    apart = set(backtest.loc[backtest["verdict"] != "match", ["row", "column"]].itertuples(index=False, name=None))
    assert len(backtest) > 25
    assert apart == {
        ("text_interviewed__range", "to"),
        ("text_followed__range", "to"),
        ("text_same_occ_range__range", "number"),
        ("text_left_occ_range__range", "number"),
        ("text_left_occ_range__range", "to"),
    }
