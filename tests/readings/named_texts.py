"""Every text in a spec: the columns, frames and samples that it may name."""

from collections.abc import Mapping, Sequence
from dataclasses import is_dataclass

NAMED = {}  # by the identity of a spec: the spec, so that the identity stays its own, and the texts in it


def named_in(spec):
    """Every text in a spec, found once for each spec."""
    if id(spec) not in NAMED:
        NAMED[id(spec)] = spec, frozenset(texts(spec))
    return NAMED[id(spec)][1]


def texts(spec):
    """Every text in a spec, however deep."""
    if isinstance(spec, str):
        yield spec
    elif isinstance(spec, Sequence):
        for inner in spec:
            yield from texts(inner)
    elif isinstance(spec, Mapping) or is_dataclass(spec):
        yield from texts(list((spec if isinstance(spec, Mapping) else vars(spec)).values()))
