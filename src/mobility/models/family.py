"""The register of families: how a model is fitted, what can be shown of it, and its commands in Stata and R.

To add one: an entry here, with its fit in a module of its own; its name and heading in `mobility/estimators.py`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mobility.errors import SpecError, nearest
from mobility.estimators import BINARY, CONTINUOUS, COUNT, ESTIMATORS, TABLE
from mobility.models.commands import R, Stata
from mobility.models.fit import fit
from mobility.models.fixed_effects import fit_fixed_effects
from mobility.models.layer_table import fit_table
from mobility.models.negbin import fit_negbin
from mobility.models.prepared import Prepared
from mobility.models.result import Fit
from mobility.models.sparse import WIDE, fit_wide
from mobility.models.unidiff import EFFECTS, UNIDIFF

PROBABILITIES = ("coefficient", "effect", "probability", "marginal_effect")
AMOUNTS = ("coefficient", "marginal_effect")
RATES = ("coefficient", "rate_ratio", "predicted_rate", "marginal_effect")
LAYERS = ("coefficient", "layer_strength", "association", "pair_log_odds")
COMPANIONS = ("coefficient", "association", "pair_log_odds")
# glm keeps the weights of the iteration before its last, so that errors are as far off as that one was.
PRECISE = "list(epsilon = 1e-15, maxit = 50)"
# Scores s of the linear predictor and the information; of nbreg with those of ln(alpha), t.
PROBIT_SCORES = """q <- 2 * m$y - 1
s <- q * dnorm(q * x %*% b) / pnorm(q * x %*% b)
information <- crossprod(x, x * w * c(s * (s + x %*% b)))
scores <- x * w * c(s)"""
NBREG_SCORES = """y <- m$y; mu <- fitted(m); a <- 1 / m$theta; r <- a * mu
s <- (y - mu) / (1 + r)
t <- s + (log1p(r) - digamma(y + 1 / a) + digamma(1 / a)) / a
edge <- colSums(x * s * r / (1 + r))
last <- sum(t - s / (1 + r) - (r / (1 + r) - (trigamma(1 / a) - trigamma(y + 1 / a)) / a) / a)
information <- rbind(cbind(crossprod(x, x * mu * (1 + a * y) / (1 + r)^2), edge), c(edge, last))
scores <- cbind(x * s, t)"""


@dataclass(frozen=True)
class Family:
    """One estimator that a model file, or a column of a table, may name.

    name : of the register `estimators`, which has its heading. fit : from a model's data to its fit.
    quantities : by the kind of outcome that it explains, statistics of the tables that can show it.
    stata, r : its commands, None where there are none.
    nested : the family that its fits may turn into; they then bear that name as their `estimator`.
    """

    name: str
    fit: Callable[[Prepared], Fit]
    quantities: Mapping[str, tuple[str, ...]]
    stata: Stata | None = None
    r: R | None = None
    nested: "Family | None" = None

    @property
    def label(self) -> str:
        """Heading of its columns."""
        return ESTIMATORS[self.name].label

    def of(self, found: Fit) -> "Family":
        """The family that a fit turned out to be."""
        return self.nested if self.nested is not None and found.estimator == self.nested.name else self


def _index(estimator: str) -> Callable[[Prepared], Fit]:
    """The fit by one of `links.LINKS`."""

    def fit_it(data: Prepared) -> Fit:
        return fit(data.outcome, data.design, estimator, data.covariance, data.cluster, data.weights)

    return fit_it


def _least_squares(data: Prepared) -> Fit:
    """From the whole matrix, or where it has hundreds of columns, most of them of levels, from these."""
    if len(data.design.names) < WIDE:
        return _index("ols")(data)
    return fit_wide(data.outcome, data.design, data.covariance, data.cluster, data.weights)


def _counts(data: Prepared) -> Fit:
    return fit_negbin(data.outcome, data.design, data.covariance, data.offset, data.cluster)


def _within(data: Prepared) -> Fit:
    return fit_fixed_effects(data.outcome, data.design, data.cluster)


def _glm(family: str) -> str:
    return f"glm({{formula}}, family = {family}, weights = w, control = {PRECISE})"


_POISSON = Family(
    "poisson", _counts, {COUNT: RATES}, Stata("poisson", margins=False), R(_glm("poisson"), margins=False)
)
_FAMILIES = (
    Family(
        "ols",
        _least_squares,
        {BINARY: PROBABILITIES, CONTINUOUS: AMOUNTS},
        Stata("regress", classical="vce(ols)", classical_weight="aweight"),
        R(
            "lm({formula}, weights = w)",
            robust='sandwich::vcovHC(m, type = "HC1")',
            clustered='sandwich::vcovCL(m, cluster = d${cluster}, type = "HC1")',
            link=("x", "0 * x + 1", "0 * x"),
        ),
    ),
    Family(
        "logit",
        _index("logit"),
        {BINARY: PROBABILITIES},
        Stata("logit"),
        R(_glm("binomial(logit)"), link=("plogis(x)", "dlogis(x)", "dlogis(x) * (1 - 2 * plogis(x))")),
    ),
    Family(
        "probit",
        _index("probit"),
        {BINARY: PROBABILITIES},
        Stata("probit"),
        R(_glm("binomial(probit)"), scores=PROBIT_SCORES, link=("pnorm(x)", "dnorm(x)", "-x * dnorm(x)")),
    ),
    Family(
        "nbreg",
        _counts,
        {COUNT: RATES},
        Stata("nbreg", margins=False),
        R(
            "MASS::glm.nb({formula}, control = glm.control(epsilon = 1e-10, maxit = 100))",
            weighted=False,
            scores=NBREG_SCORES,
            estimates="c(b, ln_alpha = log(a))",
            margins=False,
        ),
        nested=_POISSON,
    ),
    Family("within", _within, {BINARY: PROBABILITIES, CONTINUOUS: AMOUNTS}),
    *(Family(name, fit_table(name), {TABLE: LAYERS if name == UNIDIFF else COMPANIONS}) for name in EFFECTS),
)
FAMILIES: Mapping[str, Family] = {family.name: family for family in _FAMILIES}


def family_of(name: str, where: str) -> Family:
    """The family of an estimator; `SpecError` with the nearest names, `where` being the file that names it."""
    if name not in FAMILIES:
        raise SpecError(f"{where}: no estimator `{name}`; {nearest(name, list(FAMILIES))}.")
    return FAMILIES[name]
