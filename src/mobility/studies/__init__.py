"""One module a study: the definitions that need code. Each has `make_frames(panel, study, choices, losses, only)`."""

from collections.abc import Collection, Mapping
from importlib import import_module

import pandas as pd

from mobility.errors import SpecError, nearest
from mobility.panel.losses import LossTable
from mobility.settings import Study

MODULES = ("gatsby", "states", "moves", "moving_out")


def make_frames(
    panel: pd.DataFrame,
    study: Study,
    choices: Mapping[str, str],
    losses: LossTable,
    only: Collection[str] | None = None,
) -> dict[str, pd.DataFrame]:
    """Frames of a study by name, made from its source's panel by the module that `study.yaml` names.

    only : names of the frames that are wanted; by default all.
    losses : gets a chain for each frame, from the rows of the panel to its own.

    Raises
    ------
    SpecError
        An unknown module.
    DataError
        The module dropped rows without a named loss.
    """
    module = study.spec["module"]
    if module not in MODULES:
        raise SpecError(f"{study.folder}/study.yaml, module: `{module}`; {nearest(module, MODULES)}. Mend `module`.")
    frames = import_module(f"mobility.studies.{module}").make_frames(panel, study, choices, losses, only)
    for name, frame in frames.items():
        losses.fail_unless_complete(name, len(frame), f"the rows of the frame that {module}.py makes")
    return frames
