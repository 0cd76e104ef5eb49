"""Qualifications, vocational awards and training: what people do between interviews, and what they say of it."""

import numpy as np

from mobility.synthetic.answers import MISSING, NO_BOOST, routed, soften
from mobility.synthetic.persons import BHPS, BOOST
from mobility.synthetic.records import CITY_AND_GUILDS, Learning
from mobility.synthetic.streams import draw, skip, stream
from mobility.synthetic.world import Interviews

# By level, postgraduate to none: codes as answered, and as derived; the two lists number the same words differently.
RAW = ((1,), (2,), (3, 4, 5), (6, 7, 9, 10), (12, 14), (13, 15), (96,))
RAW_LATER = ((1,), (2,), (3, 4, 5, 17), (6, 7, 10, 18, 19), (12, 14, 20), (13, 15, 16, 26), (96,))
DERIVED = ((1,), (2,), (3, 4, 5, 6), (7, 8, 10, 11), (13, 15), (14, 16), (96,))
GROUP = (1, 1, 2, 3, 4, 5, 9)
LIST_CHANGED, NEVER_ASKED = 6, 0.9
VOCATIONAL, VOCATIONAL_SHARES = 15, (3, 2, 2, 3, 9, 2, 3, 2, 1, 12, 2, 4, 6, 1, 2)
NEW_ITEMS, SPELLS = 31, 3
TRAINED = {0: 0.08, 1: 0.30, 2: 0.38, 3: 0.36, 4: 0.26, 5: 0.25, 6: 0.34, 7: 0.20, 8: 0.21, 9: 0.17}
FOR_PROMOTION, AWARD_OF_SPELL = 0.18, 0.20
GAINED_IN_STUDY, GAINED_AT_WORK, GAINED_CITY_AND_GUILDS = 0.35, 0.006, 0.4
RISES_AFTER_STUDY, RISES_WITH_AWARD = 0.5, 0.3


def no_learning(shape: tuple[int, int]) -> Learning:
    """Nothing learned by anyone."""
    level, spells, awards, item = (np.zeros(shape, dtype=np.int8) for _ in range(4))
    return Learning(level, spells, awards, np.zeros(shape, dtype=bool), item)


def draw_training(
    learning: Learning, people: np.ndarray, wave: int, major: np.ndarray, study: np.ndarray, rng: np.random.Generator
) -> None:
    """Training and new qualifications between two waves, by the major group and by study at the first of them."""
    spells, awards, promotion = draw_spells(major, rng)
    learning.spells[people, wave] = spells
    learning.awards[people, wave] = awards
    learning.promotion[people, wave] = promotion
    gains = rng.random(len(people)) < np.where(study, GAINED_IN_STUDY, np.where(major > 0, GAINED_AT_WORK, 0.0))
    certificate = ~study & (rng.random(len(people)) < GAINED_CITY_AND_GUILDS)
    item = np.where(certificate, CITY_AND_GUILDS, rng.integers(1, NEW_ITEMS + 1, len(people)))
    learning.item[people, wave] = np.where(gains, item, 0)


def draw_spells(major: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Number of training spells in a year, awards as bits, and whether one was for a promotion or a new job."""
    count = len(major)
    trained = rng.random(count) < np.array([TRAINED[code] for code in range(10)])[major]
    spells = np.where(trained, 1 + np.minimum(rng.poisson(0.6, count), 8), 0)
    bits = [(rng.random(count) < AWARD_OF_SPELL) & (spells > spell) for spell in range(SPELLS)]
    awards = np.sum([bit.astype(int) << spell for spell, bit in enumerate(bits)], axis=0)
    return spells, awards, trained & (rng.random(count) < FOR_PROMOTION)


def upgrade(
    learning: Learning, people: np.ndarray, wave: int, left_study: np.ndarray, rng: np.random.Generator
) -> None:
    """Highest qualification one step up for half of those who left study, and for some who gained one at work."""
    before = learning.level[people, wave - 1]
    chance = np.where(left_study, RISES_AFTER_STUDY, np.where(learning.item[people, wave] > 0, RISES_WITH_AWARD, 0.0))
    rises = rng.random(len(people)) < chance
    learning.level[people, wave] = np.where(rises, np.maximum(before - 1, 0), before)


def qualification_answers(interview: Interviews) -> dict[str, np.ndarray]:
    """As answered, once; derived and updated each wave, but mostly absent for BHPS members; in groups for everyone."""
    world, rng = interview.world, interview.rng("qualifications")
    level = interview.now(world.careers.learning.level)
    never_asked = _never_asked(interview)
    raw = _pick(RAW if interview.number < LIST_CHANGED else RAW_LATER, level, rng.random(len(level)))
    derived = _pick(DERIVED, level, _lasting(interview, "qualification code"))
    foreign = (world.persons.origin[interview.people] == BOOST) & (_lasting(interview, "foreign") < 0.08)
    return {
        "qualification_raw": soften(routed(interview.first & ~never_asked, raw), interview.proxy, rng),
        "qualification_detailed": np.where(never_asked | foreign, MISSING, soften(derived, None, rng)),
        "qualification_group": np.where(rng.random(len(level)) < 0.004, MISSING, np.array(GROUP)[level]),
    }


def _never_asked(interview: Interviews) -> np.ndarray:
    """Most BHPS members, who had told BHPS before."""
    origin = interview.world.persons.origin[interview.people]
    return np.isin(origin, BHPS) & (_lasting(interview, "never asked") < NEVER_ASKED)


def _lasting(interview: Interviews, purpose: str) -> np.ndarray:
    """A uniform number for each person, the same in every wave."""
    world = interview.world
    return stream(world.seed, f"lasting: {purpose}").random(len(world.response.entry))[interview.people]


def _pick(codes: tuple[tuple[int, ...], ...], level: np.ndarray, chance: np.ndarray) -> np.ndarray:
    """One of the codes of each level."""
    width = max(map(len, codes))
    table = np.array([(row * width)[:width] for row in codes])
    return table[level, (chance * np.array([len(row) for row in codes])[level]).astype(int)]


def vocational_answers(interview: Interviews) -> dict[str, np.ndarray]:
    """Mentions at the first interview (-8 later and to most BHPS members, -10 for the boost sample), and new ones."""
    rng, count = interview.rng("vocational"), len(interview)
    boost = interview.world.persons.origin[interview.people] == BOOST
    asked = interview.first & ~_never_asked(interview)
    holds = interview.world.persons.awarded[interview.people]
    first_award = draw(np.arange(VOCATIONAL), VOCATIONAL_SHARES, count, rng)
    answers = {}
    for item in range(VOCATIONAL):
        mentioned = holds & ((first_award == item) | (rng.random(count) < 0.02))
        answers[f"vocational_{item + 1}"] = routed(asked, mentioned.astype(int))
    lost = rng.random(count) < 0.004
    kinds = draw([-1, -2, -9], [2, 1, 1], count, rng)
    kinds = np.where(interview.proxy, -7, kinds)
    lost = (lost | interview.proxy) & asked
    done = {name: np.where(boost, NO_BOOST, np.where(lost, kinds, values)) for name, values in answers.items()}
    return {**done, **_new_awards(interview)}


def _new_awards(interview: Interviews) -> dict[str, np.ndarray]:
    """Mentions of qualifications gained, put only to those interviewed before who gained one."""
    gained = np.where(interview.returning, interview.now(interview.world.careers.learning.item), 0)
    hidden = (gained > 0) & interview.proxy
    return {
        f"new_qualification_{item}": np.where(hidden, -7, routed(gained > 0, (gained == item).astype(int)))
        for item in range(1, NEW_ITEMS + 1)
    }


def training_answers(interview: Interviews) -> dict[str, np.ndarray]:
    """Training since the last interview: -8 at first interviews; up to three spells, some with a qualification."""
    rng, count, learning = interview.rng("training"), len(interview), interview.world.careers.learning
    spells = interview.now(learning.spells)
    any_training = soften(routed(~interview.first, np.where(spells > 0, 1, 2)), interview.proxy, rng)
    told = any_training == 1
    promotion = interview.now(learning.promotion).astype(int)
    answers = {
        "training_any": any_training,
        "training_for_promotion": soften(routed(told, promotion), None, rng),
    }
    for spell in range(1, SPELLS + 1):
        reached = told & (spells >= spell)
        award = np.where(interview.now(learning.awards) >> (spell - 1) & 1, 1, 2)
        skip(rng, count)
        answers[f"training_qualification_{spell}"] = soften(routed(reached, award), None, rng)
        skip(rng, count)
    return answers
