"""Reproducible analyses of social and occupational mobility in the UK."""

__version__ = "0.1.0"
