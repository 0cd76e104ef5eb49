"""The folder of packages for machines without internet: what of the lock a machine needs, and what a folder lacks."""

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from pip._vendor.packaging.tags import sys_tags

import wheelhouse
from paths import ROOT
from wheelhouse import LOCK, WheelhouseError, environment_of, fail_if_unfit, install, pack, pins

HERE = next(str(tag) for tag in sys_tags())
OTHER = "cp27-cp27m-win_arm64"
UNFIT = "other"


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


def entry(requirement, *contents, marker=""):
    """An entry of a lock file that takes files of these contents."""
    hashes = " \\\n".join(f"    --hash=sha256:{digest(text)}" for text in contents)
    return f"{requirement}{marker} \\\n{hashes}\n"


LOCK_TEXT = "".join(
    [
        entry("any==1.0", "a wheel for all", "the source of any"),
        entry("built==2.1.0", "for here", UNFIT),
        entry("of-windows==3.0", "w", marker=" ; sys_platform == 'win32'"),
        entry("old_number==1.1", "o", marker=" ; python_full_version < '3.11'"),
        entry("source.only==0.3", "s"),
    ]
)


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A project with a lock file of five packages, three of them for this machine; the working folder."""
    (tmp_path / LOCK).write_text(LOCK_TEXT)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def house(here):
    """A wheelhouse that serves this machine."""
    folder = here / "house of wheels"
    folder.mkdir()
    (folder / "any-1.0-py3-none-any.whl").write_text("a wheel for all")
    (folder / f"built-2.1.0-{HERE}.whl").write_text("for here")
    (folder / "source_only-0.3.tar.gz").write_text("s")
    return folder


def names(lock, **environment):
    return [pin.requirement for pin in pins(lock, environment)]


def test_a_machine_needs_what_its_markers_say():
    assert names(LOCK_TEXT, sys_platform="linux") == ["any==1.0", "built==2.1.0", "source.only==0.3"]
    assert "of-windows==3.0" in names(LOCK_TEXT, **environment_of("win_amd64", None))
    assert "old_number==1.1" in names(LOCK_TEXT, **environment_of(None, "3.10"))


@pytest.mark.parametrize(
    ("tag", "system", "machine"),
    [
        ("win_amd64", "win32", "AMD64"),
        ("macosx_12_0_arm64", "darwin", "arm64"),
        ("manylinux_2_28_x86_64", "linux", "x86_64"),
        ("manylinux2014_aarch64", "linux", "aarch64"),
    ],
)
def test_a_platform_is_named_as_in_wheels(tag, system, machine):
    assert environment_of(tag, None) == {"sys_platform": system, "platform_machine": machine}


@pytest.mark.parametrize("tag", ["windows", "win_", "linux", "solaris_x86_64"])
def test_another_platform_is_refused(tag):
    with pytest.raises(WheelhouseError, match=f"--platform {tag}: no tag .* win_amd64"):
        environment_of(tag, None)


def test_the_lock_has_each_package_once_for_a_machine():
    lock = (ROOT / LOCK).read_text(encoding="utf-8")
    for python in ("3.11", "3.12", "3.13"):
        found = [pin.name for pin in pins(lock, environment_of("win_amd64", python))]
        assert len(found) == len(set(found))
        assert {"setuptools", "wheel", "colorama", "numpy"} <= set(found)  # the first two build without a network
    assert all(pin.hashes for pin in pins(lock, {}))


def test_a_wheelhouse_that_serves(house):
    fail_if_unfit(house)


def spoil(house, how):
    built = house / f"built-2.1.0-{HERE}.whl"
    if how == "damaged":
        built.write_text("for he")
    else:
        built.unlink()
    if how == "other":
        (house / f"built-2.1.0-{OTHER}.whl").write_text(UNFIT)
    if how == "older":
        (house / f"built-2.0.9-{HERE}.whl").write_text("of last year")


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ("missing", "built==2.1.0: missing\n"),
        ("other", f"built==2.1.0: made for another Python or system (built-2.1.0-{OTHER}.whl)\n"),
        ("older", f"built==2.1.0: missing (built-2.0.9-{HERE}.whl will not do)\n"),
        (
            "damaged",
            f"built==2.1.0: not the file that was published, by its SHA-256: damaged or changed (built-2.1.0-{HERE}.",
        ),
    ],
)
def test_what_a_wheelhouse_lacks_is_named_with_the_next_command(house, how, says):
    spoil(house, how)
    with pytest.raises(WheelhouseError) as caught:
        fail_if_unfit(house)
    message = str(caught.value)
    assert re.search(r"house of wheels: 1 of the 3 packages of requirements.lock cannot .* with Python 3\.", message)
    assert says in message
    assert "On a connected machine" in message and "`make wheelhouse`" in message and "`make report WHEEL" in message


def test_many_are_counted(here):
    (here / "empty").mkdir()
    (here / LOCK).write_text("".join(entry(f"p{number}==1", "x") for number in range(9)))
    with pytest.raises(WheelhouseError, match=r"9 of the 9 packages(?s:.*)p4==1: missing\n  and 4 more\n"):
        fail_if_unfit(here / "empty")


def test_a_folder_that_is_not_there(here):
    with pytest.raises(
        WheelhouseError, match=r"WHEELHOUSE=nowhere: no such folder\. Give the folder that `make wheelh"
    ):
        fail_if_unfit(Path("nowhere"))


def test_a_folder_is_never_filled_twice(house):
    with pytest.raises(WheelhouseError, match=r"is there already, .* Delete it, or name another"):
        pack(house, [], None)
    assert len(list(house.iterdir())) == 3


@pytest.fixture
def calls(monkeypatch):
    """What is asked of pip and git, instead of asking it; pip fails where its command holds a word of `failing`."""
    asked, failing = [], set()

    def run(command, **options):
        asked.append((command, options.get("env", {})))
        return subprocess.CompletedProcess(command, int(bool(failing & set(command))), stdout="")

    monkeypatch.setattr(wheelhouse.subprocess, "run", run)
    return asked, failing


def test_packing_asks_pip_for_hashed_files_of_the_other_machine_only(here, calls, capsys):
    pack(here / "out", ["win_amd64"], "3.10")
    command = calls[0][0][0]
    assert {"download", "--no-deps", "--require-hashes", "--platform=win_amd64", "--python-version=3.10"} <= set(
        command
    )
    assert sorted(path.name for path in (here / "out").iterdir()) == ["SHA256SUMS"]
    said = capsys.readouterr()
    assert "5 packages" in said.out and "no full git checkout" in said.err


def test_a_download_that_fails_leaves_no_wheelhouse(here, calls):
    calls[1].add("download")
    with pytest.raises(WheelhouseError, match="was not made: pip says above"):
        pack(here / "out", [], None)
    assert not (here / "out").exists()


def test_installing_takes_nothing_but_the_folder(house, calls, monkeypatch):
    monkeypatch.setenv("PIP_FIND_LINKS", "elsewhere")
    monkeypatch.setenv("PIP_INDEX_URL", "elsewhere")
    install(house)
    packages, project = calls[0]
    assert "--require-hashes" in packages[0] and packages[0][-1] == "requirements.lock"
    assert project[0][-3:] == ["--no-deps", "--editable", "."]
    for _, environment in (packages, project):
        settings = {name: value for name, value in environment.items() if name.startswith("PIP_")}
        assert settings["PIP_NO_INDEX"] == "1" and settings["PIP_CONFIG_FILE"] == os.devnull
        assert settings["PIP_FIND_LINKS"] == house.as_uri() and "elsewhere" not in settings.values()


def test_pip_that_stops(house, calls):
    calls[1].add("--editable")
    with pytest.raises(WheelhouseError, match=r"The set-up from .* stopped; pip says above why"):
        install(house)


def test_a_mistake_has_no_traceback(here):
    command = [sys.executable, str(ROOT / "workflow/wheelhouse.py"), "install", "nowhere"]
    done = subprocess.run(command, cwd=here, capture_output=True, text=True, check=False)
    assert done.returncode == wheelhouse.EXIT_CODE
    assert done.stderr.startswith("WHEELHOUSE=nowhere: no such folder") and len(done.stderr.splitlines()) == 1
