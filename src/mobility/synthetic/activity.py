"""What people record as their activity and occupation, and what they say of the year since the last interview."""

import numpy as np

from mobility.synthetic.answers import DONT_KNOW, INAPPLICABLE, MISSING, PROXY, REFUSED, routed, soften
from mobility.synthetic.jobs import NEW_EMPLOYER, NEW_JOB
from mobility.synthetic.persons import Persons
from mobility.synthetic.plan import Plan
from mobility.synthetic.records import Activity, Careers
from mobility.synthetic.response import Response
from mobility.synthetic.streams import draw
from mobility.synthetic.world import Interviews

YES, NO = 1, 2
SELF_EMPLOYED, EMPLOYEE, UNEMPLOYED, RETIRED, ON_LEAVE, FAMILY, STUDENT, SICK = range(1, 9)
SCHEME, FAMILY_WORKER, APPRENTICE, OTHER = 9, 10, 11, 97
STRAY_CODE = 0.004
CHANGED_TITLE_IN_BREAK = 0.10


def record_activity(
    careers: Careers,
    plan: Plan,
    response: Response,
    persons: Persons,
    proxy: np.ndarray,
    age: np.ndarray,
    break_wave: int,
    rng: np.random.Generator,
) -> Activity:
    """Activities that the baseline definitions read back as the latent states, with every trap around them.

    A latent worker is coded 1, 2, 5 with a job, or 9, 10, 11 with a coded occupation; a latent inactive person is 4,
    6, 8, 97, 5 without a job, or 9, 10, 11 without a code. A code left on someone not working means nothing.
    """
    status = np.where(careers.working, _work_status(careers, persons, age, break_wave, rng), 0)
    status = np.where(careers.is_in("unemployment"), UNEMPLOYED, status)
    status = np.where(careers.is_in("study"), STUDENT, status)
    status = np.where(careers.is_in("inactivity"), _inactive_status(persons, age, break_wave, rng), status)
    has_job, away = _job_last_week(status, careers.working, proxy, rng)
    soc2000 = _record_code(status, careers, plan, proxy, rng)
    unusable = draw([DONT_KNOW, REFUSED, MISSING], [2, 1, 2], status.size, rng).reshape(status.shape)
    status = np.where(response.usable, status, unusable)
    return Activity(*(table.astype(np.int16) for table in (status, has_job, away, soc2000)))


def _work_status(
    careers: Careers, persons: Persons, age: np.ndarray, break_wave: int, rng: np.random.Generator
) -> np.ndarray:
    chance = rng.random(age.shape)
    status = np.where(persons.woman[:, None] & (age >= 18) & (age < 44) & (chance < 0.03), ON_LEAVE, EMPLOYEE)
    chance = np.where(careers.coded, rng.random(age.shape), 1.0)
    from_then_on = np.arange(age.shape[1]) >= break_wave
    status = np.where((age < 25) & from_then_on & (chance > 0.92) & (chance < 1.0), APPRENTICE, status)
    status = np.where((chance > 0.04) & (chance < 0.043), FAMILY_WORKER, status)
    status = np.where((chance > 0.05) & (chance < 0.051), SCHEME, status)
    return np.where(careers.self_employed, SELF_EMPLOYED, status)


def _inactive_status(persons: Persons, age: np.ndarray, break_wave: int, rng: np.random.Generator) -> np.ndarray:
    shape = age.shape
    chance, size = rng.random(shape), age.size
    young = draw([FAMILY, SICK, OTHER], [0.42, 0.46, 0.12], size, rng).reshape(shape)
    mother = draw([FAMILY, SICK, OTHER, ON_LEAVE], [0.66, 0.20, 0.08, 0.06], size, rng).reshape(shape)
    status = np.where(persons.woman[:, None] & (age < 48), mother, young)
    status = np.where((age >= 48) & (age < 63) & (chance < 0.4), RETIRED, status)
    status = np.where((age >= 63) & (chance < 0.95), RETIRED, status)
    from_then_on = np.arange(shape[1]) >= break_wave
    status = np.where((age < 25) & (chance < 0.04), SCHEME, status)
    status = np.where((age < 25) & from_then_on & (chance >= 0.04) & (chance < 0.06), APPRENTICE, status)
    return np.where((chance >= 0.990) & (chance < 0.991), FAMILY_WORKER, status)


def _job_last_week(
    status: np.ndarray, working: np.ndarray, proxy: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Paid work last week, else a job away from; answers that decide about maternity leave are never missing."""
    chance = rng.random(status.shape)
    leave = status == ON_LEAVE
    has_job = np.where(working & ~(leave & (chance < 0.9)) & (chance < 0.97), YES, NO)
    away = np.where(has_job == YES, INAPPLICABLE, np.where(working, YES, NO))
    away = np.where((status == UNEMPLOYED) & (chance < 0.03), 3, away)
    hidden = (~leave & proxy & (chance > 0.5)).ravel()
    has_job = np.where(leave, has_job, soften(has_job.ravel(), hidden, rng).reshape(status.shape))
    away = np.where(leave, away, soften(away.ravel(), hidden, rng).reshape(status.shape))
    return has_job, np.where(leave | (has_job == NO), away, INAPPLICABLE)


def _record_code(
    status: np.ndarray, careers: Careers, plan: Plan, proxy: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    code = np.append(plan.occupations.code, [INAPPLICABLE] * 3)[careers.state]
    lost = draw([MISSING, DONT_KNOW, REFUSED], [0.9, 0.07, 0.03], status.size, rng).reshape(status.shape)
    lost = np.where(proxy & (lost == DONT_KNOW), PROXY, lost)
    stray = np.isin(status, [UNEMPLOYED, RETIRED, FAMILY, STUDENT, SICK, OTHER]) & (
        rng.random(status.shape) < STRAY_CODE
    )
    left = rng.choice(plan.occupations.code, size=status.shape, p=plan.occupations.size)
    return np.where(careers.working, np.where(careers.coded, code, lost), np.where(stray, left, INAPPLICABLE))


def activity_answers(interview: Interviews) -> dict[str, np.ndarray]:
    """Activity and occupation, as delivered."""
    activity = interview.world.activity
    return {
        "activity_status": interview.now(activity.status),
        "has_job": interview.now(activity.has_job),
        "has_job_away": interview.now(activity.has_job_away),
        "soc2000": interview.now(activity.soc2000),
    }


def change_answers(interview: Interviews) -> dict[str, np.ndarray]:
    """Questions about the time since the last interview, put to those interviewed in the wave before.

    `in_work_since_last` is put to those at work then, `same_employer` to employees then in work ever since,
    `same_job` to those with the same employer.
    """
    world, rng, proxy = interview.world, interview.rng("changes"), interview.proxy
    prior = interview.before(world.activity.status, INAPPLICABLE)
    worked = interview.before(world.careers.working, False) & (prior > 0)
    idle = interview.returning & ~worked & (prior > 0)
    job, working = interview.now(world.careers.job), interview.working
    ceased = ~working | (interview.now(world.careers.interrupted) & (prior != SELF_EMPLOYED))
    since = soften(routed(worked, np.where(ceased, NO, YES)), proxy, rng)
    employer = soften(
        routed((since == YES) & (prior != SELF_EMPLOYED), np.where(job == NEW_EMPLOYER, 2, 1)), proxy, rng
    )
    same_job = soften(routed(employer == 1, np.where(job == NEW_JOB, 2, 1)), proxy, rng)
    carry = (since == PROXY) & (prior != SELF_EMPLOYED)
    unchanged = interview.before(world.careers.state, -1) == interview.now(world.careers.state)
    return {
        "in_work_since_last": since,
        "not_in_work_since_last": soften(routed(idle, np.where(unchanged, YES, NO)), proxy, rng),
        "same_employer": np.where(carry, PROXY, employer),
        "same_job": np.where(carry, PROXY, same_job),
        "soc2000_unchanged": _title_holds(interview, same_job, rng),
    }


def _title_holds(interview: Interviews, same_job: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Whether the stored job title still holds; it does for nearly all whose code changed with the coding frame."""
    world = interview.world
    code, before = interview.now(world.activity.soc2000), interview.before(world.activity.soc2000, INAPPLICABLE)
    recoded = interview.number == world.break_wave
    holds = (code == before) | (code < 0) | (before < 0)
    holds |= recoded & (rng.random(len(code)) >= CHANGED_TITLE_IN_BREAK)
    return soften(routed(same_job == 1, np.where(holds, YES, NO)), None, rng)
