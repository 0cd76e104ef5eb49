"""One reading at a time: the readings of a study, and the frames that one of them changes."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import NamedTuple

import pandas as pd

from mobility.cells import BASELINE
from mobility.intake.losses import LossTable
from mobility.settings import Study, under_reading
from mobility.studies import make_frames
from mobility.studies.inputs import Inputs


class Reading(NamedTuple):
    """An answer by itself. label : `baseline`, or `choice=alternative`. study : as it reads under that answer."""

    label: str
    choice: str
    alternative: str
    study: Study


def readings(study: Study) -> Iterator[Reading]:
    """The study as it was loaded, then under every answer that is not the default, one at a time."""
    yield Reading(BASELINE, "", "", study)
    for name, choice in study.choices.items():
        for alternative in choice.alternatives:
            if alternative != choice.default:
                label = f"{name}={alternative}"
                yield Reading(label, name, alternative, under_reading(study, name, alternative))


def changed_frames(inputs: Inputs, study: Study, choice: str, wanted: Collection[str]) -> dict[str, pd.DataFrame]:
    """Those of the wanted frames that are made anew under another answer, as the choice says.

    inputs : of the study as it was loaded. study : the study under the answer. choice : empty for no other answer.
    """
    changed = set(study.choices[choice].frames).intersection(wanted) if choice else set()
    if not changed:
        return {}
    return make_frames(replace(inputs, study=study, choices=study.readings, losses=LossTable(), wanted=changed))
