"""The source `table`: any long file, described by a mapping; what it takes and what it refuses."""

import gzip

import numpy as np
import pandas as pd
import pytest
import yaml
from pandas.testing import assert_frame_equal

from mobility.errors import DeliveryError, SpecError
from mobility.panel.table_source import read_table

MAPPING = {
    "person": "id",
    "wave": "year",
    "missing": ["-9", "?"],
    "variables": {
        "state": {"column": "occ", "kind": "category", "labels": {1: "manager", 2: "clerk"}},
        "schooling": {"column": "educ", "kind": "integer"},
        "wage": {"column": "lwage", "kind": "amount"},
    },
}


def rows(**columns):
    plain = {
        "id": [2, 1, 1],
        "year": [1980, 1981, 1980],
        "occ": [1, 2, -9],
        "educ": [12.0, 10.0, np.nan],
        "lwage": [1.5, -9, -0.25],
    }
    return pd.DataFrame({**plain, **columns})


@pytest.fixture
def study(tmp_path, root):
    """Write a mapping and, where given, its file; gives a function that reads them."""

    def read(frame=None, file="data.csv", **changes):
        path = tmp_path / file
        if frame is not None:
            write(frame, path)
        (tmp_path / "mapping.yaml").write_text(yaml.safe_dump({"file": file, **MAPPING, **changes}, sort_keys=False))
        return read_table(tmp_path, root)

    return read


def write(frame, path):
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    elif path.suffix == ".dta":
        frame.to_stata(path, write_index=False)
    else:
        frame.to_csv(path, index=False)


def refusal(study, *arguments, **changes):
    with pytest.raises(DeliveryError) as caught:
        study(*arguments, **changes)
    return str(caught.value)


@pytest.mark.parametrize("file", ["data.csv", "data.csv.gz", "data.csv.bz2", "data.parquet", "data.dta"])
def test_every_form_gives_the_same_panel(study, file):
    found = study(rows(), file)
    expected = pd.DataFrame(
        {
            "person": [1, 1, 2],
            "wave": [1980, 1981, 1980],
            "state": [None, "clerk", "manager"],
            "schooling": pd.array([None, 10, 12], dtype="Int64"),
            "wage": [-0.25, np.nan, 1.5],
        }
    )
    assert_frame_equal(found.panel, expected, check_dtype=False)
    assert found.panel["schooling"].dtype == "Int64"
    assert found.panel.dtypes[["person", "wave"]].tolist() == ["int64", "int64"]
    assert found.losses.values.tolist() == [
        ["read", "rows read", 3, 0, 3, 2, "rows"],
        ["read", "no person or wave", 3, 0, 3, 2, "rows"],
    ]


def test_names_match_in_either_case_and_after_a_byte_order_mark(study, tmp_path):
    text = rows().rename(columns=str.upper).to_csv(index=False, lineterminator="\r\n")
    (tmp_path / "data.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert study().panel["state"].tolist()[1:] == ["clerk", "manager"]


def test_rows_without_person_or_wave_are_dropped_and_counted(study):
    found = study(rows(id=[2, None, None], year=[1980, 1980, 1980]))
    assert found.panel["person"].tolist() == [2]
    assert found.losses["rows_dropped"].tolist() == [0, 2]


def test_category_without_labels_keeps_its_values_as_text(study):
    variables = {"state": {"column": "occ", "kind": "category"}}
    assert study(rows(), variables=variables).panel["state"].fillna("none").tolist() == ["none", "2", "1"]


def test_file_inside_an_installed_package(study):
    variables = {"union": {"column": "union", "kind": "integer"}}
    found = study(file="linearmodels:datasets/wage_panel/wage_panel.csv.bz2", person="nr", variables=variables)
    assert len(found.panel) == 4360
    assert found.losses["rows_out"].iloc[-1] == 4360


@pytest.mark.parametrize(
    "file", ["no_such_package:data.csv", "no_such.package:data.csv", "json.decoder:x.csv", ":x.csv"]
)
def test_no_such_package(study, file):
    message = refusal(study, file=file)
    assert "mapping.yaml, file: package" in message
    assert "is not installed" in message


def test_no_such_file_in_a_package(study):
    message = refusal(study, file="linearmodels:datasets/gone.csv")
    assert "no such file" in message
    assert "gone.csv" in message


def test_no_such_file(study, tmp_path):
    message = refusal(study)
    assert f"mapping.yaml, file: no such file {tmp_path / 'data.csv'}" in message
    assert "then run `make report`" in message


def test_form_that_is_not_read(study, tmp_path):
    (tmp_path / "data.xlsx").touch()
    message = refusal(study, file="data.xlsx")
    assert "`data.xlsx`; allowed: .parquet, .dta, .csv, .txt" in message


def test_absent_columns_are_all_listed_with_the_nearest(study, tmp_path):
    message = refusal(study, rows().rename(columns={"occ": "occup", "lwage": "wage"}))
    assert f"{tmp_path / 'data.csv'}: no column `occ`; nearest: occup" in message
    assert "no column `lwage`; nearest: wage" in message
    assert "2 problems in" in message
    assert "mapping.yaml" in message


def test_values_without_a_label(study):
    message = refusal(study, rows(occ=[1, 7, 8]))
    assert "column occ: values without a label: 7, 8; labelled: 1, 2" in message


def test_two_rows_of_a_person_and_wave(study):
    message = refusal(study, rows(id=[1, 1, 1], year=[1980, 1981, 1980]))
    assert "2 rows share a person and wave (rows 1, 3)" in message
    assert "Keep one row each" in message


def test_text_and_fractions_where_numbers_belong(study):
    frame = rows(id=["x", 1, 2], educ=[12.5, 10, 9], lwage=["a", 1, 2])
    message = refusal(study, frame)
    assert (
        "column id: 1 of its cells not whole numbers: text (if it means no answer, name it under `missing`)" in message
    )
    assert "column educ: 1 of its cells not whole numbers: a fraction or too long a number in row 1" in message
    assert "column lwage: 1 of its cells not numbers: text" in message
    assert "3 problems in" in message


@pytest.mark.parametrize("file", ["data.csv.gz", "data.csv.bz2", "data.parquet", "data.dta"])
def test_truncated_file(study, tmp_path, file):
    path = tmp_path / file
    write(pd.concat([rows()] * 2000), path)
    whole = path.read_bytes()
    for cut in (0, 1, 5, 20, len(whole) // 2, len(whole) - 5):
        path.write_bytes(whole[:cut])
        message = refusal(study, file=file)
        assert str(path) in message
        assert "cannot be read" in message


def test_damaged_packed_file(study, tmp_path):
    packed = bytearray(gzip.compress(rows().to_csv(index=False).encode()))
    packed[14] ^= 255
    (tmp_path / "data.csv.gz").write_bytes(packed)
    assert "cannot be read" in refusal(study, file="data.csv.gz")
    for file in ("data.csv.zip", "data.csv.xz", "data.csv.bz2"):
        (tmp_path / file).write_bytes(b"not what its name says")
        assert "cannot be read" in refusal(study, file=file)


def test_empty_and_header_only_file(study, tmp_path):
    (tmp_path / "data.csv").touch()
    assert "cannot be read (it is empty)" in refusal(study)
    assert "has a header but no rows" in refusal(study, rows().iloc[:0])


def test_mapping_with_unknown_key_and_kind(study):
    with pytest.raises(SpecError) as caught:
        study(rows(), persons="id", variables={"state": {"column": "occ", "kind": "categorical"}})
    message = str(caught.value)
    assert "mapping.yaml: top level: unknown key `persons`, nearest: person" in message
    assert "variables.state.kind: `categorical`; nearest: category" in message
    assert "workflow/schemas/mapping.schema.yaml" in message
