"""What the numbers behind a cell are of: persons, areas, households or moves, as frames, tables and models say it."""

from pathlib import Path

import pandas as pd
import pytest

from mobility.cells.tabulate import tabulate
from mobility.disclosure.evidence import evidence_of
from mobility.disclosure.numbers import Table
from mobility.disclosure.relations import relations_of
from mobility.settings import load_study
from mobility.settings.counted import counted_in, units_of
from mobility.settings.frames import FrameSpec
from paths import ROOT
from specs import table_spec

PLACE = {"rows": {"show": [{"id": "a", "all": True}]}, "columns": {"show": [{"id": "x", "all": True}]}}


def told(study, table, row=0, column=0):
    """What a cell of a table counts, by the places of its row and column."""
    spec = study.tables[table]
    return counted_in(study, spec, spec.rows.items[row], spec.columns.items[column])


@pytest.mark.parametrize(
    ("study", "table", "unit"),
    [
        ("moving_out", "table_6", "areas"),  # a mean over authorities
        ("moving_out", "figure_map", "moves"),  # a rate
        ("moving_out", "table_16", "moves"),  # a model of counts
        ("moving_out", "predicted_types", "moves"),
        ("moving_out", "diagnostics", "moves"),  # the model is the row
        ("london_moves", "types", "areas"),  # a share weighted by moves, of boroughs
        ("state_of_nation", "driver_1_3_dual", "households"),
        ("state_of_nation", "unidiff_years", "persons"),  # a model of a table of persons
        ("state_of_nation", "changes_together", "persons"),  # tests of other tables
        ("state_of_nation", "series_there", "series"),
        ("gatsby_lfs", "text_numbers", "persons"),  # numbers of the text, from cells of tables
        ("gatsby", "curve", "persons"),
        ("movers", "table_24", "persons"),
        ("wage_panel", "table_1", "persons"),  # no frames.yaml
    ],
)
def test_units_follow_from_the_specs_of_a_study(study, table, unit):
    found = load_study(ROOT, study)
    spec = found.tables.get(table) or next(iter(found.tables.values()))
    assert told(found, spec.table) == unit


def test_of_print_nothing_is_counted():
    study = load_study(ROOT, "gatsby")
    printed = [name for name, spec in study.tables.items() if spec.statistic.name == "published"]
    assert printed and all(told(study, name) == "" for name in printed)


def test_every_frame_with_units_of_its_own_names_them_in_the_plural():
    """By hand: the columns that number units, and what these are."""
    plural = {"person": "persons", "area": "areas", "household": "households", "place": "places"}
    plural |= {"origin": "areas", "series": "series"}
    folders = [path.parent for name in ("studies", "examples") for path in Path(ROOT, name).glob("*/frames.yaml")]
    assert len(folders) > 10
    for study in (load_study(ROOT, folder.name) for folder in folders):
        for name, frame in study.frames.items():
            assert units_of(study, name) == plural[frame.unit], f"{study.name}, {name}"
    assert FrameSpec("", unit="firm").counted == "firms" and FrameSpec("", unit="hid", units="homes").counted == "homes"


def test_the_record_says_of_each_number_what_it_is_of():
    """Of a share with its frame at hand the base is of units, of one without of rows; of a rate of people at risk."""
    frame = pd.DataFrame({"area": range(12), "moves": 2.0, "people": 50.0})
    raw = {"frame": "f", "statistic": "share", **PLACE}
    share = table_spec(raw)
    show = [{**PLACE["columns"]["show"][0], "sum": "moves"}]
    rate = table_spec({**raw, "statistic": "rate", "exposure": "people", "columns": {"show": show}})
    tables = [
        Table(tabulate(frame, spec, "s", unit="area"), spec, None, frame, unit="area", counted={("a", "x"): counted})
        for spec, counted in ((share, "areas"), (rate, "moves"))
    ]
    found = evidence_of(tables, relations_of(tables, 3))
    assert found[["unit", "persons", "base_unit", "base_persons"]].to_numpy().tolist() == [
        ["areas", 12, "areas", 12],
        ["moves", 24, "people at risk", 600],
    ]
    assert evidence_of(tables)["base_unit"].tolist() == ["rows", "people at risk"]
