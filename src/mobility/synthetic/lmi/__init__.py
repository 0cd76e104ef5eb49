"""Invented deliveries of pay, hours and jobs from one planted truth: pay of the LFS, ASHE, Working Futures."""
