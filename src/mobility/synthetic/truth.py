"""What the baseline reading of each table would measure on average: expectations under the plan, never realised moves.

Let N(p, o) be the number of people who, in pair p, are interviewed in both waves and show origin o with its code; it
is counted from the draws, everything else is the plan. A(p, o, d) = N(p, o) * observed probability of d in the pair's
regime is the expected number of pairs that show destination d with its code. Then

- 3.1 and 3.3: sum of A over pairs, origins of the row and destinations of the column, over the row's sum of A;
- 3.2: the same with the sum of A into the row's destination as denominator;
- Table 3: origins of the pathway, destinations that are occupations only;
- 3.4, 3.5, Figure 2.1: W(p, o, k, j) = N(p, o) * share working * joint share of kind of occupation k and kind of job j,
  thinned by refusals (`_classified`); 3.4 is its share over j, 3.5 over k given a new employer, the figure over both.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from mobility.storage import read_rows
from mobility.synthetic.answers import ANSWERED
from mobility.synthetic.careers import BREAK_BETWEEN_JOBS
from mobility.synthetic.jobs import JOBS, KINDS, NEW_EMPLOYER, NEW_JOB, SAME, SAME_JOB
from mobility.synthetic.occupations import LEVELS, NONTECHNICAL, NOT_WORKING
from mobility.synthetic.plan import NOT_WORKING_COLUMNS
from mobility.synthetic.published import STUDY
from mobility.synthetic.world import World

MOVES = (*LEVELS.values(), *NONTECHNICAL)
COLUMNS = ["table", "row", "column", "statistic", "value", "note"]


@dataclass(frozen=True)
class Expected:
    """`pairs`: (84, 84) expected pairs A summed over waves. `jobs`: (81, 3, 3) expected classified workers W."""

    pairs: np.ndarray
    jobs: np.ndarray


def expected_counts(world: World) -> Expected:
    """Expected counts given the realised origins of each pair of waves."""
    plan = world.plan
    count = len(plan.occupations.code)
    pairs = np.zeros((len(plan.stock), len(plan.stock)))
    jobs = np.zeros((count, len(KINDS), len(JOBS)))
    working = plan.latent[:, :count, :count].sum(axis=2)
    for pair, regime in enumerate(plan.regimes):
        origins = _origins(world, pair)
        pairs += origins[:, None] * plan.observed[regime]
        employees = origins[:count] * working[regime]
        jobs += employees[:, None, None] * _classified(plan.jobs.joint[regime])
    return Expected(pairs, jobs)


def _origins(world: World, pair: int) -> np.ndarray:
    """N(p, o): people with a usable activity in both waves whose first state shows."""
    usable, careers = world.response.usable, world.careers
    kept = usable[:, pair] & usable[:, pair + 1]
    kept &= careers.coded[:, pair] | ~careers.working[:, pair]
    return np.bincount(careers.state[kept, pair], minlength=len(world.plan.stock)).astype(float)


def _classified(joint: np.ndarray) -> np.ndarray:
    """Joint shares that reach the tables: same-employer and same-job answers may be refused, a break needs neither."""
    reached = joint.copy()
    reached[..., NEW_EMPLOYER] *= BREAK_BETWEEN_JOBS + (1.0 - BREAK_BETWEEN_JOBS) * ANSWERED
    reached[..., SAME_JOB] *= ANSWERED**2
    reached[..., NEW_JOB] *= ANSWERED**2
    return reached


def truth_table(world: World) -> pd.DataFrame:
    """Expected share cells of Tables 3.1 to 3.5, Table 3 and Figure 2.1, with the report's row and column ids."""
    expected = expected_counts(world)
    blocks = {
        "table_3": _pathways(world, expected),
        "table_3_1": _five_states(world, expected),
        "table_3_2": _inflows(world, expected),
        "table_3_3": _outflows(world, expected),
        "table_3_4": _self_reports(world, expected),
        "table_3_5": _employer_changes(world, expected),
        "figure_2_1": _figure(world, expected),
    }
    note = "expectation under the plan given the realised origins of each pair of waves"
    rows = [
        (table, row, column, "share", value, note)
        for table, cells in blocks.items()
        for (row, column), value in cells.items()
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _five_states(world: World, expected: Expected) -> dict:
    technical = np.append(world.plan.occupations.technical, [False] * 3)
    groups = {"nontechnical": world.plan.working & ~technical, "technical": technical}
    groups |= {state: np.arange(len(technical)) == len(technical) - 3 + n for n, state in enumerate(NOT_WORKING)}
    cells = {}
    for row, origins in groups.items():
        flows = expected.pairs[origins].sum(axis=0)
        cells |= {(row, column): flows[members].sum() / flows.sum() for column, members in groups.items()}
    return cells


def _inflows(world: World, expected: Expected) -> dict:
    return _by_occupation(world, expected.pairs.T, "in_work_entry")


def _outflows(world: World, expected: Expected) -> dict:
    return _by_occupation(world, expected.pairs, "occ_mobility")


def _by_occupation(world: World, flows: np.ndarray, total: str) -> dict:
    """Cells of Table 3.2 or 3.3: composition of the flows of each technical occupation by class at the other end."""
    occupations = world.plan.occupations
    count = len(occupations.code)
    cells = {}
    for place in np.flatnonzero(occupations.technical):
        row, shares = occupations.row[place], flows[place] / flows[place].sum()
        other = np.where(np.arange(count) == place, 0.0, shares[:count])
        moves = {name: other[occupations.group == name].sum() for name in MOVES}
        columns = {"same_occ": shares[place], total: sum(moves.values()), **moves}
        columns |= {NOT_WORKING_COLUMNS[state]: shares[count + n] for n, state in enumerate(NOT_WORKING)}
        cells |= {(row, column): value for column, value in columns.items()}
    return cells


def _self_reports(world: World, expected: Expected) -> dict:
    cells = {}
    for place in np.flatnonzero(world.plan.occupations.technical):
        said = expected.jobs[place].sum(axis=0) / expected.jobs[place].sum()
        cells |= {(world.plan.occupations.row[place], job): said[kind] for kind, job in enumerate(JOBS)}
    return cells


def _employer_changes(world: World, expected: Expected) -> dict:
    cells = {}
    for place in np.flatnonzero(world.plan.occupations.technical):
        kinds = expected.jobs[place, :, NEW_EMPLOYER]
        cells |= {(world.plan.occupations.row[place], name): kinds[n] / kinds.sum() for n, name in enumerate(KINDS)}
    return cells


def _figure(world: World, expected: Expected) -> dict:
    """Shares of Figure 2.1: both occupations with a code, hence the thinning by u(o)."""
    coded = 1.0 - world.plan.uncoded[world.plan.working]
    counts = (expected.jobs * coded[:, None, None]).sum(axis=0)
    shares = counts / counts.sum()
    new_job, same_job = shares[:, NEW_JOB:].sum(axis=1), shares[:, SAME_JOB]
    return {
        ("figure_2_1", "same_occ_same_job"): same_job[SAME],
        ("figure_2_1", "new_occ_new_job"): new_job.sum() - new_job[SAME],
        ("figure_2_1", "same_occ_new_job"): new_job[SAME],
        ("figure_2_1", "new_occ_same_job"): same_job.sum() - same_job[SAME],
    }


def _pathways(world: World, expected: Expected) -> dict:
    """Table 3 by the roles of `groups/pathway_levels.csv`: origin, lower (another lower group) and progress."""
    occupations = world.plan.occupations
    flows = expected.pairs[: len(occupations.code), : len(occupations.code)]
    cells = {}
    for pathway, roles in _pathway_roles(world.register.root).items():
        has = {role: np.isin(occupations.code, roles.get(role, [])) for role in ("origin", "lower", "progress")}
        out = flows[has["origin"]].sum(axis=0) / flows[has["origin"]].sum()
        stay, progress = out[has["origin"] | has["lower"]].sum(), out[has["progress"]].sum()
        shares = {"no_progress": stay, "progress_in_pathway": progress, "leave_pathway": 1.0 - stay - progress}
        cells |= {(pathway, column): value for column, value in shares.items()}
    return cells


def _pathway_roles(root: Path) -> dict[str, dict[str, list[int]]]:
    roles: dict[str, dict[str, list[int]]] = {}
    for row in read_rows(root / STUDY / "groups" / "pathway_levels.csv"):
        roles.setdefault(row["pathway"], {}).setdefault(row["role"], []).append(int(row["soc"]))
    return roles


def plan_table(world: World) -> pd.DataFrame:
    """The planted probabilities, one row a regime, origin and destination with a positive one."""
    plan = world.plan
    names = np.array([*map(str, plan.occupations.code), *NOT_WORKING])
    regime, origin, destination = np.nonzero(plan.latent)
    return pd.DataFrame(
        {
            "pair": np.array(["ordinary", "coding_break"])[regime],
            "origin": names[origin],
            "destination": names[destination],
            "latent": plan.latent[regime, origin, destination],
            "observed": plan.observed[regime, origin, destination],
        }
    )


def job_table(world: World) -> pd.DataFrame:
    """The planted joint shares of kind of occupation and kind of job among those at work one year later."""
    joint = world.plan.jobs.joint
    regime, origin, kind, job = np.nonzero(joint > 0)
    return pd.DataFrame(
        {
            "pair": np.array(["ordinary", "coding_break"])[regime],
            "origin": world.plan.occupations.code[origin],
            "occupation": np.array(KINDS)[kind],
            "job": np.array(JOBS)[job],
            "share": joint[regime, origin, kind, job],
        }
    )
