"""The same fit in Stata and in R, for reviewers who use them on the exported analysis file.

R needs nothing beyond base R but MASS (counts) and sandwich (linear models and logits); what neither has, the observed
information of probit and nbreg and the errors of marginal effects, is written out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Term = Mapping[str, Any]
STATA_VERBS = {"ols": "regress"}
STATA_CLASSICAL = {"ols": "vce(ols)"}
COUNTS = ("nbreg", "poisson")
# glm keeps the weights of the iteration before its last, so that errors are as far off as that one was.
PRECISE = "list(epsilon = 1e-15, maxit = 50)"
# Distribution function, density and its derivative: what marginal effects are made of.
R_LINKS = {
    "ols": ("x", "0 * x + 1", "0 * x"),
    "logit": ("plogis(x)", "dlogis(x)", "dlogis(x) * (1 - 2 * plogis(x))"),
    "probit": ("pnorm(x)", "dnorm(x)", "-x * dnorm(x)"),
}
# Scores s of the linear predictor and the information; of nbreg with those of ln(alpha), t.
R_SCORES = {
    "probit": """q <- 2 * m$y - 1
s <- q * dnorm(q * x %*% b) / pnorm(q * x %*% b)
information <- crossprod(x, x * w * c(s * (s + x %*% b)))
scores <- x * w * c(s)""",
    "nbreg": """y <- m$y; mu <- fitted(m); a <- 1 / m$theta; r <- a * mu
s <- (y - mu) / (1 + r)
t <- s + (log1p(r) - digamma(y + 1 / a) + digamma(1 / a)) / a
edge <- colSums(x * s * r / (1 + r))
last <- sum(t - s / (1 + r) - (r / (1 + r) - (trigamma(1 / a) - trigamma(y + 1 / a)) / a) / a)
information <- rbind(cbind(crossprod(x, x * mu * (1 + a * y) / (1 + r)^2), edge), c(edge, last))
scores <- cbind(x * s, t)""",
}
R_EFFECTS = """at <- function(name, value) {
  e <- d
  e[[name]][] <- value
  model.matrix(delete.response(terms(m)), e)[, names(b), drop = FALSE]
}
change <- function(name, to, from) {
  x1 <- at(name, to); x0 <- at(name, from)
  g <- colSums(w / sum(w) * (c(f(x1 %*% b)) * x1 - c(f(x0 %*% b)) * x0))
  c(effect = sum(w / sum(w) * (F(x1 %*% b) - F(x0 %*% b))), std_error = sqrt(c(g %*% V %*% g)))
}
slope <- function(name, h = 1e-4) {
  dx <- (at(name, d[[name]] + h) - at(name, d[[name]] - h)) / (2 * h)
  eta <- c(x %*% b); by_x <- c(dx %*% b)
  g <- colSums(w / sum(w) * (f1(eta) * by_x * x + f(eta) * dx))
  c(effect = sum(w / sum(w) * f(eta) * by_x), std_error = sqrt(c(g %*% V %*% g)))
}"""


@dataclass(frozen=True)
class Written:
    """What the commands say of one fit.

    sample : name of the exported file. used : its 0/1 column of the rows that the fit used. outcome : its column.
    terms : those with a coefficient, in their order; a factor's `reference` is a level, its `used` levels are those
    that the rows have. estimator : ols | logit | probit | nbreg | poisson. errors : robust | clustered | classical.
    cluster : column. exposure : column, empty for none. weighted : by the column `weight`.
    """

    sample: str
    used: str
    outcome: str
    terms: Sequence[Term]
    estimator: str
    errors: str
    cluster: str
    exposure: str = ""
    weighted: bool = False


def outcome_name(model: str) -> str:
    """Name of a model's 0/1 outcome in the exported file: `to_professional` for `technician__to__professional`."""
    return f"to_{model.split('__to__')[-1]}"[:32]


def used_name(model: str, estimator: str) -> str:
    """Name of the 0/1 column of the rows that a fit used: `in_logit_professional`."""
    return f"in_{estimator}_{model.split('__to__')[-1]}"[:32]


def level_code(term: Term, level: str) -> int:
    """Code of a factor's level in the exported Stata file: its place among the term's levels, from 1."""
    return [str(known) for known in term["levels"]].index(level) + 1


def stata_command(fit: Written) -> str:
    """The estimator with Stata's factor notation and the model's errors, and the average marginal effects."""
    verb = STATA_VERBS.get(fit.estimator, fit.estimator)
    regressors = " ".join(_stata_term(term) for term in fit.terms)
    options = [f"exposure({fit.exposure})"] * bool(fit.exposure) + [_stata_errors(fit)]
    lines = [f"use {fit.sample}, clear", f"keep if {fit.used}"]
    if fit.weighted:
        lines += ["summarize weight, meanonly", "replace weight = weight / r(mean)"]
    lines.append(f"{verb} {fit.outcome} {regressors}{_stata_weight(fit)}, {' '.join(options)}")
    return "\n".join(lines + ["margins, dydx(*)"] * (fit.estimator in R_LINKS))


def _stata_errors(fit: Written) -> str:
    if fit.errors == "classical":
        return STATA_CLASSICAL.get(fit.estimator, "vce(oim)")
    return "vce(robust)" if fit.errors == "robust" else f"vce(cluster {fit.cluster})"


def _stata_weight(fit: Written) -> str:
    """Sampling weights; beside classical errors those that keep them classical."""
    if not fit.weighted:
        return ""
    if fit.errors != "classical":
        return " [pweight=weight]"
    return " [aweight=weight]" if fit.estimator == "ols" else " [iweight=weight]"


def _stata_term(term: Term) -> str:
    if term["kind"] == "factor":
        return f"ib{level_code(term, term['reference'])}.{term['of']}"
    if term["kind"] == "polynomial":
        return "##".join([f"c.{term['of']}"] * term["degree"])
    # As a factor, so that margins takes the discrete change.
    return f"i.{term['of']}" if term["kind"] == "indicator" else f"c.{term['of']}"


def r_command(fit: Written) -> str:
    """The fit, V: covariance matrix with the factor that Stata documents, and the average marginal effects."""
    weights = "d$weight / mean(d$weight)" if fit.weighted else "rep(1, nrow(d))"
    weighing = [] if fit.estimator == "nbreg" else [f"w <- {weights}"]
    estimates = "c(b, ln_alpha = log(a))" if fit.estimator == "nbreg" else "b"
    lines = [
        *_r_data(fit),
        *weighing,
        f"m <- {_r_fit(fit)}",
        "b <- coef(m)[!is.na(coef(m))]; x <- model.matrix(m)[, names(b), drop = FALSE]",
        *_r_errors(fit),
        f"cbind(estimate = {estimates}, std_error = sqrt(diag(V)))",
    ]
    return "\n".join(lines + (_r_effects(fit) if fit.estimator in R_LINKS else []))


def _r_data(fit: Written) -> list[str]:
    """The used rows, factors with their reference as the first level."""
    factors = [term for term in fit.terms if term["kind"] == "factor"]
    text = ", ".join(f'{term["of"]} = "character"' for term in factors)
    classes = f", colClasses = c({text})" if factors else ""
    lines = [f'd <- read.csv("{fit.sample}.csv"{classes})', f"d <- d[d${fit.used} == 1, ]"]
    for term in factors:
        levels = [term["reference"], *(level for level in term["used"] if level != term["reference"])]
        lines.append(f"d${term['of']} <- factor(d${term['of']}, c({', '.join(map(_r_text, levels))}))")
    return lines


def _r_text(level: str) -> str:
    escaped = level.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _r_fit(fit: Written) -> str:
    terms = [part for term in fit.terms for part in _r_term(term)]
    terms += [f"offset(log({fit.exposure}))"] if fit.exposure else []
    formula = f"{fit.outcome} ~ {' + '.join(terms)}, data = d"
    if fit.estimator == "ols":
        return f"lm({formula}, weights = w)"
    if fit.estimator == "nbreg":
        return f"MASS::glm.nb({formula}, control = glm.control(epsilon = 1e-10, maxit = 100))"
    family = "poisson" if fit.estimator == "poisson" else f"binomial({fit.estimator})"
    return f"glm({formula}, family = {family}, weights = w, control = {PRECISE})"


def _r_term(term: Term) -> list[str]:
    powers = range(2, term["degree"] + 1) if term["kind"] == "polynomial" else ()
    return [term["of"], *(f"I({term['of']}^{power})" for power in powers)]


def _r_errors(fit: Written) -> list[str]:
    """V by sandwich where its bread is the observed information, else written out."""
    if fit.estimator in R_SCORES:
        return [R_SCORES[fit.estimator], "bread <- solve(information)", *_r_sandwich(fit)]
    if fit.errors == "classical":
        return ["V <- vcov(m, complete = FALSE)"]
    linear = fit.estimator == "ols"
    if fit.errors == "clustered":
        kind = '"HC1"' if linear else '"HC0", cadjust = TRUE'
        return [f"V <- sandwich::vcovCL(m, cluster = d${fit.cluster}, type = {kind})"]
    return [
        'V <- sandwich::vcovHC(m, type = "HC1")' if linear else "V <- sandwich::sandwich(m) * nrow(d) / (nrow(d) - 1)"
    ]


def _r_sandwich(fit: Written) -> list[str]:
    if fit.errors == "classical":
        return ["V <- bread"]
    group = [f"scores <- rowsum(scores, d${fit.cluster})"] if fit.errors == "clustered" else []
    return [*group, "V <- bread %*% crossprod(scores) %*% bread * nrow(scores) / (nrow(scores) - 1)"]


def _r_effects(fit: Written) -> list[str]:
    """A discrete change for each level and indicator, a mean derivative for each number."""
    links = [
        f"{name} <- function(x) {body}" for name, body in zip(("F", "f", "f1"), R_LINKS[fit.estimator], strict=True)
    ]
    effects = ",\n  ".join(effect for term in fit.terms for effect in _r_effects_of(term))
    return ["; ".join(links), R_EFFECTS, f"rbind(\n  {effects}\n)"]


def _r_effects_of(term: Term) -> list[str]:
    of = _r_text(term["of"])
    if term["kind"] == "indicator":
        return [f"{of} = change({of}, 1, 0)"]
    if term["kind"] != "factor":
        return [f"{of} = slope({of})"]
    reference = _r_text(term["reference"])
    levels = [_r_text(level) for level in term["used"] if level != term["reference"]]
    return [f"{level} = change({of}, {level}, {reference})" for level in levels]
