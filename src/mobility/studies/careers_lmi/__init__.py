"""Pay, hours and jobs of every occupation as LMI for All makes them (technical report of 2016, Annex C)."""

from mobility.studies.careers_lmi.frames import makers
from mobility.studies.careers_lmi.handed import hand_on

__all__ = ["hand_on", "makers"]
