"""What the baseline reading of each table would measure on average: expectations under the plan, never realised moves.

For each pair p of waves, take the people who are interviewed in both and show their first state, with its code where
it is an occupation. Each of them has probabilities over the destinations: those of the plan for the regime of the
pair, or, in the six origin groups of section 3.3, those that follow from their regressors (`progress.Risk`). Then

- A(p, o, d): sum over those in state o of the probability that the pair shows destination d; people at work without a
  code are a state of their own, at either end;
- 3.1: sum of A over pairs, origins of the row and destinations of the column, over the row's sum, all with their codes;
- 3.3: the same for an occupation, with those without a code in the denominator and in the total of moves;
- 3.2: the same with the sum of A into the row's destination as denominator;
- Table 3: origins of the pathway, destinations that are occupations only;
- 3.4, 3.5, Figure 2.1: W(p, o, k, j), sum over the employees of o of the probability of being at work in kind of
  occupation k, times the probability of kind of job j given o and k, thinned by refusals (`_classified`); 3.4 is its
  share over j, 3.5 over k given a new employer, the figure over both.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from mobility.storage import read_rows
from mobility.synthetic.answers import ANSWERED
from mobility.synthetic.careers import BREAK_BETWEEN_JOBS
from mobility.synthetic.effects import logistic, planted_effects, read_effects
from mobility.synthetic.jobs import JOBS, KINDS, NEW_EMPLOYER, NEW_JOB, SAME, SAME_JOB
from mobility.synthetic.occupations import LEVELS as TECHNICAL
from mobility.synthetic.occupations import NONTECHNICAL, NOT_WORKING, Occupations
from mobility.synthetic.plan import NOT_WORKING_COLUMNS, Plan
from mobility.synthetic.published import STUDY
from mobility.synthetic.regressors import LEVELS, TERMS, Regressors, stack_regressors
from mobility.synthetic.world import World

MOVES = (*TECHNICAL.values(), *NONTECHNICAL)
SHARE = "origin_share_change"
SHARE_NOTE = (
    "computed from the sample; no effect planted, yet it varies with the year, as the change of coding frame does"
)
UNCODED = -1  # place of those at work without a code, after the 84 states
COLUMNS = ["table", "row", "column", "statistic", "value", "note"]


@dataclass(frozen=True)
class Expected:
    """`pairs`: (85, 85) expected pairs A summed over waves, last those at work without a code. `jobs`: (81, 3, 3)
    expected classified workers W.
    """

    pairs: np.ndarray
    jobs: np.ndarray

    @property
    def coded(self) -> np.ndarray:
        """(84, 84) the pairs with a code, or not at work, at both ends."""
        return self.pairs[:UNCODED, :UNCODED]


def expected_counts(world: World) -> Expected:
    """Expected counts given who stood where, and with which regressors, before each pair of waves."""
    plan = world.plan
    count = len(plan.occupations.code)
    pairs = np.zeros((len(plan.stock) + 1, len(plan.stock) + 1))
    jobs = np.zeros((count, len(KINDS), len(JOBS)))
    for pair, regime in enumerate(plan.regimes):
        shown, seen = _shown(world, pair), _seen(world, pair)
        pairs[:UNCODED] += _with_uncoded(plan, _flows(world, pair, shown))
        pairs[UNCODED] += _with_uncoded(plan, _flows(world, pair, seen & ~shown)).sum(axis=0)
        employees = _flows(world, pair, shown & ~world.careers.self_employed[:, pair])[:count, :count]
        kinds = _kinds(employees, plan.occupations)
        jobs += kinds[:, :, None] * _classified(plan.jobs.conditional()[regime])
    return Expected(pairs, jobs)


def _with_uncoded(plan: Plan, flows: np.ndarray) -> np.ndarray:
    """(84, 85) latent moves as they show: of those into occupations u(o) without a code, in the last column."""
    coded = np.where(plan.working[None, :], 1.0 - plan.uncoded[:, None], 1.0)
    return np.column_stack([flows * coded, (flows * (1.0 - coded)).sum(axis=1)])


def _seen(world: World, pair: int) -> np.ndarray:
    """People with a usable activity in both waves."""
    return world.response.usable[:, pair] & world.response.usable[:, pair + 1]


def _shown(world: World, pair: int) -> np.ndarray:
    """Those of them whose first state shows: at work with a code, or not at work."""
    careers = world.careers
    return _seen(world, pair) & (careers.coded[:, pair] | ~careers.working[:, pair])


def _flows(world: World, pair: int, kept: np.ndarray) -> np.ndarray:
    """(84, 84) expected latent moves of the people `kept`: theirs in the groups at risk, the plan's elsewhere."""
    plan, careers = world.plan, world.careers
    regime = plan.regimes[pair]
    origins = np.bincount(careers.state[kept, pair], minlength=len(plan.stock)).astype(float)
    flows = origins[:, None] * plan.latent[regime]
    for risk in careers.risks[pair]:
        rows = kept[risk.people]
        sums = np.zeros((len(risk.origin.members), risk.origin.count))
        np.add.at(sums, risk.occupations[rows], risk.latent[rows])
        flows[risk.origin.members] = np.einsum("oc,ocd->od", sums, risk.origin.within(regime))
    return flows


def _kinds(working: np.ndarray, occupations: Occupations) -> np.ndarray:
    """(81, 3) expected moves into the same, a new technical and a new non-technical occupation."""
    same = np.diag(working)
    technical = working[:, occupations.technical].sum(axis=1) - np.where(occupations.technical, same, 0.0)
    return np.stack([same, technical, working.sum(axis=1) - same - technical], axis=1)


def _classified(joint: np.ndarray) -> np.ndarray:
    """Probabilities of jobs as they reach the tables: same employer and same job may be refused, a break is not."""
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
    note = "expectation given the realised origins, and their regressors, of each pair of waves"
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
    cells: dict[tuple[str, str], float] = {}
    for row, origins in groups.items():
        flows = expected.coded[origins].sum(axis=0)
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
    cells: dict[tuple[str, str], float] = {}
    for place in np.flatnonzero(occupations.technical):
        row, shares = occupations.row[place], flows[place] / flows[place].sum()
        other = np.where(np.arange(count) == place, 0.0, shares[:count])
        moves = {name: other[occupations.group == name].sum() for name in MOVES}
        columns = {"same_occ": shares[place], total: sum(moves.values()) + shares[UNCODED], **moves}
        columns |= {NOT_WORKING_COLUMNS[state]: shares[count + n] for n, state in enumerate(NOT_WORKING)}
        cells |= {(row, column): value for column, value in columns.items()}
    return cells


def _self_reports(world: World, expected: Expected) -> dict:
    cells: dict[tuple[str, str], float] = {}
    for place in np.flatnonzero(world.plan.occupations.technical):
        said = expected.jobs[place].sum(axis=0) / expected.jobs[place].sum()
        cells |= {(world.plan.occupations.row[place], job): said[kind] for kind, job in enumerate(JOBS)}
    return cells


def _employer_changes(world: World, expected: Expected) -> dict:
    cells: dict[tuple[str, str], float] = {}
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
    flows = expected.coded[: len(occupations.code), : len(occupations.code)]
    cells: dict[tuple[str, str], float] = {}
    for pathway, roles in _pathway_roles(world.layout.root).items():
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


def models_table(world: World) -> pd.DataFrame:
    """Planted effects by model and term: value (logit coefficient), ame and note.

    `ame` is the average marginal effect over everyone who, in any pair of waves, is interviewed in both and shows the
    origin as an employee, answered or not: the discrete change of the probability for an indicator (a qualification
    against GCSE), the derivative for tenure and for age, both of its powers together, which stands in the row of age.
    """
    parts = []
    people = at_risk(world)
    for origin, effects in read_effects().items():
        design = people[origin].design()
        for model, coefficients in zip(effects.models, effects.coefficients, strict=True):
            parts.append(pd.DataFrame({"model": model, "term": TERMS, "ame": marginal_effects(design, coefficients)}))
    share = pd.DataFrame({"model": planted_effects()["model"].unique(), "term": SHARE, "value": np.nan, "ame": np.nan})
    table = planted_effects().merge(pd.concat(parts), on=["model", "term"], validate="one_to_one")
    table = pd.concat([table, share.assign(note=SHARE_NOTE)], ignore_index=True)
    return table[["model", "term", "value", "ame", "note"]]


def at_risk(world: World) -> dict[str, Regressors]:
    """Regressors of the complete population at risk of each origin, over all pairs of waves."""
    found: dict[str, list[Regressors]] = {origin: [] for origin in read_effects()}
    for pair, risks in enumerate(world.careers.risks):
        kept = _shown(world, pair) & ~world.careers.self_employed[:, pair]
        for risk in risks:
            people = risk.people[kept[risk.people]]
            found[risk.origin.effects.origin].append(world.careers.regressors(world.persons, people, pair))
    return {origin: stack_regressors(parts) for origin, parts in found.items()}


def marginal_effects(design: np.ndarray, coefficients: np.ndarray) -> np.ndarray:
    """Average marginal effect of each of `TERMS` of one model; NaN for the second power of age and the constant."""
    index = design @ coefficients
    slope = np.mean(logistic(index) * (1.0 - logistic(index)))
    effects = np.full(len(TERMS), np.nan)
    for place, (term, coefficient) in enumerate(zip(TERMS, coefficients, strict=True)):
        if term == "age":
            bend = 2 * coefficients[TERMS.index("age_squared")] * design[:, place]
            effects[place] = np.mean((coefficient + bend) * logistic(index) * (1.0 - logistic(index)))
        elif term == "tenure":
            effects[place] = coefficient * slope
        elif term not in ("age_squared", "constant"):
            without = index - design[:, _alternatives(term)] @ coefficients[_alternatives(term)]
            effects[place] = np.mean(logistic(without + coefficient) - logistic(without))
    return effects


def _alternatives(term: str) -> list[int]:
    """Columns that are 0 when the term is 1 or its reference holds: the term itself, and other qualifications."""
    return [TERMS.index(name) for name in (LEVELS if term in LEVELS else (term,)) if name in TERMS]


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
