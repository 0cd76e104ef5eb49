"""Writing a study from a proposal: the templates of this package, filled in, and a copy of the file."""

import json
import re
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from mobility.errors import ConfigError
from mobility.new_study.propose import Proposal
from mobility.settings import STUDY_FOLDERS
from mobility.storage import write_csv, write_text

NAME = re.compile(r"[a-z][a-z0-9_]*")
HOME = "studies"


def write_study(root: Path, name: str, path: Path, proposal: Proposal, access: str) -> Path:
    """Write `studies/NAME` with a copy of the file, which git is told to leave alone; gives the folder.

    Raises `ConfigError` where the name is not of the right form or is taken. Nothing is left where it fails.
    """
    refuse_name(root, name)
    with tempfile.TemporaryDirectory(prefix=".new_study.", dir=root / HOME) as made:
        folder = Path(made) / name
        _fill(folder, {**vars(proposal), "name": name, "access": access})
        _write_groups(folder / "groups", proposal)
        write_text("data/\n", folder / ".gitignore")
        (folder / "data").mkdir()
        shutil.copyfile(path, folder / "data" / proposal.file)
        folder.rename(root / HOME / name)
    return Path(HOME) / name


def refuse_name(root: Path, name: str) -> None:
    """Raise `ConfigError` unless a study may have this name."""
    if not NAME.fullmatch(name):
        raise ConfigError(f"`{name}` cannot name a study. Write small letters, digits and _, for example my_panel.")
    taken = [parent for parent in STUDY_FOLDERS if (root / parent / name).exists()]
    if taken:
        raise ConfigError(f"{taken[0]}/{name} is there already. Take another name, or delete that folder.")
    rules = [path.read_text(encoding="utf-8") for path in (root / "workflow").glob("rules/*.smk")]
    if name == "all" or re.search(rf"^rule {name}:", "\n".join(rules), flags=re.MULTILINE):
        raise ConfigError(f"`{name}` is a target of the workflow. Take another name.")


def _fill(folder: Path, facts: dict) -> None:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    templates = Environment(
        loader=PackageLoader("mobility.new_study"),
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
    )
    templates.globals["q"] = templates.filters["q"] = _quoted
    for template in templates.list_templates(extensions=["yaml"]):
        write_text(templates.get_template(template).render(facts), folder / template)


def _quoted(text: str) -> str:
    """Text as a YAML word in double quotes, whatever it holds."""
    return json.dumps(str(text), ensure_ascii=False)


def _write_groups(folder: Path, proposal: Proposal) -> None:
    _write_items(folder / "states.csv", proposal.states)
    _write_items(folder / "waves.csv", ((wave, wave) for wave in proposal.waves))
    _write_items(folder / "starts.csv", ((wave, wave) for wave in proposal.starts))


def _write_items(path: Path, items: Iterable[tuple]) -> None:
    write_csv(pd.DataFrame(items, columns=["id", "label"]), path)
