"""Counts, shares and their uncertainty over pairs of waves, as pure functions over arrays."""
