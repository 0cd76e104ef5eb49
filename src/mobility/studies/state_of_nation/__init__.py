"""State of the Nation: indicators of mobility and its drivers; those of the household panels (BHPS, UKHLS)."""

from mobility.studies.state_of_nation.panels import makers

__all__ = ["makers"]
