"""The output checker's record: by hand on a table of six cells, each with evidence that one rule or point is about."""

from dataclasses import replace

import pandas as pd
import pytest

import checker_record
from checker_record import COLUMNS, GOOD, ORIGIN, PROTECTS, record_of, released_of, said
from mobility.cells.tabulate import tabulate
from mobility.checker import ANSWERS, PLACE
from mobility.checker.kinds import BY_NAME, kind_of
from mobility.checker.outputs import HELD_BACK, LOOK, MAY_LEAVE
from mobility.checker.page import answer_of, write_entry, write_statement
from mobility.checker.stage import read_record, sums_of
from mobility.checker.statement import statement_of
from mobility.cli import main
from mobility.disclosure.numbers import Table
from mobility.disclosure.release import release_tables
from mobility.settings import Study
from mobility.statistics import OF_TABLES, STATISTICS
from specs import table_spec


@pytest.fixture
def study():
    return checker_record.study()


def test_what_meets_the_rules_may_leave(study):
    found = said(study)
    assert found.answer == (
        "Yes: 4 numbers in 1 table and 1 figure each rest on at least 10 persons; 2 cells are hidden."
    )
    table, figure = found.outputs
    assert (table.shown, table.hidden, table.persons, table.base) == (4, 2, 12, 50)
    assert table.reasons == {"fewer than 10 persons in it": 1, PROTECTS: 1}
    assert (table.verdict, figure.verdict, figure.form) == (MAY_LEAVE, MAY_LEAVE, "figure of Table 1")
    assert found.looks == () and [rule["broken"] for rule in found.rules] == [0] * 11
    judged = {rule["name"]: rule["judged"] for rule in found.rules}
    assert (judged["threshold"], judged["dominance, n-k"], judged["subtraction"]) == (4, 0, 2)


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"a_x": {"persons": 9}}, "threshold"),
        ({"a_x": {"base_persons": 9}}, "threshold"),
        ({"a_x": {"complement": 9}}, "outside"),
        ({"a_x": {"dominance_1": 0.8, "dominance_2": 0.93}}, "dominance, p-ratio"),  # 0.07 is less than 0.08
        ({"a_x": {"dominance_1": 0.45, "dominance_2": 0.9}}, "dominance, n-k"),
        ({"a_x": {"df": 9}}, "degrees of freedom"),
        ({"a_x": {"fewest": 9}}, "sides of a comparison"),
        ({"b_y": {"interval_low": 4, "interval_high": 13}}, "subtraction"),
    ],
)
def test_each_rule_is_applied_a_second_time(study, changes, rule):
    found = said(study, **changes)
    assert found.answer.startswith("No: of 4 numbers in 1 table and 1 figure, Table 1, Figure 1 break a rule.")
    assert rule in found.outputs[0].broken and found.outputs[0].verdict == found.verdict == HELD_BACK
    assert {name: broken["broken"] for broken in found.rules for name in [broken["name"]]}[rule] == 1


def test_what_is_left_open_is_asked_of_few_persons_only(study):
    """y of b is of four, z of 16, which protects it and could be shown itself: 5 to 14 of z is no fault. Sums of
    events are as wide as they are computed, here 9.9995."""
    near = {"b_y": {"interval_low": 2.0005, "interval_high": 12}, "b_z": {"interval_low": 5, "interval_high": 14}}
    assert said(study, **near).verdict == MAY_LEAVE
    broken = said(study, b_y={"interval_low": 4, "interval_high": 13})
    assert {rule["name"]: rule["cells"] for rule in broken.rules if rule["cells"]} == {
        "subtraction": ["Table 1: Women / Y"]
    }


def test_limits_are_those_that_just_pass(study):
    edge = {"persons": 10, "base_persons": 10, "complement": 10, "dominance_1": 0.5, "dominance_2": 0.89, "df": 10}
    assert said(study, a_x=edge).outputs[0].verdict == MAY_LEAVE


def test_a_cell_that_the_record_hides_and_that_leaves_is_found(study):
    found = said(study, shown=("y",))
    assert found.outputs[0].broken["hidden by the record, and shown"] == 1
    assert found.outputs[0].broken["threshold"] == 1  # four persons


def test_zeros_full_cells_and_numbers_without_evidence_are_for_a_person(study):
    found = said(study, a_x={"persons": 0, "complement": 50}, a_y={"persons": 50, "complement": 0})
    assert found.answer.startswith("Yes, once somebody has looked at 2 cells of 1 table by hand: 4 numbers in 1")
    assert (
        found.outputs[0].by_hand == {"nobody": 1, "everybody": 1} and found.outputs[0].verdict == found.verdict == LOOK
    )
    assert {look.point.name: look.cells for look in found.looks} == {
        "nobody": (("Men", "X", "", (50.0,)),),  # with the 50 persons of its group
        "everybody": (("Men", "Y", "", (50.0,)),),
    }
    record = record_of()
    found = statement_of(study, record.drop(index=0), {"t": released_of(record)}, ORIGIN, 10)
    assert found.outputs[0].by_hand == {"unknown": 1} and "without any evidence" in found.points[0][0].title


@pytest.mark.parametrize(("access", "points"), [("secure", {"unknown": 4}), ("open", {})])
def test_levels_that_a_study_computes_from_closed_data_are_for_a_person(study, access, points):
    """No person stands on record behind a level: of published series that says all, of pay from a model nothing."""
    level = table_spec({"number": "Table 1", "statistic": "level", "rows": {"show": []}, "columns": {"show": COLUMNS}})
    own = Study(study.folder, study.about, tables={"t": level})
    record = record_of()
    found = statement_of(own, record.iloc[:0], {"t": released_of(record)}, {**ORIGIN, "access": access}, 10)
    assert found.outputs[0].by_hand == points
    assert found.verdict == (LOOK if points else MAY_LEAVE)


def test_the_smallest_group_comes_first_and_is_named(study, tmp_path):
    zero = {"persons": 0, "complement": 50}
    found = said(study, a_x={**zero, "base_persons": 40}, a_y={**zero, "base_persons": 12})
    assert [cell[1] for cell in found.looks[0].cells] == ["Y", "X"] and found.looks[0].smallest == 12
    write_statement(found, tmp_path)
    assert "2 cells, smallest group 12</summary>" in (tmp_path / "s.html").read_text(encoding="utf-8")


def test_columns_of_which_a_note_says_the_same_are_one_line(study):
    record = record_of()
    released = released_of(record)
    for row, note in ((0, "collinear"), (1, "collinear"), (2, "predicts failure perfectly")):
        released.loc[row, ["value", "flag", "note"]] = [float("nan"), "not_estimable", note]
    (look,) = statement_of(study, record, {"t": released}, ORIGIN, 10).looks
    assert len(look.cells) == 3
    assert look.lines == [("Men", "X; Y", "collinear", ()), ("Men", "Z", "predicts failure perfectly", ())]


def test_a_threshold_below_the_usual_one_says_what_that_lets_pass(study):
    told = said(study, threshold=3, a_x={"persons": 4}, a_y={"base_persons": 9}).facts["Threshold"]
    assert told.startswith(
        "3 distinct persons, that of the class of access (disclosure.threshold in config.yaml). 2 numbers"
    )
    assert told.endswith("rest on fewer than 10 persons: a lab that asks for 10 sets it there, and runs again")
    assert "fewer" not in said(study).facts["Threshold"]


def test_every_cell_to_look_at_is_listed_however_many(study, tmp_path):
    zeros = {f"{row}_{column}": {"persons": 0, "base": 50, "complement": 50, "reason": ""} for row, column in GOOD}
    found = said(study, **zeros)
    write_statement(found, tmp_path)
    lines = pd.read_csv(tmp_path / "s_by_hand.csv")
    assert lines["point"].tolist() == ["nobody"] * 6 and lines["column"].tolist() == ["X", "Y", "Z"] * 2
    page = (tmp_path / "s.html").read_text(encoding="utf-8")
    listed = page[page.index('id="by-hand"') : page.index('id="hidden"')]
    assert listed.count("<tr><th scope") == 6 and "is in the cell (class disclosure): 6 cells</h3>" in listed


def test_a_term_that_was_not_estimated_tells_of_everybody_of_a_group(study):
    """Why a coefficient has no number is shown, and says that nobody with it did what the model explains."""
    record = record_of()
    released = released_of(record)
    released.loc[0, ["value", "flag", "note"]] = [float("nan"), "not_estimable", "predicts failure perfectly: dropped"]
    found = statement_of(study, record, {"t": released}, ORIGIN, 10)
    (look,) = found.looks
    assert look.cells == (("Men", "X", "predicts failure perfectly: dropped", ()),)
    assert found.outputs[0].by_hand == {"not_estimated": 1} and found.outputs[0].shown == 3
    said_by_a_text = table_spec(
        {"number": "Text", "statistic": "quoted", "rows": {"show": []}, "columns": {"show": []}}
    )
    quoted = Study(study.folder, study.about, tables={"t": said_by_a_text})
    blank = record.assign(base=record["base"].mask(record.index == 0))  # no cell stands behind the note: its own words
    assert statement_of(quoted, blank, {"t": released}, ORIGIN, 10).looks == ()


def test_a_median_that_fewer_than_the_threshold_have_breaks_a_rule(study):
    spec = table_spec({"number": "Table 3", "statistic": "median", "rows": {"show": []}, "columns": {"show": COLUMNS}})
    own = Study(study.folder, study.about, tables={"t": spec})
    known = {"_".join(place): {"ties": 1, "near": 10} for place in GOOD}
    assert said(own, **known).answer.startswith("Yes: ")
    few = said(own, **{**known, "a_z": {"ties": 1, "near": 9}})
    assert few.answer.startswith("No: ") and sum(rule["broken"] for rule in few.rules) == 1


def test_a_number_of_rows_that_tells_few_with_another_breaks_a_rule(study):
    """The first of the cells of an estimates' table says with how many rows it was fitted, the second stands beside."""
    record = record_of(a_x={"differs": 9}, a_y={"differs": 9}, a_z={"differs": 10})
    record["tells"] = ["f:1", "interval", *[""] * 4]

    def broken(**without):
        released = released_of(record).assign(base=50)
        for row, columns in without.items():
            released.loc[int(row[1:]), columns] = None
        found = statement_of(study, record, {"t": released}, ORIGIN, 10)
        return [rule["broken"] for rule in found.rules if rule["name"] == "fits of nested rows"]

    assert (broken(), broken(r1=["base"]), broken(r0=["value"], r1=["base"])) == ([2], [1], [0])


def test_rounded_medians_and_earlier_releases_are_named(study):
    """A checker who asks what was done, and what was released before, finds it in the request."""
    record = record_of(a_x={"median_step": 0.5, "near": 12}, a_y={"median_step": 1, "near": 10})
    facts = statement_of(study, record, {"t": released_of(record)}, ORIGIN, 10, "", ["/lab/first"]).facts
    assert facts["Mitigation"].startswith(
        "rounding of 2 medians that fewer than 10 persons have; suppression of 2 of 6"
    )
    assert facts["Outputs released before"].startswith("/lab/first (what they showed was taken to be known")
    assert said(study).facts["Outputs released before"] == ""


def test_a_model_of_a_table_is_for_a_person_where_it_gives_the_table_back(study):
    effects = table_spec(
        {"number": "Table 2", "statistic": "layer_strength", "rows": {"show": []}, "columns": {"show": []}}
    )
    own = Study(study.folder, study.about, tables={"t": effects})

    def found(df, statistic="layer_strength"):
        record = record_of(**{**{"_".join(place): {"table_df": 21} for place in GOOD}, "a_x": {"table_df": df}})
        record = record.assign(statistic=statistic)
        return statement_of(own, record, {"t": released_of(record)}, ORIGIN, 10).looks

    assert found(10) == () and found(0, "number") == ()  # a measure of fit is no parameter
    (look,) = found(9)
    assert look.point.name == "full_fit" and look.cells == (("a", "x", "", (9.0, 20.0)),)


def test_estimates_without_degrees_of_freedom_are_for_a_person(study):
    effects = table_spec(
        {"number": "Table 2", "statistic": "effect", "rows": {"show": []}, "columns": {"show": COLUMNS}}
    )
    fitted = Study(study.folder, study.about, tables={"t": effects})
    assert (
        said(fitted).outputs[0].by_hand == {"unfitted": 4} and "degrees of freedom" in said(fitted).points[0][0].title
    )
    known = {"_".join(place): {"df": 100} for place in GOOD}
    assert said(fitted, **known).answer.startswith("Yes: 4 numbers in 1 table each")


def test_a_rule_that_is_about_no_cell_says_why(study, tmp_path):
    write_statement(said(study), tmp_path)
    page = (tmp_path / "s.html").read_text(encoding="utf-8")
    rules = page[page.index('id="rules"') : page.index('id="statement"')]
    assert "none: no estimate compares groups of persons" in rules and "none: nothing is rounded" in rules
    assert all(rule["without"] for rule in said(study).rules)
    told = pd.read_csv(tmp_path / "s_rules.csv").set_index("name")
    assert told.loc["threshold", ["judged", "broken"]].tolist() == [4, 0]
    for name in ("outside", "dominance, p-ratio", "dominance, n-k", "degrees of freedom", "subtraction"):
        assert told.loc[name, "asks"] in page


def test_there_is_a_place_to_sign_for_what_was_judged(study, tmp_path):
    released = record_of()
    (tmp_path / "t.csv").write_text("a\n")
    found = statement_of(study, released, {"t": released_of(released)}, ORIGIN, 10, sums_of([tmp_path / "t.csv"]))
    # printf 'a\n' > t.csv; sha256sum t.csv | sha256sum
    assert found.digest == "4ead4ba9958a5b589a0ffb43b5288e877421c2b194a94e6798565e7c34f1bbd4"
    write_statement(found, tmp_path)
    page = (tmp_path / "s.html").read_text(encoding="utf-8")
    place = page[page.index('id="decision"') :]
    assert found.digest in place and "sha256sum --check --quiet ../../restricted/checker/s.sha256" in place
    assert (tmp_path / "s.sha256").read_text() == found.sums
    assert all(f'<label for="{name}">' in place for name in ("reason", "name", "date", "signature"))


def test_open_data_are_not_judged(study):
    found = said(study, threshold=0, a_x={"persons": 1})
    assert found.answer == "Yes: the data are open, and 4 numbers in 1 table and 1 figure may be published as they are."
    assert found.rules == () and found.looks == ()


def test_the_page_says_which_cell_protects_which_and_what_is_left_open(study, tmp_path):
    found = said(study)
    write_statement(found, tmp_path)
    page = (tmp_path / "s.html").read_text(encoding="utf-8")
    assert "A study &lt;&amp;&gt;" in page and found.answer in page
    hidden = page[page.index('id="hidden"') : page.index('id="outputs"')]
    assert "Women / Y" in hidden and "fewer than 10 persons in it" in hidden and "0 to 14" in hidden
    assert "Table 1: Women / Y</td>" in hidden and "5 to 19" in hidden
    for words in (
        "to be filled in by whoever asks",
        "a.dta: special, SN 1.",
        "Everyone of working age",
        "tables/ (4 files)",
    ):
        assert words in page
    lines = pd.read_csv(tmp_path / "s.csv")
    assert lines["mitigation"].tolist() == ["suppression"] * 2
    assert "suppression of 2 of 6 cells, in 1 of 1 tables (1 rest on too few persons themselves, 1 would give" in page
    assert lines["reasons"].tolist() == ["fewer than 10 persons in it (1); protects another cell (1)"] * 2
    assert lines["verdict"].tolist() == [MAY_LEAVE, MAY_LEAVE] and lines["kind"].tolist() == ["Frequencies"] * 2


def test_the_entry_has_one_sentence_a_study(study, tmp_path):
    statements = [said(study), said(study, a_x={"persons": 9}), said(study, a_x={"persons": 0, "complement": 50})]
    write_entry(list(map(answer_of, statements)), tmp_path)
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert (
        "1 of 3 studies may leave as they are; 1 once somebody has looked at the cells that their pages list (s)"
        in page
        and "not as they are: s" in page
    )
    answers = pd.read_csv(tmp_path / ANSWERS)
    assert answers["answer"].tolist() == [each.answer for each in statements]
    assert "measures/" not in page
    write_entry([replace(answer_of(said(study)), measures=True)], tmp_path)
    assert "<code>results/released/s/</code>: arrays from which the server" in (tmp_path / "index.html").read_text()


def test_what_the_disclosure_step_writes_is_what_the_page_reads(study):
    """Row a of 40, 30, 30 persons and b of 40, 36, 4: the four are hidden, and another cell of their row with them."""
    sizes = {("a", "x"): 40, ("a", "y"): 30, ("a", "z"): 30, ("b", "x"): 40, ("b", "y"): 36, ("b", "z"): 4}
    frame = pd.DataFrame([place for place, size in sizes.items() for _ in range(size)], columns=["sex", "state"])
    frame = frame.assign(person=range(len(frame)))
    axes = {
        axis: {"of": of, "show": [{"id": name, "of": [name]} for name in names]}
        for axis, of, names in (("rows", "sex", "ab"), ("columns", "state", "xyz"))
    }
    spec = table_spec({"number": "Table 1", "frame": "f", "sample": "s", "within": "row", **axes})
    counted = Table(tabulate(frame, spec, "s"), spec, study.samples["s"], frame)
    (found,) = release_tables([counted], "special", 10)
    own = Study(study.folder, study.about, samples=study.samples, tables={"t": spec})
    said = statement_of(own, found.reasons, {"t": found.cells}, ORIGIN, 10)
    assert said.answer == "Yes: 4 numbers in 1 table each rest on at least 10 persons; 2 cells are hidden."
    hidden = {cell["place"]: cell for cell in said.hidden}
    assert hidden["b / z"]["reason"] == "fewer than 10 persons in it" and hidden["b / z"]["persons"] == 4
    (other,) = (cell for place, cell in hidden.items() if place != "b / z")
    assert (other["reason"], other["protects"]) == (PROTECTS, "Table 1: b / z")
    assert all(cell["high"] - cell["low"] >= 10 for cell in said.hidden)


def test_the_command_prints_the_answers_and_where_the_pages_lie(study, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").touch()
    assert main(["checker"]) == 2
    assert f"{PLACE}/answers.csv is not there. Run `make report` first." in capsys.readouterr().err
    write_entry([answer_of(said(study))], tmp_path / PLACE)
    assert main(["checker"]) == 0
    assert capsys.readouterr().out == (
        f"s: {said(study).answer}\nPages for the output checker (restricted): {PLACE}/index.html\n"
    )
    assert main(["checker", "s"]) == 0
    assert capsys.readouterr().out.endswith(f"Page for the output checker (restricted): {PLACE}/s.html\n")
    assert main(["checker", "t"]) == 2
    assert "nothing on `t`; " in capsys.readouterr().err


def test_the_record_is_read_with_its_blanks(tmp_path):
    record_of().to_csv(tmp_path / "disclosure.csv", index=False)
    found = read_record(tmp_path / "disclosure.csv")
    assert found["reason"].tolist()[:4] == [""] * 4 and found["df"].isna().all()
    assert found["interval_high"].tolist()[4:] == [14, 19]


def test_every_statistic_of_tables_has_a_kind_of_output():
    assert all(kind_of(STATISTICS[name]).title for name in OF_TABLES)
    assert BY_NAME.keys() <= STATISTICS.keys()
    assert kind_of(STATISTICS["share"]).title == "Frequencies" and kind_of(STATISTICS["median"]).title == "Position"


def test_a_hidden_number_that_is_quoted_elsewhere_is_counted_as_the_page_counts_it(study):
    """A cell that quotes a hidden one is marked [c] and has no evidence of its own."""
    record = record_of()
    released = released_of(record)
    known = record[(record["row"] != "b") | (record["column"] != "y")]
    told = statement_of(study, known, {"t": released}, ORIGIN, 10)
    assert [cell["reason"] for cell in told.hidden] == ["repeats a hidden number", PROTECTS]
    assert "2 cells are hidden" in told.answer
    assert (
        "(0 rest on too few persons themselves, 1 would give such a cell back by subtraction, 1 repeat"
        in told.mitigated
    )
    assert [cell["protects"] for cell in told.hidden] == ["what it repeats", "Table 1: Women / Y"]
