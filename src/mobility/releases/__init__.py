"""Releases: read-only folders of released numbers that the server answers from; staged, compared, promoted."""
