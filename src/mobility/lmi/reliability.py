"""Which cells may be told: the 1,000 and 10,000 rule of LMI for All (4.2.1, C.6), or a rule by relative error."""

import numpy as np

LEAST, PLAIN = 1_000, 10_000
NONE, NOTED, TOLD, UNKNOWN = "none", "noted", "told", "unknown"
VERDICTS = (NONE, NOTED, TOLD, UNKNOWN)


# Relative errors in per cent, by the publisher's key to the quality of ASHE: to 5 precise, above 20 unreliable (`x`).
PRECISE, UNRELIABLE = 5.0, 20.0


def classes(employment: np.ndarray, at_limit: str = "better") -> np.ndarray:
    """Of each cell by its employment the place of its verdict in `VERDICTS`, uint8.

    Below 1,000 no number, from there to 10,000 a number with a note, above it plain.

    at_limit : the report leaves exactly 1,000 and exactly 10,000 open: `better` or `worse` of the two classes.
    NaN is `unknown`.
    """
    jobs = np.asarray(employment)
    low, high = (jobs < LEAST, jobs < PLAIN) if at_limit == "better" else (jobs <= LEAST, jobs <= PLAIN)
    found = np.full(jobs.shape, VERDICTS.index(TOLD), dtype="uint8")
    found[high], found[low] = VERDICTS.index(NOTED), VERDICTS.index(NONE)
    found[np.isnan(jobs)] = VERDICTS.index(UNKNOWN)
    return found


def verdicts(employment: np.ndarray, at_limit: str = "better") -> np.ndarray:
    """The verdicts themselves, as `classes`."""
    return np.array(VERDICTS)[classes(employment, at_limit)]


def verdicts_by_error(relative_error: np.ndarray) -> np.ndarray:
    """Verdicts by the relative standard error of the number asked for, per cent.

    To 5 told, to 20 with a note, above it none; NaN is `unknown`.
    """
    error = np.asarray(relative_error, dtype="float64")
    cases = [np.isnan(error), error <= PRECISE, error <= UNRELIABLE]
    return np.select(cases, [UNKNOWN, TOLD, NOTED], NONE)
