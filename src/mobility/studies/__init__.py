"""The definitions that need code: a module or folder a study, which names its frames and what makes each (`makers`)."""

from importlib import import_module
from pkgutil import iter_modules

import pandas as pd

from mobility.errors import SpecError, nearest
from mobility.studies.inputs import Inputs

COMMON = ("inputs", "shared")  # of every study; any other module or folder here is one a study can name


def make_frames(inputs: Inputs) -> dict[str, pd.DataFrame]:
    """The wanted frames of a study by name, made by the module that `study.yaml` names.

    The module has `makers(inputs)`: for each frame a function that makes it, called where the frame is wanted.

    Raises
    ------
    SpecError
        An unknown module.
    DataError
        The module dropped rows without a named loss.
    """
    study, module = inputs.study, inputs.study.about.module
    known = [found.name for found in iter_modules(__path__) if found.name not in COMMON]
    if module not in known:
        raise SpecError(f"{study.folder}/study.yaml, module: `{module}`; {nearest(module, known)}. Mend `module`.")
    makers = import_module(f"mobility.studies.{module}").makers(inputs)
    frames = {name: make() for name, make in makers.items() if inputs.wants(name)}
    for name, frame in frames.items():
        inputs.losses.fail_unless_complete(name, len(frame), f"the rows of the frame that {module} makes")
    return frames
