"""The same model in Stata and in R, for reviewers who use them on the exported analysis file."""

from collections.abc import Mapping, Sequence
from typing import Any

from mobility.models.design import FIRST

Term = Mapping[str, Any]
STATA_ERRORS = {"robust": "vce(robust)", "classical": "vce(ols)"}


def outcome_name(model: str) -> str:
    """Name of a model's 0/1 outcome in the exported file: `to_professional` for `technician__to__professional`."""
    return f"to_{model.split('__to__')[-1]}"[:32]


def level_code(term: Term, level: str) -> int:
    """Code of a factor's level in the exported file: its place among the term's levels, from 1."""
    return list(term["levels"]).index(level) + 1


def stata_command(model: Mapping[str, Any], terms: Sequence[Term], estimator: str, errors: str) -> str:
    """`regress` or `logit` with Stata's factor notation and the model's errors."""
    parts = [_stata_term(term) for term in terms]
    if estimator == "nbreg":
        exposure = f" exposure({model['exposure']})" if "exposure" in model else ""
        option = STATA_ERRORS.get(errors, f"vce(cluster {model['covariance']['cluster']})")
        return f"use {model['sample']}, clear\nnbreg {model['outcome']['column']} {' '.join(parts)},{exposure} {option}"
    verb = {"ols": "regress"}.get(estimator, estimator)
    option = STATA_ERRORS.get(errors, f"vce(cluster {model['covariance']['cluster']})")
    option = "vce(oim)" if errors == "classical" and estimator != "ols" else option
    return f"use {model['sample']}, clear\n{verb} {outcome_name(model['model'])} {' '.join(parts)}, {option}"


def _stata_term(term: Term) -> str:
    if term["kind"] == "factor" and term["reference"] == FIRST:
        return f"i.{term['of']}"
    if term["kind"] == "factor":
        return f"ib{level_code(term, term['reference'])}.{term['of']}"
    if term["kind"] == "polynomial":
        return "##".join([f"c.{term['of']}"] * term["degree"])
    return term["of"]


def r_command(model: Mapping[str, Any], terms: Sequence[Term], estimator: str, errors: str) -> str:
    """`lm` or `glm`, and the covariance matrix with the factor that Stata documents."""
    formula = " + ".join(_r_term(term) for term in terms)
    if estimator == "nbreg":
        offset = f" + offset(log({model['exposure']}))" if "exposure" in model else ""
        fitted = f"m <- MASS::glm.nb({model['outcome']['column']} ~ {formula}{offset}, data = d)"
        return f'd <- haven::read_dta("{model["sample"]}.dta")\n{fitted}'
    outcome = outcome_name(model["model"])
    read = f'd <- haven::read_dta("{model["sample"]}.dta")'
    family = "" if estimator == "ols" else f", family = binomial({estimator})"
    verb = "lm" if estimator == "ols" else "glm"
    fitted = f"m <- {verb}({outcome} ~ {formula}{family}, data = d)"
    return f"{read}\n{fitted}\n{_r_errors(model, estimator, errors)}"


def _r_term(term: Term) -> str:
    if term["kind"] == "factor" and term["reference"] == FIRST:
        return f"factor({term['of']})"
    if term["kind"] == "factor":
        return f'relevel(factor({term["of"]}), "{level_code(term, term["reference"])}")'
    if term["kind"] == "polynomial":
        return " + ".join([term["of"], *[f"I({term['of']}^{power})" for power in range(2, term["degree"] + 1)]])
    return term["of"]


def _r_errors(model: Mapping[str, Any], estimator: str, errors: str) -> str:
    if errors == "classical":
        return "vcov(m)"
    if errors == "clustered":
        cluster = f"d${model['covariance']['cluster']}[as.integer(rownames(model.frame(m)))]"
        kind = 'type = "HC1"' if estimator == "ols" else 'type = "HC0", cadjust = TRUE'
        return f"sandwich::vcovCL(m, cluster = {cluster}, {kind})"
    if estimator == "ols":
        return 'sandwich::vcovHC(m, type = "HC1")'
    return "sandwich::sandwich(m) * nobs(m) / (nobs(m) - 1)"
