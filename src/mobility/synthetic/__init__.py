"""Synthetic deliveries in the true file layout, with planted truth, and frames drawn without files."""

from mobility.synthetic.delivery import simulate
from mobility.synthetic.draws import draw_progression
from mobility.synthetic.effects import planted_effects

__all__ = ["draw_progression", "planted_effects", "simulate"]
