"""Copies of the project to run, for tests of whole runs."""

import atexit
import os
import runpy
import shlex
import shutil
import subprocess
import sys
import tempfile
from contextlib import chdir
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import yaml

import ahead
from imports import HASHES, SCRIPTS, all_code, names_of
from mobility.cells import read_cells
from mobility.contents import HashStore
from mobility.readers import requests
from mobility.settings import load_config, load_study
from paths import ROOT
from specs import forget_files

PARTS = ("workflow", "sources", "studies", "examples", "resources", "profiles")
RECORD = "disclosure"  # evidence and reasons beside the restricted cells
# A run that takes its first argument for the Python by which it starts Snakemake.
RUN = (
    "import runpy, sys; sys.executable = sys.argv.pop(1); sys.path[0] = 'workflow'; "
    "runpy.run_path('workflow/run.py', run_name='__main__')"
)
FILES = ("Snakefile", "config.yaml", "environment.yml", "pyproject.toml")


def copied(place, target):
    """A copy of a folder or file with its dates and links, by `cp`: in a quarter of the time that Python takes."""
    subprocess.run(["cp", "-a", place, target], check=True)
    return target


def project(folder, **changes):
    """A copy of the project's files in `folder`, its config changed; the library is the installed one."""
    folder.mkdir(parents=True, exist_ok=True)
    for part in (*PARTS, *FILES):
        copied(ROOT / part, folder / part)
    (folder / "src").symlink_to(ROOT / "src")
    config = yaml.safe_load((folder / "config.yaml").read_text())
    config["synthetic"]["size"] = "small"
    (folder / "config.yaml").write_text(yaml.safe_dump({**config, **changes}))
    return folder


@cache
def begun():
    """What runs are told of a process for the jobs of all of them, which has imported the library and Snakemake."""
    with chdir(ROOT):
        code, modules = all_code(HashStore(HASHES)), names_of(SCRIPTS.glob("*.py"))
    with chdir(tempfile.gettempdir()):  # where there are no specs to be read
        words = ahead.start(sys.executable, [*modules, "snakemake.cli"])
    return f"{code} {words}"


def beginning():
    """The environment of a run whose processes begin with all that they import; those of one thread."""
    return {**os.environ, ahead.BEGUN: begun(), ahead.THREADS: os.environ.get(ahead.THREADS, "1")}


@cache
def snakemake_begun():
    """A program that runs Snakemake out of that process, where a run calls `python -m snakemake`."""
    program = Path(tempfile.mkdtemp(prefix="mobility-")) / "snakemake"
    atexit.register(shutil.rmtree, program.parent)
    own = shlex.quote(str(Path(sys.executable).with_name("snakemake")))
    program.write_text(f'#!/bin/sh\nshift 2\nexec {begun().partition(" ")[2]} {own} "$@"\n')
    program.chmod(0o700)
    return str(program)


def words_of_run(*arguments):
    """The words of a run that is made in the environment `beginning`."""
    return [sys.executable, "-c", RUN, snakemake_begun(), "--cores", "2", *arguments]


def run(folder, *arguments, **options):
    """`make report` without make. With options of its own it starts all its processes itself."""
    command = [sys.executable, "workflow/run.py", "--cores", "2", *arguments] if options else words_of_run(*arguments)
    options = options or {"env": beginning()}
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, **options)


def snakemake(folder, *arguments):
    """Snakemake by itself."""
    command = [snakemake_begun(), "-m", "snakemake", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=beginning())


def plan(folder, *arguments):
    """What Snakemake would do, job by job."""
    done = snakemake(folder, "-n", "--cores", "1", "--quiet", "host", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def script(name, **job):
    """Run the script of a job in this process, as Snakemake would."""
    runpy.run_path(str(ROOT / f"workflow/scripts/{name}.py"), init_globals={"snakemake": SimpleNamespace(**job)})


def read_all(study):
    """Run the script of the rule `read` for each source; where its outputs are, by the study's name of the source."""
    wanted = requests(Path(), load_config(Path()), [study])
    for place, request in wanted.items():
        output = {
            "panel": f"results/restricted/{place}/panel.parquet",
            "losses": f"results/checks/{place}/panel_losses.csv",
            "delivery": f"results/checks/{place}/delivery.csv",
            "provenance": f"results/checks/{place}/provenance.yaml",
        }
        params = SimpleNamespace(request=vars(request), code="")
        script("read", params=params, output=SimpleNamespace(**output), log=[f"logs/read_{place}.log"])
    return study.places


def run_of_open_data(folder):
    """Run one study of open data in `folder/project`, with all that a package wants, and an empty home beside it."""
    place = project(folder / "project", studies=["wage_panel"], waves={}, sources={"series": "resources/series"})
    for name in ("LICENSE", "CITATION.cff", "requirements.lock", "Makefile"):
        shutil.copy(ROOT / name, place / name)
    (folder / "home").mkdir()
    kept = {name: value for name, value in os.environ.items() if name not in ("MPLCONFIGDIR", "XDG_CACHE_HOME")}
    done = run(place, env={**kept, "HOME": str(folder / "home")})
    assert done.returncode == 0, done.stderr


def without(folder, study, *ends):
    """Leave out a study's tables, models and figures whose files end so, for tests that do not look at them."""
    place, tables = folder / "studies" / study, load_study(folder, study).tables
    gone = {name for name, spec in tables.items() if spec.file.endswith(ends)}
    for kind in ("tables", "models", "figures"):
        for file in (place / kind).glob("*.yaml"):
            if file.stem.endswith(ends):
                file.unlink()
    choices = yaml.safe_load((place / "choices.yaml").read_text())
    for choice in choices.values():
        choice["tables"] = [table for table in choice["tables"] if table not in gone]
    (place / "choices.yaml").write_text(yaml.safe_dump(choices, sort_keys=False))
    forget_files()
    return folder


def cells(folder, study="gatsby"):
    files = [path for path in sorted((folder / "results/restricted" / study).glob("*.csv")) if path.stem != RECORD]
    return pd.concat([read_cells(file) for file in files], ignore_index=True)


def held(place, kind, folder):
    """Second names of a place's files: the file system gives the number of a held file to no other."""
    folder.mkdir()
    for path in place.glob(kind):
        os.link(path, folder / path.name)
    return folder


def replaced(folder, place):
    return {path.stem for path in folder.iterdir() if not path.samefile(place / path.name)}
