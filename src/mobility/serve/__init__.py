"""Released cells and estimates, served to programs and people."""
