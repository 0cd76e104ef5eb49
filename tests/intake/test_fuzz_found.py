"""Inputs that fuzzing found to end in a traceback, each as small as it can be: now each is refused, or read."""

import shutil

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from fuzzing.valid import SPROUT, WAVE, spss
from ls_extract import extract, request, write
from mobility.cells.estimates import estimate_table, fit_models
from mobility.errors import DataError, DeliveryError, SpecError
from mobility.flows.read import read_flows
from mobility.intake import formats, isolated
from mobility.intake.formats import UnreadableFile, read_columns
from mobility.intake.losses import LossTable
from mobility.intake.provenance import read_records
from mobility.intake.text_table import read_text_table
from mobility.intake.typed_table import read_parquet_table
from mobility.new_study import ROLES, propose
from mobility.official.tables import load_statistics
from mobility.panel.extract import read_extract
from mobility.panel.table_source import read_table
from mobility.settings import load_study
from mobility.storage import (
    read_csv,
    read_parquet,
    read_placed,
    read_register,
    read_rows,
    write_csv,
    write_parquet,
)
from mobility.studies import make_frames
from mobility.studies.inputs import Inputs
from paths import CASES, ROOT


@pytest.fixture
def sprout(tmp_path, root):
    for name in ("workflow", "sources", "resources"):
        (tmp_path / name).symlink_to(root / name)
    return shutil.copytree(SPROUT, tmp_path / "studies/sprout")


@pytest.mark.parametrize(
    ("header", "message"),
    [("ix,label", r"groups/states\.csv: no column `id`; allowed: ix, label\. Mend"), ("id,name", "no column `label`")],
)
def test_a_group_file_without_a_column(sprout, tmp_path, header, message):
    (sprout / "groups/states.csv").write_text(f"{header}\ntop,Top\n")
    with pytest.raises(SpecError, match=message):
        load_study(tmp_path, "sprout")


def test_a_group_without_a_name(sprout, tmp_path):
    (sprout / "groups/states.csv").write_text("id,label\ntop,Top\nlow, \n")
    with pytest.raises(SpecError, match=r"groups/states\.csv, line 3: no label, which a table needs"):
        load_study(tmp_path, "sprout")


def test_a_year_of_other_digits(tmp_path):
    (tmp_path / "mapping.yaml").write_text("{layout: square, file: m.csv, year: '²'}", encoding="utf-8")
    with pytest.raises(SpecError, match="year is not of the right form"):
        read_flows(tmp_path)


@pytest.mark.parametrize("other", ["10", "null"])
def test_answers_of_a_choice_that_are_no_text(sprout, tmp_path, other):
    """`null` and a number beside an answer that is none, which cannot be put in order with it."""
    path = sprout / "models/moves_up.yaml"
    spec = yaml.safe_load(path.read_text())
    spec["covariance"]["kind"] = {**spec["covariance"]["kind"], "clustbust": "robust", yaml.safe_load(other): "robust"}
    path.write_text(yaml.safe_dump(spec))
    with pytest.raises(SpecError, match=r"choice errors has no alternative `(10|None)`; allowed: "):
        load_study(tmp_path, "sprout")


def test_a_number_that_no_column_can_hold(sprout, tmp_path):
    path = sprout / "samples.yaml"
    path.write_text(path.read_text().replace("values: [middle, low]", f"values: [middle, {10**30}]"))
    with pytest.raises(
        SpecError, match=r"pairs\.keep\.\d\.values\.1: `10{30}` is larger than any whole number of the data"
    ):
        load_study(tmp_path, "sprout")


def test_a_pattern_that_repeats_too_often(tmp_path):
    entry = "measure: m, unit: u, shape: long, needed: any, columns: {year: 1, value: 2}"
    (tmp_path / "tables.yaml").write_text(f"a: {{{entry}, years: '(?P<year>x{{99999999999}})'}}\n")
    with pytest.raises(SpecError, match=r"a: years is no regular expression \(the repetition number is too large\)"):
        load_statistics(ROOT, tmp_path, {"a"})


def test_an_extract_of_which_no_row_is_left(tmp_path):
    rows = extract().astype({"adult_census": "object"})
    rows["adult_census"] = "nan"
    write(rows, tmp_path)
    with pytest.raises(DeliveryError, match=r"none of its 20 rows has a number in the columns `ls_member` \(person"):
        read_extract(request(tmp_path))


def test_a_line_end_within_the_header(tmp_path):
    (tmp_path / "x.csv").write_bytes(b"a,b\n1,2\n\r3,4\n5\r,6\n")
    with pytest.raises(UnreadableFile, match=r"new-line character seen in unquoted field|has 1 cells"):
        read_text_table(tmp_path / "x.csv", lambda header: list(range(len(header))))


def test_a_parquet_file_whose_schema_is_no_json(tmp_path):
    table = pa.table({"a": [1, 2]}).replace_schema_metadata({b"pandas": b"{no json"})
    pq.write_table(table, tmp_path / "x.parquet")
    try:
        found = read_parquet_table(tmp_path / "x.parquet", lambda header: [0])
    except UnreadableFile as error:
        assert "Put a whole file there" in str(error)
    else:
        assert found.frame[0].tolist() == [1, 2]


def test_a_stata_file_whose_labels_cannot_be_read(tmp_path, monkeypatch):
    path = tmp_path / "p.dta"
    frame = pd.DataFrame({"id": np.repeat([1, 2, 3], 2), "year": [1, 2] * 3, "state": [1, 2, 2, 2, 1, 1]})
    frame.to_stata(path, write_index=False)

    def broken(*_, **__):
        raise formats.ReaderDied("its reader was ended by SIGSEGV")

    monkeypatch.setattr(formats, "isolated", broken)
    with pytest.raises(DeliveryError, match=r"p\.dta: cannot be read \(its reader was ended by SIGSEGV\)"):
        propose(path, dict.fromkeys(ROLES))


def test_an_spss_file_whose_rows_have_other_columns_than_its_header(tmp_path, monkeypatch):
    path = tmp_path / "x.sav"
    path.write_bytes(spss(WAVE))
    read = formats._readstat

    def fewer(reader, place, **options):
        frame, meta = read(reader, place, **options)
        return frame.drop(columns="a_jbstat", errors="ignore"), meta

    monkeypatch.setattr(formats, "_readstat", fewer)
    with pytest.raises(UnreadableFile, match="its rows have other columns than its header"):
        read_columns(path, "sav", lambda header: header)


def test_a_column_that_names_no_estimator(sprout, tmp_path, root):
    path = sprout / "tables/effects.yaml"
    path.write_text(path.read_text().replace("model: moves_up, estimator: logit", "model: moves_up"))
    found = read_table(sprout, root)
    study = load_study(tmp_path, "sprout")
    frames = make_frames(Inputs.of(found.panel, study, study.readings, LossTable.after({"table": found.losses})))
    fitted, _ = fit_models(frames, study)
    with pytest.raises(
        SpecError, match=r"tables/effects\.yaml: `logit` has the estimator ``, which is none; allowed: "
    ):
        estimate_table(fitted, study, "effects")


def _without_end(_):
    while True:
        pass


def _without_measure(_):
    return len(bytes(2**33))


@pytest.mark.parametrize(("reader", "said"), [(_without_end, "came to no end"), (_without_measure, "Memory")])
def test_a_reader_that_comes_to_no_end(tmp_path, monkeypatch, reader, said):
    monkeypatch.setattr(isolated, "LEAST_SECONDS", 1)
    path = tmp_path / "x.sav"
    path.write_bytes(b"x")
    with pytest.raises((isolated.ReaderDied, MemoryError)) as caught:
        isolated.isolated(reader, path)
    assert said in repr(caught.value)


def test_a_damaged_spss_file_on_which_readstat_loops(monkeypatch):
    monkeypatch.setattr(isolated, "LEAST_SECONDS", 1)
    with pytest.raises(UnreadableFile, match=r"cannot be read .*the file is cut short or damaged"):
        read_columns(CASES / "fuzz" / "loops.sav", "sav", lambda header: header[:3])


@pytest.fixture
def made(tmp_path):
    """A Parquet file and a CSV as a run leaves them below results/."""
    frame = pd.DataFrame({"a": np.arange(1000), "b": ["x", "y"] * 500})
    write_parquet(frame, tmp_path / "results/panel.parquet")
    write_csv(frame, tmp_path / "results/cells.csv")
    return tmp_path / "results"


def test_what_a_run_made_is_read_as_it_was_written(made):
    assert len(read_parquet(made / "panel.parquet")) == 1000
    assert list(read_parquet(made / "panel.parquet", ["b"])) == ["b"]


@pytest.mark.parametrize("place", [0.0, 0.1, 0.3, 0.6, 0.9, 0.99])
def test_a_byte_turned_in_a_parquet_file_of_ours(made, place):
    """Every page has its checksum: what was turned is refused, or it stands where nothing depends on it."""
    path, whole = made / "panel.parquet", read_parquet(made / "panel.parquet")
    data = path.read_bytes()
    at = int(len(data) * place)
    path.write_bytes(data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :])
    try:
        pd.testing.assert_frame_equal(read_parquet(path), whole)
    except DataError as error:
        assert "panel.parquet: cannot be read (not a whole file of its kind). Delete it and type `make report`" in str(
            error
        )


@pytest.mark.parametrize(
    "data", [b"", b"PAR1", b"a,b\n1,2\n", b'a,b\n"1,2\n', b"a,b\n1,2,3\n1,2,3,4\n", b"\xff\xfe\xff"]
)
def test_a_file_of_ours_that_is_none(made, data):
    for name, read in {"panel.parquet": (read_parquet,), "cells.csv": (read_csv, read_register)}.items():
        (made / name).write_bytes(data)
        for reader in read:
            try:
                reader(made / name)
            except DataError as error:
                assert f"{name}: cannot be read" in str(error) and "make report" in str(error)


def test_a_parquet_file_that_no_run_wrote(made):
    pd.DataFrame({"a": [1]}).to_parquet(made / "panel.parquet")
    with pytest.raises(DataError, match="not a whole file of its kind"):
        read_parquet(made / "panel.parquet")
    (made / "panel.parquet").unlink()
    with pytest.raises(DataError, match=r"cannot be read \(there is no such file\)"):
        read_parquet(made / "panel.parquet")


def test_a_register_of_ours_is_brought_back_with_git(tmp_path):
    (tmp_path / "areas.csv").write_text("")
    with pytest.raises(DataError, match="Bring it back with git"):
        read_register(tmp_path / "areas.csv")


def test_a_row_names_the_column_that_its_file_lacks(tmp_path):
    (tmp_path / "codes.csv").write_text("id,soc2000\na,211\n")
    with pytest.raises(SpecError, match=r"codes\.csv: no column `soc2010`; nearest: soc2000"):
        read_rows(tmp_path / "codes.csv")[0]["soc2010"]


@pytest.mark.parametrize("data", ["synthetic: true\nsource: ukhls\n", "- a\n", "a,b\n1,2\n", ""])
def test_a_record_of_the_data_that_is_not_whole(made, data):
    """Cut in the midst, or another file in its place."""
    path = made / "checks/x/provenance.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(data)
    with pytest.raises(DataError, match=r"provenance\.yaml: cannot be read \(says nothing of \w+\)\. Delete it"):
        read_records([path])


def test_cells_of_other_columns(made):
    (made / "cells.csv").write_text("a,b\n1,2\n")
    with pytest.raises(DataError, match=r"cells\.csv: cannot be read \(no column column, row\)\. Delete it and type"):
        read_placed(made / "cells.csv")
