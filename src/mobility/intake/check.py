"""What every `mobility check` has in common: its report, the variables that studies want, and its last lines."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mobility.intake.find import Folders
from mobility.settings import Study


@dataclass(frozen=True)
class CheckReport:
    """Text of the check, and the problems in it (none: the delivery can be run)."""

    text: str
    problems: tuple[str, ...]


def closing(problems: Sequence[str], source: str, command: str) -> list[str]:
    """Last lines of a check: the problems with the command to look again, or what to do next."""
    if not problems:
        return ["", f"No problem found. Set sources.{source} to this folder in config.yaml, then `make report`."]
    count = f"{len(problems)} problem{'s' if len(problems) > 1 else ''}"
    return ["", f"{count} to mend:", *(f"  - {text}" for text in problems), f"Mend them, then run `{command}` again."]


def report_of(
    lines: Sequence[str], problems: Sequence[str], notes: Sequence[str], folders: Folders, source: str
) -> CheckReport:
    """The report of a check: what was found, what is worth knowing, and its last lines."""
    told = ["", "Worth knowing:", *(f"  - {note}" for note in notes)] if notes else []
    last = closing(problems, source, check_command(folders, source))
    return CheckReport("\n".join([*lines, *told, *last]), tuple(problems))


def check_command(folders: Folders, source: str) -> str:
    """The command that looks at a delivery again, as a shell takes it."""
    given = [str(folders)] if isinstance(folders, str | Path) else [str(folder) for folder in folders]
    return f"mobility check {shlex.join(given)} --source {source}"


def wanted_variables(studies: Sequence[Study], source: str, need: str, rows: str = "") -> list[str]:
    """Names that studies list under `variables` for a source and the `rows` of a file; `need`: required, optional."""
    named = [use for study in studies for use in study.about.sources.values() if use.source == source]
    uses = [use for use in named if use.rows == rows]
    return list(dict.fromkeys(name for use in uses for name in getattr(use, need)))
