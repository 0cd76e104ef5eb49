"""What the frames of a study are made from."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import pandas as pd

from mobility.errors import DataError, SpecError
from mobility.intake.losses import LossTable
from mobility.settings import Study
from mobility.storage import StoredFrame
from mobility.studies.shared import Shared

Makers = Mapping[str, Callable[[], pd.DataFrame]]
# By the names of a study's sources; a panel alone is that of the single one.
Panels: TypeAlias = pd.DataFrame | Mapping[str, pd.DataFrame]


class PanelFiles(Mapping[str, pd.DataFrame]):
    """Panels by the names of a study's sources, left in their `files` until one is asked for, and then held."""

    def __init__(self, files: Mapping[str, StoredFrame]) -> None:
        self.files, self._held = files, dict[str, pd.DataFrame]()

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._held:
            self._held[name] = self.files[name][None]
        return self._held[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.files)

    def __len__(self) -> int:
        return len(self.files)


def read_panels(study: Study, paths: Sequence[str]) -> PanelFiles:
    """Panels of a study by the names of its sources, from their files in the same order; raises as `read_parquet`."""
    return PanelFiles({name: StoredFrame(path) for name, path in zip(study.about.sources, paths, strict=True)})


@dataclass(frozen=True)
class Inputs:
    """Panels and readings that the frames of a study are made from.

    panels : by the names that study.yaml gives its sources (a single one has the name of its source).
    choices : value of every choice. losses : get a chain for each frame, from the rows of the panel to its own.
    wanted : names of the frames that are to be made; by default all.
    shared : steps that were made under other readings of the same panels.
    threshold : persons that a number of the data's class must rest on, for what no later step judges.
    """

    panels: Mapping[str, pd.DataFrame]
    study: Study
    choices: Mapping[str, str]
    losses: LossTable
    wanted: Collection[str] | None = None
    shared: Shared = field(default_factory=Shared)
    threshold: int = 0

    @classmethod
    def of(
        cls,
        panels: Panels,
        study: Study,
        choices: Mapping[str, str],
        losses: LossTable,
        wanted: Collection[str] | None = None,
    ) -> "Inputs":
        """Inputs of a study from its panels by name, or from the one of its single source."""
        if isinstance(panels, pd.DataFrame):
            (name,) = study.about.sources
            panels = {name: panels}
        return cls(panels, study, choices, losses, wanted)

    @property
    def panel(self) -> pd.DataFrame:
        """The panel of a study with a single source; raises `SpecError` where there are several."""
        if len(self.panels) > 1:
            named = f"{self.study.folder}/study.yaml, module: `{self.study.about.module}` makes frames of one source"
            raise SpecError(f"{named}, sources has {', '.join(self.panels)}. Take a module that names them.")
        return next(iter(self.panels.values()))

    @property
    def columns(self) -> pd.DataFrame | StoredFrame:
        """As `panel`, of which `[names]` reads some columns, where the panel lies in a file and would fill memory."""
        whole = self.panels
        return next(iter(whole.files.values())) if isinstance(whole, PanelFiles) and len(whole) == 1 else self.panel

    def fail_if_unmapped(self, names: Collection[str], why: str) -> None:
        """Raise `DataError` where the mapping of the study's own file lacks a variable; why: what these are for."""
        absent = [name for name in names if name not in self.panel]
        if absent:
            mapped = [name for name in self.panel.columns if name not in ("person", "wave")]
            raise DataError(
                f"{self.study.folder}/mapping.yaml: no variable {', '.join(absent)}, {why}; "
                f"mapped: {', '.join(mapped)}. Name the column of each in `variables`."
            )

    @property
    def root(self) -> Path:
        """The project's folder, under which the resources are."""
        return self.study.root

    def made(self, step: str, make: Callable[[Mapping[str, str]], Any], after: Sequence[str] = ()) -> Any:
        """What the step `make(choices)` gives, shared with readings that answer its choices alike (`Shared.made`)."""
        return self.shared.made(step, self.choices, self.losses, make, after)

    def wants(self, *frames: str) -> bool:
        """Whether any of these frames is to be made."""
        return self.wanted is None or not set(frames).isdisjoint(self.wanted)
