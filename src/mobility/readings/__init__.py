"""Every reading of a study, one at a time: ranked by the back test, and as a curve of its headline effects."""
