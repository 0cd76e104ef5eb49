"""The definitions that need code: a module or folder a study, which names its frames and what makes each (`makers`)."""

from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pandas as pd

from mobility.errors import SpecError, nearest
from mobility.studies.inputs import Inputs
from mobility.studies.shared import Noted

COMMON = ("inputs", "shared")  # of every study; any other module or folder here is one a study can name


def make_frames(inputs: Inputs) -> dict[str, pd.DataFrame]:
    """The wanted frames of a study by name: those of `each_frame` together; raises as it does."""
    return dict(each_frame(inputs))


def each_frame(inputs: Inputs) -> Iterator[tuple[str, pd.DataFrame]]:
    """Name and frame, one after the other, of the wanted frames of a study, made by the module that `study.yaml` names.

    None is held here once it was handed on, so that memory holds one at a time where each is written as it comes. The
    module has `makers(inputs)`: for each frame a function that makes it, called where the frame is wanted.

    Raises
    ------
    SpecError
        An unknown module, or one that asks for a choice which does not say that it changes frames.
    DataError
        The module dropped rows without a named loss.
    """
    study, module = inputs.study, inputs.study.about.module
    known = [found.name for found in iter_modules(__path__) if found.name not in COMMON]
    if module not in known:
        raise SpecError(f"{study.folder}/study.yaml, module: `{module}`; {nearest(module, known)}. Mend `module`.")
    noted = Noted(inputs.choices)
    makers = dict(import_module(f"mobility.studies.{module}").makers(replace(inputs, choices=noted)))
    names = list(makers)
    for name in names:
        make = makers.pop(name)
        if inputs.wants(name):
            frame = make()
            inputs.losses.fail_unless_complete(name, len(frame), f"the rows of the frame that {module} makes")
            yield name, frame
            del frame
        del make
    for name in noted.asked:
        if name in study.choices and not study.choices[name].frames:
            raise SpecError(
                f"{study.folder}/choices.yaml, {name}: the module {module} makes frames by it, and its `changes` names "
                f"none. Write `changes: {{frames: [...]}}` with those that it changes; there are {', '.join(names)}."
            )


def hand_on(inputs: Inputs, folder: Path) -> None:
    """Write what a study hands on besides its tables into a folder: its module has `hand_on(inputs, folder)`.

    The steps that its frames were made by are shared through the same `inputs`.
    """
    import_module(f"mobility.studies.{inputs.study.about.module}").hand_on(inputs, folder)
