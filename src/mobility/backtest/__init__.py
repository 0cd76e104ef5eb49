"""Ours against the published numbers, and on invented data against the planted truth."""
