"""Synthetic deliveries in the true file layout, with planted truth, and frames drawn without files."""

from mobility.synthetic.draws import draw_progression
from mobility.synthetic.effects import planted_effects
from mobility.synthetic.flows.samples import draw_sample
from mobility.synthetic.sources import simulate

__all__ = ["draw_progression", "draw_sample", "planted_effects", "simulate"]
