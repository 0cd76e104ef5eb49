"""State of the Nation 2022, annex B: what its indicators are made from."""

from mobility.studies.inputs import Inputs, Makers
from mobility.studies.state_of_nation import frames, mobility, panels


def makers(inputs: Inputs) -> Makers:
    """What makes the frames: persons and classes of the Labour Force Survey, and what comes from the household panels."""
    return {**frames.makers(inputs), **mobility.makers(inputs), **panels.makers(inputs)}
