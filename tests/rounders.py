"""Rounding by a key that tests know."""

from mobility.disclosure.rounding import Rounder

KEY = bytes(range(32))


def rounder(base=10, key=KEY):
    """Rounding to multiples of `base`, the same in every run of the tests."""
    return Rounder(base, key)
