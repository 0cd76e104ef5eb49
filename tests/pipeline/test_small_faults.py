"""Full disks and what a step says of them, without a run; whole runs with faults are in test_faults.py."""

import errno
import os
import shutil
from types import SimpleNamespace

import pytest

import run
from mobility.errors import DataError, RunError
from mobility.progress import step
from mobility.storage import atomic, write_text
from run import fail_if_full


def _full(*_, **__):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_write_that_fails_in_the_midst_leaves_what_was_there(tmp_path):
    write_text("before", tmp_path / "x.csv")
    with pytest.raises(DataError, match=r"x\.csv: cannot be written \(No space left on device\)"):  # noqa: SIM117
        with atomic(tmp_path / "x.csv") as temporary:
            temporary.write_text("half")
            _full()
    assert (tmp_path / "x.csv").read_text() == "before"
    assert list(tmp_path.iterdir()) == [tmp_path / "x.csv"]


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS])
def test_a_step_that_finds_no_room_is_no_fault_of_ours(tmp_path, capsys, code):
    with pytest.raises(SystemExit, match="2"), step("figures drawn", tmp_path / "logs/x.log"):
        raise OSError(code, os.strerror(code))
    said = capsys.readouterr().err
    assert f"figures drawn stopped:\nNothing more can be written ({os.strerror(code)}). Make room" in said
    assert (tmp_path / "logs/x.log").read_text().startswith("figures drawn\nNothing more")


def test_a_step_whose_log_cannot_be_written_says_it_all_the_same(tmp_path, capsys):
    (tmp_path / "logs").write_text("a file, not a folder")
    with step("tables counted", tmp_path / "logs/x.log"):
        pass
    with pytest.raises(SystemExit, match="2"), step("tables counted", tmp_path / "logs/x.log"):
        raise DataError("what is wrong")
    said = capsys.readouterr().err
    assert "tables counted (0.0 s)" in said and "tables counted stopped:\nwhat is wrong" in said


def test_no_room_stops_before_anything_is_run(tmp_path, monkeypatch):
    fail_if_full([tmp_path, tmp_path / "absent"])
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=run.ROOM - 1))
    with pytest.raises(RunError, match=f"No room to write in {tmp_path} .No space left on device.. Make room there"):
        fail_if_full([tmp_path])
    monkeypatch.setattr(run.tempfile, "TemporaryFile", _full)
    with pytest.raises(RunError, match="No room to write in"):
        fail_if_full([tmp_path])


def test_no_place_for_temporary_files_is_said(tmp_path, monkeypatch):
    def nowhere():
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found")

    monkeypatch.setattr(run.tempfile, "gettempdir", nowhere)
    with pytest.raises(RunError, match="No room to write in any folder for temporary files"):
        fail_if_full([tmp_path])
