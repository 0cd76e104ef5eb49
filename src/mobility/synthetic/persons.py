"""Persons and households: identifiers, sample, sex, age, first qualifications, place, and months of interviews."""

from dataclasses import dataclass

import numpy as np

from mobility.synthetic.areas import draw_areas, draw_regions
from mobility.synthetic.occupations import NOT_WORKING, Occupations
from mobility.synthetic.response import Counts, Response
from mobility.synthetic.streams import draw, draw_rows, stream

FIRST_ID, ID_GAP = 68_000_007, 37_000
LATER_YOUNG = 0.45
SECOND_YOUNG, SECOND_BHPS = 0.06, 0.88
UKHLS, NORTHERN_IRELAND, BHPS, ETHNIC_BOOST, BOOST = 1, 2, (3, 4, 5, 6), 7, 8
REGION_OF_SAMPLE = {NORTHERN_IRELAND: 12, 4: 11, 5: 10, 6: 12}
WOMEN = {"unemployment": 0.45, "inactivity": 0.62, "study": 0.52}
# Highest qualification, postgraduate to none, by major group of the first occupation; 0 is not working.
MIXES = {
    1: (10, 20, 14, 22, 22, 6, 6), 2: (33, 43, 12, 5, 4, 1.5, 1.5), 3: (11, 26, 22, 20, 16, 3, 2),
    4: (4, 14, 13, 28, 31, 6, 4), 5: (1, 4, 10, 32, 33, 10, 10), 6: (2, 8, 15, 29, 31, 8, 7),
    7: (2, 9, 8, 30, 34, 8, 9), 8: (2, 5, 7, 20, 35, 13, 18), 9: (1, 6, 6, 20, 35, 12, 20), 0: (4, 9, 9, 17, 26, 9, 26),
}  # fmt: skip
YOUNGEST = (22, 20, 19, 18, 16, 16, 16)
AWARDED = {0: 0.25, 1: 0.30, 2: 0.28, 3: 0.38, 4: 0.30, 5: 0.58, 6: 0.42, 7: 0.26, 8: 0.40, 9: 0.28}
AGES = {2: (2.4, 2.7), 3: (2.0, 2.5), 5: (2.1, 2.2), 8: (2.4, 2.2)}
USUAL_AGES = (2.2, 2.4)
SPLIT = 0.012


@dataclass(frozen=True)
class Persons:
    """Arrays over persons, or over persons and waves where said.

    `origin`: sample (hhorig). `household`: (persons, waves) key of the household. `area`: (persons, waves) position in
    `areas.LIST`. `month`: (persons, waves) interview month, counted as year * 12 + month - 1.
    `birth`: month of birth, counted likewise. `level`: highest qualification at the first interview, 0 postgraduate ..
    6 none. `awarded`: holds a vocational qualification then.
    `pidp`: identifier. `woman`: truth value. `psu`, `strata`: of the design of the sample.
    """

    pidp: np.ndarray
    origin: np.ndarray
    woman: np.ndarray
    birth: np.ndarray
    household: np.ndarray
    area: np.ndarray
    psu: np.ndarray
    strata: np.ndarray
    month: np.ndarray
    level: np.ndarray
    awarded: np.ndarray

    def age(self, people: np.ndarray, wave: int) -> np.ndarray:
        """Age in whole years at the interview of a wave."""
        return np.maximum((self.month[people, wave] - self.birth[people]) // 12, 16)


@dataclass(frozen=True)
class Samples:
    """Sample of each person and whether they enter the survey at sixteen.

    origin : sample (hhorig) of each. young : truth value of each.
    """

    origin: np.ndarray
    young: np.ndarray


def draw_samples(response: Response, counts: Counts, boost_wave: int, seed: int) -> Samples:
    """Sample origins: BHPS members join in the second wave, the boost in `boost_wave`, the young from then on."""
    rng = stream(seed, "samples")
    entry = response.entry
    count = len(entry)
    origin = draw([UKHLS, NORTHERN_IRELAND, ETHNIC_BOOST], [0.88, 0.04, 0.08], count, rng)
    chance, second = rng.random(count), entry == 1
    bhps = draw(BHPS, [0.55, 0.17, 0.16, 0.12], count, rng)
    origin = np.where(second & (chance < SECOND_BHPS), bhps, origin)
    boosted = np.flatnonzero(entry == boost_wave)[: counts.boost]
    origin[boosted] = BOOST
    young = np.where(second, chance > 1 - SECOND_YOUNG, (entry > 1) & (chance < LATER_YOUNG))
    young[boosted] = False
    return Samples(origin, young)


def draw_persons(
    samples: Samples,
    response: Response,
    first: np.ndarray,
    occupations: Occupations,
    fieldwork: tuple[tuple[int, int], ...],
    seed: int,
) -> Persons:
    """Draw everything about persons that does not change in their careers; by their `first` states.

    fieldwork : first and last year of the interviews of each wave.
    """
    rng = stream(seed, "persons")
    count = len(response.entry)
    household, area = _draw_places(samples, response.entry, len(fieldwork), seed)
    psu = _stratify(household[:, 0], samples.origin)
    sample_month = 1 + household[:, 0] * 7 % np.where(np.isin(samples.origin, BHPS), 12, 24)
    month = _draw_months(sample_month, fieldwork, stream(seed, "interview dates"))
    birth = _draw_birth(first, samples.young, response.entry, occupations, fieldwork, rng)
    major = majors_of_states(occupations)[first]
    learned = stream(seed, "qualifications")
    age = (month[np.arange(count), response.entry] - birth) // 12
    return Persons(
        pidp=rng.permutation(FIRST_ID + np.cumsum(rng.integers(1, _gap(count), count))).astype(np.int64),
        origin=samples.origin,
        woman=rng.random(count) < _women(occupations)[first],
        birth=birth,
        household=household,
        area=area,
        psu=psu,
        strata=psu // 4,
        month=month,
        level=draw_levels(major, age, learned),
        awarded=draw_awarded(major, learned),
    )


def _gap(count: int) -> int:
    """Largest step between identifiers that keeps the last one below 2^31."""
    return min(ID_GAP, int(1.9 * (2**31 - 1 - 2 * FIRST_ID) / count))


def _women(occupations: Occupations) -> np.ndarray:
    return np.concatenate([occupations.women, [WOMEN[name] for name in NOT_WORKING]])


def _draw_birth(
    first: np.ndarray,
    young: np.ndarray,
    entry: np.ndarray,
    occupations: Occupations,
    fieldwork: tuple[tuple[int, int], ...],
    rng: np.random.Generator,
) -> np.ndarray:
    """Birth as year * 12 + month, by what people do when first seen."""
    count, idle = len(first), len(occupations.code)
    ages = draw_working_ages(majors_of_states(occupations)[first], rng)
    ages = np.where(first == idle, 16 + 46 * rng.beta(1.2, 2.2, count), ages)
    old = rng.random(count) < 0.68
    ages = np.where(
        first == idle + 1,
        np.where(old, 61 + 32 * rng.beta(1.2, 2.2, count), 20 + 42 * rng.beta(1.6, 1.4, count)),
        ages,
    )
    ages = np.where(first == idle + 2, 16 + 12 * rng.beta(1.0, 3.5, count), ages)
    ages = np.where(young, 16 + 0.9 * rng.random(count), ages)
    start = np.array([first for first, _ in fieldwork])[entry] * 12 + 6
    return (start - ages * 12).astype(int)


def _draw_places(samples: Samples, entry: np.ndarray, waves: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Households of one to three adults; young entrants live with others, and some people split off on their own."""
    rng = stream(seed, "households")
    count = len(entry)
    home = np.cumsum((rng.random(count) < 0.55) | (np.diff(samples.origin, prepend=0) != 0)) - 1
    joined = samples.young & (rng.random(count) < 0.9)
    home[joined] = home[rng.integers(0, max(1, count // 2), joined.sum())]
    left = np.cumsum(rng.random((count, waves)) < SPLIT, axis=1) > 0
    left[:, 0] = False
    homes = int(home.max()) + 1
    household = np.where(left, homes + np.arange(count)[:, None], home[:, None])
    regions = _regions_of(samples.origin, home, homes, rng)
    places = draw_areas(np.concatenate([regions, regions[home]]), waves, rng)
    return household, places[household, np.arange(waves)]


def _regions_of(origin: np.ndarray, home: np.ndarray, homes: int, rng: np.random.Generator) -> np.ndarray:
    """Region of each household; the samples of one country live there."""
    first = np.zeros(homes, dtype=np.int64)
    first[home[::-1]] = origin[::-1]
    fixed = np.array([REGION_OF_SAMPLE.get(code, 0) for code in range(BOOST + 1)])[first]
    return np.where(fixed > 0, fixed, draw_regions(homes, rng))


def _stratify(home: np.ndarray, origin: np.ndarray) -> np.ndarray:
    return 1001 + home // 11 + 10_000 * np.where(np.isin(origin, BHPS), 3, origin)


def _draw_months(
    sample_month: np.ndarray, fieldwork: tuple[tuple[int, int], ...], rng: np.random.Generator
) -> np.ndarray:
    """Interviews fall in the sample month or soon after it, some many months late, within the wave's fieldwork."""
    shape = (len(sample_month), len(fieldwork))
    delay = draw(np.arange(10), [52, 30, 7, 4, 2.5, 1.5, 1, 0.8, 0.7, 0.5], shape[0] * shape[1], rng).reshape(shape)
    first = np.array([year * 12 for year, _ in fieldwork])
    last = np.array([year * 12 + 11 for _, year in fieldwork])
    return np.minimum(first + sample_month[:, None] - 1 + delay, last)


def majors_of_states(occupations: Occupations) -> np.ndarray:
    """Major group of each of the 84 states, 0 for not working."""
    return np.concatenate([occupations.major, [0] * len(NOT_WORKING)])


def draw_working_ages(major: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Ages between 17 and 65 of people at work, by major group."""
    shapes = np.array([AGES.get(code, USUAL_AGES) for code in range(10)])[major]
    return 17 + 48 * rng.beta(shapes[:, 0], shapes[:, 1])


def draw_levels(major: np.ndarray, age: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Highest qualification, 0 postgraduate .. 6 none, by major group; none that the age does not allow."""
    tables = np.cumsum(np.array([MIXES[code] for code in range(10)], dtype=float), axis=1)
    drawn = draw_rows((tables / tables[:, -1:])[major], rng)
    highest = (np.array(YOUNGEST) > np.asarray(age)[:, None]).sum(axis=1)
    return np.maximum(drawn, np.minimum(highest, len(YOUNGEST) - 3)).astype(np.int8)


def draw_awarded(major: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Whether a vocational qualification is held, by major group."""
    return rng.random(len(major)) < np.array([AWARDED[code] for code in range(10)])[major]
