"""The example of published mobility tables: against the raw counts in plain Python, and against everything printed."""

import csv
from collections import Counter

import numpy as np
import pandas as pd
import pytest

from mobility.backtest.compare import compare, read_published
from mobility.cells.estimates import estimate_table, fit_models
from mobility.cells.stage import table_cells
from mobility.errors import DataError, SpecError
from mobility.intake.losses import LossTable
from mobility.panel.check_table import check_table
from mobility.panel.table_source import read_table
from mobility.settings import Study, load_study
from mobility.studies import make_frames
from mobility.studies.class_tables import makers
from mobility.studies.inputs import Inputs
from paths import ROOT

STUDY = load_study(ROOT, "mobility_tables")
FILE = STUDY.folder / "data" / "mobility_tables.csv"
REFERENCE = ROOT.parent.parent / "shared" / "reference" / "mobility-tables"
# File of the reference folder, and its columns of origin, destination and layer, by table.
COPIED = {
    "erikson": ("erikson.csv", "origin", "destination", "country"),
    "erikson_7": ("erikson_7x7x3.csv", "origin", "destination", "country"),
    "yaish": ("yaish.csv", "orig", "dest", "educ"),
    "hazelrigg_garnier": ("hg16.csv", "Var1", "Var2", "Var3"),
    "yamaguchi": ("yamaguchi87.csv", "Father", "Son", "Country"),
    "hauser": ("hauser79.csv", "Father", "Son", ""),
    "ocg_1973": ("ocg1973.csv", "O", "D", ""),
    "glass": ("glass.csv", "father", "son", ""),
    "gss": ("gss7590.csv", "Education", "Occupation", "Group"),
    "friends": ("friend.csv", "r", "c", ""),
    "cautres": ("cautres.csv", "class", "vote", "election"),
}


@pytest.fixture(scope="module")
def rows():
    with FILE.open(encoding="utf-8") as lines:
        return [{**row, "count": int(row["count"])} for row in csv.DictReader(lines)]


@pytest.fixture(scope="module")
def frames():
    return make_frames(inputs(read_table(STUDY.folder, ROOT).panel))


@pytest.fixture(scope="module")
def cells(frames):
    """Cells of every table of the study."""
    fitted, _ = fit_models(frames, STUDY)
    found = []
    for name, table in STUDY.tables.items():
        counted = table.statistic.job == "counted"
        found.append(
            table_cells(frames[table.frame], STUDY, name)[0] if counted else estimate_table(fitted, STUDY, name)
        )
    return pd.concat(found, ignore_index=True)


def inputs(panel):
    return Inputs.of(panel, STUDY, STUDY.chosen(), LossTable())


def value(cells, table, row, column, statistic=None):
    at = cells[(cells["table"] == table) & (cells["row"] == row) & (cells["column"] == column)]
    return float(at.loc[at["statistic"] == (statistic or at["statistic"].iloc[0]), "value"].iloc[0])


@pytest.mark.parametrize("table", COPIED)
def test_the_data_are_those_of_the_reference(table, rows):
    name, origin, destination, layer = COPIED[table]
    if not REFERENCE.is_dir():
        pytest.skip("the reference folder is not here")
    with (REFERENCE / name).open(encoding="utf-8") as lines:
        theirs = [(row[origin], row[destination], row[layer] if layer else "all", int(row["Freq"]))
                  for row in csv.DictReader(lines)]  # fmt: skip
    own = [(row["origin"], row["destination"], row["layer"], row["count"]) for row in rows if row["table"] == table]
    assert own == theirs


def test_a_frame_has_as_many_people_as_its_counts(rows, frames):
    people = Counter()
    for row in rows:
        people[row["table"]] += row["count"]
    assert {name: len(frame) for name, frame in frames.items()} == dict(people)
    assert all(frame["person"].is_unique for frame in frames.values())


def test_outflow_and_inflow_are_shares_of_the_raw_counts(rows, cells):
    own = [row for row in rows if row["table"] == "erikson_7" and row["layer"] == "F"]
    here = sum(row["count"] for row in own if row["origin"] == "IVc" and row["destination"] == "VIIa")
    left = sum(row["count"] for row in own if row["origin"] == "IVc")
    joined = sum(row["count"] for row in own if row["destination"] == "VIIa")
    assert value(cells, "erikson_7_outflow", "F: IVc", "VIIa") == pytest.approx(here / left)
    assert value(cells, "erikson_7_inflow", "F: VIIa", "IVc") == pytest.approx(here / joined)


def test_outflow_and_inflow_add_to_one(cells):
    flows = cells[cells["table"].str.endswith(("_outflow", "_inflow"))]
    sums = flows.groupby(["table", "row"])["value"].sum()
    assert len(sums) > 100
    np.testing.assert_allclose(sums, 1, atol=1e-12)


def test_moves_are_those_of_the_ranks(rows, cells):
    """By hand from the raw counts of Glass, whose classes are in their order."""
    order = ["Unskilled", "Skilled", "Supervisory", "Managerial", "Professional"]
    way, total = Counter(), 0
    for row in (row for row in rows if row["table"] == "glass"):
        step = order.index(row["destination"]) - order.index(row["origin"])
        way["upward" if step > 0 else "downward" if step < 0 else "immobile"] += row["count"]
        total += row["count"]
    for name, count in way.items():
        assert value(cells, "glass_moves", "all", name) == pytest.approx(count / total)
    assert value(cells, "glass_moves", "all", "total") == pytest.approx(1 - way["immobile"] / total)


def test_moves_between_classes_of_one_rank_are_neither_up_nor_down(frames):
    moves = frames["erikson_7"].groupby(["origin", "destination"])["move"].unique()
    assert moves["III", "V/VI"] == ["same_level"]
    assert moves["VIIa", "III"] == ["upward"]
    assert moves["I + II", "VIIb"] == ["downward"]
    assert moves["IVc", "IVc"] == ["immobile"]


def test_everything_that_is_printed_is_met(cells):
    """Seven of seven digits but for the layers of gnm's manual, which stand at its default tolerance."""
    found = compare(cells, read_published(STUDY.folder / "published"))
    found = found[found["published"].notna()]
    verdicts = found["verdict"].value_counts()
    assert verdicts["match"] == 104
    assert verdicts["not_estimated"] == 36
    others = found[~found["verdict"].isin(["match", "not_estimated"])]
    assert set(others["table"]) == {"yaish_layers", "yaish_strength"}
    assert len(others) == 11
    assert (others["difference"].abs() < 3e-6).all()


def test_every_model_converged(cells):
    state = cells[(cells["table"] == "fits") & (cells["column"] == "state")]
    assert len(state) == 49
    assert set(state["note"]) == {"converged"}


def test_cells_are_no_persons_who_would_have_to_link():
    report = check_table(STUDY, ROOT)
    assert report.problems == ()
    assert "2,162 cells" in report.text
    assert "next wave" not in report.text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"count": -4}, r"1 of 2162 cells .*the first is -4\.0 in table `erikson`, origin `I`, destination `I`"),
        ({"count": 2.5}, r"1 of 2162 cells .*the first is 2\.5 in table `erikson`.* sums of weights are none"),
        ({"count": None}, r"1 of 2162 cells .*the first is missing in table `erikson`"),
    ],
)
def test_cells_without_a_count_of_people_are_refused(change, said):
    panel = read_table(STUDY.folder, ROOT).panel
    panel = panel.astype({"count": "float64"})
    panel.loc[0, list(change)] = list(change.values())
    with pytest.raises(DataError, match=said):
        makers(inputs(panel))


def test_a_mapping_without_a_side_is_refused():
    panel = read_table(STUDY.folder, ROOT).panel.drop(columns="origin")
    with pytest.raises(DataError, match=r"mobility_tables/mapping\.yaml: no variable origin, which the tables"):
        makers(inputs(panel))


def test_a_rank_that_is_a_word_is_refused(monkeypatch):
    rows = ({"id": "Professional", "rank": "high"},)
    monkeypatch.setattr(Study, "groups", lambda study, name: rows)
    with pytest.raises(SpecError, match=r"groups/glass\.csv, rank: a rank is a number, 1 the lowest"):
        makers(inputs(read_table(STUDY.folder, ROOT).panel))["glass"]()


def test_a_file_without_layers_has_one():
    panel = read_table(STUDY.folder, ROOT).panel.drop(columns="layer")
    frame = makers(inputs(panel))["glass"]()
    assert set(frame["layer"]) == {"all"}
    assert frame["origin_in_layer"].iloc[0] == "all: Professional"
