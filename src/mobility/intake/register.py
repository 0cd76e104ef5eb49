"""Words and forms that the registers of all sources share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mobility.errors import SpecError, nearest

VERIFIED = "verified"
DOUBTFUL = ("from_memory", "uncertain")
CONFIDENCES = (VERIFIED, "partly_verified", *DOUBTFUL)


@dataclass(frozen=True)
class RegisteredSource:
    """What the registers of every kind of source have.

    folder : the folder of `sources/`. spec : its `source.yaml`.
    """

    folder: Path
    spec: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Name of the source, as in `config.yaml`."""
        return str(self.spec["source"])

    @property
    def root(self) -> Path:
        """The project's folder."""
        return self.folder.parent.parent

    def fail_if_unknown(self, what: str, names: Sequence[str], register: str, known: Sequence[str]) -> None:
        """Raise `SpecError` on names, as in a study's `variables`, of `what` is not among the known of a register."""
        problems = [
            f"{self.folder / register}: no {what} `{name}`; {nearest(name, known)}. Mend `variables` in study.yaml."
            for name in names
            if name not in known
        ]
        if problems:
            raise SpecError("\n".join(problems))


def absent_columns(path: Path, rows: Sequence[Mapping[str, str]], columns: Sequence[str]) -> list[str]:
    """What is said of a register without rows, or without some of its columns."""
    if not rows:
        return [f"{path}: no rows."]
    absent = [column for column in columns if column not in rows[0]]
    return [f"{path}: no column {', '.join(absent)}; it has {', '.join(map(str, rows[0]))}."] if absent else []
