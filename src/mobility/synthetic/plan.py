"""The plan: which probabilities are planted, derived from the published tables before anything is drawn.

Notation. `observed` probabilities are those a pair of interviews shows; `latent` ones move the people. A code is
missing with probability u(o), given that the person works one year later, whatever the occupation, so observed =
latent * (1 - u) for occupations and observed = latent otherwise. Tables 3.2 and 3.3 print observed probabilities and,
in their totals of moves, those without a code; Table 3.1 prints shares of the pairs with a code.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mobility.synthetic.affinity import affinity, entry_weight, fit_margins
from mobility.synthetic.jobs import JobPlan, plan_jobs
from mobility.synthetic.occupations import LEVELS, NONTECHNICAL, NOT_WORKING, Occupations, read_occupations
from mobility.synthetic.published import Published

STOCK = {"employment": 0.570, "unemployment": 0.055, "inactivity": 0.305, "study": 0.070}
UNCODED = 0.035
BREAK_FACTOR = 2.0
ORDINARY, BREAK = 0, 1
NOT_WORKING_COLUMNS = {"unemployment": "unemployed", "inactivity": "inactivity", "study": "study"}


@dataclass(frozen=True)
class Plan:
    """Planted probabilities over the 81 occupations and, last, unemployment, inactivity and study.

    `stock`: (84,) first-interview shares. `mean`: (84, 84) latent, averaged over all pairs. `latent`: (2, 84, 84) by
    regime (ordinary pair; pair with the change of coding frame), origin, destination. `factors`: of the changes of
    occupation, by regime. `uncoded`: (84,) u(o). `jobs`: what people say of their job. `regimes`: regime of each pair
    of waves.
    """

    occupations: Occupations
    stock: np.ndarray
    mean: np.ndarray
    latent: np.ndarray
    factors: tuple[float, float]
    uncoded: np.ndarray
    jobs: JobPlan
    regimes: tuple[int, ...]

    @property
    def working(self) -> np.ndarray:
        """Which of the 84 states are occupations."""
        return np.arange(len(self.stock)) < len(self.occupations.code)

    @property
    def observed(self) -> np.ndarray:
        """(2, 84, 84) probability that a pair shows the destination, with its code where it is an occupation."""
        coded = np.where(self.working[None, :], 1.0 - self.uncoded[:, None], 1.0)
        return self.latent * coded


def make_plan(published: Published, pair_sizes: tuple[int, ...], break_pair: int) -> Plan:
    """Derive the plan.

    Parameters
    ----------
    published : tables 2.1, 3.1 to 3.5 and 3.8.
    pair_sizes : persons in each pair of waves (Table 2.2); they weight the pair with the change of coding frame.
    break_pair : position of that pair.
    """
    occupations = read_occupations()
    stock = _stock(occupations, published)
    uncoded = np.full(len(stock), UNCODED)
    technical = np.flatnonzero(occupations.technical)
    uncoded[technical] = [_residual_share(published, occupations.row[place]) for place in technical]
    inflows = _technical_inflows(occupations, published, stock)
    jobs_target = plan_jobs(occupations, published, stock)
    mean = np.vstack(
        [
            _occupation_rows(occupations, published, stock, inflows, uncoded, jobs_target.moving),
            _not_working_rows(occupations, published, inflows),
        ]
    )
    factors = _coding_break_factors(np.asarray(pair_sizes, dtype=float), break_pair)
    latent = np.stack([_scale_changes(mean, occupations, factor) for factor in factors])
    regimes = tuple(BREAK if pair == break_pair else ORDINARY for pair in range(len(pair_sizes)))
    return Plan(occupations, stock, mean, latent, factors, uncoded, jobs_target.given(latent), regimes)


def _stock(occupations: Occupations, published: Published) -> np.ndarray:
    """First-interview shares: levels as Table 3.8 in 2009, occupations within a level as Table 2.1 in 2010."""
    size = occupations.size.copy()
    for place in np.flatnonzero(occupations.technical):
        size[place] = published["2_1", occupations.row[place], "y2010"]
    columns = dict(zip(LEVELS.values(), ("professional", "technician", "skilled_trades", "operatives"), strict=True))
    total = 0.0
    for level, column in columns.items():
        members = occupations.group == level
        size[members] *= published["3_8", "y2009", column] / size[members].sum()
        total += published["3_8", "y2009", column]
    size[~occupations.technical] *= (1.0 - total) / size[~occupations.technical].sum()
    return np.concatenate([STOCK["employment"] * size, [STOCK[state] for state in NOT_WORKING]])


def _residual_share(published: Published, row: str) -> float:
    """u(o) of a technical occupation: what Table 3.3 leaves unlisted, as a share of those still at work."""
    moves = sum(published["3_3", row, column] for column in (*LEVELS.values(), *NONTECHNICAL))
    not_working = sum(published["3_3", row, column] for column in NOT_WORKING_COLUMNS.values())
    working = 1.0 - not_working
    return max(working - published["3_3", row, "same_occ"] - moves, 0.0) / working


def _entry_share(published: Published, row: str, column: str) -> float:
    """A cell of Table 3.2; an illegible one is the total of moves less the others and less the usual remainder."""
    value = published.get("3_2", row, column)
    if value is not None:
        return value
    moves = (*LEVELS.values(), *NONTECHNICAL)
    listed = sum(published.get("3_2", row, name) or 0.0 for name in moves)
    return max(published["3_2", row, "in_work_entry"] - listed - 0.010, 0.0)


def _technical_inflows(occupations: Occupations, published: Published, stock: np.ndarray) -> dict[str, np.ndarray]:
    """Observed probability of each technical occupation, (81,), for members of a class of origin.

    Number of entrants = share of Table 3.2 x size of the destination; all entrants from work, and those from each
    kind of not working, are then scaled so that their total is that of Table 3.1.
    """
    sources = {**{name: name for name in NONTECHNICAL}, **NOT_WORKING_COLUMNS}
    entrants = {source: _entrants(occupations, published, stock, column) for source, column in sources.items()}
    nontechnical = stock[: len(occupations.code)][~occupations.technical].sum()
    scale = published["3_1", "nontechnical", "technical"] * nontechnical
    scale /= sum(entrants[name].sum() for name in NONTECHNICAL)
    rates = {}
    for name in NONTECHNICAL:
        members = stock[: len(occupations.code)][occupations.group == name].sum()
        rates[name] = entrants[name] * scale / members
    for state in NOT_WORKING:
        total = published["3_1", state, "technical"] / _row_total(published, state)
        rates[state] = entrants[state] * total / entrants[state].sum()
    return rates


def _entrants(occupations: Occupations, published: Published, stock: np.ndarray, column: str) -> np.ndarray:
    shares = [_entry_share(published, row, column) if row else 0.0 for row in occupations.row]
    return np.array(shares) * stock[: len(shares)]


def _row_total(published: Published, row: str) -> float:
    columns = ("nontechnical", "technical", *NOT_WORKING)
    return sum(published["3_1", row, column] for column in columns)


def _occupation_rows(
    occupations: Occupations,
    published: Published,
    stock: np.ndarray,
    inflows: Mapping[str, np.ndarray],
    uncoded: np.ndarray,
    moving: float,
) -> np.ndarray:
    """Latent rows of the 81 occupations, (81, 84), averaged over all pairs."""
    weights = affinity(occupations)
    between = _between_technical(occupations, published, stock, weights)
    rows = [
        _technical_row(place, occupations, published, weights, between[place], uncoded[place])
        if occupations.row[place]
        else _nontechnical_row(place, occupations, published, weights, inflows, moving)
        for place in range(len(occupations.code))
    ]
    return np.vstack(rows)


def _between_technical(
    occupations: Occupations, published: Published, stock: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    """Observed moves between technical occupations, (81, 81): rows as Table 3.3, columns near those of Table 3.2."""
    moves = np.zeros_like(weights)
    size = stock[: len(occupations.code)]
    for source in LEVELS.values():
        origins = np.flatnonzero(occupations.group == source)
        for target in LEVELS.values():
            destinations = np.flatnonzero(occupations.group == target)
            leavers = [published["3_3", occupations.row[place], target] * size[place] for place in origins]
            joiners = [_entry_share(published, occupations.row[place], source) * size[place] for place in destinations]
            block = np.ix_(origins, destinations)
            fitted = fit_margins(weights[block], np.array(leavers), np.array(joiners))
            moves[block] = fitted / size[origins][:, None]
    return moves


def _technical_row(
    place: int,
    occupations: Occupations,
    published: Published,
    weights: np.ndarray,
    between: np.ndarray,
    uncoded: np.ndarray,
) -> np.ndarray:
    """Latent row of a technical occupation: Table 3.3, listed moves divided by 1 - u."""
    row = occupations.row[place]
    moves = between.copy()
    for name in NONTECHNICAL:
        members = occupations.group == name
        moves[members] = published["3_3", row, name] * _shares(weights[place], members)[members]
    moves[place] = published["3_3", row, "same_occ"]
    not_working = [published["3_3", row, column] for column in NOT_WORKING_COLUMNS.values()]
    return np.concatenate([moves * (1.0 - sum(not_working)) / moves.sum(), not_working])


def _nontechnical_row(
    place: int,
    occupations: Occupations,
    published: Published,
    weights: np.ndarray,
    inflows: Mapping[str, np.ndarray],
    moving: float,
) -> np.ndarray:
    """Latent row of a non-technical occupation: Table 3.1 with a share `moving` in another non-technical one."""
    total = _row_total(published, "nontechnical")
    not_working = np.array([published["3_1", "nontechnical", state] for state in NOT_WORKING]) / total
    moves = inflows[str(occupations.group[place])].copy()
    moves += moving * _shares(weights[place], ~occupations.technical)
    moves[place] = 1.0 - not_working.sum() - moves.sum()
    return _uncode(np.concatenate([moves, not_working]))


def _not_working_rows(occupations: Occupations, published: Published, inflows: Mapping[str, np.ndarray]) -> np.ndarray:
    """Latent rows of unemployment, inactivity and study, (3, 84): Table 3.1."""
    entry = entry_weight(occupations)
    rows = []
    for state in NOT_WORKING:
        total = _row_total(published, state)
        occupation = inflows[state] + published["3_1", state, "nontechnical"] / total * entry / entry.sum()
        rows.append(np.concatenate([occupation, [published["3_1", state, column] / total for column in NOT_WORKING]]))
    return np.vstack([_uncode(row) for row in rows])


def _uncode(row: np.ndarray) -> np.ndarray:
    """Latent row whose pairs, those without a code left out, show `row`."""
    latent = row.copy()
    latent[: -len(NOT_WORKING)] /= 1.0 - UNCODED
    return latent / latent.sum()


def _shares(weights: np.ndarray, members: np.ndarray) -> np.ndarray:
    kept = np.where(members, weights, 0.0)
    return kept / kept.sum()


def _coding_break_factors(pair_sizes: np.ndarray, break_pair: int) -> tuple[float, float]:
    """Factors of the changes of occupation by regime: twice as many in the break pair, 1 on average over the pairs."""
    weight = pair_sizes[break_pair] / pair_sizes.sum()
    ordinary = 1.0 / (1.0 + weight * (BREAK_FACTOR - 1.0))
    return ordinary, BREAK_FACTOR * ordinary


def _scale_changes(mean: np.ndarray, occupations: Occupations, factor: float) -> np.ndarray:
    scaled, count = mean.copy(), len(occupations.code)
    working = scaled[:count, :count]
    kept = np.diag(working).copy()
    changed = working.sum(axis=1) - kept
    working *= factor
    working[np.diag_indices(count)] = kept + changed * (1.0 - factor)
    return scaled
