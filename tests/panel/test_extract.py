"""An extract whose mapping stands with the source: found below its folder, refused with one clear message."""

import pytest
import yaml

from ls_extract import extract, request, write
from mobility.cli import main
from mobility.errors import ConfigError, DeliveryError, SpecError
from mobility.panel.extract import EXTRACT, read_extract
from mobility.settings import load_config
from paths import ROOT
from planted_project import make, spoiled


def refusal(folder, kind=DeliveryError):
    with pytest.raises(kind) as caught:
        read_extract(request(folder))
    return str(caught.value)


def test_it_is_found_below_the_folder_and_read_by_the_mapping(tmp_path):
    write(extract(), tmp_path / "project" / "data")
    found = read_extract(request(tmp_path))
    first = found.panel.iloc[0]
    assert (first["person"], first["wave"], first["child_region"], first["mother_class"]) == (
        1,
        1991,
        "north_east",
        "managerial_and_technical",
    )
    assert len(found.panel) == 20 and found.panel["father_class"].notna().sum() == 15
    named = [found.provenance[name] for name in ("access", "synthetic", "waves_shown", "wave_word")]
    assert named == ["secure", False, "1991, 2001", "census year"]


def test_an_invented_extract_is_known_by_its_mark(tmp_path):
    folder = make(tmp_path / "ls", ROOT, "ons_ls")
    assert read_extract(request(folder)).provenance["synthetic"]
    assert EXTRACT.held(request(folder)) == 1 and EXTRACT.held(request(tmp_path / "none")) == 0


def test_a_missing_column_is_named_with_its_neighbours(tmp_path):
    text = refusal(write(extract().rename(columns={"tenure": "tenure_hh"}), tmp_path))
    assert text.count("\n") == 2  # one problem and what to do
    assert "ls_extract.csv: no column `tenure`; nearest: tenure_hh" in text
    assert "Mend " in text and "sources/ons_ls/mapping.yaml" in text


def test_a_code_outside_the_mapping_is_named_by_its_column_and_not_by_its_row(tmp_path):
    rows = extract()
    rows.loc[rows.index[5:], "child_region"] = "E12000099"
    text = refusal(write(rows, tmp_path))
    assert text.startswith("1 problem") and "column child_region" in text and "E12000099" in text


def test_a_folder_without_the_file_or_with_two_is_refused(tmp_path):
    write(extract(), tmp_path / "a", "ls_extract_v2.csv")
    assert "no file `ls_extract.csv` below it; nearest: ls_extract_v2.csv" in refusal(tmp_path)
    write(extract(), tmp_path / "a")
    write(extract(), tmp_path / "b")
    assert "ls_extract.csv lies there 2 times" in refusal(tmp_path)
    assert "no such folder" in refusal(tmp_path / "absent")


def test_a_variable_that_the_mapping_lacks_is_named(tmp_path):
    root = spoiled(tmp_path, "ons_ls", lambda words: words)
    path = root / "sources/ons_ls/mapping.yaml"
    words = yaml.load(path.read_text(), yaml.BaseLoader)
    words["variables"].pop("tenure")
    path.write_text(yaml.safe_dump(words))
    with pytest.raises(SpecError, match=r"no variable `tenure`, which a study reads"):
        read_extract(request(write(extract(), tmp_path / "ls"), root))


def test_check_reads_it_as_a_run_would(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    folder = write(extract(), tmp_path)
    assert main(["check", str(folder), "--source", "ons_ls"]) == 0
    told = capsys.readouterr().out
    assert "1991: 19" in told and "adult_region (adult_region): 19 of 20" in told and "No problem found" in told
    write(extract().drop(columns="age"), folder)
    assert main(["check", str(folder), "--source", "ons_ls"]) == 2
    assert "no column `age`" in capsys.readouterr().out


def test_no_waves_are_chosen_of_an_extract():
    with pytest.raises(ConfigError, match=r"waves: ons_ls is read whole\. Take its line out"):
        load_config(ROOT, {"waves": {"ukhls": "a-h", "ons_flows": "2014-2018", "ons_ls": "1991"}})
