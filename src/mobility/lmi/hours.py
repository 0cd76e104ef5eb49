"""Weekly hours of every cell from printed means, without an equation (C.8.2, C.8.3)."""

import numpy as np

from mobility.lmi.targets import Means


def hours_of_cells(occupations: Means, industries: Means) -> np.ndarray:
    """h = h_occupation (h_industry / h) (h_gender_status / h) (h_region / h), the differentials applied one by one.

    Parameters
    ----------
    occupations, industries : printed means of paid hours by occupation and by industry.

    Returns
    -------
    occupation x industry x region x gender x status; 0 for an occupation without a printed number. An industry
    without one has the differential 1. Qualification is not in the survey.
    """
    whole = occupations.whole
    industry = np.nan_to_num(industries.by_part / industries.whole, nan=1.0)
    return np.asarray(
        np.einsum(
            "o,i,r,gs->oirgs",
            np.nan_to_num(occupations.by_part),
            industry,
            occupations.by_region / whole,
            occupations.by_type / whole,
            optimize=True,
        )
    )
