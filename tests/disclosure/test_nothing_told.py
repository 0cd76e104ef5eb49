"""No message, note or log holds what stands in a delivery: identifiers and answers are planted and looked for."""

import os
import traceback
from multiprocessing import get_context

import pandas as pd
import pytest
import yaml

from mobility.errors import MobilityError
from mobility.flows.detailed import read_detailed
from mobility.flows.read import read_flows
from mobility.flows.register import find_flow_files, load_flow_source
from mobility.intake.formats import reason_of
from mobility.panel.delivery import examine
from mobility.panel.table_source import read_table
from mobility.progress import step

ID, WORD, AMOUNT = 687654321, "secretword", "98765.4321"
MARKS = (str(ID), WORD, AMOUNT, "4242424")
NEEDED = ["person_id", "activity_status", "labour_income"]
BAD_WAVES = {
    "text": {"a_jbstat": ["2", WORD, "2"]},
    "fraction": {"a_jbstat": ["2", "4242424.5", "2"]},
    "code": {"a_jbstat": [2, ID, 4242424]},
    "amount": {"a_fimnlabgrs_dv": ["1.5", f"x{AMOUNT}", WORD]},
    "twice": {"pidp": [ID, ID, 1]},
    "person": {"pidp": [WORD, str(ID), "4242424.5"]},
}
BAD_MOVES = (
    f"o,d,n,y\nA,B,{WORD},2011\n", f"o,d,n,y\nA,B,-{AMOUNT},2011\n", f"o,d,n,y\n{ID},{WORD},x,2011\n",
    f"o,d,n,y\nA,B,1,{WORD}\n", f"o,d,n,y\n{ID},B,1,2011\n{ID},B,1,2011\n", f"o,d,n,y\n{ID},,1,2011\n",
    f"o,d,n,y\nA,B,1,2011,{ID}\n",
)  # fmt: skip
BAD_PARTS = (
    f"E06000001,E06000002,18,M,{WORD}", f"E06000001,E06000002,18,M,-{AMOUNT}", f"E06000001,E06000002,18,{WORD},1",
    f"E06000001,E06000002,{ID},M,1", f"{ID},,18,M,1", f"{ID},E06000002,18,M,1,{WORD}", f"{ID},{WORD}",
)  # fmt: skip
BAD_TABLES = (
    {"id": [ID, ID], "year": [1, 1], "pay": [1, 2]}, {"id": [ID, WORD], "year": [1, 1], "pay": [1, 2]},
    {"id": [1, 2], "year": [WORD, 4242424.5], "pay": [1, 2]},
    {"id": [1, 2], "year": [1, 1], "pay": [WORD, f"x{AMOUNT}"]},
    {"id": [ID + 0.5, 2], "year": [1, 1], "pay": [1, 2]},
)  # fmt: skip


def told(read):
    """What is said of a delivery that is wrong."""
    with pytest.raises(MobilityError) as caught:
        read()
    return str(caught.value)


def nothing_of(text):
    assert len(text) > 20
    assert [mark for mark in MARKS if mark in text] == []


@pytest.mark.parametrize("ending", ["dta", "tab", "sav"])
@pytest.mark.parametrize("kind", BAD_WAVES)
def test_of_a_survey(tmp_path, source, write_wave, ending, kind):
    good = {"pidp": [ID, 2, 3], "a_jbstat": [2, 2, 2], "a_fimnlabgrs_dv": [1.5, 2.0, 3.0]}
    write_wave(tmp_path / f"a_indresp.{ending}", pd.DataFrame({**good, **BAD_WAVES[kind]}))
    found = examine(tmp_path, source, "a", NEEDED)
    assert found.problems
    nothing_of("\n".join((*found.problems, *found.notes)))


def test_of_a_survey_whose_rows_are_uneven(tmp_path, source):
    (tmp_path / "a_indresp.tab").write_text(f"pidp\ta_jbstat\ta_fimnlabgrs_dv\n{ID}\t2\t{WORD}\t{AMOUNT}\n{ID}\t2\n")
    nothing_of("\n".join(examine(tmp_path, source, "a", NEEDED).problems))


def test_a_code_that_many_share_is_named(tmp_path, source, write_wave):
    many = pd.DataFrame({"pidp": range(1, 13), "a_jbstat": [66] * 11 + [ID], "a_fimnlabgrs_dv": 1.0})
    write_wave(tmp_path / "a_indresp.tab", many)
    (problem,) = examine(tmp_path, source, "a", NEEDED).problems
    assert "unknown code 66 (11 rows) and in row 12; allowed: 1, 2" in problem
    nothing_of(problem)


@pytest.mark.parametrize("text", BAD_MOVES)
def test_of_a_file_of_moves(tmp_path, text):
    (tmp_path / "m.csv").write_text(text)
    mapping = {"layout": "long", "file": "m.csv", "origin": "o", "destination": "d", "moves": "n", "year": "y"}
    (tmp_path / "mapping.yaml").write_text(yaml.safe_dump(mapping))
    nothing_of(told(lambda: read_flows(tmp_path)))


@pytest.mark.parametrize("row", BAD_PARTS)
def test_of_a_part_of_detailed_estimates(tmp_path, row):
    path = tmp_path / "part.csv"
    path.write_text(f"OutLA,InLA,Age,Sex,Moves\n{row}\n")
    nothing_of(told(lambda: read_detailed([path], 2017)))


@pytest.mark.parametrize("ending", ["csv", "parquet", "dta"])
@pytest.mark.parametrize("columns", BAD_TABLES)
def test_of_a_mapped_table(tmp_path, root, columns, ending):
    frame = pd.DataFrame({name: [str(value) for value in values] for name, values in columns.items()})
    path = tmp_path / f"data.{ending}"
    {
        "csv": frame.to_csv,
        "parquet": frame.to_parquet,
        "dta": lambda path, **_: frame.to_stata(path, write_index=False),
    }[ending](path, index=False)
    mapping = {"file": path.name, "person": "id", "wave": "year"}
    mapping["variables"] = {"pay": {"column": "pay", "kind": "amount"}}
    (tmp_path / "mapping.yaml").write_text(yaml.safe_dump(mapping))
    nothing_of(told(lambda: read_table(tmp_path, root)))


def test_what_a_reader_repeats_of_a_file_is_left_out():
    assert reason_of(ValueError(f"could not convert string to float: '{WORD}")) == "could not convert string to float"
    assert reason_of(ValueError(f"CSV parse error: Expected 3 columns, got 2: {ID},{WORD}")).endswith("columns, got 2")
    assert reason_of(KeyError(WORD)) == "KeyError"
    assert reason_of(ValueError("it ends within its first line")) == "it ends within its first line"


def test_an_error_of_ours_is_told_by_its_place(tmp_path, capsys):
    with pytest.raises(SystemExit), step("wave a", tmp_path / "log.txt"):
        {}[ID]
    said = capsys.readouterr().err
    log = (tmp_path / "log.txt").read_text()
    assert "wave a failed: KeyError in test_nothing_told.py, line " in said
    assert "{}[ID]" in log
    nothing_of(said + log)


def _names(folder, root, names):
    try:
        names.put([item.path.name for item in find_flow_files(folder, load_flow_source(root))])
    except Exception:
        names.put(traceback.format_exc())


def test_a_pipe_and_a_round_link_among_moves_hang_nothing(tmp_path, root):
    folder = tmp_path / "odd; (name) & ü 'x'"
    folder.mkdir()
    os.mkfifo(folder / "gva.csv")
    (folder / "round").symlink_to(folder)
    (folder / "smi_2017.csv").write_text("x")
    names = get_context("fork").Queue()
    process = get_context("fork").Process(target=_names, args=(folder, root, names))
    process.start()
    found = names.get(timeout=60)
    process.join(60)
    assert found == ["smi_2017.csv"]


def test_a_pipe_as_a_mapped_table_is_named(tmp_path, root):
    os.mkfifo(tmp_path / "data.csv")
    mapping = {"file": "data.csv", "person": "id", "wave": "y", "variables": {"p": {"column": "p", "kind": "amount"}}}
    (tmp_path / "mapping.yaml").write_text(yaml.safe_dump(mapping))
    assert "no such file" in told(lambda: read_table(tmp_path, root))
    os.mkfifo(tmp_path / "m.csv")
    flows = {"layout": "long", "file": "m.csv", "origin": "o", "destination": "d", "moves": "n", "year": 2011}
    (tmp_path / "mapping.yaml").write_text(yaml.safe_dump(flows))
    assert "a pipe or a device, no file" in told(lambda: read_flows(tmp_path))
