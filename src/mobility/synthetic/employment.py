"""Jobs as records that last while the employer does, and the questions about the current job and its pay."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mobility.synthetic.answers import INAPPLICABLE, MISSING, NO_BOOST, routed, soften
from mobility.synthetic.jobs import NEW_EMPLOYER
from mobility.synthetic.persons import BOOST
from mobility.synthetic.streams import draw

if TYPE_CHECKING:
    from mobility.synthetic.world import Interviews

SIZES, SIZE_SHARES = tuple(range(1, 12)), (4, 14, 15, 13, 12, 10, 12, 6, 12, 1, 1)
DIVISIONS = (1, 41, 43, 45, 47, 49, 52, 56, 62, 64, 68, 71, 78, 80, 81, 84, 85, 86, 87, 88, 93, 96)
DIVISION_SHARES = (1, 3, 5, 2, 12, 4, 2, 6, 3, 4, 2, 4, 2, 1, 3, 8, 12, 10, 4, 6, 3, 3)
MANUFACTURING = (10, 14, 18, 20, 22, 24, 25, 26, 28, 29, 30, 33)
PAY = {1: 2900, 2: 2900, 3: 2200, 4: 1350, 5: 1750, 6: 1000, 7: 950, 8: 1600, 9: 950}
NSSEC8 = {1: 3, 2: 2, 3: 3, 4: 4, 5: 6, 6: 7, 7: 7, 8: 8, 9: 8}
NSSEC5 = (0, 1, 1, 1, 2, 3, 4, 5, 5)
NSSEC3 = (0, 1, 1, 1, 2, 2, 3, 3, 3)
OWN_ACCOUNT = 5


@dataclass(frozen=True)
class JobRecords:
    """Arrays over persons and waves: start (month count), size band, industry, and whether this wave's job is new."""

    start: np.ndarray
    size: np.ndarray
    division: np.ndarray
    new: np.ndarray


def draw_jobs(careers, persons, plan, rng: np.random.Generator) -> JobRecords:
    """Records of the jobs; a new employer, or work after not working, starts a new record."""
    persons_count, waves = careers.state.shape
    new = careers.working & ((careers.job == NEW_EMPLOYER) | (careers.job < 0))
    start, size, division = (np.zeros((persons_count, waves), dtype=np.int32) for _ in range(3))
    for wave in range(waves):
        month = persons.month[:, wave]
        seniority = np.where(
            _first_seen(careers, wave), rng.gamma(0.9, 95, persons_count), 11 * rng.random(persons_count)
        )
        fresh = np.minimum(seniority, np.maximum(month - persons.birth - 15 * 12, 1)).astype(int)
        for table, drawn in (
            (start, month - fresh),
            (size, draw(SIZES, SIZE_SHARES, persons_count, rng)),
            (division, _divisions(careers.state[:, wave], plan, rng)),
        ):
            table[:, wave] = np.where(new[:, wave] | (wave == 0), drawn, table[:, max(wave - 1, 0)])
    return JobRecords(start, size.astype(np.int8), division.astype(np.int8), new)


def _first_seen(careers, wave: int) -> np.ndarray:
    return (careers.state[:, wave - 1] < 0) if wave else np.ones(len(careers.state), dtype=bool)


def _divisions(state: np.ndarray, plan, rng: np.random.Generator) -> np.ndarray:
    technical = np.append(plan.occupations.technical, [False] * 3)[state]
    makes = rng.random(len(state)) < np.where(technical, 0.55, 0.07)
    elsewhere = draw(DIVISIONS, DIVISION_SHARES, len(state), rng)
    return np.where(makes, rng.choice(MANUFACTURING, len(state)), elsewhere)


def job_answers(interview: "Interviews") -> dict[str, np.ndarray]:
    """Contract, workplace, industry and class of the current job."""
    world, rng, proxy = interview.world, interview.rng("job"), interview.proxy
    employee, working, count = interview.employee, interview.working, len(interview)
    new = interview.now(world.jobs.new)
    temporary = rng.random(count) < np.where(new & ~interview.first, 0.17, 0.05)
    contract = soften(routed(employee, np.where(temporary, 2, 1)), proxy, rng)
    owner = working & ~employee
    boss = rng.random(count) < 0.2
    answers = {
        "contract_permanent": contract,
        "contract_type": soften(
            routed(contract == 2, draw([1, 2, 3, 4, 5], [25, 45, 10, 15, 5], count, rng)), None, rng
        ),
        "firm_size": soften(routed(employee, interview.now(world.jobs.size)), proxy, rng),
        "firm_size_self_employed": soften(
            routed(owner & boss, np.minimum(interview.now(world.jobs.size), 4)), proxy, rng
        ),
        "self_employed_has_employees": soften(routed(owner, np.where(boss, 1, 2)), proxy, rng),
        "industry_sic2007": soften(routed(working, interview.now(world.jobs.division)), None, rng),
        "sector": soften(routed(employee, draw([1, 2], [0.7, 0.3], count, rng)), proxy, rng),
        "managerial_duties": soften(routed(employee, draw([1, 2, 3], [0.2, 0.16, 0.64], count, rng)), proxy, rng),
        "second_job": soften(np.where(rng.random(count) < np.where(working, 0.06, 0.01), 1, 2), proxy, rng),
    }
    return {**answers, **_tenure_answers(interview, rng), **_class_answers(interview)}


def _tenure_answers(interview: "Interviews", rng) -> dict[str, np.ndarray]:
    """Start of the job: put to employees at their first interview and in new jobs, some knowing only the season."""
    jobs, count = interview.world.jobs, len(interview)
    asked = interview.employee & (interview.first | interview.now(jobs.new))
    start = interview.now(jobs.start)
    season = 13 + (start % 12 + 1) % 12 // 3
    month = np.where(rng.random(count) < 0.05, season, start % 12 + 1)
    day = np.where(rng.random(count) < 0.3, rng.integers(1, 29, count), MISSING)
    return {
        "tenure_start_year": soften(routed(asked, start // 12), interview.proxy, rng),
        "tenure_start_month": soften(routed(asked, month), interview.proxy, rng),
        "tenure_start_day": soften(routed(asked, day), interview.proxy, rng),
    }


def _class_answers(interview: "Interviews") -> dict[str, np.ndarray]:
    """NS-SEC of the current job, by major group only."""
    code = interview.now(interview.world.activity.soc2000)
    table = np.array([0, *(NSSEC8[major] for major in range(1, 10))])
    eight = np.where(interview.employee, table[np.maximum(code, 0) // 100], OWN_ACCOUNT)
    eight = np.where(interview.working & (code > 0), eight, np.where(interview.working, MISSING, INAPPLICABLE))
    five, three = (np.where(eight > 0, np.array(scale)[np.maximum(eight, 0)], eight) for scale in (NSSEC5, NSSEC3))
    return {"nssec8": eight, "nssec5": five, "nssec3": three}


def pay_answers(interview: "Interviews") -> dict[str, np.ndarray]:
    """Hours and money a month; self-employment makes true losses, some below -10, beside the sentinels."""
    rng, count = interview.rng("pay"), len(interview)
    state = interview.now(interview.world.careers.state)
    level = np.append([PAY[major] for major in interview.world.plan.occupations.major], [0, 0, 0])[state]
    part_time = rng.random(count) < np.where(interview.woman, 0.4, 0.12)
    gross = level * np.exp(rng.normal(0, 0.42, count)) * np.where(part_time, 0.5, 1.15)
    gross *= 1.022**interview.number
    owner = interview.working & ~interview.employee
    profit = np.where(rng.random(count) < 0.04, -gross * rng.random(count) - 11.5, gross * rng.gamma(1.2, 0.8, count))
    earned = np.where(owner, profit, np.where(interview.working, gross, 0.0))
    hours = np.where(part_time, rng.integers(6, 30, count), rng.integers(33, 49, count))
    lost = rng.random(count) < 0.003
    return {
        "labour_income": np.round(np.where(lost, MISSING, earned), 2),
        "labour_income_imputed": np.round(rng.random(count) * (rng.random(count) < 0.1), 3),
        "labour_income_capped": np.where(gross > 9000, 1, 0),
        "pay_usual_month": np.round(routed(interview.employee, np.where(lost, MISSING, gross)), 2),
        "pay_last_month": np.round(routed(interview.employee, np.where(lost, MISSING, gross * 1.01)), 2),
        "self_employment_income": np.round(routed(owner, np.where(lost, MISSING, profit)), 2),
        "full_time": soften(routed(interview.working, np.where(part_time, 2, 1)), interview.proxy, rng),
        "hours": soften(routed(interview.employee, hours), interview.proxy, rng),
        "hours_overtime": soften(routed(interview.employee, rng.poisson(1.5, count)), interview.proxy, rng),
    }


def past_work_answers(interview: "Interviews") -> dict[str, np.ndarray]:
    """Ever worked and the last job, of people out of work, at the first interview only; not put to the boost sample."""
    rng, count, world = interview.rng("past work"), len(interview), interview.world
    boost = world.persons.origin[interview.people] == BOOST
    idle = ~interview.working & interview.first
    worked = rng.random(count) < np.where(interview.age < 20, 0.4, 0.93)
    last = rng.choice(world.plan.occupations.code, size=count, p=world.plan.occupations.size)
    search = np.where(rng.random(count) < 0.2, 1, 2)
    answers = {
        "ever_worked": routed(idle, np.where(worked, 1, 2)),
        "last_job_soc2000": routed(idle & worked, last),
        "last_job_employment_type": routed(idle & worked, draw([1, 2], [0.88, 0.12], count, rng)),
        "looked_for_work": routed(~interview.working, search),
    }
    return {name: np.where(boost, NO_BOOST, soften(values, interview.proxy, rng)) for name, values in answers.items()}
