"""What is drawn of people over the waves: activity, jobs, learning and whole careers, as arrays."""

from dataclasses import dataclass

import numpy as np

from mobility.synthetic.occupations import NOT_WORKING
from mobility.synthetic.persons import Persons
from mobility.synthetic.progress import Risk
from mobility.synthetic.regressors import Regressors

CITY_AND_GUILDS = 23  # item of new qualifications


@dataclass(frozen=True)
class Activity:
    """Arrays over persons and waves: activity, job last week, job away from, and occupation code, as delivered.

    status, has_job, has_job_away, soc2000 : (persons, waves), in the source's codes.
    """

    status: np.ndarray
    has_job: np.ndarray
    has_job_away: np.ndarray
    soc2000: np.ndarray


@dataclass(frozen=True)
class JobRecords:
    """Arrays over persons and waves: start (month count), size band, industry, and temporary contracts.

    start, size, division, temporary : (persons, waves); division of SIC 2007.
    """

    start: np.ndarray
    size: np.ndarray
    division: np.ndarray
    temporary: np.ndarray


@dataclass(frozen=True)
class Learning:
    """Arrays over persons and waves. `level`: highest qualification, 0 postgraduate .. 6 none. Since the wave before:
    `spells` of training, `awards` gained in them (bit k: in spell k), whether one was for a `promotion` or new job, and
    `item`, the new qualification gained otherwise (1..31, 0 none).
    """

    level: np.ndarray
    spells: np.ndarray
    awards: np.ndarray
    promotion: np.ndarray
    item: np.ndarray

    def recent(self, people: np.ndarray, wave: int) -> np.ndarray:
        """A vocational qualification gained since the wave before: in training, or City and Guilds otherwise."""
        return (self.awards[people, wave] > 0) | (self.item[people, wave] == CITY_AND_GUILDS)


@dataclass(frozen=True)
class Careers:
    """Arrays over persons (rows) and waves (columns); before a person's first interview everything is -1.

    `state`: latent state 0..83. `job`: what is said of the job since the wave before (0 same job, 1 new job, 2 new
    employer), -1 unless at work in both. `coded`: whether the occupation gets a code, if at work.
    `self_employed`: whether the job, if any, is self-employment. `interrupted`: a new employer after a break.
    `jobs`, `learning`: records of the jobs, of qualifications and training. `risks`: for each pair of waves, the
    people whose moves depended on the regressors, with their probabilities.
    """

    state: np.ndarray
    job: np.ndarray
    coded: np.ndarray
    self_employed: np.ndarray
    interrupted: np.ndarray
    occupations: int
    jobs: JobRecords
    learning: Learning
    risks: list[tuple[Risk, ...]]

    @property
    def working(self) -> np.ndarray:
        """Whether the person is at work."""
        return (self.state >= 0) & (self.state < self.occupations)

    def is_in(self, name: str) -> np.ndarray:
        """Whether the person is in one of the three kinds of not working."""
        return self.state == self.occupations + NOT_WORKING.index(name)

    def regressors(self, persons: Persons, people: np.ndarray, wave: int) -> Regressors:
        """What the step from `wave` to the next depends on, for people at work in `wave`."""
        jobs, learning = self.jobs, self.learning
        return Regressors(
            age=persons.age(people, wave),
            female=persons.woman[people],
            level=learning.level[people, wave],
            has_vocational=persons.awarded[people],
            recent_vocational=learning.recent(people, wave + 1),
            trained_12m=learning.spells[people, wave + 1] > 0,
            training_promotion=learning.promotion[people, wave + 1],
            non_permanent=jobs.temporary[people, wave] & ~self.self_employed[people, wave],
            tenure=(persons.month[people, wave] - jobs.start[people, wave]) / 12,
            size=jobs.size[people, wave],
            division=jobs.division[people, wave],
        )
