"""Local authorities of the synthetic households: a few a region, some recoded by a boundary change without a move."""

import numpy as np

AREAS = {
    1: ("E06000048", "E08000020", "E08000021", "E06000001"),
    2: ("E08000003", "E08000012", "E06000050", "E07000121"),
    3: ("E08000035", "E08000032", "E06000014", "E07000164"),
    4: ("E06000018", "E06000016", "E07000154", "E07000036"),
    5: ("E08000025", "E08000026", "E06000021", "E07000196"),
    6: ("E07000097", "E07000100", "E07000101", "E07000104", "E06000031", "E07000008"),
    7: ("E09000033", "E09000030", "E09000008", "E09000022", "E09000012"),
    8: ("E06000045", "E06000044", "E07000226", "E07000178", "E07000106"),
    9: ("E06000023", "E06000026", "E07000041", "E06000052"),
    10: ("W06000015", "W06000011", "W06000014", "W06000003"),
    11: ("S12000036", "S12000033", "S12000017", "S12000034"),
    12: ("N09000003", "N09000005", "N09000001"),
}
REGION_SHARES = (0.04, 0.11, 0.08, 0.07, 0.09, 0.09, 0.14, 0.12, 0.08, 0.06, 0.07, 0.05)
# Old code, new code, first year in which the delivery shows the new one; nobody moved.
RECODED = (
    ("E07000100", "E07000240", 2012),
    ("E07000104", "E07000241", 2012),
    ("E07000097", "E07000242", 2013),
    ("E07000101", "E07000243", 2013),
    ("E06000048", "E06000057", 2013),
    ("E08000020", "E08000037", 2013),
)
LIST = tuple(dict.fromkeys((region, code) for region, codes in AREAS.items() for code in codes))
REGION_OF = np.array([region for region, _ in LIST])
MOVING = 0.03


def draw_areas(regions: np.ndarray, waves: int, rng: np.random.Generator) -> np.ndarray:
    """Positions in `LIST` of each household in each wave, (households, waves), with moves mostly within the region."""
    places = np.empty((len(regions), waves), dtype=np.int16)
    places[:, 0] = _place_in(regions, rng)
    for wave in range(1, waves):
        moves = rng.random(len(regions)) < MOVING
        far = rng.random(len(regions)) < 0.25
        elsewhere = draw_regions(len(regions), rng)
        target = _place_in(np.where(far, elsewhere, REGION_OF[places[:, wave - 1]]), rng)
        places[:, wave] = np.where(moves, target, places[:, wave - 1])
    return places


def draw_regions(count: int, rng: np.random.Generator) -> np.ndarray:
    """Region codes 1 to 12."""
    return rng.choice(np.arange(1, 13), size=count, p=np.array(REGION_SHARES) / sum(REGION_SHARES))


def codes_in(year: int) -> np.ndarray:
    """Code of every place of `LIST` as a delivery of that survey year writes it."""
    recoded = {old: new for old, new, first in RECODED if year >= first}
    return np.array([recoded.get(code, code) for _, code in LIST])


def _place_in(regions: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    first = np.searchsorted(REGION_OF, regions, side="left")
    count = np.searchsorted(REGION_OF, regions, side="right") - first
    return first + (rng.random(len(regions)) * count).astype(int)
