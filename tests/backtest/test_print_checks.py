"""What print alone decides: each relation against hand-made numbers, and the verdicts on the reports' own."""

from dataclasses import replace

import pandas as pd
import pytest

from mobility.backtest.print_checks import (
    AGREES,
    CONTRADICTED,
    IMPLIED,
    SILENT,
    Interval,
    Printed,
    _outcome,
    check_print,
    judge_defaults,
    load_print_checks,
)
from mobility.errors import SpecError
from mobility.settings import load_study
from paths import ROOT

STUDIES = [load_study(ROOT, path.parent.name) for path in sorted(ROOT.glob("*/*/print_checks.yaml"))]
SHARES = {("a", "stay"): 0.60, ("a", "go"): 0.39, ("b", "stay"): 0.71, ("b", "go"): 0.27, ("c", "stay"): 0.5}


@pytest.fixture
def printed():
    """Table t in whole per cent; the second cell of row c is illegible."""
    cells = [
        {
            "table": "t",
            "row": row,
            "column": column,
            "statistic": "share",
            "value": value,
            "half_width": 0.005,
            "flag": "ok",
        }
        for (row, column), value in SHARES.items()
    ]
    cells.append({**cells[-1], "column": "go", "value": None, "flag": "illegible"})
    counts = {"table": "n", "row": "seen", "statistic": "count", "half_width": 0.0, "flag": "ok"}
    return Printed(pd.DataFrame([*cells, {**counts, "column": "all", "value": 927.0}]))


def outcome(printed, left, relation, right, where=({"table": "t"},)):
    return _outcome({"where": list(where), "left": left, "relation": relation, "right": right}, printed)


@pytest.mark.parametrize(
    ("relation", "right", "against"),
    [
        ("equals", 1, "t.b"),  # 0.99 within 0.01 of 1; 0.98 not
        ("exceeds", 0.97, "t.b"),  # 0.98 to 1.00 is above 0.97, 0.97 to 0.99 is not
        ("at_least", 0.99, ""),
        ("at_most", 0.975, "t.a"),
        ("within", 0.99, "t.a; t.b"),
    ],
)
def test_relations_allow_for_the_rounding_of_every_cell(printed, relation, right, against):
    found = outcome(printed, {"sum": ["stay", "go"]}, relation, right)
    assert found == {"tested": 2, "agree": 2 - len([*filter(None, against.split("; "))]), "against": against}


def test_a_part_is_bounded_with_numerator_and_rest_moved_apart(printed):
    part = Interval(0.595, 0.605).part(Interval(0.385, 0.395))
    assert (part.low, part.high) == pytest.approx((0.595 / 0.990, 0.605 / 0.990))
    side = {"sum": ["stay"], "rest": ["go"]}
    assert outcome(printed, side, "equals", 0.612, [{"table": "t", "rows": ["a"]}])["against"] == "t.a"
    assert outcome(printed, side, "equals", 0.611, [{"table": "t", "rows": ["a"]}])["against"] == ""


def test_columns_sum_over_rows_and_a_list_spans_a_range(printed):
    down = outcome(printed, {"sum": ["a", "b"]}, "equals", 1.31, [{"table": "t", "columns": ["stay"]}])
    assert down == {"tested": 1, "agree": 1, "against": ""}
    spans = [{"sum": [{"table": "t", "rows": [row], "columns": ["stay"]}]} for row in ("a", "b")]
    assert outcome(printed, 0.65, "within", spans, [{"table": "n"}])["against"] == ""
    assert outcome(printed, 0.72, "within", spans, [{"table": "n"}])["against"] == "n.seen"


@pytest.mark.parametrize(("factor", "against"), [(309, ""), (310, "n.seen")])
def test_counts_are_multiples_or_not(printed, factor, against):
    assert outcome(printed, {"sum": ["all"]}, "multiple_of", factor, [{"table": "n"}])["against"] == against


def test_names_that_print_does_not_have_are_refused(printed):
    with pytest.raises(SpecError, match="no published table `tt`; nearest: t"):
        outcome(printed, {"sum": ["stay"]}, "equals", 1, [{"table": "tt"}])
    with pytest.raises(SpecError, match="t has no printed cell in row a, column stays"):
        outcome(printed, {"sum": ["stays"]}, "equals", 1)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("choice: science", "choice: sciense", "names the choice `sciense`; nearest: science"),
        ("readings: [all_in_work]", "readings: [all_work]", "names the reading `all_work`; nearest: all_in_work"),
        ("relation: within", "relation: inside", "`inside`; allowed: at_least, at_most"),
        ("relation: equals", "relations: equals", "unknown key `relations`"),
    ],
)
def test_spec_is_checked_against_schema_and_choices(project, old, new, message):
    path = project / "studies/gatsby/print_checks.yaml"
    text = path.read_text().replace("  relation: at_least", "  relation: within", 1)
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(SpecError, match=message):
        load_print_checks(project, load_study(project, "gatsby"))


@pytest.fixture(scope="module")
def verdicts():
    found = [judge_defaults(check_print(ROOT, study), study) for study in STUDIES]
    return pd.concat(found).set_index(["study", "choice"])


def test_print_contradicts_no_default(verdicts):
    assert {study.name for study in STUDIES} >= {"gatsby", "moving_out"}
    assert verdicts.query("verdict == @CONTRADICTED").empty


def test_every_choice_has_a_verdict_and_print_decides_these(verdicts):
    assert set(verdicts.index) == {(study.name, choice) for study in STUDIES for choice in study.choices}
    assert set(verdicts["verdict"]) == {IMPLIED, AGREES, SILENT}
    decided = {choice for (study, choice), verdict in verdicts["verdict"].items() if verdict == IMPLIED}
    assert decided >= {
        "missing_soc",
        "pathway_denominator",
        "science",
        "digital",
        "boundaries",
        "spot_years",
        "imd_codes",
    }


def test_rows_that_decide_on_people_without_a_coded_occupation():
    """Counted by hand: 26 of 26 rows add to 100; the listed moves reach the total in one row of 25, by rounding."""
    relations = check_print(ROOT, load_study(ROOT, "gatsby")).query("choice == 'missing_soc'")
    sums = relations[relations["check"].str.fullmatch("rows_of_3_[23]_add_to_100")].query("reading == 'totals_only'")
    reached = relations[relations["check"].str.startswith("listed_are_all")].query("reading == 'exclude'")
    assert (sums["tested"].sum(), sums["agree"].sum()) == (26, 26)
    assert (reached["tested"].sum(), reached["agree"].sum()) == (25, 1)


def test_a_default_that_print_refutes_is_named(tmp_path):
    study = load_study(ROOT, "gatsby")
    spoilt = {**study.choices, "missing_soc": replace(study.choices["missing_soc"], default="exclude")}
    judged = judge_defaults(check_print(ROOT, study), replace(study, choices=spoilt))
    row = judged.set_index("choice").loc["missing_soc"]
    assert (row["verdict"], row["also_agree"]) == (CONTRADICTED, "totals_only")
    assert "table_3_3.science_professionals" in row["against"]


def test_observations_of_moving_out_add_up_and_factor():
    relations = check_print(ROOT, load_study(ROOT, "moving_out")).set_index("check")
    assert (
        relations.loc[["spots_add_up", "types_add_up", "receivers_of_each_year", "spots_of_one_year"], "against"]
        .eq("")
        .all()
    )
    assert relations.loc["models_share_their_rows", "tested"] == 18
    assert relations.loc["spots_of_two_years", "agree"] == 0
