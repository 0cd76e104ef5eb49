"""Layer models in R (gnm) and Stata (Pisati's `unidiff`, STB-55; `poisson`), on the exported rows of their table."""

from collections.abc import Mapping, Sequence

from mobility.models.unidiff import CONSTANT, INDEPENDENT, SEPARATE, UNIDIFF
from mobility.settings.models import Association

# Parts of a pattern in R's formulas, with i and j the places of the classes; crossings and levels are columns.
R_PARTS: Mapping[str, str] = {
    "full": "{origin}:{destination}",
    "symmetric": "Symm({origin}, {destination})",
    "diagonal": "Diag({origin}, {destination})",
    "uniform": "i:j",
    "rows": "{origin}:j",
    "columns": "{destination}:i",
}
STATA_PATTERNS: Mapping[tuple[str, ...], str] = {("full",): "fi", ("symmetric",): "qs", ("uniform",): "ua"}


def r_layer_command(
    spec: Association,
    effect: str,
    outcome: str,
    rows: tuple[str, str],
    layer: tuple[str, Sequence[str]],
    weighted: bool,
) -> str:
    """The table and its fit in R.

    Parameters
    ----------
    outcome : column of the counts. rows : name of the exported file, and its column of the rows that were used.
    layer : column of the layers (empty for one) and their names, the base first.
    """
    column, names = layer
    sides = [(spec.origin, spec.origins), (spec.destination, spec.destinations), *([(column, names)] if column else [])]
    classes = ", ".join(f'{name} = "character"' for name, _ in sides)
    lines = [
        "library(gnm)",
        f'd <- read.csv("{rows[0]}.csv", colClasses = c({classes}))',
        f"d <- d[d${rows[1]} == 1, ]",
    ]
    lines += [f"d${name} <- factor(d${name}, c({', '.join(map(_text, levels))}))" for name, levels in sides]
    count = f"I({outcome} * weight)" if weighted else outcome
    lines.append(f"d <- as.data.frame(xtabs({count} ~ {' + '.join(name for name, _ in sides)}, d))")
    lines.append(f"i <- d$i <- as.integer(d${spec.origin}); j <- d$j <- as.integer(d${spec.destination})")
    lines += _r_columns(spec)
    lines += [
        f"d <- d[!(d${spec.origin} == {_text(a)} & d${spec.destination} == {_text(b)}), ]" for a, b in spec.excluded
    ]
    return "\n".join([*lines, *_r_fit(spec, effect, column)])


def _text(level: str) -> str:
    escaped = level.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _r_columns(spec: Association) -> list[str]:
    """Columns of the parts that R has no word for."""
    lines, classes = [], max(len(spec.origins), len(spec.destinations))
    if "crossings" in spec.pattern:
        lines += [f"d$c{m} <- as.numeric(pmin(i, j) <= {m} & pmax(i, j) > {m})" for m in range(1, classes)]
    if "slopes" in spec.pattern:
        lines += [f"d$s{m} <- (i == {m}) * (j - 1) + (j == {m}) * (i - 1)" for m in range(2, classes + 1)]
    if spec.levels:
        rows = ", ".join(f"c({', '.join(map(str, row))})" for row in spec.levels)
        lines.append(f"d$level <- factor(rbind({rows})[cbind(i, j)])")
    return lines


def _r_parts(spec: Association) -> list[str]:
    classes = max(len(spec.origins), len(spec.destinations))
    own = {"crossings": [f"c{m}" for m in range(1, classes)], "slopes": [f"s{m}" for m in range(2, classes + 1)]}
    parts = [part for name in spec.pattern for part in own.get(name) or [R_PARTS[name].format(**vars(spec))]]
    return [*parts, *(["level"] if spec.levels else [])]


def _r_fit(spec: Association, effect: str, column: str) -> list[str]:
    sides = [spec.origin, spec.destination]
    margins = [f"{column}:{side}" for side in sides] if column else sides
    parts = _r_parts(spec)
    if effect == UNIDIFF and column:
        more = [f"Mult(Exp({column}), {' + '.join(parts)})"]
    elif effect == SEPARATE and column:
        more = [f"{part}:{column}" for part in parts]
    else:
        more = [] if effect == INDEPENDENT else parts
    fit = f"Freq ~ {' + '.join([*margins, *more])}"
    if effect != UNIDIFF or not column:
        return [f"m <- glm({fit}, family = poisson, data = d)", "c(deviance = deviance(m), df = df.residual(m))"]
    return [
        f"m <- gnm({fit}, family = poisson, data = d, tolerance = 1e-12, iterMax = 5000)",
        "c(deviance = deviance(m), df = df.residual(m))",
        'getContrasts(m, pickCoef(m, "^Mult\\\\(Exp\\\\(\\\\.\\\\)"), ref = "first", check = FALSE)',
    ]


def stata_layer_command(
    spec: Association, effect: str, outcome: str, rows: tuple[str, str], layer: str, weighted: bool
) -> str:
    """The same in Stata; empty where Stata has no command for the pattern."""
    pattern = STATA_PATTERNS.get(spec.pattern, "") if not spec.levels and not spec.excluded else ""
    if effect == SEPARATE or not layer or (effect != INDEPENDENT and not pattern):
        return ""
    by = f"{spec.origin} {spec.destination} {layer}"
    lines = [f"use {rows[0]}, clear", f"keep if {rows[1]}"]
    lines += [f"replace {outcome} = {outcome} * weight"] * weighted
    lines += [f"collapse (sum) {outcome}, by({by})", f"fillin {by}", f"replace {outcome} = 0 if _fillin"]
    if effect == UNIDIFF:
        sides = f"row({spec.origin}) column({spec.destination}) layer({layer})"
        return "\n".join([*lines, f"unidiff {outcome}, {sides} effect(mult) pattern({pattern})"])
    if effect == CONSTANT and pattern != "fi":
        return ""
    margins = f"i.{layer}#i.{spec.origin} i.{layer}#i.{spec.destination}"
    association = f" i.{spec.origin}#i.{spec.destination}" * (effect == CONSTANT)
    return "\n".join([*lines, f"poisson {outcome} {margins}{association}", "estat gof"])
