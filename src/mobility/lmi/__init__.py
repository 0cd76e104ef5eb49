"""Pay, hours and jobs of occupations as LMI for All makes them: printed numbers, cells, gaps, deciles, reliability."""
