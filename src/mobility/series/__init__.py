"""Published series of indicators: their files, and the values that they are computed from."""
