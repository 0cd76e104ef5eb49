"""The same fit in Stata and in R, for reviewers who use them on the exported analysis file.

R needs nothing beyond base R but MASS (counts) and sandwich (linear models and logits); what neither has, the observed
information of probit and nbreg and the errors of marginal effects, is written out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import product

from mobility.settings.terms import FIRST, INTERACTION, Term

# Kinds of terms whose values are groups.
GROUPING = ("indicator", "factor")
# Characters of a name in Stata, of that of a local macro, and of the mark of a longer one.
LONGEST, LONGEST_MACRO, MARK = 32, 31, 6

# Levels that the rows have, the first with both outcomes before the others where these are given. What all rows have
# alike is a number, which falls with the constant: R takes no factor of one level.
R_FACTOR = """among <- function(x, levels, outcome = NULL) {
  x <- droplevels(factor(x, levels))
  if (nlevels(x) < 2) return(0)
  if (is.null(outcome)) x else relevel(x, levels(x)[tapply(outcome, x, function(y) length(unique(y)) > 1)][1])
}"""
# R says itself which coefficients it dropped and which levels have rows: an effect that needs such a coefficient is NA.
R_EFFECTS = """own <- seq_along(b); gone <- names(coef(m))[is.na(coef(m))]
at <- function(name, value) {
  e <- d
  e[[name]][] <- value
  model.matrix(delete.response(terms(m)), e)
}
shown <- function(effect, g) {
  structure(c(effect = effect, std_error = sqrt(c(g %*% V[own, own] %*% g)) + 0 * effect), g = g)
}
known <- function(effect, g, x) shown(if (any(x != 0)) NA else effect, g)
minus <- function(a, b) shown(a[[1]] - b[[1]], attr(a, "g") - attr(b, "g"))
mean_at <- function(name, value, rows) {
  all <- at(name, value); x <- all[, names(b), drop = FALSE]; s <- w * rows / sum(w * rows); eta <- x %*% b
  list(mean = sum(s * F(eta)), g = c(crossprod(x, s * f(eta))), gone = s * all[, gone])
}
change <- function(name, to, from, rows = TRUE, old = mean_at(name, from, rows), new = mean_at(name, to, rows)) {
  known(new$mean - old$mean, new$g - old$g, new$gone - old$gone)
}
changes <- function(name, rows = TRUE) {
  levels <- levels(d[[name]])
  if (length(levels)) old <- mean_at(name, levels[1], rows)
  sapply(levels[-1], function(level) change(name, level, levels[1], rows, old), simplify = FALSE)
}
slope <- function(name, rows = TRUE, h = 1e-4) {
  all <- (at(name, d[[name]] + h) - at(name, d[[name]] - h)) / (2 * h); s <- w * rows / sum(w * rows)
  dx <- all[, names(b), drop = FALSE]; eta <- c(x %*% b); by_x <- c(dx %*% b)
  known(sum(s * f(eta) * by_x), colSums(s * (f1(eta) * by_x * x + f(eta) * dx)), s * all[, gone])
}"""
R_GROUPS = """by_group <- function(effects, by, values = sapply(levels(by), identity)) {
  found <- lapply(values, function(value) effects(by == value))
  if (!length(found)) return(NULL)
  table <- function(name) {
    within <- lapply(found, `[[`, name); others <- lapply(within[-1], minus, within[[1]])
    names(others) <- sprintf("%s in %s - %s", name, names(others), names(within)[1])
    names(within) <- sprintf("%s in %s", name, names(within))
    c(within, others)
  }
  unlist(unname(lapply(names(found[[1]]), table)), recursive = FALSE)
}"""


@dataclass(frozen=True)
class Stata:
    """An estimator in Stata. verb : the command. classical : its option for classical errors.

    classical_weight : kind of weights that keeps classical errors classical.
    margins : whether the average effects of every term follow.
    """

    verb: str
    classical: str = "vce(oim)"
    classical_weight: str = "iweight"
    margins: bool = True


@dataclass(frozen=True)
class R:
    """An estimator in R.

    call : the fit `m`, of `{formula}`, data d and weights w. weighted : whether it takes weights.
    robust, clustered : V by sandwich, where its bread is the observed information. estimates : what stands beside V.
    scores : code of the scores and the information, where the bread is not; empty where it is.
    link : the mean by the linear predictor and its two derivatives, of which marginal effects are made.
    margins : whether the average effects of every term follow; those by group follow an interaction anyway.
    """

    call: str
    weighted: bool = True
    robust: str = "sandwich::sandwich(m) * nrow(d) / (nrow(d) - 1)"
    clustered: str = 'sandwich::vcovCL(m, cluster = d${cluster}, type = "HC0", cadjust = TRUE)'
    estimates: str = "b"
    scores: str = ""
    link: tuple[str, str, str] = ("exp(x) * e", "exp(x) * e", "exp(x) * e")
    margins: bool = True


@dataclass(frozen=True)
class Written:
    """What the commands say of one fit: what its model says, so that they tell nothing of its rows.

    sample : name of the exported file. used : its 0/1 column of the rows that the fit used. outcome : its column.
    errors : robust | clustered | classical. cluster : column. exposure : column, empty for none.
    weighted : by the column `weight`. binary : whether the outcome is 0/1.
    """

    sample: str
    used: str
    outcome: str
    terms: Sequence[Term]
    errors: str
    cluster: str
    exposure: str = ""
    weighted: bool = False
    binary: bool = False


def outcome_name(model: str) -> str:
    """Name of a model's 0/1 outcome in the exported file: `to_professional` for `technician__to__professional`."""
    return short_name(f"to_{model.split('__to__')[-1]}")


def used_name(model: str, estimator: str) -> str:
    """Name of the 0/1 column of the rows that a fit used: `in_logit_professional`."""
    return short_name(f"in_{estimator}_{model.split('__to__')[-1]}")


def short_name(name: str, longest: int = LONGEST) -> str:
    """A name of at most 32 characters, Stata's limit: a longer one ends in a mark of the whole, so that two differ."""
    if len(name) <= longest:
        return name
    mark = sha256(name.encode()).hexdigest()[:MARK]
    return f"{name[: longest - MARK - 1]}_{mark}"


def level_code(term: Term, level: str) -> int:
    """Code of a factor's level in the exported Stata file: its place among the term's levels, from 1."""
    return term.levels.index(level) + 1


def stata_command(fit: Written, by: Stata) -> str:
    """The estimator with Stata's factor notation and the model's errors, and the average marginal effects."""
    regressors = " ".join(_stata_term(term, fit.binary) for term in fit.terms)
    options = [f"exposure({fit.exposure})"] * bool(fit.exposure) + [_stata_errors(fit, by)]
    lines = [f"use {fit.sample}, clear", f"keep if {fit.used}"]
    if fit.weighted:
        lines += ["summarize weight, meanonly", "replace weight = weight / r(mean)"]
    lines += [line for term in fit.terms if fit.binary and _by_data(term) for line in _stata_base(fit, term)]
    lines.append(f"{by.verb} {fit.outcome} {regressors}{_stata_weight(fit, by)}, {' '.join(options)}")
    by_group = [line for one, groups in _pairs(fit) for line in _stata_groups(one, groups)]
    return "\n".join([*lines, *(["margins, dydx(*)"] * by.margins), *by_group])


def _pairs(fit: Written) -> list[tuple[Term, Term]]:
    """The terms of interactions of two that stand alone too: the one whose effect it is, and the one of the groups."""
    alone = {term.id for term in fit.terms}
    pairs = [(term.parts[0], term.parts[1]) for term in fit.terms if len(term.parts) == 2]
    return [(one, groups) for one, groups in pairs if {one.id, groups.id} <= alone and groups.kind in GROUPING]


def _stata_groups(one: Term, groups: Term) -> list[str]:
    """The effects within the groups, and their differences."""
    of = f"r.{one.of}," if one.kind in GROUPING else f", dydx({one.of})"
    return [
        f"margins, dydx({one.of}) over({groups.of})",
        f"margins {of} over(r.{groups.of}) contrast(nowald effects)".replace(" ,", ","),
    ]


def _stata_errors(fit: Written, by: Stata) -> str:
    if fit.errors == "classical":
        return by.classical
    return "vce(robust)" if fit.errors == "robust" else f"vce(cluster {fit.cluster})"


def _stata_weight(fit: Written, by: Stata) -> str:
    """Sampling weights; beside classical errors those that keep them classical."""
    if not fit.weighted:
        return ""
    return f" [{by.classical_weight if fit.errors == 'classical' else 'pweight'}=weight]"


def _by_data(term: Term) -> bool:
    """Whether a factor's reference is the first level that the rows have; of an outcome of 0 and 1, that has both."""
    return term.kind == "factor" and term.reference == FIRST


def _stata_base(fit: Written, term: Term) -> list[str]:
    """The code of the first level with both outcomes as a local macro."""
    both = short_name(f"both_{term.of}")
    return [
        f"egen {both} = sd({fit.outcome}), by({term.of})",
        f"summarize {term.of} if {both} > 0 & !missing({both}), meanonly",
        f"local {_stata_macro(term)} = r(min)",
    ]


def _stata_macro(term: Term) -> str:
    return short_name(f"base_{term.of}", LONGEST_MACRO)


def _stata_term(term: Term, binary: bool) -> str:
    if term.kind == INTERACTION:
        parts = (_stata_term(part, binary) for part in term.parts)
        return "#".join(f"({part})" if "##" in part else part for part in parts)
    if _by_data(term):
        return f"ib`{_stata_macro(term)}'.{term.of}" if binary else f"i.{term.of}"
    if term.kind == "factor":
        return f"ib{level_code(term, term.reference)}.{term.of}"
    if term.kind == "polynomial":
        return "##".join([f"c.{term.of}"] * term.degree)
    # As a factor, so that margins takes the discrete change.
    return f"i.{term.of}" if term.kind == "indicator" else f"c.{term.of}"


def r_command(fit: Written, by: R) -> str:
    """The fit, V: covariance matrix with the factor that Stata documents, and the average marginal effects."""
    weights = "d$weight / mean(d$weight)" if fit.weighted else "rep(1, nrow(d))"
    lines = [
        *_r_data(fit),
        *[f"w <- {weights}"] * by.weighted,
        f"m <- {by.call.format(formula=_r_formula(fit))}",
        "b <- coef(m)[!is.na(coef(m))]; x <- model.matrix(m)[, names(b), drop = FALSE]",
        *_r_errors(fit, by),
        f"cbind(estimate = {by.estimates}, std_error = sqrt(diag(V)))",
    ]
    return "\n".join(lines + _r_effects(fit, by))


def _r_data(fit: Written) -> list[str]:
    """The used rows, factors with their reference as the first level and the others that these rows have."""
    factors = [term for term in fit.terms if term.kind == "factor"]
    text = ", ".join(f'{factor.of} = "character"' for factor in factors)
    classes = f", colClasses = c({text})" if factors else ""
    lines = [f'd <- read.csv("{fit.sample}.csv"{classes})', f"d <- d[d${fit.used} == 1, ]", *[R_FACTOR] * bool(factors)]
    for factor in factors:
        of, both = factor.of, f", d${fit.outcome}" if fit.binary and _by_data(factor) else ""
        levels = factor.levels if _by_data(factor) else [factor.reference, *factor.coefficients]
        lines.append(f"d${of} <- among(d${of}, c({', '.join(map(_r_text, levels))}){both})")
    return lines


def _r_text(level: str) -> str:
    escaped = level.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _r_formula(fit: Written) -> str:
    terms = [part for term in fit.terms for part in _r_term(term)]
    terms += [f"offset(log({fit.exposure}))"] if fit.exposure else []
    return f"{fit.outcome} ~ {' + '.join(terms)}, data = d"


def _r_term(term: Term) -> list[str]:
    if term.kind == INTERACTION:
        return [":".join(names[::-1]) for names in product(*(_r_term(part) for part in reversed(term.parts)))]
    powers = range(2, term.degree + 1) if term.kind == "polynomial" else ()
    return [term.of, *(f"I({term.of}^{power})" for power in powers)]


def _r_errors(fit: Written, by: R) -> list[str]:
    """V by sandwich where its bread is the observed information, else written out."""
    if by.scores:
        return [by.scores, "bread <- solve(information)", *_r_sandwich(fit)]
    if fit.errors == "classical":
        return ["V <- vcov(m, complete = FALSE)"]
    return [f"V <- {(by.clustered if fit.errors == 'clustered' else by.robust).format(cluster=fit.cluster)}"]


def _r_sandwich(fit: Written) -> list[str]:
    if fit.errors == "classical":
        return ["V <- bread"]
    group = [f"scores <- rowsum(scores, d${fit.cluster})"] if fit.errors == "clustered" else []
    return [*group, "V <- bread %*% crossprod(scores) %*% bread * nrow(scores) / (nrow(scores) - 1)"]


def _r_effects(fit: Written, by: R) -> list[str]:
    """A discrete change for each level and indicator, a mean derivative for each number; the same within groups."""
    links = [f"{name} <- function(x) {body}" for name, body in zip(("F", "f", "f1"), by.link, strict=True)]
    if not by.margins:
        links.append(f"w <- rep(1, nrow(d)); e <- {f'd${fit.exposure}' if fit.exposure else 1}")
    effects = ",\n  ".join(_r_effect(term) for term in fit.terms if term.kind != INTERACTION)
    groups = ",\n  ".join(_r_by_group(*pair) for pair in _pairs(fit))
    tables = [f"do.call(rbind, c(\n  {effects}\n))"] * (by.margins and bool(effects))
    tables += [R_GROUPS, f"groups <- do.call(rbind, c(\n  {groups}\n))", "groups"] * bool(groups)
    return ["; ".join(links), R_EFFECTS, *tables] if tables else []


def _r_by_group(one: Term, groups: Term) -> str:
    """The effects within the groups, and their differences from the reference group."""
    values = f', c("not {groups.id}" = 0, "{groups.id}" = 1)' if groups.kind == "indicator" else ""
    return f"by_group(function(rows) {_r_effect(one, ', rows')}, d${groups.of}{values})"


def _r_effect(term: Term, rows: str = "") -> str:
    """A list of the effects of a term that is no interaction."""
    of = _r_text(term.of)
    if term.kind == "factor":
        return f"changes({of}{rows})"
    return f"list({of} = {f'change({of}, 1, 0{rows})' if term.kind == 'indicator' else f'slope({of}{rows})'})"
