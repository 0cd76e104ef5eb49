"""Faults of a run: killed at any point, no room, damaged results, other surroundings: the same cells or a clear stop.

Two real panels, which take a minute. What a run makes is compared byte for byte with that of a run without a fault.
"""

import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mobility.kept import STORE
from mobility.package.files import DATED
from projects import project, run

pytestmark = [pytest.mark.pipeline, pytest.mark.long]
STUDIES = ["wage_panel", "keane_wolpin_1997"]
MADE = ("results", "reports")
WRITTEN = (*MADE, ".snakemake", "logs")
KILLS = 20
INTERMEDIATES = {
    "panel": "results/restricted/wage_panel/panel.parquet",
    "frame": "results/restricted/wage_panel/frames/pairs.parquet",
    "restricted cells": "results/restricted/keane_wolpin_1997/shares.csv",
    "released cells": "results/released/wage_panel/shares.csv",
    "losses": "results/checks/wage_panel/frame_losses.csv",
    "provenance": "results/checks/keane_wolpin_1997/provenance.yaml",
    "back test": "results/checks/keane_wolpin_1997/backtest.csv",
    "workbook": "reports/wage_panel/wage_panel.xlsx",
    "manifest": "results/checks/manifest.yaml",
}
NOTES = {
    "hashes": ".snakemake/hashes.json",
    "what was made": ".snakemake/made.json",
    "whole run": ".snakemake/whole.json",
    "metadata": ".snakemake/metadata",
    "record of tables": "results/restricted/.kept/tabulate_wage_panel/tables.json",
    "record of pictures": "results/restricted/.kept/render_wage_panel/figures.json",
    "record of a job": "results/restricted/.kept/judge_wage_panel/job.json",
    "second names": "results/restricted/.kept/judge_wage_panel/job",
}
DAMAGES = {
    "cut": lambda data: data[: len(data) // 2],
    "emptied": lambda data: b"",
    "turned": lambda data: data[: len(data) // 2] + bytes([data[len(data) // 2] ^ 1]) + data[len(data) // 2 + 1 :],
    "of other columns": lambda data: b"a,b\n1,2\n",
}
SURROUNDINGS = {
    "locale C": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "no locale of that name": {"LC_ALL": "de_DE.ISO-8859-1", "LANG": "tr_TR.UTF-8", "PYTHONUTF8": "0"},
    "time zone": {"TZ": "Pacific/Apia"},
    "threads": {"OMP_NUM_THREADS": "4", "OPENBLAS_NUM_THREADS": "4"},
    "hash seed": {"PYTHONHASHSEED": "12345"},
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = project(tmp_path_factory.mktemp("faults") / "project", studies=STUDIES)
    done = run(folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def again(whole, tmp_path):
    """A copy of the project that was run, with its results."""
    return Path(shutil.copytree(whole, tmp_path / "again", symlinks=True))


@pytest.fixture
def unmade(whole, tmp_path):
    """A copy of the project without what a run writes."""
    return Path(shutil.copytree(whole, tmp_path / "unmade", symlinks=True, ignore=shutil.ignore_patterns(*WRITTEN)))


def made_in(folder):
    """What a run made, by path; of the manifest without its times. Dates of folders and what is kept are not of it."""
    below = (path for top in MADE for path in (folder / top).rglob("*") if not path.is_relative_to(folder / STORE))
    files = (path for path in below if path.is_file() and path.name != DATED)
    found = {str(path.relative_to(folder)): path.read_bytes() for path in files}
    manifest = INTERMEDIATES["manifest"]
    return found | {name: found[name].split(b"\ntimes:")[0] for name in found if name == manifest}


def assert_same(folder, whole):
    found, wanted = made_in(folder), made_in(whole)
    assert set(found) == set(wanted)
    assert [name for name in found if found[name] != wanted[name]] == []


def assert_clear(done):
    """It ended well, or said why it did not, and how to go on."""
    assert "Traceback" not in done.stderr + done.stdout
    if done.returncode:
        assert "make report" in done.stderr or "run again" in done.stderr, done.stderr


def count_of(folder):
    """Files that a run has written so far, finished or not."""
    return sum(len(names) for top in WRITTEN for _, _, names in os.walk(folder / top))  # folders may go meanwhile


def killed(folder, at):
    """Run until it has written `at` files, then kill it with all its jobs; whether it was still at work."""
    process = subprocess.Popen(
        [sys.executable, "workflow/run.py", "--cores", "2"],
        cwd=folder, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    while process.poll() is None and count_of(folder) < at:
        time.sleep(0.005)
    alive = process.poll() is None
    if alive:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return alive


def test_killed_at_twenty_points_of_a_run(whole, unmade):
    """After each kill, whatever stands under its name is whole; the end is that of a run without one."""
    wanted, every, kills = made_in(whole), count_of(whole), 0
    while kills < KILLS:
        there = count_of(unmade)
        if killed(unmade, there + 1 + (every - there) // (KILLS + 1 - kills)):
            kills += 1
        else:
            for name in MADE:  # nothing is there where a run stopped at once, since the killed one was still dying
                shutil.rmtree(unmade / name, ignore_errors=True)
        half = [name for name, data in made_in(unmade).items() if name in wanted and data != wanted[name]]
        assert half == []
    done = run(unmade)
    assert done.returncode == 0, done.stderr
    left = {name for name in made_in(unmade) if "/." in name}  # under a temporary name, which nothing reads
    for name in left:
        (unmade / name).unlink()
    assert_same(unmade, whole)


@pytest.mark.parametrize("kilobytes", [1, 16, 100])
def test_no_room_for_large_files(whole, unmade, kilobytes):
    """As on a full disk: a write fails in the midst."""
    most = kilobytes * 1024
    done = run(unmade, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)))
    assert done.returncode == 2
    assert_clear(done)
    wanted = made_in(whole)
    assert [name for name, data in made_in(unmade).items() if name in wanted and data != wanted[name]] == []
    assert run(unmade).returncode == 0
    assert_same(unmade, whole)


@pytest.mark.parametrize("damage", DAMAGES)
def test_every_intermediate_damaged_at_once(whole, again, damage):
    for name in INTERMEDIATES.values():
        data = (again / name).read_bytes()
        (again / name).write_bytes(DAMAGES[damage](data))
    done = run(again)
    assert done.returncode == 0, done.stderr
    assert_clear(done)
    assert_same(again, whole)


@pytest.mark.parametrize("kind", INTERMEDIATES)
def test_one_intermediate_damaged(whole, again, kind):
    """A byte turned in one file only, so that nothing but this file tells of it."""
    path = again / INTERMEDIATES[kind]
    path.write_bytes(DAMAGES["turned"](path.read_bytes()))
    done = run(again)
    assert done.returncode == 0, done.stderr
    assert f"{INTERMEDIATES[kind].split('/frames/')[0]}" in done.stderr
    assert_same(again, whole)


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("notes", NOTES)
def test_notes_of_runs_damaged(whole, again, notes, damage):
    """Snakemake's and our own records of what was made."""
    place = again / NOTES[notes]
    for path in [place] if place.is_file() else [path for path in place.rglob("*") if path.is_file()]:
        path.write_bytes(DAMAGES[damage](path.read_bytes()))
    done = run(again)
    assert_clear(done)
    assert done.returncode == 0, done.stderr
    assert_same(again, whole)


@pytest.mark.parametrize("damage", ["cut", "of other columns"])
@pytest.mark.parametrize("kind", ["panel", "released cells", "provenance"])
def test_damaged_results_under_snakemake_alone(whole, again, kind, damage):
    """Without `make report` nothing looks at what was made before: whoever reads it says so, or it is not read."""
    path = again / INTERMEDIATES[kind]
    path.write_bytes(DAMAGES[damage](path.read_bytes()))
    command = [sys.executable, "-m", "snakemake", "-c2", "--quiet", "all", "--", "tables"]
    done = subprocess.run(command, cwd=again, capture_output=True, text=True, check=False)
    assert_clear(done)


@pytest.mark.parametrize("surroundings", SURROUNDINGS)
def test_other_surroundings(whole, unmade, surroundings):
    done = run(unmade, env={**os.environ, **SURROUNDINGS[surroundings]})
    assert done.returncode == 0, done.stderr
    assert_same(unmade, whole)


def test_umask_of_a_careful_user(whole, unmade):
    done = run(unmade, umask=0o077)
    assert done.returncode == 0, done.stderr
    assert_same(unmade, whole)


def _as_a_user(folder):
    """A run without the rights of an administrator, who may write anywhere."""
    without = ["setpriv", "--inh-caps=-all", "--bounding-set=-all"] if os.geteuid() == 0 else []
    command = [*without, sys.executable, "workflow/run.py", "--cores", "2"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.skipif(os.geteuid() == 0 and not shutil.which("setpriv"), reason="only root, and no setpriv")
def test_an_ordinary_user_and_closed_folders(whole, again):
    for name in ("results/checks", "results", "."):
        (again / name).chmod(0o555)
        done = _as_a_user(again)
        (again / name).chmod(0o755)
        assert done.returncode == 2
        assert "No permission to write into" in done.stderr
        assert_clear(done)
    shutil.rmtree(again / "reports")
    assert _as_a_user(again).returncode == 0
    assert_same(again, whole)
