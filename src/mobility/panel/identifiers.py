"""Identifiers of persons that lost digits on the way to a file."""

import pandas as pd

SINGLE_EXACT = 2**24  # whole numbers up to this one survive single precision
FEWEST = 20  # persons from which a share says something


def rounded_persons(person: pd.Series) -> bool:
    """Whether identifiers went through single precision and were stored whole afterwards.

    Beyond 2^24 it holds only multiples of a power of two; of identifiers that did not go through it, at most half are.
    """
    large = person.to_numpy("float64")
    large = large[large > SINGLE_EXACT]
    return len(large) >= FEWEST and bool((large.astype("float32") == large).all())
