"""Occupations and social classes: NS-SEC from occupation, one classification of occupations from another."""
