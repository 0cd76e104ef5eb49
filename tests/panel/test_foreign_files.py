"""Deliveries as people have them: linked folders, packed and old SPSS files, damaged bytes, rounded identifiers."""

import os

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from mobility.cli import main
from mobility.errors import DeliveryError
from mobility.intake.formats import UnreadableFile, describe_columns, read_columns
from mobility.intake.isolated import ReaderDied, isolated
from mobility.panel.check import check_delivery
from mobility.panel.delivery import examine, read_delivery
from mobility.panel.identifiers import rounded_persons
from mobility.panel.links import linked_shares

NEEDED = ["person_id", "activity_status"]
PERSONS = 680_000_001 + 68 * np.arange(400)
# Places at which a byte of 255 ends readstat 1.3.7 with a fault of memory, found by trying every byte of `sav`'s like.
FATAL = (224, 225, 226)


def _wave(letter, persons=PERSONS):
    return pd.DataFrame({"pidp": persons, f"{letter}_jbstat": 2})


def _read(folder, source, letters):
    return read_delivery(folder, source, letters, NEEDED)


@pytest.fixture
def sav(tmp_path):
    """A small SPSS file with labels; gives its bytes."""
    path = tmp_path / "good.sav"
    frame = pd.DataFrame({"pidp": [680000001, 680000041, 1632000049], "a_ivfio": [1, 1, 2], "a_text": ["x", "yy", "z"]})
    pyreadstat.write_sav(
        frame, str(path), column_labels=["person", "cafe!", "text"], variable_value_labels={"a_ivfio": {1: "full"}}
    )
    return path.read_bytes()


def test_a_linked_folder_is_followed_once(tmp_path, source, write_wave):
    write_wave(tmp_path / "elsewhere/a_indresp.tab", _wave("a"))
    place = tmp_path / "delivery"
    place.mkdir()
    (place / "linked").symlink_to(tmp_path / "elsewhere")
    (place / "again").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere/round").symlink_to(place)
    assert len(_read(place, source, "a").files) == 1


def test_a_pipe_under_the_name_is_no_file(tmp_path, source):
    os.mkfifo(tmp_path / "a_indresp.tab")
    with pytest.raises(DeliveryError, match="no file of ukhls below this folder"):
        _read(tmp_path, source, "a")


def test_a_packed_spss_file_is_read(tmp_path, source):
    pyreadstat.write_sav(_wave("a"), str(tmp_path / "a_indresp.zsav"), compress=True)
    (wave,) = _read(tmp_path, source, "a").waves
    assert wave.frame["person_id"].tolist() == PERSONS.tolist()


def test_labels_in_latin_1_are_read(tmp_path, sav):
    path = tmp_path / "a_indresp.sav"
    path.write_bytes(sav.replace(b"cafe!", b"caf\xe9!"))
    with pytest.raises(pyreadstat.ReadstatError):  # what the file says of itself is wrong
        pyreadstat.read_sav(str(path))
    assert len(read_columns(path, "sav", lambda header: header).frame) == 3
    assert describe_columns(path, "sav")[1].label == "café!"


@pytest.mark.parametrize("at", FATAL)
def test_a_byte_that_ends_the_reader_is_said(tmp_path, sav, at):
    """Wherever readstat faults, the run goes on and the file is named damaged."""
    path = tmp_path / "a_indresp.sav"
    path.write_bytes(sav[:at] + b"\xff" + sav[at + 1 :])
    with pytest.raises(UnreadableFile, match=r"cannot be read .*the file is cut short or damaged\. Unpack it again"):
        read_columns(path, "sav", lambda header: header)


def test_a_reader_that_ends_its_process_is_said_and_its_errors_come_through():
    with pytest.raises(ReaderDied, match="its reader was ended by SIGSEGV"):
        isolated(_fault)
    with pytest.raises(ReaderDied, match="its reader ended with code 3"):
        isolated(os._exit, 3)
    with pytest.raises(ZeroDivisionError):
        isolated(divmod, 1, 0)


def _fault():
    os.kill(os.getpid(), 11)


def test_what_comes_from_a_process_of_its_own_is_the_same():
    frame = pd.DataFrame({"a": [1.5, np.nan], "b": ["x", None], "c": [True, False]})
    found = isolated(lambda: frame)
    pd.testing.assert_frame_equal(found, frame)
    found.loc[0, "a"] = 2.0
    assert isolated(lambda: ()) == ()


def test_stop_iteration_in_a_stata_file_is_said(tmp_path, monkeypatch):
    path = tmp_path / "a_indresp.dta"
    path.write_bytes(b"<stata_dta>x</stata_dta>")

    def broken(*_, **__):
        raise StopIteration

    monkeypatch.setattr(pd, "read_stata", broken)
    with pytest.raises(UnreadableFile, match=r"cannot be read \(StopIteration\)"):
        read_columns(path, "dta", lambda header: header)


# Identifiers that link


def _rounded(persons):
    return persons.astype("float32").astype("int64")


@pytest.mark.parametrize("ending", ["tab", "dta", "sav"])
def test_identifiers_rounded_and_stored_whole_are_refused(tmp_path, source, write_wave, ending):
    write_wave(tmp_path / f"a_indresp.{ending}", _wave("a"))
    write_wave(tmp_path / f"b_indresp.{ending}", _wave("b", _rounded(PERSONS)))
    write_wave(tmp_path / f"c_indresp.{ending}", _wave("c"))
    problems = examine(tmp_path, source, "abc", NEEDED).problems
    assert len(problems) == 1
    assert "b_indresp" in problems[0]
    assert "every identifier beyond 16,777,216 is a multiple of a power of two" in problems[0]


def test_what_is_no_rounding():
    assert rounded_persons(pd.Series(_rounded(PERSONS)))
    assert not rounded_persons(pd.Series(PERSONS))
    assert not rounded_persons(pd.Series(np.arange(1000)))  # small numbers are exact in single precision
    assert not rounded_persons(pd.Series([2**30]))


def test_waves_that_hardly_link_are_refused(tmp_path, source, write_wave):
    write_wave(tmp_path / "a_indresp.tab", _wave("a"))
    write_wave(tmp_path / "b_indresp.tab", _wave("b", np.r_[PERSONS[:100], PERSONS[:300] + 7]))
    (problem,) = examine(tmp_path, source, "ab", NEEDED).problems
    assert "waves a and b: 100 persons stand in both, 25.0% of the smaller wave" in problem
    assert "at least 50% do" in problem


def test_check_says_how_many_persons_link(tmp_path, source, write_wave):
    write_wave(tmp_path / "a_indresp.tab", _wave("a"))
    write_wave(tmp_path / "b_indresp.tab", _wave("b", PERSONS[:300]))
    text = check_delivery(tmp_path, source, "ab", []).text
    assert "a to b       300 persons stand in both, 100.0% of the smaller wave" in text


def test_an_invented_delivery_links(delivery_tab, source):
    shares = linked_shares(_read(delivery_tab, source, "abcdefgh").waves, source)
    assert len(shares) == 7
    assert shares["share"].between(0.5, 1).all()


def test_text_of_a_tab_file_is_read_as_written(tmp_path):
    path = tmp_path / "a_x.tab"
    path.write_text("pidp\ta_area\n1\t007\n2\t010\n")
    assert read_columns(path, "tab", lambda header: header, texts=["a_area"]).frame["a_area"].tolist() == ["007", "010"]


def test_check_names_the_source_that_a_folder_holds(tmp_path, capsys):
    (tmp_path / "Detailed_Estimates_2017_Dataset_1.csv").write_text("OutLA,InLA,Age,Sex,Moves\n")
    assert main(["check", str(tmp_path), "--waves", "a-b"]) == 2
    said = capsys.readouterr().out
    assert f"1 of its files are of ons_flows: mobility check {tmp_path} --source ons_flows" in said
