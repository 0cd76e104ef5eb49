"""What people at work one year later say of their job: Tables 3.4 and 3.5 and Figure 2.1, joint with the occupation.

The joint share of (kind of occupation, kind of job) among those at work is the same in every pair of waves. In the pair
with the change of coding frame more people show another occupation, and all the additional ones say "same job".
"""

from dataclasses import dataclass

import numpy as np

from mobility.synthetic.occupations import Occupations
from mobility.synthetic.published import NOTES, Published

SAME, NEW_TECHNICAL, NEW_NONTECHNICAL = range(3)
KINDS = ("same_occupation", "new_technical_occupation", "new_nontechnical_occupation")
SAME_JOB, NEW_JOB, NEW_EMPLOYER = range(3)
JOBS = ("same_job", "same_employer_new_job", "changed_employer")
NEW_JOB_IN_NEW_OCCUPATION = 0.40
EMPLOYER_SHARE = 0.65
CEILING = 0.95


@dataclass(frozen=True)
class JobPlan:
    """`joint`: (2, 81, 3, 3) share among those at work by regime, origin, kind of occupation, kind of job.

    `cappings` says, origin by origin, where the tables asked for more than there was.
    """

    joint: np.ndarray
    cappings: tuple[str, ...]

    def conditional(self) -> np.ndarray:
        """(2, 81, 3, 3) probability of the kind of job given the kind of occupation."""
        total = self.joint.sum(axis=3, keepdims=True)
        return np.divide(self.joint, total, out=np.zeros_like(self.joint), where=total > 0)


@dataclass(frozen=True)
class JobTargets:
    """Wanted joint shares before capping, (81, 3, 3) without the same-job cells, and the share of movers.

    `moving`: observed share of all people in a non-technical occupation who show another non-technical one.
    occupations : the 81 origins. wanted : origin by `KINDS` of occupation by `JOBS`, shares among those at work.
    """

    occupations: Occupations
    wanted: np.ndarray
    moving: float

    def given(self, latent: np.ndarray) -> JobPlan:
        """Fill in the same-job cells from the planted moves, capping new jobs at what each kind of move holds."""
        cappings: list[str] = []
        joint = [self._regime(rows, name, cappings) for rows, name in zip(latent, ("ordinary", "break"), strict=True)]
        return JobPlan(np.stack(joint), tuple(cappings))

    def _regime(self, latent: np.ndarray, regime: str, cappings: list[str]) -> np.ndarray:
        held = kinds_of_move(latent, self.occupations)
        joint = self.wanted.copy()
        asked = joint[:, :, NEW_JOB:].sum(axis=2)
        factor = np.minimum(1.0, np.divide(CEILING * held, asked, out=np.ones_like(asked), where=asked > 0))
        joint[:, :, NEW_JOB:] *= factor[:, :, None]
        joint[:, :, SAME_JOB] = held - joint[:, :, NEW_JOB:].sum(axis=2)
        for origin, kind in zip(*np.nonzero(factor < 1.0), strict=True):
            code, share = self.occupations.code[origin], factor[origin, kind]
            cappings.append(f"{regime} pairs, origin {code}, {KINDS[kind]}: new jobs scaled by {share:.3f}")
        return joint


def kinds_of_move(latent: np.ndarray, occupations: Occupations) -> np.ndarray:
    """(81, 3) shares of same, new technical and new non-technical occupation among those at work one year later."""
    count = len(occupations.code)
    working = latent[:count, :count]
    same = np.diag(working)
    technical = working[:, occupations.technical].sum(axis=1) - np.where(occupations.technical, same, 0.0)
    shares = np.stack([same, technical, working.sum(axis=1) - same - technical], axis=1)
    return shares / working.sum(axis=1, keepdims=True)


def plan_jobs(occupations: Occupations, published: Published, stock: np.ndarray) -> JobTargets:
    """Joint shares wanted: technical origins by Tables 3.4 and 3.5, the others so that Figure 2.1 comes out overall."""
    size = stock[: len(occupations.code)] / stock[: len(occupations.code)].sum()
    wanted = np.zeros((len(size), 3, 3))
    changed = np.zeros(len(size))
    for place in np.flatnonzero(occupations.technical):
        wanted[place] = _technical_wanted(published, occupations.row[place])
        changed[place] = _changing(published, occupations.row[place])
    weight = size[occupations.technical]
    technical = occupations.technical
    remaining = _remaining(_overall(published), weight, wanted[technical], changed[technical])
    wanted[~occupations.technical] = _other_wanted(remaining)
    working = 1.0 - _leaving(published)
    moving = remaining["changed"] * working - published["3_1", "nontechnical", "technical"]
    return JobTargets(occupations, wanted, moving)


def _technical_wanted(published: Published, row: str) -> np.ndarray:
    """Joint shares of new jobs: employer changes as Table 3.4 times Table 3.5, other new jobs by an assumption."""
    wanted = np.zeros((3, 3))
    said = np.array([published["3_4", row, job] for job in JOBS])
    said /= said.sum()
    kinds = np.array([published["3_5", row, kind] for kind in KINDS])
    kinds /= kinds.sum()
    wanted[:, NEW_EMPLOYER] = said[NEW_EMPLOYER] * kinds
    new = NEW_JOB_IN_NEW_OCCUPATION * _kind_shares(published, row)
    wanted[:, NEW_JOB] = said[NEW_JOB] * np.concatenate([[1.0 - NEW_JOB_IN_NEW_OCCUPATION], new])
    return wanted


def _kind_shares(published: Published, row: str) -> np.ndarray:
    """Shares of technical and non-technical destinations among the moves that Table 3.3 lists."""
    cells = {
        column: value for (table, name, column), value in published.values.items() if (table, name) == ("3_3", row)
    }
    technical = sum(value for column, value in cells.items() if column.startswith("tech_"))
    other = sum(value for column, value in cells.items() if column.startswith("nontech_"))
    return np.array([technical, other]) / (technical + other)


def _changing(published: Published, row: str) -> float:
    """Share of those at work with a code who show another occupation, by Table 3.3."""
    cells = {
        column: value for (table, name, column), value in published.values.items() if (table, name) == ("3_3", row)
    }
    moves = sum(value for column, value in cells.items() if column.startswith(("tech_", "nontech_")))
    return moves / (moves + cells["same_occ"])


def _overall(published: Published) -> dict[str, float]:
    """Shares of Figure 2.1 among all workers."""
    new_job, kept, same_job = (
        published[NOTES, "figure_2_1", name] for name in ("new_occ_new_job", "same_occ_new_job", "new_occ_same_job")
    )
    return {"new_occ_new_job": new_job, "same_occ_new_job": kept, "changed": new_job + same_job}


def _remaining(
    overall: dict[str, float], weight: np.ndarray, wanted: np.ndarray, changed: np.ndarray
) -> dict[str, float]:
    """What non-technical workers must show, in shares of themselves, for Figure 2.1 to hold over everyone."""
    new_jobs = wanted[:, :, NEW_JOB:].sum(axis=2)
    technical = {
        "new_occ_new_job": weight @ new_jobs[:, NEW_TECHNICAL:].sum(axis=1),
        "same_occ_new_job": weight @ new_jobs[:, SAME],
        "changed": weight @ changed,
    }
    return {key: (overall[key] - value) / (1.0 - weight.sum()) for key, value in technical.items()}


def _other_wanted(remaining: dict[str, float]) -> np.ndarray:
    split = np.array([0.0, 1.0 - EMPLOYER_SHARE, EMPLOYER_SHARE])
    to_technical = 0.15
    return np.stack(
        [
            remaining["same_occ_new_job"] * split,
            remaining["new_occ_new_job"] * to_technical * split,
            remaining["new_occ_new_job"] * (1.0 - to_technical) * split,
        ]
    )


def _leaving(published: Published) -> float:
    return sum(published["3_1", "nontechnical", state] for state in ("unemployment", "inactivity", "study"))
