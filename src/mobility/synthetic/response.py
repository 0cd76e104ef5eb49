"""Who answers in which wave: the counts of Table 2.2 to the person, at random with respect to what people do."""

from dataclasses import dataclass

import numpy as np

from mobility.errors import MobilityError, nearest
from mobility.panel.register import Wave
from mobility.synthetic.published import Published
from mobility.synthetic.streams import stream

DIVISORS = {"full": 1, "small": 20}
BOOST = 7_000
UNUSABLE = 0.0005


@dataclass(frozen=True)
class Counts:
    """Target counts: usable activity a wave, lost to the next wave a pair, persons ever, and new people a wave."""

    usable: tuple[int, ...]
    lost: tuple[int, ...]
    persons: int
    new: tuple[int, ...]
    boost: int


@dataclass(frozen=True)
class Response:
    """Answers of persons (rows) in waves (columns).

    `usable`: an interview with a usable activity. `interviewed`: any interview, also one whose activity is missing.
    `entry`: wave of the first interview. People from `persons` on never give a usable activity.
    """

    usable: np.ndarray
    interviewed: np.ndarray
    entry: np.ndarray
    persons: int


def divisor_of(size: str) -> int:
    """By what the counts of the reports are divided; raises `MobilityError` on an unknown size."""
    if size not in DIVISORS:
        raise MobilityError(f"size {size!r} of the synthetic delivery: not known; {nearest(size, DIVISORS)}.")
    return DIVISORS[size]


def target_counts(published: Published, waves: tuple[Wave, ...], divisor: float, boost_wave: int) -> Counts:
    """Counts of Table 2.2 over `divisor`; those of the wave after it and of later ones `_longer`.

    Raises `MobilityError` where the register does not say how many answers a wave has.
    """
    years = [f"y{wave.survey_year}" for wave in waves]
    years = [year for year in years if published.get("2_2", "activity_recorded", year) is not None]
    recorded = [published["2_2", "activity_recorded", year] for year in years]
    last = waves[len(years)].usable_activity
    if last is None:
        raise MobilityError(
            f"waves.csv, wave {waves[len(years)].name}: no `usable_activity`. It is needed for the plan."
        )
    usable = tuple(round(count / divisor) for count in [*recorded, last])
    lost = tuple(round(published["2_2", "missing_following_year", year] / divisor) for year in years)
    persons = round(published["2_2", "total", years[0]] / divisor)
    boost = round(BOOST / divisor)
    counts = Counts(usable, lost, persons, _new_people(usable, lost, persons, boost, boost_wave), boost)
    for wave in waves[len(usable) :]:
        counts = _longer(counts, None if wave.usable_activity is None else round(wave.usable_activity / divisor))
    return counts


def _longer(counts: Counts, usable: int | None) -> Counts:
    """Counts with one more wave, of which no report tells: losses and new people at the rates of the wave before.

    usable : usable activities of the register, or as many as in the wave before where it knows of none.
    """
    here, before = counts.usable[-1], counts.usable[-2]
    lost = round(here * counts.lost[-1] / before)
    usable = max(here if usable is None else usable, here - lost)
    share = counts.new[-1] / (here - before + counts.lost[-1])
    new = round(share * (usable - here + lost))
    return Counts(
        (*counts.usable, usable), (*counts.lost, lost), counts.persons + new, (*counts.new, new), counts.boost
    )


def _new_people(
    usable: tuple[int, ...], lost: tuple[int, ...], persons: int, boost: int, boost_wave: int
) -> tuple[int, ...]:
    """First-time people of each wave; in the second wave everyone who did not stay on is new."""
    others = np.array(usable[1:]) - np.array(usable[:-1]) + np.array(lost)
    pool = others[1:].astype(float)
    pool[boost_wave - 2] -= boost
    wanted = persons - usable[0] - others[0] - boost
    later = np.floor(pool * wanted / pool.sum()).astype(int)
    later[0] += wanted - later.sum()
    later[boost_wave - 2] += boost
    return (usable[0], int(others[0]), *map(int, later))


def draw_response(counts: Counts, seed: int) -> Response:
    """Draw who answers when; returners come from those who were absent in the wave before."""
    rng = stream(seed, "response")
    waves = len(counts.usable)
    entry = np.repeat(np.arange(waves), counts.new)
    usable = np.zeros((counts.persons, waves), dtype=bool)
    usable[entry == 0, 0] = True
    for wave in range(1, waves):
        before = usable[:, wave - 1]
        usable[before, wave] = True
        usable[rng.choice(np.flatnonzero(before), counts.lost[wave - 1], replace=False), wave] = False
        absent = np.flatnonzero((entry < wave) & ~before)
        returners = counts.usable[wave] - int(usable[:, wave].sum()) - counts.new[wave]
        usable[rng.choice(absent, returners, replace=False), wave] = True
        usable[entry == wave, wave] = True
    return _add_unusable(usable, entry, rng)


def _add_unusable(usable: np.ndarray, entry: np.ndarray, rng: np.random.Generator) -> Response:
    """Interviews without a usable activity: some of people absent that wave, some of people seen only then."""
    persons, waves = usable.shape
    extra = np.maximum(1, np.round(usable.sum(axis=0) * UNUSABLE).astype(int))
    strangers = np.zeros((int(extra.sum()), waves), dtype=bool)
    strangers[np.arange(len(strangers)), np.repeat(np.arange(waves), extra)] = True
    interviewed = usable.copy()
    for wave in range(1, waves):
        absent = np.flatnonzero((entry < wave) & ~usable[:, wave])
        interviewed[rng.choice(absent, extra[wave], replace=False), wave] = True
    return Response(
        usable=np.vstack([usable, np.zeros_like(strangers)]),
        interviewed=np.vstack([interviewed, strangers]),
        entry=np.concatenate([entry, np.repeat(np.arange(waves), extra)]),
        persons=persons,
    )
