"""Deliveries to read: small simulated ones in each format, and waves of a few rows written by hand."""

import gc
import os
import shutil

# One thread a process, as in the jobs of a run: those of several processes of tests would wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import pandas as pd
import pyreadstat
import pytest

import chromium
from mobility.panel.register import load_source
from mobility.synthetic import simulate
from once import once
from paths import ROOT
from projects import run_of_open_data
from specs import forget_files

SEED = 1
# Files that take long begin first, so that none is left alone at the end of a run in parallel.
LONGEST = (
    "test_pipeline.py", "test_runs.py", "test_first_hours.py", "test_choice_lists.py", "test_package.py",
    "test_invented_families.py", "test_new_study.py", "test_explain.py", "test_commands.py", "test_delivery.py",
    "test_planted.py", "test_persons.py", "test_nation_columns.py", "test_gatsby.py", "test_moving_out_print.py",
    "test_several_sources.py", "test_invented_lfs.py", "test_negbin_limits.py", "test_flow_problems.py",
    "test_fuzz.py", "test_formats.py",
)  # fmt: skip

# Objects of modules, specs and tests stay to the end: looking through them for garbage takes up to a fifth of the time
# of tests that read specs. Garbage is still looked for, after as many new objects as these (of each generation).
GARBAGE = (50_000, 20, 50)
gc.set_threshold(*GARBAGE)


def pytest_collection_finish():
    """What was imported and collected is not looked through any more."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(items):
    """The longest files first, each in its own order."""
    items.sort(key=lambda item: LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST))


def _simulated(factory, file_format):
    def make(folder):
        simulate(folder, root=ROOT, size="small", seed=SEED, file_format=file_format)

    return once(factory, f"delivery_{file_format}", make)


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    """One running browser for all tests; they are skipped where there is none."""
    program = chromium.find()
    if program is None:
        pytest.skip(chromium.ABSENT)
    running = chromium.Browser(program, tmp_path_factory.mktemp("profile"))
    yield running
    running.close()


@pytest.fixture(scope="session")
def ran(tmp_path_factory):
    """A project in which one study of open data was run to its end, its home folder beside it; spoil copies only."""
    return once(tmp_path_factory, "ran", run_of_open_data) / "project"


@pytest.fixture(scope="session")
def root():
    return ROOT


@pytest.fixture(scope="session")
def delivery_stata(tmp_path_factory):
    return _simulated(tmp_path_factory, "stata")


@pytest.fixture(scope="session")
def delivery_tab(tmp_path_factory):
    return _simulated(tmp_path_factory, "tab")


@pytest.fixture(scope="session")
def delivery_spss(tmp_path_factory):
    return _simulated(tmp_path_factory, "spss")


@pytest.fixture(scope="session")
def source():
    return load_source(ROOT, "ukhls")


@pytest.fixture
def linked(tmp_path):
    """A copy of a delivery by hard links: replace its files, never write into them."""

    def copy(folder):
        return shutil.copytree(folder, tmp_path / "delivery", copy_function=os.link)

    return copy


@pytest.fixture
def write_wave():
    """Write a hand-made file in one of the three forms; the ending of the name says which."""

    def write(path, frame):
        path.parent.mkdir(parents=True, exist_ok=True)
        ending = path.suffix.lower()
        if ending == ".dta":
            frame.to_stata(path, write_index=False, version=118)
        elif ending == ".sav":
            pyreadstat.write_sav(frame, str(path))
        else:
            frame.to_csv(path, sep="\t", index=False)
        return path

    return write


@pytest.fixture
def people():
    """Columns of a wave of four persons, as floats where a cell is blank."""

    def frame(letter, **columns):
        plain = {
            "pidp": [680000001, 680000041, 1632000049, 16777217],
            f"{letter}_ivfio": [1, 1, 2, 1],
            f"{letter}_jbstat": [2, 3, -7, 7],
            f"{letter}_jbsoc00_cc": [211, -8, -7, -8],
        }
        return pd.DataFrame({**plain, **columns})

    return frame


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A copy of the project's registers, specs and settings to spoil; the working folder while the test runs."""
    folder = tmp_path / "project"
    folder.mkdir()
    for name in ("workflow/schemas", "sources", "studies/gatsby", "examples/wage_panel", "resources"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "config.yaml", folder)
    text = (folder / "config.yaml").read_text()
    lines = {
        "studies:": "studies: [gatsby, wage_panel]",
        "  ukhls: {": "  ukhls: a-h",
        "  lfs: {": "  lfs: 2014Q3-2021Q3",
    }
    for start, own in lines.items():
        text = text.replace(next(line for line in text.splitlines() if line.startswith(start)), own)
    (folder / "config.yaml").write_text(text)
    monkeypatch.chdir(folder)
    forget_files()
    yield folder
    forget_files()
