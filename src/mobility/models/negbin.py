"""Negative binomial regression by maximum likelihood, Stata's `nbreg`: a column of Tables 2 to 20 of moving out.

    y_i ~ NB2: mean m_i = exp(x_i b + offset_i), variance m_i + alpha m_i^2

joint in b and ln(alpha). With I the observed information of both, and u the scores of the rows,

    classical I^-1;   robust n/(n-1) I^-1 (sum u u') I^-1;   clustered g/(g-1) I^-1 (sum over clusters) I^-1
"""

from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from mobility.errors import DataError
from mobility.models import identify
from mobility.models.count_result import CountFit, offset_of
from mobility.models.count_rows import Levels, arrange, find_levels, some_rows
from mobility.models.count_search import TOLERANCE, Found, Prior, Start, newton_step, search
from mobility.models.count_sums import CountSums, Point
from mobility.models.counts import tabulate
from mobility.models.covariance import Covariance, cluster_codes
from mobility.models.design import Design
from mobility.models.identify import Sample
from mobility.models.linear import independent_columns
from mobility.models.result import nothing_yet, spread
from mobility.models.zeros import Totals, drop_zero_categories, why_no_counts

# Information left in the weakest direction, as a share of the strongest; below it a coefficient is running to infinity.
INFORMATION_TOLERANCE = 1e-13
# One of so many runs of rows is in the sample. A prime, so that a regular order of the rows (by sex, by year) does not
# give it one of its values only.
WARM_EVERY = 17
# Share of its variance that a column has for itself in the sample, from which it surely has some in all rows.
SURELY = 1e-8
# Fewest rows of the sample worth taking.
WARM_ROWS = 2000
WARM_ITERATIONS = 12
WARM_TOLERANCE = 0.01
# Decrement, by rows, of the Poisson model whose only use is the test of alpha = 0; its likelihood is corrected for it.
TEST_TOLERANCE = 1e-11
# Decrement, by rows of the smallest category, that the search should leave: covariances are taken there, and where a
# step is left they are computed again.
SEARCH_TOLERANCE = 1e-18
# alpha times the mean count below which a negative binomial is a Poisson to the last digit.
NO_DISPERSION = 1e-9
# Of the machine that the project is built for; more gain little, since the memory feeds no more.
THREADS = 2
# Weight of the starting values beside each row of the sample, for coefficients of which the sample knows nothing.
WARM_PRIOR = 1e-3
# Information in the weakest direction, in multiples of the prior's, from which the sample tells how far to step.
WELL_KNOWN = 10
# Last step of a standardised coefficient that is too long for a maximum; one so short that information and scores are
# the same after it, to as many digits; last points looked at.
RUNNING_STEP = 1e-3
SETTLED_STEP = 1e-11
LAST_POINTS = 3
# Largest mean score of a standardised column at which the likelihood no longer rises.
NO_SCORE = 1e-9


def fit_negbin(
    counts: Any,
    design: Design,
    covariance: Covariance,
    offset: Any = None,
    cluster: Any = None,
    max_iterations: int = 50,
) -> CountFit:
    """Fit one model.

    Parameters
    ----------
    counts : whole numbers of at least 0; like `offset` and `cluster` one a row of the frame of `build_design` (or one a
        complete case). offset : ln of the exposure, enters with coefficient 1. cluster : identifiers (areas).

    Returns
    -------
    CountFit. What a sample cannot identify is NaN with its reason in `dropped`; where nothing can be estimated, all is
    NaN with the reason in `note`. Where the likelihood falls with alpha from 0 on, the fit is Poisson and says so.

    Raises
    ------
    SpecError
        Clustered errors without a cluster.
    DataError
        Counts negative, fractional or not finite; an offset that is not finite; wrong lengths or missing values.
    """
    covariance.fail_without(cluster)
    y = counts_of(counts, design)
    exposure = None if offset is None else offset_of(offset, design)
    with ThreadPoolExecutor(THREADS) as pool:
        return _fit(y, exposure, design, covariance.kind, cluster, max_iterations, pool)


def _fit(
    y: np.ndarray,
    offset: np.ndarray | None,
    design: Design,
    kind: str,
    cluster: Any,
    max_iterations: int,
    pool: Executor,
) -> CountFit:
    """The fit of checked counts and offsets."""
    levels = find_levels(design.X, design.binary, pool)
    sample, totals = drop_zero_categories(y, design, levels, pool)
    if (totals.ones[design.binary] == 0).any():
        sample = identify.drop_empty(design, sample)
    start = _unfitted(y, design, sample, kind)
    why = why_no_counts(y, totals, design, sample)
    if why:
        return replace(start, note=why)
    codes, clusters = cluster_codes(cluster, design, sample.rows, kind)
    problem = _problem(y, _zeros_for(offset, y), design, sample, totals, levels, pool)
    start = replace(start, dropped=problem.sample.dropped, clusters=clusters)
    few = _too_few(start, len(problem.first))
    if few:
        return replace(start, note=few)
    maximum = _maximise(problem, max_iterations)
    return _finish(replace(start, rank=len(problem.first)), problem, maximum, codes)


def _too_few(start: CountFit, k: int) -> str:
    """Why the rows or clusters are too few for k coefficients, empty where they are not."""
    if start.n <= k:
        return f"{start.n} rows for {k} coefficients"
    if start.kind == "clustered" and start.clusters < 2:
        return "one cluster: clustered errors need at least two"
    return ""


def counts_of(counts: Any, design: Design) -> np.ndarray:
    """Counts of the complete cases as float64; DataError where they are not whole numbers of at least 0."""
    found = np.asarray(design.align(counts, "counts"), dtype="float64")
    bad = found[~((found >= 0) & (found == np.floor(found)) & np.isfinite(found))]
    if len(bad):
        raise DataError(
            f"counts: {len(bad)} of {design.n} complete cases are negative, fractional or infinite, the first "
            f"{bad[0]:g}; a count is a whole number of at least 0. Sum and round estimates of flows before the fit."
        )
    return found


def _unfitted(y: np.ndarray, design: Design, sample: Sample, kind: str) -> CountFit:
    """The fit before anything is estimated."""
    joint = np.full((len(design.names) + 1, len(design.names) + 1), np.nan)
    return CountFit("negbin", **nothing_yet(y, design, sample, kind), joint=joint)


@dataclass(frozen=True, eq=False)
class _Problem:
    """Sums over the used rows and independent columns, and where the searches start.

    fewest : rows with the rarer value of any indicator or level. first : coefficients. joint : with ln(alpha) and the
    information, from a sample of the rows; None where they are too few for one or it does not tell.
    """

    sums: CountSums
    sample: Sample
    fewest: float
    first: np.ndarray
    joint: Start | None


@dataclass(frozen=True, eq=False)
class _Standardised:
    """Sums of k standardised columns, their cross-products (k x k) and those with ln(y + 1/2) - offset (k)."""

    sums: CountSums
    gram: np.ndarray
    projected: np.ndarray

    @classmethod
    def of(cls, sums: CountSums, y: np.ndarray, offset: np.ndarray) -> "_Standardised":
        """About the means and by the standard deviations of the n rows of `sums`; y, offset : n."""
        gram, projected = sums.cross_products(np.log(y + 0.5) - offset)
        moved, gram, projected = _about_means(gram, projected)
        centre = sums.centre + moved
        scale = np.sqrt(np.diag(gram) / len(y))
        still = scale <= 1e-12 * np.abs(centre)
        gram[still] = gram[:, still] = 0
        scale[still] = 1
        scaled = replace(sums, centre=centre, scale=scale)
        return cls(scaled, gram / np.outer(scale, scale), projected / scale)

    def select(self, kept: np.ndarray) -> "_Standardised":
        """Only some of the k columns (places, increasing, the constant among them)."""
        sums = replace(
            self.sums, rows=self.sums.rows.select(kept), centre=self.sums.centre[kept], scale=self.sums.scale[kept]
        )
        return _Standardised(sums, self.gram[np.ix_(kept, kept)], self.projected[kept])

    @property
    def least_squares(self) -> np.ndarray:
        """(k,) coefficients of ln(y + 1/2) - offset."""
        return np.linalg.solve(self.gram, self.projected)

    @property
    def surely_independent(self) -> bool:
        """Whether no column is near to a combination of others: then none is in more rows either."""
        return len(independent_columns(self.gram / self.sums.rows.n, SURELY)) == len(self.gram)


def _problem(
    y: np.ndarray,
    offset: np.ndarray,
    design: Design,
    sample: Sample,
    totals: Totals,
    levels: Sequence[Levels],
    pool: Executor,
) -> _Problem:
    """The problem with collinear columns dropped. A thread searches in a sample of the rows while all are arranged."""
    if not sample.rows.all():
        y, offset = y[sample.rows], offset[sample.rows]
    X, levels = _used(design.X, sample), [own.select(sample.rows, sample.columns) for own in levels]
    begun = None if len(y) < WARM_EVERY * WARM_ROWS else pool.submit(_begin, X, levels, y, offset)
    counts = pool.submit(tabulate, y)
    sums = CountSums.of(arrange(X, levels, pool), counts.result(), offset, pool)
    few, first, joint = (None, None, None) if begun is None else begun.result()
    if few is not None and first is not None:
        sums = replace(sums, centre=few.sums.centre, scale=few.sums.scale)
    else:
        scaled = _Standardised.of(sums, y, offset)
        sample, kept = identify.drop_collinear(scaled.gram / len(y), design, sample)
        scaled = scaled.select(kept)
        sums, first = scaled.sums, scaled.least_squares
        if few is not None:
            first, joint = _warm_start(replace(few.select(kept).sums, centre=sums.centre, scale=sums.scale), first)
    return _Problem(sums, sample, _smallest_category(totals, design, sample), first, joint)


def _begin(
    X: np.ndarray, levels: Sequence[Levels], y: np.ndarray, offset: np.ndarray
) -> tuple[_Standardised, np.ndarray | None, Start | None]:
    """A sample of the rows, and where its columns are surely independent, where to start with all."""
    some = partial(some_rows, every=WARM_EVERY)
    y, offset = some(y), some(offset)
    rows = arrange(X, [replace(own, code=some(own.code)) for own in levels], some=some)
    few = _Standardised.of(CountSums.of(rows, tabulate(y), offset, None), y, offset)
    return few, *(_warm_start(few.sums, few.least_squares) if few.surely_independent else (None, None))


def _zeros_for(offset: np.ndarray | None, y: np.ndarray) -> np.ndarray:
    return np.zeros(len(y)) if offset is None else offset


def _smallest_category(totals: Totals, design: Design, sample: Sample) -> float:
    """Rows with the rarer value of any indicator or level that is used; all of them where there is none."""
    ones = totals.ones[sample.columns][design.binary[sample.columns]]
    return float(np.minimum(ones, totals.rows - ones).min(initial=totals.rows))


def _about_means(gram: np.ndarray, projected: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """How far the means of the columns are from the points that they were centred at, and the products about the means.

    gram : cross-products, k x k, the constant first. projected : of the columns with a target, k.
    """
    moved = gram[0] / gram[0, 0]
    moved[0] = 0
    T = np.eye(len(gram))
    T[0] -= moved
    return moved, T.T @ gram @ T, T.T @ projected


def _used(X: np.ndarray, sample: Sample) -> np.ndarray:
    """The used rows and columns of X in column-major order; X itself where they are all of it."""
    if sample.rows.all() and len(sample.columns) == X.shape[1]:
        return X
    used = np.empty((int(sample.rows.sum()), len(sample.columns)), order="F")
    for place, column in enumerate(sample.columns):
        used[:, place] = X[sample.rows, column]
    return used


@dataclass(frozen=True, eq=False)
class _Maximum:
    """Where the search ended, the maximum of the Poisson likelihood (NaN where not found), and both searches' steps."""

    found: Found
    log_likelihood_poisson: float
    iterations: int
    negbin: bool


def _maximise(problem: _Problem, max_iterations: int) -> _Maximum:
    """Jointly with ln(alpha), and the Poisson model, which tells whether alpha leaves 0."""
    sums, n = problem.sums, problem.sums.rows.n
    tolerance = SEARCH_TOLERANCE * problem.fewest
    first, joint = problem.first, problem.joint
    found = None if joint is None else search(sums, joint, max_iterations, tolerance)
    if found is not None and found.converged:
        # Nearer to the maximum of the Poisson likelihood than what a sample of the rows gives.
        first = found.params[:-1]
    poisson = search(sums, Start(first), max_iterations, TEST_TOLERANCE * n)
    likelihood = poisson.log_likelihood if poisson.converged else np.nan
    spent, least = poisson.iterations, NO_DISPERSION * n / float(sums.counts.y.sum())
    # At alpha = 0 the likelihood rises with alpha just where this is positive.
    if poisson.point.overdispersion > 0 or not poisson.converged:
        if found is None:
            found = search(sums, Start(_with_ln_alpha(poisson.point)), max_iterations, tolerance)
        spent += found.iterations
        if not np.exp(found.params[-1]) < least:
            return _Maximum(found, likelihood, spent, True)
    poisson = search(sums, Start(poisson.point.params), max_iterations, tolerance)
    return _Maximum(poisson, likelihood, spent + poisson.iterations, False)


def _with_ln_alpha(point: Point) -> np.ndarray:
    """The coefficients of a point of the Poisson model with the moment estimate of alpha, or 1 where there is none."""
    ln_alpha = np.log(point.overdispersion) if 0 < point.overdispersion < np.inf else 0.0
    return np.append(point.params, ln_alpha)


def _warm_start(few: CountSums, start: np.ndarray) -> tuple[np.ndarray, Start | None]:
    """Where to start the Poisson and the joint model (None: from Poisson), from a sample of the rows."""
    poisson = _search_few(few, start)
    first = poisson.point.params
    if not np.isfinite(first).all():
        return start, None
    if not poisson.point.overdispersion > 0:
        return first, None
    found = _search_few(few, _with_ln_alpha(poisson.point))
    if not np.isfinite(found.point.params).all():
        return first, None
    return first, Start(found.point.params, _scaled_up(found.information, few.rows.n))


def _search_few(few: CountSums, start: np.ndarray) -> Found:
    return search(few, Start(start), WARM_ITERATIONS, WARM_TOLERANCE, Prior(start, WARM_PRIOR * few.rows.n))


def _scaled_up(information: np.ndarray, rows: int) -> np.ndarray | None:
    """What all rows know if the sample is like them; None where the sample hardly knows more than the prior."""
    if np.linalg.eigvalsh(information)[0] < WELL_KNOWN * WARM_PRIOR * rows:
        return None
    return WARM_EVERY * information


def _finish(start: CountFit, problem: _Problem, maximum: _Maximum, codes: np.ndarray | None) -> CountFit:
    """The fit with coefficients, covariance and diagnostics, in the units of the design."""
    start = replace(start, iterations=maximum.iterations, log_likelihood_poisson=maximum.log_likelihood_poisson)
    point, step, decrement = _settle(problem.sums, maximum.found, start.kind == "robust")
    n, k = problem.sums.rows.n, len(problem.sums.scale)
    if not np.isfinite(step).all() and not np.abs(point.gradient).max() <= NO_SCORE * n:
        return replace(start, note="did not converge: the information matrix became singular")
    # A coefficient on its way to infinity still moves, or nothing is known of it, where the likelihood does not.
    running = not float(np.abs(step).max()) <= RUNNING_STEP
    identified = not running and _identified(point.information, k)
    params, joint = _own_units(start, problem, point, codes, identified)
    found = replace(
        start,
        estimator="negbin" if maximum.negbin else "poisson",
        params=params,
        covariance=joint[:-1, :-1],
        joint=joint,
        ln_alpha=float(point.params[k]) if maximum.negbin else -np.inf,
        log_likelihood=point.log_likelihood,
        gradient_norm=float(np.abs(point.gradient).max() / n),
        converged=maximum.found.converged and identified and decrement <= TOLERANCE * n,
    )
    if not maximum.negbin:
        found = replace(found, log_likelihood_poisson=found.log_likelihood)
    return replace(found, note=_note(found, running))


def _settle(sums: CountSums, found: Found, meat: bool) -> tuple[Point, np.ndarray, float]:
    """The point that is the result, with all its matrices; the last step and its decrement.

    A step so short that the matrices are the same after it has been taken. Where a coefficient runs to infinity, the
    last step of the search is not taken: what information it had is lost in the rounding.
    """
    longest = float(np.abs(found.step).max())
    if np.isnan(longest) or (found.converged and longest > RUNNING_STEP):
        return sums.evaluate(found.point.params, meat=meat), found.step, found.decrement
    params, n = found.params, sums.rows.n
    for _ in range(LAST_POINTS):
        point = sums.evaluate(params, meat=meat)
        step, decrement = newton_step(point.gradient, point.information, len(sums.scale))
        longest = float(np.abs(step).max())
        if longest <= SETTLED_STEP:
            return replace(point, params=params + step), step, decrement
        if not (decrement > TOLERANCE * n or longest <= RUNNING_STEP):
            break
        params = params + step
    return point, step, decrement


def _identified(information: np.ndarray, k: int) -> bool:
    """Whether every combination of standardised columns, and ln(alpha) beside them, has information."""
    if not np.isfinite(information).all() or (np.diag(information) <= 0).any():
        return False
    unit = np.sqrt(np.diag(information))
    sizes = [np.linalg.eigvalsh(matrix) for matrix in (information[:k, :k], information / np.outer(unit, unit))]
    return all(size[0] > INFORMATION_TOLERANCE * size[-1] for size in sizes)


def _own_units(
    start: CountFit, problem: _Problem, point: Point, codes: np.ndarray | None, identified: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients and joint covariance of all columns of the design; no covariance where not identified."""
    sums, sample = problem.sums, problem.sample
    k, names = len(sums.scale), len(start.names)
    T = np.eye(len(point.params))
    T[:k, :k] = np.diag(1 / sums.scale)
    T[0, 1:k] = -sums.centre[1:] / sums.scale[1:]
    covariance = _covariance(start, sums, point, codes) if identified else np.full(T.shape, np.nan)
    places = np.append(sample.columns, names)[: len(point.params)]
    params, joint = spread(T @ point.params, T @ covariance @ T.T, replace(sample, columns=places), names + 1)
    return params[:names], joint


def _covariance(start: CountFit, sums: CountSums, point: Point, codes: np.ndarray | None) -> np.ndarray:
    """Covariance of the parameters of the standardised columns by the formulas of the module."""
    bread = np.linalg.inv(point.information)
    if start.kind == "classical":
        return bread
    if codes is None:
        return start.n / (start.n - 1) * bread @ point.meat @ bread
    outer = _cluster_sums(sums, point.params, codes, start.clusters)
    return start.clusters / (start.clusters - 1) * bread @ (outer.T @ outer) @ bread


def _cluster_sums(sums: CountSums, params: np.ndarray, codes: np.ndarray, clusters: int) -> np.ndarray:
    """Sums of the scores within each cluster, clusters x parameters; one column of rows at a time."""
    scores, k, codes = sums.scores(params), len(sums.scale), sums.rows.place(codes)
    away = sums.centre - sums.rows.middle
    found = np.empty((clusters, len(params)))
    for column in range(k):
        own = (sums.rows.column(column) - away[column]) * scores[:, 0] / sums.scale[column]
        found[:, column] = np.bincount(codes, own, clusters)
    if len(params) > k:
        found[:, k] = np.bincount(codes, scores[:, 1], clusters)
    return found


def _note(found: CountFit, running: bool) -> str:
    """The fall back to Poisson, and why a fit did not converge."""
    parts = []
    if found.estimator == "poisson":
        parts.append("no overdispersion: the likelihood is highest at alpha = 0; Poisson fitted instead")
    if running:
        parts.append("did not converge: some combination of terms has only zero counts, so a coefficient is infinite")
    elif not found.converged:
        parts.append(f"did not converge in {found.iterations} iterations")
    return "; ".join(parts)
