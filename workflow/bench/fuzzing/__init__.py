"""Fuzzing: seeded mutations of valid files, read in processes that may die, so that every input gets an answer."""
