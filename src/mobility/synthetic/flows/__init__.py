"""The synthetic delivery of moves between areas: real areas, invented statistics and moves, planted coefficients."""
