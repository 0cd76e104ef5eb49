"""Copies of the project to run, for tests of whole runs."""

import shutil
import subprocess
import sys

import yaml

from paths import ROOT

PARTS = ("workflow", "sources", "studies", "examples", "resources", "profiles")
FILES = ("Snakefile", "config.yaml", "environment.yml", "pyproject.toml")


def project(folder, **changes):
    """A copy of the project's files in `folder`, its config changed; the library is the installed one."""
    folder.mkdir(parents=True, exist_ok=True)
    for part in PARTS:
        shutil.copytree(ROOT / part, folder / part)
    for name in FILES:
        shutil.copy(ROOT / name, folder / name)
    (folder / "src").symlink_to(ROOT / "src")
    config = yaml.safe_load((folder / "config.yaml").read_text())
    config["synthetic"]["size"] = "small"
    (folder / "config.yaml").write_text(yaml.safe_dump({**config, **changes}))
    return folder


def run(folder, *arguments, **options):
    """`make report` without make."""
    command = [sys.executable, "workflow/run.py", "--cores", "2", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, **options)
