"""Pay of occupations in regions where none is printed (LMI for All, C.8.3), and what hold-out on print says of it.

    w[k, r] = w[k] (w[r] / w)          occupation k, region r; w without index: the country

The other rules put the regional ratio of a group of occupations, w[g, r] / w[g], in place of that of all jobs.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

COUNTRY, ALL = "country", ""
# Digits of the groups whose own regional ratio is taken, the first that is printed; the last resort is that of all.
RULES: Mapping[str, tuple[int, ...]] = {"c_8_3": (), "sub_major": (2,), "minor": (3, 2)}


def filled(pay: pd.Series, rule: str) -> pd.Series:
    """Pay of every unit group and region by a rule, whether or not it is printed; NaN without a national number.

    Parameters
    ----------
    pay : printed means, index (region, code), `COUNTRY` and `ALL` for the whole. rule : of `RULES`.

    Notes
    -----
    A group that has one unit group is no help and is passed over: where the one is not printed, the other is not.
    """
    regions, codes = pay.index.get_level_values(0), pay.index.get_level_values(1)
    units = pay[(codes.str.len() == 4) & (regions != COUNTRY)].index
    region, code = units.get_level_values(0), units.get_level_values(1).to_series(index=units)
    national = pay[regions == COUNTRY].droplevel(0)
    lone = {number: national.index[national.index.str.len() == 4].str[:number].value_counts() for number in (2, 3)}
    ratio = pd.Series(np.nan, index=units)
    for number in RULES[rule]:
        group = code.str[:number]
        own = _at(pay, region, group) / national.reindex(group).to_numpy()
        ratio = ratio.fillna(pd.Series(np.where(group.map(lone[number]) == 1, np.nan, own), index=units))
    ratio = ratio.fillna(pd.Series(_at(pay, region, [ALL] * len(units)) / national[ALL], index=units))
    return pd.Series(national.reindex(code).to_numpy() * ratio.to_numpy(), index=units, name=pay.name)


def _at(pay: pd.Series, region: pd.Index, code: object) -> np.ndarray:
    return pay.reindex(pd.MultiIndex.from_arrays([region, code])).to_numpy("float64")


def errors_of(made: np.ndarray, printed: np.ndarray) -> dict[str, float]:
    """How far numbers are from print where both are there, as proportions.

    median, mean : of the absolute errors |made / printed - 1|. bias : median of the errors with their sign. n : pairs.
    """
    relative = np.asarray(made, dtype="float64") / np.asarray(printed, dtype="float64") - 1
    relative = relative[np.isfinite(relative)]
    if not len(relative):
        return {"median": np.nan, "mean": np.nan, "bias": np.nan, "n": 0}
    absolute = np.abs(relative)
    return {
        "median": float(np.median(absolute)),
        "mean": float(np.mean(absolute)),
        "bias": float(np.median(relative)),
        "n": len(relative),
    }


def interval_of(made: np.ndarray, printed: np.ndarray, share: float = 0.9, seed: int = 2016) -> dict[str, float]:
    """A factor up and down within which a share of the printed numbers lies, and whether it holds on others.

    Split conformal: of half of the pairs, drawn with a seed, the ceil((n + 1) share)-th smallest |ln(printed / made)|
    is the width of the interval; the other half says how many it covers.

    Returns
    -------
    down, up : the interval's ends over the made number, less 1. covered : share of the other half inside. n : its size.
    """
    ratio = np.log(np.asarray(printed, dtype="float64") / np.asarray(made, dtype="float64"))
    ratio = np.random.default_rng(seed).permutation(ratio[np.isfinite(ratio)])
    own, others = np.sort(np.abs(ratio[: len(ratio) // 2])), np.abs(ratio[len(ratio) // 2 :])
    place = int(np.ceil((len(own) + 1) * share)) - 1
    width = float(own[place]) if place < len(own) else np.nan
    covered = float((others <= width).mean()) if place < len(own) else np.nan
    return {"down": np.exp(-width) - 1, "up": np.exp(width) - 1, "covered": covered, "n": float(len(others))}
