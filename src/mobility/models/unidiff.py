"""Log-multiplicative layer models of tables of origin by destination by layer (UNIDIFF), by maximum likelihood.

    ln F_ijk = mu + O_i + D_j + C_k + OC_ik + DC_jk + beta_k X_ij                (Erikson and Goldthorpe 1992; Xie 1992)

Identification: X is centred by rows and columns, beta of the base layer is 1. Companions: no association within
layers (conditional independence), beta = 1 everywhere (constant association), an X for each layer (separate).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from mobility.errors import DataError
from mobility.models.layer_solve import Margins, Point, Problem, information, log_likelihood
from mobility.models.layer_starts import best_of_starts, centred
from mobility.models.linear import independent_columns
from mobility.models.quasi_variance import quasi_variances

INDEPENDENT, CONSTANT, UNIDIFF, SEPARATE = (
    "independence",
    "common",
    "unidiff",
    "separate",
)
EFFECTS = (INDEPENDENT, CONSTANT, UNIDIFF, SEPARATE)
# Share of its own variance that a column must keep beside the margins and the columns before it.
APART = 1e-9
# Information of a strength per person, below which there is no association that could differ.
LEAST = 1e-14
# How many times the usual strength one is that runs to infinity.
FAR = 100


@dataclass(frozen=True, eq=False)
class LayerFit:
    """A fitted layer model of a table of K layers, I origins and J destinations.

    effect : one of `EFFECTS`. counts, fitted : K x I x J; there : True for the cells of the model, others are fitted
    exactly. names, columns, theta : parameters of the pattern, X_ij = sum_m theta_m Z_ijm; Z is I x J x q.
    beta : K, 1 in layer `base`; NaN where it is not estimated.
    joint : covariance of (theta, beta) by the expected information, (q + K) x (q + K); of the base layer 0.
    df : cells less parameters. settled : whether the maximum was reached. steps : Newton steps of the best start.
    gradient : largest score over the root of its information. notes : what a reader must know of zeros and of what
    was not estimated. parts : of separate associations the fit of each layer.
    """

    effect: str
    counts: np.ndarray
    fitted: np.ndarray
    there: np.ndarray
    names: tuple[str, ...]
    columns: np.ndarray
    theta: np.ndarray
    beta: np.ndarray
    base: int
    joint: np.ndarray
    df: int
    settled: bool
    steps: int
    gradient: float
    notes: tuple[str, ...] = ()
    parts: "tuple[LayerFit, ...]" = ()

    @property
    def n(self) -> float:
        """Sum of the counts."""
        return float(self.counts.sum())

    @property
    def deviance(self) -> float:
        """G2 = 2 sum n ln(n / F) - (n - F)."""
        n, F = self.counts[self.there], self.fitted[self.there]
        there = n > 0
        return float(2 * ((n[there] * np.log(n[there] / F[there])).sum() - (n - F).sum()))

    @property
    def pearson(self) -> float:
        """X2 = sum (n - F)^2 / F; a cell fitted as 0 that has no count adds nothing."""
        n, F = self.counts[self.there], self.fitted[self.there]
        return float(((n - F) ** 2 / np.where(F > 0, F, np.inf)).sum())

    @property
    def bic(self) -> float:
        """G2 - df ln N (Raftery 1986): below 0 the model is preferred to the saturated one, the lower the better."""
        return self.deviance - self.df * float(np.log(self.n))

    @property
    def log_likelihood(self) -> float:
        """Poisson log likelihood of the cells of the model."""
        from scipy.special import gammaln

        n, F = self.counts[self.there], self.fitted[self.there]
        return float((n * np.log(np.where(n > 0, F, 1)) - F - gammaln(n + 1)).sum())

    @property
    def parameters(self) -> int:
        """Number of parameters, margins among them."""
        return int(self.there.sum()) - self.df

    @property
    def aic(self) -> float:
        """-2 ln L + 2 parameters."""
        return -2 * self.log_likelihood + 2 * self.parameters

    @property
    def bic_of_cells(self) -> float:
        """-2 ln L + parameters ln(number of cells), as R's `BIC` has it of a table."""
        return -2 * self.log_likelihood + self.parameters * float(np.log(self.there.sum()))

    @property
    def dissimilarity(self) -> float:
        """Share of the people who would have to be in another cell for the model to fit: sum |n - F| / 2 N."""
        return float(np.abs(self.counts - self.fitted).sum() / (2 * self.n))

    @property
    def covariance(self) -> np.ndarray:
        """Covariance of beta, K x K."""
        q = len(self.theta)
        return self.joint[q:, q:]

    @property
    def association(self) -> np.ndarray:
        """X, I x J: rows and columns add to 0 over the cells that any layer has; NaN elsewhere."""
        Z, seen = centred(self.columns, self.there)
        return np.where(seen & bool(len(self.theta)), (Z @ self.theta).reshape(seen.shape), np.nan)

    @property
    def association_errors(self) -> np.ndarray:
        """Standard errors of X, I x J."""
        Z, seen = centred(self.columns, self.there)
        q = len(self.theta)
        errors = np.sqrt(np.einsum("cq,qr,cr->c", Z, self.joint[:q, :q], Z)).reshape(seen.shape)
        return np.where(seen & bool(q), errors, np.nan)

    def log_odds(self, layer: int, origins: tuple[int, int], destinations: tuple[int, int]) -> tuple[float, float]:
        """Fitted log odds ratio ln(F_ac F_bd / F_ad F_bc) of origins a, b and destinations c, d, and its error.

        NaN where one of the four cells is none of the model's. Of separate associations with the full pattern it is
        that of the counts, its error the root of the sum of their inverses.
        """
        if self.parts:
            return self.parts[layer].log_odds(0, origins, destinations)
        if not self.there[layer][np.ix_(origins, destinations)].all() or np.isnan(self.beta[layer]):
            return np.nan, np.nan
        cells = self.columns[np.ix_(origins, destinations)]
        contrast = cells[0, 0] + cells[1, 1] - cells[0, 1] - cells[1, 0]
        q = len(self.theta)
        jacobian = np.zeros(len(self.joint))
        jacobian[:q] = self.beta[layer] * contrast
        jacobian[q + layer] = contrast @ self.theta
        return float(self.beta[layer] * (contrast @ self.theta)), float(np.sqrt(jacobian @ self.joint @ jacobian))

    @property
    def log_beta(self) -> np.ndarray:
        """ln beta, K; 0 in the base layer, NaN where beta is not above 0."""
        return np.log(np.where(self.beta > 0, self.beta, np.nan))

    @property
    def log_covariance(self) -> np.ndarray:
        """Covariance of ln beta (delta method), K x K."""
        scale = np.where(self.beta > 0, self.beta, np.nan)
        return np.asarray(self.covariance / np.outer(scale, scale))

    @property
    def log_quasi_variances(self) -> np.ndarray:
        """Quasi-variances of ln beta, K (`quasi_variances`), over the layers that have one."""
        known = np.isfinite(np.diag(self.log_covariance))
        found = np.full(len(known), np.nan)
        found[known] = quasi_variances(self.log_covariance[np.ix_(known, known)])
        return found

    @property
    def intrinsic(self) -> np.ndarray:
        """Intrinsic association of each layer, K: beta_k sqrt(mean of X^2 over the cells) (logmult's phi, uniform)."""
        return self.beta * float(np.sqrt(np.nanmean(self.association**2)))

    @property
    def mean_odds_ratio(self) -> np.ndarray:
        """Mean absolute odds ratio of each layer, K: exp of the root of the mean square of its log odds ratios.

        Over pairs of origins and of destinations, which is 2 beta_k sqrt(sum X^2 / ((I - 1) (J - 1))) in the exponent
        (logmult's `maor`, uniform weights, norm 2); NaN where X is not of every cell.
        """
        X = self.association
        return np.exp(2 * self.beta * float(np.sqrt((X**2).sum() / ((X.shape[0] - 1) * (X.shape[1] - 1)))))


def fit_layers(
    counts: np.ndarray,
    effect: str,
    columns: Mapping[str, np.ndarray],
    base: int = 0,
    excluded: np.ndarray | None = None,
    names: Sequence[Sequence[str]] | None = None,
) -> LayerFit:
    """Fit one layer model.

    Parameters
    ----------
    counts : K x I x J, layer by origin by destination; weighted counts need not be whole.
    effect : one of `EFFECTS`. columns : of the pattern (`association.pattern_columns`), each I x J; not read for
        conditional independence. base : place of the layer whose beta is 1.
    excluded : True for cells that are no part of the model (structural zeros, a diagonal), I x J or K x I x J; they are
        fitted exactly. names : of the layers, origins and destinations, for notes and messages.

    Returns
    -------
    LayerFit. Rows and columns of a layer without a count, and cells whose parameter of X has no count in any layer,
    are fitted as 0 and count neither as cells nor as parameters; a layer that says nothing of X has no beta. Notes say
    so.

    Raises
    ------
    DataError
        A count is negative, missing or infinite, or all are 0.
    """
    table = np.asarray(counts, dtype="float64")
    called = names if names is not None else [[str(at + 1) for at in range(size)] for size in table.shape]
    _check(table, called)
    there = np.ones(table.shape, dtype=bool) if excluded is None else ~np.broadcast_to(excluded, table.shape)
    there, notes = _with_counts(table, there, called)
    wanted = {} if effect == INDEPENDENT else dict(columns)
    if effect == SEPARATE:
        own = [called[0][k : k + 1] for k in range(len(table))]
        parts = [_fit(table[k : k + 1], there[k : k + 1], wanted, CONSTANT, 0, own[k]) for k in range(len(table))]
        return _together(parts, base, tuple(notes))
    found = _fit(table, there, wanted, effect, base, called[0])
    return replace(found, notes=(*notes, *found.notes))


def _check(table: np.ndarray, names: Sequence[Sequence[str]]) -> None:
    """DataError on what is no count."""
    bad = ~np.isfinite(table) | (table < 0)
    if bad.any():
        k, i, j = (int(place) for place in np.argwhere(bad)[0])
        raise DataError(
            f"counts: {int(bad.sum())} of {table.size} cells are negative, missing or infinite; the first is "
            f"{table[k, i, j]:g} in layer `{names[0][k]}`, origin `{names[1][i]}`, destination `{names[2][j]}`. "
            "A count is 0 or more: mend the file, or the weights that it is summed from."
        )
    if not table.sum():
        raise DataError("counts: every cell is 0. Look at the sample (samples.yaml) and the column of the counts.")


def _with_counts(table: np.ndarray, there: np.ndarray, names: Sequence[Sequence[str]]) -> tuple[np.ndarray, list[str]]:
    """Cells less the rows and columns of a layer that have no count, and a note of each kind."""
    counts = np.where(there, table, 0.0)
    kept = there & (counts.sum(axis=2) > 0)[:, :, None] & (counts.sum(axis=1) > 0)[:, None, :]
    notes = []
    for k, name in enumerate(names[0]):
        gone = [(there[k] & ~kept[k]).all(axis=axis) & there[k].any(axis=axis) for axis in (1, 0)]
        if gone[0].all():
            notes.append(f"layer {name} has no count")
        elif gone[0].any() or gone[1].any():
            sides = zip(("origin", "destination"), gone, names[1:], strict=True)
            what = [f"{side} {', '.join(np.array(of)[own])}" for side, own, of in sides if own.any()]
            notes.append(f"layer {name} has no count in {' and '.join(what)}")
    return kept, notes


def _fit(
    table: np.ndarray,
    there: np.ndarray,
    columns: Mapping[str, np.ndarray],
    effect: str,
    base: int,
    called: Sequence[str],
) -> LayerFit:
    """The fit of one pattern to all layers of a table."""
    counts = np.where(there, table, 0.0)
    there, columns, empty = _without_empty(counts, there, columns)
    alone = f"layer {called[0]} alone" if len(table) == 1 else "every layer"
    notes = [f"{empty} cells without a count in {alone} are fitted as 0"] if empty else []
    names, Z, informed = _independent(there, columns)
    free, held = informed & (effect == UNIDIFF), int(np.argmax(np.where(informed, counts.sum(axis=(1, 2)), -1)))
    free[held] = False
    notes += _silent(called, informed) if effect == UNIDIFF else []
    point, problem, other = best_of_starts(Problem(counts, there, Z, free), held)
    F = log_likelihood(problem, point.predictor(problem))[1]
    found = LayerFit(
        effect,
        table,
        np.where(there, F, table),
        there,
        names,
        Z,
        point.theta,
        point.beta,
        base,
        np.full((len(names) + len(table),) * 2, np.nan),
        int(there.sum() - problem.margins.sum() - len(names) - free.sum()),
        point.settled,
        point.steps,
        point.gradient,
        tuple(notes),
    )
    if not names:
        return replace(found, beta=np.full(len(table), np.nan))
    if not informed[base]:
        why = f"base layer {called[base]} says nothing of the association: take another layer as base"
        return replace(found, beta=np.full(len(table), np.nan), settled=False, notes=(*notes, why))
    found = _identified(found, problem, F, informed)
    return replace(found, notes=(*notes, *_running(called, found), *_another(other)))


def _silent(called: Sequence[str], informed: np.ndarray) -> list[str]:
    """Notes on layers that have no strength, and on a table with one layer."""
    if len(called) == 1:
        return ["one layer: there is no strength to compare, and the association is that of constant association"]
    return [
        f"layer {name} says nothing of the association"
        for name, known in zip(called, informed, strict=True)
        if not known
    ]


def _running(called: Sequence[str], found: LayerFit) -> list[str]:
    """A note where no maximum was reached: the layers whose strengths have none, if it is theirs that run away."""
    if found.settled or found.effect != UNIDIFF:
        return []
    size = np.abs(found.beta)
    usual = float(np.nanmedian(size))
    gone = [name for name, own in zip(called, size, strict=True) if own > FAR * usual or own * FAR < usual]
    which = f" (layer {', '.join(gone)})" if gone else ""
    return [f"no maximum{which}: zeros leave a parameter without end; join classes or layers"]


def _another(apart: float) -> list[str]:
    """A note on a second maximum."""
    return [] if np.isnan(apart) else [f"another maximum has a deviance that is {apart:.3g} higher"]


def _identified(found: LayerFit, problem: Problem, F: np.ndarray, informed: np.ndarray) -> LayerFit:
    """The fit in terms of the declared base layer, X centred, with the errors of both."""
    base, q, K = found.base, len(found.names), len(found.beta)
    point = Point(np.zeros((K, 1)), np.zeros((K, 1)), found.theta, found.beta)
    expected = information(problem, point, F, Margins(F, problem))
    places = np.concatenate([np.arange(q), q + np.flatnonzero(problem.free)])
    inner = np.zeros((q + K, q + K))
    # X of nothing but rounding: every strength fits as well.
    weak = np.diag(expected)[q:] < LEAST * found.n
    inner[np.ix_(places, places)] = _inverse(expected) if not weak.any() else np.nan
    theta, beta = found.theta * found.beta[base], found.beta / found.beta[base]
    jacobian = np.zeros((q + K, q + K))
    jacobian[:q, :q] = np.eye(q) * found.beta[base]
    jacobian[:q, q + base] = found.theta
    jacobian[q:, q:] = np.eye(K) / found.beta[base]
    jacobian[q:, q + base] -= beta / found.beta[base]
    silent = np.concatenate([np.zeros(q, dtype=bool), ~informed])
    joint = np.where(silent | silent[:, None], np.nan, jacobian @ inner @ jacobian.T)
    return replace(found, theta=theta, beta=np.where(informed, beta, np.nan), joint=joint)


def _inverse(matrix: np.ndarray) -> np.ndarray:
    """The inverse, by columns of like size; NaN where a combination of parameters has no information."""
    scale = np.sqrt(np.where(np.diag(matrix) > 0, np.diag(matrix), 1))
    sizes, vectors = np.linalg.eigh(matrix / np.outer(scale, scale))
    if len(sizes) and sizes[0] <= 1e-12 * sizes[-1]:
        return np.full(matrix.shape, np.nan)
    return np.asarray((vectors / sizes) @ vectors.T / np.outer(scale, scale))


def _together(parts: Sequence[LayerFit], base: int, notes: tuple[str, ...]) -> LayerFit:
    """One fit of the layers' own: no layer is at another's strength."""
    first, K = parts[0], len(parts)
    own = [note for part in parts for note in part.notes]
    return replace(
        first,
        effect=SEPARATE,
        counts=np.concatenate([part.counts for part in parts]),
        fitted=np.concatenate([part.fitted for part in parts]),
        there=np.concatenate([part.there for part in parts]),
        names=tuple(dict.fromkeys(name for part in parts for name in part.names)),
        columns=first.columns[..., :0],
        theta=np.zeros(0),
        beta=np.full(K, np.nan),
        base=base,
        joint=np.full((K, K), np.nan),
        parts=tuple(parts),
        df=sum(part.df for part in parts),
        settled=all(part.settled for part in parts),
        steps=max(part.steps for part in parts),
        gradient=max(part.gradient for part in parts),
        notes=(*notes, *own),
    )


def _without_empty(
    counts: np.ndarray, there: np.ndarray, columns: Mapping[str, np.ndarray]
) -> tuple[np.ndarray, Mapping[str, np.ndarray], int]:
    """Cells and columns less those of 0 and 1 without a count where it is 1: their parameter is minus infinity."""
    pooled = counts.sum(axis=0)
    empty = [name for name, Z in columns.items() if ((Z == 0) | (Z == 1)).all() and not (pooled * Z).any()]
    gone = np.zeros(pooled.shape, dtype=bool)
    for name in empty:
        gone |= columns[name] == 1
    lost = int((there & gone).sum())
    return there & ~gone, {name: Z for name, Z in columns.items() if name not in empty}, lost


def _independent(
    there: np.ndarray, columns: Mapping[str, np.ndarray]
) -> tuple[tuple[str, ...], np.ndarray, np.ndarray]:
    """Names and columns (I x J x q) that neither margins nor earlier columns hold, and which layers tell of them."""
    names = list(columns)
    layers = len(there)
    if not names:
        return (), np.zeros((*there.shape[1:], 0)), np.zeros(layers, dtype=bool)
    Z = np.stack([columns[name] for name in names], axis=-1)
    ones = Problem(there.astype("float64"), there, Z, np.zeros(layers, dtype=bool))
    margins = Margins(ones.counts, ones)
    point = Point(np.zeros((layers, 1)), np.zeros((layers, 1)), np.zeros(len(names)), np.ones(layers))
    gram = information(ones, point, ones.counts, margins)
    whole = np.tensordot(ones.counts, Z**2, axes=([1, 2], [0, 1]))
    scale = np.sqrt(np.where(whole.sum(axis=0) > 0, whole.sum(axis=0), 1))
    kept = independent_columns(gram / np.outer(scale, scale), APART)
    own = whole - sum((part**2).sum(axis=1) for part in margins.lost(Z))
    informed = (own > APART * np.where(whole > 0, whole, 1)).any(axis=1) if len(kept) else np.zeros(layers, dtype=bool)
    return tuple(names[place] for place in kept), np.ascontiguousarray(Z[..., kept]), informed
