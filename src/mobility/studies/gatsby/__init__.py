"""Holmes (2022) for the Gatsby Foundation: the frames of `studies/gatsby`."""

from mobility.studies.gatsby.frames import makers

__all__ = ["makers"]
