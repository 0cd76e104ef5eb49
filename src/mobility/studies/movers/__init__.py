"""Movers and stayers: persons who were seen as teenagers with a parent and again as adults, BHPS and UKHLS."""

from mobility.studies.movers.frames import makers

__all__ = ["makers"]
