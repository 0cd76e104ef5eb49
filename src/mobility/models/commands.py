"""The same fit in Stata and in R, for reviewers who use them on the exported analysis file.

R needs nothing beyond base R but MASS (counts) and sandwich (linear models and logits); what neither has, the observed
information of probit and nbreg and the errors of marginal effects, is written out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import product

from mobility.settings.terms import INTERACTION, Term

# Kinds of terms whose values are groups.
GROUPING = ("indicator", "factor")
LONGEST, MARK = 32, 6  # characters of a name in Stata; of them the mark of a longer one

R_EFFECTS = """own <- seq_along(b)
at <- function(name, value) {
  e <- d
  e[[name]][] <- value
  model.matrix(delete.response(terms(m)), e)[, names(b), drop = FALSE]
}
shown <- function(effect, g) structure(c(effect = effect, std_error = sqrt(c(g %*% V[own, own] %*% g))), g = g)
minus <- function(a, b) shown(a[[1]] - b[[1]], attr(a, "g") - attr(b, "g"))
change <- function(name, to, from, rows = TRUE) {
  x1 <- at(name, to); x0 <- at(name, from); s <- w * rows / sum(w * rows)
  g <- colSums(s * (c(f(x1 %*% b)) * x1 - c(f(x0 %*% b)) * x0))
  shown(sum(s * (F(x1 %*% b) - F(x0 %*% b))), g)
}
slope <- function(name, rows = TRUE, h = 1e-4) {
  dx <- (at(name, d[[name]] + h) - at(name, d[[name]] - h)) / (2 * h)
  eta <- c(x %*% b); by_x <- c(dx %*% b); s <- w * rows / sum(w * rows)
  shown(sum(s * f(eta) * by_x), colSums(s * (f1(eta) * by_x * x + f(eta) * dx)))
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
class Regressor:
    """A term with a coefficient; of a factor the reference is a level.

    used : levels of a factor, or coefficients of an interaction, that the rows have.
    """

    term: Term
    used: tuple[str, ...] = ()

    @property
    def base(self) -> str:
        """What its groups stand against: the reference, or what an indicator is not."""
        return self.term.reference or f"not {self.term.id}"

    @property
    def contrasts(self) -> list[str]:
        """Levels that stand against the reference."""
        return [level for level in self.used if level != self.term.reference]


@dataclass(frozen=True)
class Written:
    """What the commands say of one fit.

    sample : name of the exported file. used : its 0/1 column of the rows that the fit used. outcome : its column.
    terms : those with a coefficient, in their order. errors : robust | clustered | classical.
    cluster : column. exposure : column, empty for none. weighted : by the column `weight`.
    dropped : names of the coefficients of interactions that were dropped, `mover#top`. Of the effects that need one
    Stata says that they are not estimable; R would take it for 0, and is not asked for them.
    """

    sample: str
    used: str
    outcome: str
    terms: Sequence[Regressor]
    errors: str
    cluster: str
    exposure: str = ""
    weighted: bool = False
    dropped: tuple[str, ...] = ()

    def knows(self, name: str, groups: Regressor | None = None, group: str = "") -> bool:
        """Whether the effect of a regressor or level can be told, over everyone or within a group."""
        parts = [set(coefficient.split("#")) for coefficient in self.dropped]
        levels = {groups.base, groups.term.id, *groups.used} if groups else set()
        return not any(name in part and (group in part or levels.isdisjoint(part)) for part in parts)


def outcome_name(model: str) -> str:
    """Name of a model's 0/1 outcome in the exported file: `to_professional` for `technician__to__professional`."""
    return short_name(f"to_{model.split('__to__')[-1]}")


def used_name(model: str, estimator: str) -> str:
    """Name of the 0/1 column of the rows that a fit used: `in_logit_professional`."""
    return short_name(f"in_{estimator}_{model.split('__to__')[-1]}")


def short_name(name: str) -> str:
    """A name of at most 32 characters, Stata's limit: a longer one ends in a mark of the whole, so that two differ."""
    if len(name) <= LONGEST:
        return name
    mark = sha256(name.encode()).hexdigest()[:MARK]
    return f"{name[: LONGEST - MARK - 1]}_{mark}"


def level_code(term: Term, level: str) -> int:
    """Code of a factor's level in the exported Stata file: its place among the term's levels, from 1."""
    return term.levels.index(level) + 1


def stata_command(fit: Written, by: Stata) -> str:
    """The estimator with Stata's factor notation and the model's errors, and the average marginal effects."""
    regressors = " ".join(_stata_term(regressor.term) for regressor in fit.terms)
    options = [f"exposure({fit.exposure})"] * bool(fit.exposure) + [_stata_errors(fit, by)]
    lines = [f"use {fit.sample}, clear", f"keep if {fit.used}"]
    if fit.weighted:
        lines += ["summarize weight, meanonly", "replace weight = weight / r(mean)"]
    lines.append(f"{by.verb} {fit.outcome} {regressors}{_stata_weight(fit, by)}, {' '.join(options)}")
    by_group = [line for _, one, groups in _pairs(fit) for line in _stata_groups(one, groups)]
    return "\n".join([*lines, *(["margins, dydx(*)"] * by.margins), *by_group])


def _pairs(fit: Written) -> list[tuple[Regressor, Term, Term]]:
    """Interactions of two terms that stand alone too, with the term whose effect it is and the one of the groups."""
    there = {regressor.term.id for regressor in fit.terms}
    pairs = [(regressor, *regressor.term.parts) for regressor in fit.terms if len(regressor.term.parts) == 2]
    alone = [pair for pair in pairs if {pair[1].id, pair[2].id} <= there]
    return [pair for pair in alone if pair[2].kind in GROUPING]


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


def _stata_term(term: Term) -> str:
    if term.kind == INTERACTION:
        return "#".join(f"({part})" if "##" in part else part for part in map(_stata_term, term.parts))
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
    """The used rows, factors with their reference as the first level."""
    factors = [regressor for regressor in fit.terms if regressor.term.kind == "factor"]
    text = ", ".join(f'{factor.term.of} = "character"' for factor in factors)
    classes = f", colClasses = c({text})" if factors else ""
    lines = [f'd <- read.csv("{fit.sample}.csv"{classes})', f"d <- d[d${fit.used} == 1, ]"]
    for factor in factors:
        of, levels = factor.term.of, [factor.term.reference, *factor.contrasts]
        lines.append(f"d${of} <- factor(d${of}, c({', '.join(map(_r_text, levels))}))")
    return lines


def _r_text(level: str) -> str:
    escaped = level.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _r_formula(fit: Written) -> str:
    terms = [part for regressor in fit.terms for part in _r_term(regressor.term)]
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
    all_effects = [effect for regressor in fit.terms for effect in _r_effects_of(regressor)]
    effects = ",\n  ".join(effect for effect in all_effects if fit.knows(_label(effect)))
    groups = ",\n  ".join(effect for pair in _pairs(fit) for effect in _r_groups(fit, *pair))
    tables = [f"rbind(\n  {effects}\n)"] * (by.margins and bool(effects))
    tables += [f"groups <- rbind(\n  {groups}\n)", "groups"] * bool(groups)
    return ["; ".join(links), R_EFFECTS, *tables] if tables else []


def _r_groups(fit: Written, interaction: Regressor, one: Term, groups: Term) -> list[str]:
    """The effects within the groups, and their differences from the reference group."""
    own = {regressor.term.id: regressor for regressor in fit.terms}
    found = []
    for call in _r_effects_of(own[one.id]):
        name, code = call.split(" = ", 1)
        within = {
            group: f"{code[:-1]}, rows = d${groups.of} == {value})"
            for group, value in _r_values(own[groups.id])
            if group == own[groups.id].base or f"{name[1:-1]}#{group}" in interaction.used or one.kind not in GROUPING
        }
        base = own[groups.id].base
        within = {group: value for group, value in within.items() if fit.knows(name[1:-1], own[groups.id], group)}
        others = [group for group in within if group != base and base in within]
        found += [f'{name[:-1]} in {group}" = {value}' for group, value in within.items()]
        found += [f'{name[:-1]} in {group} - {base}" = minus({within[group]}, {within[base]})' for group in others]
    return found


def _label(effect: str) -> str:
    """Name of an effect in its line of R: of `"mover" = change(...)` mover."""
    return effect.split(" = ", 1)[0].strip('"')


def _r_values(groups: Regressor) -> list[tuple[str, str]]:
    """Groups by the names of their coefficients, the one without first, and their values in R."""
    if groups.term.kind == "indicator":
        return [(groups.base, "0"), (groups.term.id, "1")]
    return [(level, _r_text(level)) for level in (groups.base, *groups.contrasts)]


def _r_effects_of(regressor: Regressor) -> list[str]:
    term, of = regressor.term, _r_text(regressor.term.of)
    if term.kind == INTERACTION:
        return []
    if term.kind == "indicator":
        return [f"{of} = change({of}, 1, 0)"]
    if term.kind != "factor":
        return [f"{of} = slope({of})"]
    reference = _r_text(term.reference)
    return [f"{level} = change({of}, {level}, {reference})" for level in map(_r_text, regressor.contrasts)]
