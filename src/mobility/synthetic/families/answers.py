"""What the people of a wave answer: work, class, income, and who they are, by harmonised name."""

import numpy as np
from scipy.special import ndtri

from mobility.synthetic.answers import INAPPLICABLE, MISSING
from mobility.synthetic.families.effects import linear_predictor
from mobility.synthetic.families.people import CHILD, DETAIL
from mobility.synthetic.families.progression import job_of, recalled_answers
from mobility.synthetic.families.world import Enumeration
from mobility.synthetic.streams import draw, stream

LASTING = {"work": 0.6, "class_": 0.8, "pay": 0.6}  # share of the variance of an answer that is the person's own
NOISE = 360.0  # pounds; incomes vary about their mean as a shifted lognormal, so that the smallest stays above 0
STUDENTS, RETIRED = (23, 0.6), 65  # below the first age a share studies
LEAVE, SELF_EMPLOYED, PROXIES = 0.03, 0.1, 0.05
WITH_LAST_JOB = 0.3  # of the young who are out of work
OWNERS, TENURE_UNKNOWN = 0.61, 0.018
SEX_UNKNOWN, BIRTHPLACE_UNKNOWN, LEVEL_UNKNOWN = 0.015, 0.033, 0.02
FULL, PROXY = 1, 2
EMPLOYEE = 2
FIVE = np.array([0, 1, 1, 1, 2, 3, 4, 5, 5])  # of five classes, that of each of the eight
SINGLE, MARRIED, COHABITING = 1, 2, 10
IN_BHPS = {SINGLE: 6, MARRIED: 1, COHABITING: 2}  # numbers of mastat


def terms_of(wave: Enumeration) -> dict[str, np.ndarray]:
    """(n,) values of the terms that outcomes depend on; age in years above 30."""
    people = wave.people
    classes, level = people["parents_class"].to_numpy(), people["level"].to_numpy()
    return {
        "mover": (people["mover"].to_numpy() & wave.left).astype(float),
        "male": (~people["woman"].to_numpy(dtype=bool)).astype(float),
        "white": (people["ethnic"] == 1).to_numpy(dtype=float),
        "degree": (level <= 2).astype(float),
        "born_abroad": people["abroad"].to_numpy(dtype=float),
        "parents_top": (classes == 1).astype(float),
        "parents_middle": (classes == 2).astype(float),
        "parents_routine": (classes == 3).astype(float),
        "age": np.clip(wave.age, 16, 60) - 30.0,
        "married": (marital(wave) == MARRIED).astype(float),
        "has_children": (children(wave) > 0).astype(float),
        "owner": owner(wave).astype(float),
    }


def marital(wave: Enumeration) -> np.ndarray:
    """Single, married or living as a couple: with age more of them."""
    chance, age = wave.people["married"].to_numpy(), wave.age
    married = chance < np.clip((age - 20) * 0.034, 0, 0.7) * (wave.left | (age >= 40))
    couple = ~married & (chance < np.clip((age - 18) * 0.05, 0, 0.85)) & wave.left
    return np.where(married, MARRIED, np.where(couple, COHABITING, SINGLE))


def children(wave: Enumeration) -> np.ndarray:
    """Own children under 16 in the household: those there of parents; of grown children a number, without persons."""
    people, age = wave.people, wave.age
    own = np.zeros(len(wave), dtype=int)
    for role in ("mother", "father"):
        where = people.index.get_indexer(people[role])
        np.add.at(own, where[(where >= 0) & (age < 16)], 1)
        young = people.index.get_indexer(wave.young.loc[wave.young["age"] < 16, role])
        np.add.at(own, young[young >= 0], 1)
    chance = people["children"].to_numpy() / np.clip((age - 19) * 0.038, 1e-9, 0.75)
    grown = np.where(chance < 1, 1 + (chance < 0.62) + (chance < 0.18) + (chance < 0.04), 0)
    return np.where(((people["role"] == CHILD) & wave.left).to_numpy(), grown, own)


def owner(wave: Enumeration) -> np.ndarray:
    """Whether the household owns its home."""
    return _of_household(wave, "owners") < OWNERS


def _of_household(wave: Enumeration, purpose: str) -> np.ndarray:
    """A uniform number of each household, the same in all waves."""
    return stream(wave.world.seed, f"families {purpose}").random(5 * len(wave.world.people))[wave.key]


def _normal(wave: Enumeration, trait: str) -> np.ndarray:
    """(n,) standard normal numbers that are alike over the waves of a person."""
    share = LASTING[trait]
    lasting = ndtri(np.clip(wave.people[trait].to_numpy(), 1e-12, 1 - 1e-12))
    return np.sqrt(share) * lasting + np.sqrt(1 - share) * wave.rng(trait).standard_normal(len(wave))


def work_answers(wave: Enumeration) -> dict[str, np.ndarray]:
    """Activity, job, class and labour income of everyone of 16 and over, as if all were interviewed."""
    terms, people, rng = terms_of(wave), wave.people, wave.rng("activity")
    child, chance = (people["role"] == CHILD).to_numpy(), rng.random(len(wave))
    studies = child & (wave.age < STUDENTS[0]) & (chance < STUDENTS[1])
    works = (linear_predictor("employed", terms) + _normal(wave, "work") > 0) & ~studies & (wave.age < RETIRED)
    job = job_of(people, wave.age)
    works &= child | (job > 0)
    leave = works & (terms["male"] == 0) & (wave.age < 41) & (rng.random(len(wave)) < LEAVE)
    kind = np.where(rng.random(len(wave)) < SELF_EMPLOYED, 1, EMPLOYEE)
    idle = draw([3, 6, 8], [0.45, 0.35, 0.2], len(wave), rng)
    idle = np.where(studies, 7, np.where(wave.age >= RETIRED, 4, idle))
    higher = linear_predictor("higher", terms) + _normal(wave, "class_") > 0
    own = np.where(child, np.where(higher, 1, np.where(people["detail"] < 0.45, 2, 3)), job)
    surprise = np.exp(_normal(wave, "pay")) - np.exp(0.5)
    real = linear_predictor("income", terms) + NOISE * surprise
    prices = np.array([wave.world.prices[year] for year in wave.interview_year]) / 100
    earned = np.where(works, np.round(real * prices, 2), 0.0)
    return {
        "activity_status": np.where(leave, 5, np.where(works, kind, idle)),
        "has_job": np.where(works & ~leave, 1, 2),
        "has_job_away": np.where(works & ~leave, INAPPLICABLE, np.where(leave, 1, 2)),
        "labour_income": earned,
        "pay_usual_month": np.where(works & (kind == EMPLOYEE), earned, INAPPLICABLE),
        **recalled_answers(people, wave.year),
        **_class_answers(wave, own, works, child & (rng.random(len(wave)) < WITH_LAST_JOB)),
    }


def _class_answers(wave: Enumeration, own: np.ndarray, works: np.ndarray, young: np.ndarray) -> dict[str, np.ndarray]:
    """The class of the job in eight, five and three classes, or of the last one, as each survey asks it."""
    ends = np.array([(0, 0), *DETAIL.values()])[own]
    eight = ends[:, 0] + (wave.people["detail"].to_numpy() * (ends[:, 1] - ends[:, 0] + 1)).astype(int)
    child = (wave.people["role"] == CHILD).to_numpy()
    told = ~works & (own > 0) & np.where(child, young, wave.of_bhps | wave.first_of_ukhls)
    return {
        "nssec8": np.where(works, eight, INAPPLICABLE),
        "nssec5": np.where(works, FIVE[eight], INAPPLICABLE),
        "nssec3": np.where(works, own, INAPPLICABLE),
        "most_recent_job_nssec8": np.where(told, eight, INAPPLICABLE),
        "last_job_nssec3": np.where(told, own, INAPPLICABLE),
    }


def person_answers(wave: Enumeration) -> dict[str, np.ndarray]:
    """Who the people of a wave are: keys, links to parents, age, place, family."""
    people, sex = wave.people, np.where(wave.people["woman"], 2, 1)
    pidp, status, number = people["pidp"].to_numpy(), marital(wave), wave.number
    proxy = wave.rng("proxies").random(len(wave)) < PROXIES
    unknown = people["detail"].to_numpy() < LEVEL_UNKNOWN
    return {
        "person_id": pidp,
        "household_id": wave.household,
        "person_number": number,
        "interview_type": np.where(proxy, PROXY, FULL),
        "interview_year": wave.interview_year,
        "sample_origin_person": people["sample"].to_numpy(),
        "sample_origin": people["sample"].to_numpy(),
        "sex": sex,
        "sex_grid": sex,
        "age": wave.age,
        "age_enumerated": wave.age,
        "birth_year": people["born"].to_numpy(),
        "mother_person_number": wave.parent("mother", number, 0),
        "father_person_number": wave.parent("father", number, 0),
        "mother_id": wave.parent("mother", pidp, INAPPLICABLE),
        "father_id": wave.parent("father", pidp, INAPPLICABLE),
        "marital_status": np.where(wave.age < 16, 0, status),
        "marital_status_de_facto": np.where(wave.age < 16, 0, _lookup(IN_BHPS)[status]),
        "children_count": children(wave),
        "children_count_grid": children(wave),
        "qualification_group": np.where(unknown, MISSING, people["level"]),
        "region": wave.world.places.region[wave.place],
        "partner_person_number": np.zeros(len(wave), dtype=int),
    }


def _lookup(codes: dict[int, int]) -> np.ndarray:
    table = np.zeros(max(codes) + 1, dtype=int)
    table[list(codes)] = list(codes.values())
    return table


def household_answers(wave: Enumeration) -> dict[str, np.ndarray]:
    """Keys, tenure and authority of the household of each person."""
    chance = _of_household(wave, "tenure")
    tenure = np.where(owner(wave), np.where(chance < 0.3, 1, 2), np.where(chance < 0.4, 3, 6))
    return {
        "household_id": wave.household,
        "housing_tenure": np.where(chance > 1 - TENURE_UNKNOWN, MISSING, tenure),
        "local_authority": wave.world.places.codes_in(wave.year)[wave.place],
    }
