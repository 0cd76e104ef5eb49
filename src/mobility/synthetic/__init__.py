"""Synthetic deliveries in the true file layout, with planted truth."""

from mobility.synthetic.effects import planted_effects
from mobility.synthetic.sources import simulate

__all__ = ["planted_effects", "simulate"]
