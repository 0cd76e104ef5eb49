"""Guides of the documentation, read as what they tell one to type and to write.

A fenced block is typed (`sh`), or written into the file that its first line names: `yaml config.yaml` has the keys that
the file is to have, `yaml PATH` of another file lines that go below its last line of the kind, `csv PATH` a last row.
"""

import re
import shutil
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

import yaml

from paths import ROOT

BLOCK = re.compile(r"^( *)```(\w+) ?(\S*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
SETTINGS = "config.yaml"


@dataclass(frozen=True)
class Block:
    """A fenced block: what it is written in, the file that it goes into (empty where it is typed), and its text."""

    kind: str
    path: str
    text: str

    def write(self, folder: Path) -> None:
        """Write it into its file below a project's folder."""
        path = folder / self.path
        old = path.read_text(encoding="utf-8")
        path.write_text(self.written(old), encoding="utf-8")

    def written(self, old: str) -> str:
        """The text of its file, once it is written into it."""
        if self.path == SETTINGS:
            return yaml.safe_dump(_merged(yaml.safe_load(old), yaml.safe_load(self.text)))
        if self.kind == "csv":
            return old.rstrip("\n") + "\n" + self.text
        lines = old.splitlines(keepends=True)
        start = re.match(r"\s*- \{id: [a-z]+", self.text)[0]
        last = max(place for place, line in enumerate(lines) if line.startswith(start))
        return "".join([*lines[: last + 1], self.text, *lines[last + 1 :]])


def blocks_of(page: str) -> list[Block]:
    """The blocks of a page of docs/ in their order; those of a list stand without its indent."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    found = []
    for indent, kind, path, body in BLOCK.findall(text):
        own = re.sub(f"^{indent}", "", body, flags=re.MULTILINE)
        found.append(Block(kind, path, textwrap.dedent(own) if kind == "sh" else own))
    return found


def typed(folder: Path, commands: str) -> str:
    """Type commands in a project's folder, whose `.venv` stands for the one at work; what they print."""
    done = subprocess.run(["bash", "-ec", commands], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{commands}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    return done.stdout + done.stderr


def set_up(folder: Path) -> None:
    """What else of the project is used by hand: the documentation, `make`, and a `.venv` that is ready for it."""
    shutil.copytree(ROOT / "docs", folder / "docs")
    for name in ("Makefile", "requirements.lock", ".importlinter"):
        shutil.copy(ROOT / name, folder / name)
    place = folder / ".venv" / "bin"
    place.mkdir(parents=True)
    for name, run in (("python", ""), ("mobility", "-m mobility.cli "), ("snakemake", "-m snakemake ")):
        (place / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {run}"$@"\n', encoding="utf-8")
        (place / name).chmod(0o755)
    (place.parent / ".ready").touch()


def _merged(old: object, new: object) -> object:
    """Settings with what is new in place of what is old, key by key where both have keys."""
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return new
    return {**old, **{key: _merged(old.get(key), value) for key, value in new.items()}}
