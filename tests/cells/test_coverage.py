"""What a table asks for and is not there, what is there and no table shows, and which years a run has."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mobility.cells import NOT_ESTIMABLE
from mobility.cells.estimates import fit_models
from mobility.cells.stage import table_cells
from mobility.intake.losses import LossTable, breaks
from mobility.panel.delivery import read_delivery
from mobility.panel.sample import select_sample
from mobility.panel.stage import panel_from_delivery
from mobility.panel.table_source import read_table
from mobility.render.sums import notes_of
from mobility.settings import load_study
from mobility.studies import make_frames
from mobility.studies.inputs import Inputs
from paths import ROOT
from specs import sample, table_spec

KEANE = load_study(ROOT, "keane_wolpin_1997")
GATSBY = load_study(ROOT, "gatsby")


@pytest.fixture(scope="module")
def careers():
    """Frames of the real example, with their losses."""
    losses = LossTable()
    return make_frames(Inputs.of(read_table(KEANE.folder, ROOT).panel, KEANE, {}, losses)), losses


def study_with(table, axis, items):
    spec = KEANE.tables[table]
    return replace(KEANE, tables={table: replace(spec, **{axis: replace(getattr(spec, axis), items=tuple(items))})})


def shown(study, table, axis):
    return getattr(study.tables[table], axis).items


def counted(careers, study, table):
    frames, losses = careers
    frame = study.tables[table].frame
    cells, found = table_cells(frames[frame], study, table, before=losses.chain(frame))
    assert breaks(found.frame()) == []
    return cells.set_index(["row", "column"]), found.frame()


def notes(study, table, cells):
    return notes_of(study.tables[table], cells.to_dict("index"))


def test_a_misspelt_id_is_no_column_of_zeros(careers):
    items = [
        replace(item, id="scholing", of=("scholing",)) if item.id == "schooling" else item
        for item in shown(KEANE, "transition", "columns")
    ]
    study = study_with("transition", "columns", items)
    cells, losses = counted(careers, study, "transition")
    column = cells.xs("scholing", level="column")
    assert column["value"].isna().all() and (column["flag"] == NOT_ESTIMABLE).all()
    assert column["note"].iloc[0] == (
        "no observation has destination scholing: see whether the id is spelt as in the frame"
    )
    reasons = losses["reason"].tolist()
    assert "columns: no observation of the frame has destination scholing" in reasons
    assert "in no column, but counted in the base: destination schooling" in reasons
    whole, _ = counted(careers, KEANE, "transition")
    others = cells.index.get_level_values("column") != "scholing"
    assert np.allclose(cells.loc[others, "value"], whole.loc[cells.index[others], "value"])


def test_a_state_left_out_of_the_groups_is_named_and_the_rows_do_not_add_to_100(careers):
    """1,373 young men; the share in the military a year later stays in the base when its column is taken out."""
    items = [item for item in shown(KEANE, "transition", "columns") if item.id != "military"]
    study = study_with("transition", "columns", items)
    cells, losses = counted(careers, study, "transition")
    assert "in no column, but counted in the base: destination military" in losses["reason"].tolist()
    assert notes(study, "transition", cells) == (
        "The rows do not add to 100: some observations of the base are in no category that is shown.",
    )
    whole, _ = counted(careers, KEANE, "transition")
    assert notes(KEANE, "transition", whole) == ("Each row adds to 100.",)


def test_a_row_left_out_is_a_loss(careers):
    items = [item for item in shown(KEANE, "transition", "rows") if item.id != "military"]
    _, losses = counted(careers, study_with("transition", "rows", items), "transition")
    origin = careers[0]["pairs"]["origin"]
    line = losses[losses["reason"] == "in no row: origin military"]
    assert line["rows_dropped"].tolist() == [(origin == "military").sum()]
    assert losses["rows_out"].iloc[-1] == (origin != "military").sum() < losses["rows_in"].iloc[0] == 12359


def test_a_table_that_shows_everything_has_no_such_line(careers):
    for table, spec in KEANE.tables.items():
        if spec.frame and table not in ("persons", "stayers"):
            _, losses = counted(careers, KEANE, table)
            assert not losses["reason"].str.contains("no row|no column|no observation").any(), table


def test_ages_that_are_not_in_the_data_are_no_zeros(careers):
    """Table 1 asks for ages 16 to 26; of a file that ends at 20 the later ones have no number."""
    frames, _ = careers
    young = {name: frame[frame["wave"] <= 20] for name, frame in frames.items()}
    cells, _ = table_cells(young["person_waves"], KEANE, "persons")
    late = cells[cells["row"] == "at_21"]
    assert late["value"].isna().all() and set(late["note"]) == {"wave 21 is not in this run"}
    assert cells.loc[cells["row"] == "at_20", "value"].notna().all()


def test_rows_that_are_hidden_say_nothing_of_the_sum():
    raw = {
        "complete": "over work and school",
        "rows": {"show": [{"id": "a"}, {"id": "b"}]},
        "columns": {"show": [{"id": "work", "of": ["x", "y"]}, {"id": "x"}, {"id": "school"}]},
        "notes": ["Of all."],
    }
    spec = table_spec(raw)
    numbers = {("a", "work"): 0.75, ("a", "x"): 0.5, ("a", "school"): 0.25}
    numbers |= {("b", "work"): np.nan, ("b", "x"): np.nan, ("b", "school"): 0.25}
    cells = {place: {"value": value} for place, value in numbers.items()}
    assert notes_of(spec, cells) == ("Each row adds to 100 over work and school.", "Of all.")
    del cells["a", "school"]
    assert notes_of(spec, cells) == ("Of all.",)


@pytest.fixture(scope="module")
def short(delivery_tab, source):
    """The small delivery, its waves a to f only."""
    wanted = GATSBY.about
    delivery = read_delivery(delivery_tab, source, "abcdef", wanted.required, wanted.optional)
    panel = panel_from_delivery(delivery, source, delivery_tab / "short.csv")[0]
    (delivery_tab / "short.csv").unlink()
    return make_frames(Inputs.of(panel, GATSBY, GATSBY.chosen(), LossTable(), ["person_years", "person_waves"]))


def test_a_shorter_range_of_waves_has_no_following_year_at_its_end(short):
    cells, _ = table_cells(short["person_years"], GATSBY, "table_2_2")
    cells = cells.set_index(["row", "column"])
    assert cells.loc[("missing_following_year", "y2013"), "value"] > 0
    last = cells.loc[("missing_following_year", "y2014")]
    assert np.isnan(last["value"]) and last["flag"] == NOT_ESTIMABLE
    assert last["note"] == "not known where record is last year"
    assert cells.loc[("activity_recorded", "y2014"), "value"] > 0
    gone = cells.xs("y2015", level="column")
    assert gone["value"].isna().all() and set(gone["note"]) == {"year 2015 is not in this run"}


def test_every_row_of_a_year_outside_the_run_has_no_number(short):
    cells, losses = table_cells(short["person_waves"], GATSBY, "table_3_8")
    gone, there = cells[cells["row"] == "y2015"], cells[cells["row"] == "y2014"]
    assert gone["value"].isna().all() and (gone["flag"] == NOT_ESTIMABLE).all()
    assert there["value"].notna().any()
    assert losses.frame()["reason"].str.contains("no observation of the frame has year 2015, 2016").any()


def test_a_change_to_a_year_outside_the_run_has_no_number(short):
    cells, _ = table_cells(short["person_waves"], GATSBY, "table_3_7")
    assert cells.loc[cells["column"].isin(["y2015", "y2016", "y2009_16"]), "value"].isna().all()
    assert cells.loc[cells["column"] == "y2014", "value"].notna().any()


def test_lines_of_a_change_name_the_groups_outside_it():
    frame = pd.DataFrame({"person": [1, 2, 3, 4], "year": [1, 1, 2, 2], "group": ["a", "b", "a", None]})
    raw = {
        "table": "t",
        "frame": "f",
        "sample": "s",
        "statistic": "change",
        "rows": {"of": "group", "show": [{"id": "a", "label": "A"}]},
        "columns": {"of": "year", "show": [{"id": "c", "label": "C", "from": 1, "to": 2}]},
    }
    study = replace(KEANE, tables={"t": table_spec(raw)}, samples={"s": sample("s", {})})
    _, losses = table_cells(frame, study, "t")
    assert "in no row, but counted in the base: group missing, b" in losses.frame()["reason"].tolist()


def test_a_value_of_a_sample_that_nobody_has_is_named():
    frame = pd.DataFrame({"person": [1, 2, 3], "state": ["work", "study", "work"]})
    steps = [{"column": "state", "values": ["work", "studdy"], "else": "another state"}]
    losses = LossTable()
    kept = select_sample(frame, sample("s", {"keep": steps}), "", losses)
    assert len(kept) == 2
    assert [row["reason"] for row in losses.rows] == [
        "rows read",
        "no observation of the frame has state studdy",
        "another state",
    ]


def test_a_wave_without_weights_has_a_reason_of_its_own():
    frame = pd.DataFrame({"person": [1, 2, 1, 2], "wave": [1, 1, 2, 2], "w": [0.0, 0.0, 0.5, 0.0]})
    losses = LossTable()
    kept = select_sample(frame, sample("s", {}), "w", losses)
    assert len(kept) == 1 and breaks(losses.frame()) == []
    assert [(row["reason"], row["rows_dropped"]) for row in losses.rows[1:]] == [
        ("no w in the whole of wave 1", 2),
        ("no positive w: outside the weight's population", 1),
    ]


def test_an_outcome_that_nobody_has_is_named():
    wages = load_study(ROOT, "wage_panel")
    frames = make_frames(Inputs.of(read_table(wages.folder, ROOT).panel, wages, {}, LossTable()))
    (name, spec), *_ = wages.models.items()
    outcome = replace(spec.outcome, values=(*spec.outcome.values, "manger"))
    study = replace(wages, models={name: replace(spec, outcome=outcome)})
    _, losses = fit_models(frames, study)
    named = f"no observation of the frame has {spec.outcome.column} manger"
    assert named in losses["reason"].tolist() and breaks(losses) == []


def test_an_empty_category_that_the_frame_declares_is_a_zero_and_is_named():
    move = pd.Categorical(["up", "up", "down"], categories=["up", "down", "aside"])
    frame = pd.DataFrame({"person": [1, 2, 3], "origin": ["a", "a", "a"], "move": move})
    raw = {
        "table": "t",
        "frame": "f",
        "sample": "s",
        "statistic": "share",
        "rows": {"of": "origin", "show": [{"id": "a", "label": "A"}]},
        "columns": {"of": "move", "show": [{"id": name, "label": name} for name in ("up", "down", "aside", "asid")]},
    }
    study = replace(KEANE, tables={"t": table_spec(raw)}, samples={"s": sample("s", {})})
    cells, losses = table_cells(frame, study, "t")
    values = cells.set_index("column")["value"]
    assert values["aside"] == 0 and values["up"] == pytest.approx(2 / 3) and np.isnan(values["asid"])
    assert losses.rows[-1]["reason"] == "columns: no observation of the frame has move aside, asid"


def test_rounded_medians_are_said_to_be_so():
    spec = table_spec({"rows": {"show": [{"id": "a"}]}, "columns": {"show": [{"id": "x"}]}, "notes": ["Of all."]})
    notes = {"x": "median rounded to a multiple of 0.05", "y": "low; median rounded to a multiple of 1", "z": ""}
    cells = {("a", name): {"value": 1.0, "note": note} for name, note in notes.items()}
    said = "To protect persons, each median is rounded to a multiple at which enough of them meet: here 0.05 to 1."
    assert notes_of(spec, cells) == (said, "Of all.")
    del cells["a", "y"]
    assert notes_of(spec, cells)[0].endswith("here 0.05.")
