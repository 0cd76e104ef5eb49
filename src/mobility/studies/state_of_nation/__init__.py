"""State of the Nation 2022, annex B: what its indicators are made from."""

from mobility.studies.state_of_nation.frames import makers

__all__ = ["makers"]
