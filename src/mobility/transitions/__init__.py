"""Transitions: pairs of consecutive waves, and the shares of those who move, as pure functions."""
