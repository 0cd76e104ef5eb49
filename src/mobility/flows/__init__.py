"""Moves between areas: which files, how they are read, where the areas lie."""
