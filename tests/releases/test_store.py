"""A release from its staging to its end: what is refused, what is kept, what a kill or a full disk leaves."""

import errno
import json
import os
import signal
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from mobility.errors import ConfigError, DataError, DeliveryError
from mobility.releases import stage as staging
from mobility.releases.layout import MANIFEST, problems_of_files, read_manifest
from mobility.releases.pointer import FOLDER, PROGRESS, STAGING, committed, current, staged
from mobility.releases.stage import Asked, stage
from mobility.releases.store import GateError, commit, compare, listing, promote, rollback, steps_of
from paths import ROOT
from small_release import staged as lay_out

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path):
    """Releases of which the first is promoted."""
    lay_out(tmp_path, "first")
    commit(tmp_path / FOLDER, None, NOW)
    promote(tmp_path / FOLDER, None, NOW)
    return tmp_path / FOLDER


def test_a_release_is_whole_read_only_and_served(folder):
    place = folder / "first"
    assert current(folder) == "first"
    assert problems_of_files(place, read_manifest(place)) == []
    assert not [path for path in place.rglob("*") if path.stat().st_mode & 0o222]
    assert [step.action for step in steps_of(folder)] == ["commit", "promote"]
    assert json.loads((folder / PROGRESS / "first.json").read_text())["state"] == "promoted"


def test_the_same_numbers_again_pass_the_gate(folder):
    lay_out(folder.parent, "second", "2026-02-01")
    assert compare(folder, None).changed == 0
    commit(folder, None, NOW)
    assert promote(folder, None, NOW) == "second", "the one made last, where none is named"
    assert committed(folder) == ["first", "second"]
    assert "2026-02-01  second  invented" in listing(folder)
    assert listing(folder).endswith("<- served")


def test_a_past_year_of_one_group_that_changed_is_caught(folder):
    """As the true service's pay of 2013 of the group 41 went from 470 to 710."""
    units = {("4131", 2013): 710 / 470, ("4135", 2013): 710 / 470}
    lay_out(folder.parent, "silent", "2026-02-01", pay_change=units)
    commit(folder, None, NOW)
    with pytest.raises(GateError) as error:
        promote(folder, "silent", NOW)
    assert current(folder) == "first"
    assert "pay 2013: " in str(error.value)
    assert "pay 2014" not in str(error.value)
    assert "moved 41" in str(error.value)
    assert 'mobility release promote silent --accept "REASON"' in str(error.value)
    promote(folder, "silent", NOW, accept="ASHE revised 2013")
    assert current(folder) == "silent"
    assert steps_of(folder)[-1].reason == "ASHE revised 2013"
    assert set(steps_of(folder)[-1].changed) == {"pay 2013"}
    assert "accepted: ASHE revised 2013" in listing(folder)


def test_numbers_that_vanish_or_change_their_flag_are_counted_apart(folder):
    fewer = {"1115": 20, "2412": 1, "2413": 100, "2419": 40, "4131": 200, "4135": 5}
    lay_out(folder.parent, "fewer", jobs=fewer)
    found = compare(folder, "fewer")
    jobs = next(part for part in found.parts if part.name == "employment 2013")
    assert jobs.counts["vanished"] > 0
    pay = next(part for part in found.parts if part.name == "pay 2013")
    assert pay.counts["flag"] > 0, "the same pay rests on fewer jobs"


def test_what_is_staged_can_be_dropped_and_the_release_before_served_again(folder):
    lay_out(folder.parent, "second", "2026-02-01")
    assert rollback(folder, None, NOW) == "second is no longer staged."
    assert (staged(folder), committed(folder)) == ([], ["first"])
    lay_out(folder.parent, "second", "2026-02-01")
    commit(folder, None, NOW)
    promote(folder, "second", NOW)
    assert rollback(folder, None, NOW) == "first is served again, second is kept."
    assert (current(folder), committed(folder)) == ("first", ["first", "second"])
    with pytest.raises(GateError, match="no release was promoted before first"):
        rollback(folder, None, NOW)


def test_a_file_that_changed_after_staging_is_not_committed(folder):
    place = lay_out(folder.parent, "cut")
    path = place / "measures/pay.0.npy"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(DeliveryError, match=r"measures/pay\.0\.npy: [\d,]+ bytes where the manifest says"):
        commit(folder, None, NOW)
    assert current(folder) == "first"


def test_a_release_whose_file_was_changed_is_not_promoted(folder):
    place = lay_out(folder.parent, "second")
    commit(folder, None, NOW)
    path = folder / "second/texts/occupations.csv"
    path.chmod(0o644)
    path.write_text(path.read_text().replace("Solicitors", "Barristers"))
    with pytest.raises(DeliveryError, match="not the bytes that were staged"):
        promote(folder, "second", NOW)
    assert (current(folder), place.exists()) == ("first", False)


def test_totals_that_do_not_add_up_are_not_committed(folder):
    place = lay_out(folder.parent, "wrong")
    path = place / "measures/employment.0.npy"
    cube = np.load(path)
    cube[-1] *= 1.5
    np.save(path, cube)
    from mobility.releases.layout import write_manifest

    write_manifest(place, read_manifest(place))
    with pytest.raises(DeliveryError, match="totals over all occupations are not the sum of their unit groups"):
        commit(folder, None, NOW)


def test_a_release_from_elsewhere_that_came_in_part_is_refused(folder, tmp_path):
    lay_out(folder.parent, "second")
    commit(folder, None, NOW)
    upload = tmp_path / "upload"
    subprocess.run(["cp", "-r", folder / "second", upload], check=True)
    subprocess.run(["chmod", "-R", "u+w", upload], check=True)
    asked = Asked(folder.parent, upload, "copied")
    assert stage(asked, date(2026, 3, 1)).id == "copied"
    rollback(folder, "copied", NOW)
    whole = upload / "measures/pay.1.npy"
    whole.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    (upload / "texts/titles.csv").unlink()
    with pytest.raises(DeliveryError, match=r"2 problems in (.|\n)*titles.csv: not there"):
        stage(asked, date(2026, 3, 1))
    assert staged(folder) == []
    assert json.loads((folder / PROGRESS / "copied.json").read_text())["state"] == "refused"


def test_a_full_disk_leaves_nothing_and_the_old_release_is_served(folder, tmp_path, monkeypatch):
    upload = folder / "first"

    def no_room(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(staging.shutil, "copyfile", no_room)  # of each file: a copied folder gathers its reasons
    with pytest.raises(DataError, match="No space left on device"):
        stage(Asked(folder.parent, upload, "second"), date(2026, 3, 1))
    assert (current(folder), staged(folder), list((folder / STAGING).iterdir())) == ("first", [], [])


KILLED = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from mobility.releases import store
from mobility import storage
before = sys.argv[2]
real = store.point_to
def killed(folder, release):
    if before == "before":
        os.kill(os.getpid(), 9)
    real(folder, release)
    os.kill(os.getpid(), 9)
store.point_to = killed
store.promote(Path(sys.argv[1]), "second", datetime.now(UTC))
"""


@pytest.mark.parametrize(("when", "served"), [("before", "first"), ("after", "second")])
def test_a_promotion_killed_before_or_after_its_rename_serves_one_whole_release(folder, when, served):
    lay_out(folder.parent, "second")
    commit(folder, None, NOW)
    done = subprocess.run([sys.executable, "-c", KILLED, folder, when], check=False)
    assert done.returncode == -signal.SIGKILL
    assert current(folder) == served
    assert problems_of_files(folder / served, read_manifest(folder / served)) == []
    assert promote(folder, "second", NOW) == "second", "and it can be said again"


def test_names_that_are_addresses_or_folders_of_ours_are_refused(folder):
    for name in ("../out", "current", "staging", "Ö", "a.part", "x" * 70):
        with pytest.raises(ConfigError, match="cannot name a release"):
            stage(Asked(folder.parent, folder / "first", name), date(2026, 3, 1))
    with pytest.raises(ConfigError, match="there is a release `first`"):
        stage(Asked(folder.parent, folder / "first", "first"), date(2026, 3, 1))
    with pytest.raises(ConfigError, match=r"no release `frist`; nearest: first"):
        promote(folder, "frist", NOW)


def test_restricted_results_are_never_staged(folder):
    with pytest.raises(ConfigError, match="what is restricted cannot be released"):
        stage(Asked(folder.parent, Path("results/restricted/gatsby")), date(2026, 3, 1))
    with pytest.raises(ConfigError, match=r"neither careers_lmi/measures/measures\.json nor"):
        stage(Asked(folder.parent, ROOT / "docs"), date(2026, 3, 1))


def test_a_folder_that_is_no_release_of_this_form_says_so(tmp_path):
    (tmp_path / MANIFEST).write_text('{"format": 2}')
    with pytest.raises(DataError, match="not the manifest of a release of form 1"):
        read_manifest(tmp_path)
