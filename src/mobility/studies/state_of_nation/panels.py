"""Frames of the indicators from the household panels: 4.2, 4.3, and drivers 1.3 and 4."""

from functools import cache

import pandas as pd

from mobility.studies.inputs import Inputs, Makers
from mobility.studies.state_of_nation.households import families
from mobility.studies.state_of_nation.participation import members, volunteers
from mobility.studies.state_of_nation.progress import income, occupation
from mobility.studies.state_of_nation.records import adult_interviews


def makers(inputs: Inputs) -> Makers:
    """What makes the frames; each is described by the function that makes it.

    occupation_pairs, income_pairs : the same person at 25 to 29 and ten years later, by window of five years.
    families : households with children by their parents' qualifications. volunteers, members : adults.
    """
    study, choices, losses = inputs.study, inputs.choices, inputs.losses
    regions = {int(row["code"]): row["id"] for row in study.groups("region_of_panels")}

    @cache
    def records() -> pd.DataFrame:
        return adult_interviews(inputs.panels, choices, study.groups("parent_classes"), regions, losses)

    return {
        "occupation_pairs": lambda: occupation(records(), choices, losses, "occupation_pairs"),
        "income_pairs": lambda: income(records(), choices, losses, "income_pairs"),
        "families": lambda: families(inputs.panels["persons"], study.groups("qualification_levels"), losses),
        "volunteers": lambda: volunteers(inputs.panels["persons"], losses),
        "members": lambda: members(inputs.panels, study.groups("membership_waves"), choices["membership_2000"], losses),
    }
