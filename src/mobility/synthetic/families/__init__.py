"""Invented families of the BHPS and UKHLS: parents, children who leave home, and the moves of some of them."""
