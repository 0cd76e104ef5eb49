"""State of the Nation 2022, annex B: what its indicators are made from."""

from mobility.studies.inputs import Inputs, Makers
from mobility.studies.series import SOURCE, series_makers
from mobility.studies.state_of_nation import frames, mobility, panels

SERIES = ("series", "inventory")


def makers(inputs: Inputs) -> Makers:
    """What makes the frames: of the Labour Force Survey persons and their classes, of the panels, and of series."""
    found = {**frames.makers(inputs), **mobility.makers(inputs), **panels.makers(inputs)}
    if inputs.wants(*SERIES):
        found |= series_makers(inputs.panels[SOURCE], inputs.losses, SOURCE)
    return found
