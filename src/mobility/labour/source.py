"""What sources of the labour market have in common: their folder in `sources/` and their words."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Source:
    """A folder of `sources/` and its `source.yaml`."""

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
