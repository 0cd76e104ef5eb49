"""Weights, volunteering and membership of organisations; shares are planted in `participation.csv`."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
from scipy.special import ndtri

from mobility.storage import read_rows
from mobility.synthetic.answers import soften
from mobility.synthetic.families.world import Enumeration
from mobility.synthetic.streams import stream

LASTING = 0.5  # share of the variance that is the person's own
WEIGHT_MEAN, WEIGHT_SD, NOISE = -0.12, 0.5, 0.08
VOLUNTEERING, YES, NO = "volunteering", 1, 2
OF_INTERVIEWS = ("weight_cross_section", "weight_cross_section_boosts", "weight_cross_section_uk")
WITH_PROXIES = "weight_cross_section_with_proxies"


@cache
def planted() -> Mapping[str, float]:
    """Share of adults who volunteer, and who are members of each organisation."""
    return {row["variable"]: float(row["share"]) for row in read_rows(Path(__file__).with_name("participation.csv"))}


def weight_answers(wave: Enumeration, proxy: np.ndarray) -> dict[str, np.ndarray]:
    """Weights of interviews, without relation to any answer; 0 for proxies in those of full interviews."""
    count = len(wave.world.people)
    own = stream(wave.world.seed, "families weights").lognormal(WEIGHT_MEAN, WEIGHT_SD, count)[wave.people.index]
    all_ = np.round(own * np.exp(NOISE * wave.rng("weights").standard_normal(len(wave))), 5)
    return {WITH_PROXIES: all_, **dict.fromkeys(OF_INTERVIEWS, np.where(proxy, 0.0, all_))}


def household_weights(wave: Enumeration) -> dict[str, np.ndarray]:
    """Weight of the household, the same for all its members."""
    chance = stream(wave.world.seed, "families household weights").random(5 * len(wave.world.people))[wave.key]
    return {"weight_household": np.round(np.exp(WEIGHT_MEAN + WEIGHT_SD * ndtri(np.clip(chance, 1e-9, 1 - 1e-9))), 5)}


def participation_answers(wave: Enumeration, proxy: np.ndarray) -> dict[str, np.ndarray]:
    """Volunteering (yes, no) and membership of each organisation (mentioned or not), as every wave would hold them."""
    found = {}
    for name, share in planted().items():
        lasting = stream(wave.world.seed, f"families {name}").standard_normal(len(wave.world.people))
        noise = wave.rng(name).standard_normal(len(wave))
        so = np.sqrt(LASTING) * lasting[wave.people.index] + np.sqrt(1 - LASTING) * noise < ndtri(share)
        codes = np.where(so, YES, NO if name == VOLUNTEERING else 0)
        found[name] = soften(codes, proxy, wave.rng(f"missing {name}"))
    return found
