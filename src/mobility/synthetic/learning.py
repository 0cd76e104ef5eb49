"""Qualifications, vocational awards and training of the interviews of one wave."""

from typing import TYPE_CHECKING

import numpy as np

from mobility.synthetic.answers import MISSING, NO_BOOST, routed, soften
from mobility.synthetic.persons import BHPS, BOOST
from mobility.synthetic.streams import draw, stream

if TYPE_CHECKING:
    from mobility.synthetic.world import Interviews

# By level, postgraduate to none: codes as answered, and as derived; the two lists number the same words differently.
RAW = ((1,), (2,), (3, 4, 5), (6, 7, 9, 10), (12, 14), (13, 15), (96,))
RAW_LATER = ((1,), (2,), (3, 4, 5, 17), (6, 7, 10, 18, 19), (12, 14, 20), (13, 15, 16, 26), (96,))
DERIVED = ((1,), (2,), (3, 4, 5, 6), (7, 8, 10, 11), (13, 15), (14, 16), (96,))
GROUP = (1, 1, 2, 3, 4, 5, 9)
LIST_CHANGED = 6
VOCATIONAL, VOCATIONAL_SHARES = 15, (3, 2, 2, 3, 9, 2, 3, 2, 1, 12, 2, 4, 6, 1, 2)
NEW_ITEMS, SPELLS = 31, 3


def qualification_answers(interview: "Interviews") -> dict[str, np.ndarray]:
    """As answered, once; derived and updated each wave, but mostly absent for BHPS members; in groups for everyone."""
    world, rng = interview.world, interview.rng("qualifications")
    level = interview.now(world.persons.qualification)
    origin = world.persons.origin[interview.people]
    never_asked = np.isin(origin, BHPS) & (_lasting(interview, "never asked") < 0.9)
    raw = _pick(RAW if interview.number < LIST_CHANGED else RAW_LATER, level, rng.random(len(level)))
    derived = _pick(DERIVED, level, _lasting(interview, "qualification code"))
    foreign = (origin == BOOST) & (_lasting(interview, "foreign") < 0.08)
    return {
        "qualification_raw": soften(routed(interview.first & ~never_asked, raw), interview.proxy, rng),
        "qualification_detailed": np.where(never_asked | foreign, MISSING, soften(derived, None, rng)),
        "qualification_asked": np.where(never_asked, 0, 1),
        "qualification_group": np.where(rng.random(len(level)) < 0.004, MISSING, np.array(GROUP)[level]),
    }


def _lasting(interview: "Interviews", purpose: str) -> np.ndarray:
    """A uniform number for each person, the same in every wave."""
    world = interview.world
    return stream(world.seed, f"lasting: {purpose}").random(len(world.response.entry))[interview.people]


def _pick(codes: tuple[tuple[int, ...], ...], level: np.ndarray, chance: np.ndarray) -> np.ndarray:
    """One of the codes of each level."""
    width = max(map(len, codes))
    table = np.array([(row * width)[:width] for row in codes])
    return table[level, (chance * np.array([len(row) for row in codes])[level]).astype(int)]


def vocational_answers(interview: "Interviews") -> dict[str, np.ndarray]:
    """Mentions at the first interview (-8 later, -10 for the boost sample), and new ones of those who left study."""
    rng, count = interview.rng("vocational"), len(interview)
    boost = interview.world.persons.origin[interview.people] == BOOST
    holds = rng.random(count) < 0.34
    first_award = draw(np.arange(VOCATIONAL), VOCATIONAL_SHARES, count, rng)
    answers = {}
    for item in range(VOCATIONAL):
        mentioned = holds & ((first_award == item) | (rng.random(count) < 0.02))
        answers[f"vocational_{item + 1}"] = routed(interview.first, mentioned.astype(int))
    answers["vocational_none"] = routed(interview.first, (~holds).astype(int))
    lost = rng.random(count) < 0.004
    kinds = draw([-1, -2, -9], [2, 1, 1], count, rng)
    kinds = np.where(interview.proxy, -7, kinds)
    lost = (lost | interview.proxy) & interview.first
    done = {name: np.where(boost, NO_BOOST, np.where(lost, kinds, values)) for name, values in answers.items()}
    return {**done, **_new_awards(interview, rng)}


def _new_awards(interview: "Interviews", rng) -> dict[str, np.ndarray]:
    """Mentions of qualifications gained, put only to those in study at the last interview who gained one."""
    study = interview.before(interview.world.careers.is_in("study"), False)
    asked = study & (rng.random(len(study)) < 0.35)
    gained = rng.integers(0, NEW_ITEMS, len(study))
    hidden = asked & interview.proxy
    return {
        f"new_qualification_{item + 1}": np.where(hidden, -7, routed(asked, (gained == item).astype(int)))
        for item in range(NEW_ITEMS)
    }


def training_answers(interview: "Interviews") -> dict[str, np.ndarray]:
    """Training since the last interview: -8 at first interviews; up to three spells, some with a qualification."""
    rng, count = interview.rng("training"), len(interview)
    trained = rng.random(count) < np.where(interview.working, 0.27, 0.08)
    asked = ~interview.first
    any_training = soften(routed(asked, np.where(trained, 1, 2)), interview.proxy, rng)
    spells = np.where(any_training == 1, 1 + rng.poisson(0.6, count), 0)
    answers = {"training_any": any_training, "training_count": routed(any_training == 1, spells)}
    for spell in range(1, SPELLS + 1):
        reached = spells >= spell
        award = np.where(rng.random(count) < 0.22, 1, 2)
        provider = draw([1, 2, 3, 4], [0.62, 0.03, 0.17, 0.18], count, rng)
        answers[f"training_qualification_{spell}"] = soften(routed(reached, award), None, rng)
        answers[f"training_provider_{spell}"] = soften(routed(reached, provider), None, rng)
    return answers
