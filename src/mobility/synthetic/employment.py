"""Jobs as records that last while the employer does, and the questions about the current job."""

import numpy as np

from mobility.synthetic.answers import MISSING, routed, soften
from mobility.synthetic.occupations import Occupations
from mobility.synthetic.plan import Plan
from mobility.synthetic.records import JobRecords
from mobility.synthetic.streams import draw_rows, skip
from mobility.synthetic.world import Interviews

SIZES = tuple(range(1, 12))
USUAL_SIZES, SIZES_OF_MAJOR = (
    (4, 14, 15, 13, 12, 10, 12, 6, 12, 1, 1),
    {
        2: (2, 8, 11, 12, 13, 12, 15, 9, 16, 1, 1),
        3: (3, 10, 13, 13, 12, 12, 14, 8, 13, 1, 1),
        5: (8, 19, 16, 13, 11, 9, 10, 5, 7, 1, 1),
        8: (2, 9, 13, 14, 14, 14, 17, 8, 7, 1, 1),
    },
)
FACTORIES = (10, 14, 18, 20, 22, 24, 25, 26, 28, 29, 30, 33)
DIVISIONS = (
    1,
    8,
    35,
    38,
    41,
    43,
    45,
    47,
    49,
    52,
    56,
    61,
    62,
    63,
    64,
    68,
    71,
    72,
    78,
    80,
    81,
    84,
    85,
    86,
    87,
    88,
    93,
    96,
)
DIVISION_SHARES = (1, 1, 1, 1, 3, 5, 2, 12, 4, 2, 6, 1, 2, 1, 4, 2, 3, 1, 2, 1, 3, 8, 12, 10, 4, 6, 3, 3)
USUALLY_FACTORY = 0.07
# Of some occupations: share in manufacturing, and what the next part of the rest does.
FACTORY = {
    211: 0.42, 212: 0.55, 213: 0.18, 311: 0.58, 312: 0.30, 313: 0.22, 521: 0.85, 522: 0.78, 523: 0.50, 524: 0.52,
    811: 0.86, 812: 0.70, 813: 0.88, 821: 0.10, 721: 0.10, 112: 0.45, 113: 0.15,
}  # fmt: skip
ELSEWHERE = {
    211: ((72, 85), 0.6), 212: ((71, 43, 35), 0.6), 213: ((62, 63, 61), 0.6), 311: ((71, 72, 86), 0.4),
    312: ((71, 41, 84), 0.6), 313: ((62, 63, 61), 0.6), 521: ((43,), 0.5), 522: ((33, 43), 0.4), 523: ((45, 49), 0.6),
    524: ((43, 35), 0.6), 811: ((38,), 0.3), 812: ((8, 38, 43), 0.6), 231: ((85,), 0.95), 221: ((86,), 0.95),
    321: ((86, 87), 0.9), 322: ((86,), 0.9), 323: ((88, 87), 0.8), 331: ((84,), 0.85),
}  # fmt: skip
TEMPORARY_NEW, TEMPORARY_KNOWN, BECOMES_PERMANENT, BECOMES_TEMPORARY = 0.17, 0.05, 0.35, 0.012


def no_jobs(shape: tuple[int, int]) -> JobRecords:
    """Records of nobody's job."""
    start, size, division = (np.zeros(shape, dtype=kind) for kind in (np.int32, np.int8, np.int8))
    return JobRecords(start, size, division, np.zeros(shape, dtype=bool))


def begin_jobs(
    jobs: JobRecords,
    people: np.ndarray,
    wave: int,
    start: np.ndarray,
    state: np.ndarray,
    known: bool,
    plan: Plan,
    rng: np.random.Generator,
) -> None:
    """New records of `people`, whose occupations are `state`; those `known` at a first interview began long ago."""
    jobs.start[people, wave] = start
    size, division = draw_workplaces(state, plan.occupations, rng)
    jobs.size[people, wave], jobs.division[people, wave] = size, division
    jobs.temporary[people, wave] = rng.random(len(people)) < (TEMPORARY_KNOWN if known else TEMPORARY_NEW)


def continue_jobs(jobs: JobRecords, people: np.ndarray, wave: int, rng: np.random.Generator) -> None:
    """The records of the wave before; some contracts change."""
    for table in (jobs.start, jobs.size, jobs.division):
        table[people, wave] = table[people, wave - 1]
    chance, before = rng.random(len(people)), jobs.temporary[people, wave - 1]
    jobs.temporary[people, wave] = np.where(before, chance >= BECOMES_PERMANENT, chance < BECOMES_TEMPORARY)


def draw_seniority(age: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Months since the job began, of people seen for the first time."""
    longest = np.maximum((age - 15) * 12, 1)
    return np.minimum(rng.gamma(0.9, 95, len(age)), longest).astype(int)


def draw_workplaces(
    state: np.ndarray, occupations: Occupations, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Size band and SIC 2007 division of jobs in these occupations."""
    sizes = np.cumsum([SIZES_OF_MAJOR.get(int(major), USUAL_SIZES) for major in occupations.major], axis=1)
    size = np.array(SIZES)[draw_rows((sizes / sizes[:, -1:])[state], rng)]
    all_divisions = np.array([*FACTORIES, *DIVISIONS])
    return size, all_divisions[draw_rows(_industries(occupations)[state], rng)]


def _industries(occupations: Occupations) -> np.ndarray:
    """(81, divisions) cumulative shares of industries by occupation."""
    rows = []
    for code in map(int, occupations.code):
        factory = FACTORY.get(code, USUALLY_FACTORY)
        places, share = ELSEWHERE.get(code, ((), 0.0))
        usual = np.array(DIVISION_SHARES) / sum(DIVISION_SHARES)
        own = np.isin(DIVISIONS, places) / max(len(places), 1)
        rest = (1.0 - factory) * (share * own + (1.0 - share) * usual)
        rows.append(np.concatenate([np.full(len(FACTORIES), factory / len(FACTORIES)), rest]))
    return np.cumsum(rows, axis=1)


def job_answers(interview: Interviews) -> dict[str, np.ndarray]:
    """Contract, workplace and industry of the current job."""
    rng, proxy, count = interview.rng("job"), interview.proxy, len(interview)
    jobs = interview.world.careers.jobs
    contract = np.where(interview.now(jobs.temporary), 2, 1)
    answers = {"contract_permanent": soften(routed(interview.employee, contract), proxy, rng)}
    skip(rng, 3 * count)
    answers["firm_size"] = soften(routed(interview.employee, interview.now(jobs.size)), proxy, rng)
    skip(rng, 2 * count)
    answers["industry_sic2007"] = soften(routed(interview.working, interview.now(jobs.division)), None, rng)
    skip(rng, 6 * count)
    return {**answers, **_tenure_answers(interview, rng)}


def _tenure_answers(interview: Interviews, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Start of the job: put to employees at their first interview, and when the job began after their last one."""
    start, count = interview.now(interview.world.careers.jobs.start), len(interview)
    asked = interview.employee & (start > interview.last_month)
    season = 13 + (start % 12 + 1) % 12 // 3
    month = np.where(rng.random(count) < 0.05, season, start % 12 + 1)
    day = np.where(rng.random(count) < 0.3, rng.integers(1, 29, count), MISSING)
    return {
        "tenure_start_year": soften(routed(asked, start // 12), interview.proxy, rng),
        "tenure_start_month": soften(routed(asked, month), interview.proxy, rng),
        "tenure_start_day": soften(routed(asked, day), interview.proxy, rng),
    }
