"""Synthetic deliveries in the true file layout, with planted truth."""

from mobility.synthetic.delivery import simulate

__all__ = ["simulate"]
