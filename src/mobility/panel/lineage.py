"""Where harmonised variables come from: source columns with their waves and codes."""

from collections.abc import Sequence
from itertools import groupby

from mobility.intake.lineage import codes_text, numbered_runs, span
from mobility.panel.register import Source, Variable


def column_lines(source: Source, names: Sequence[str], waves: Sequence[str]) -> list[str]:
    """Lines on the source columns of harmonised names in the waves of a run."""
    found = [line for run in numbered_runs(names) for line in _of_run(source, run, waves)]
    return [f"Source columns (sources/{source.name}/variables.csv, recodes.yaml), waves of this run:", *found]


def _of_run(source: Source, run: Sequence[str], waves: Sequence[str]) -> list[str]:
    """Lines of the first name; the others of a numbered run are like it."""
    alike = [f"    and likewise {span(run[1:])}"] if len(run) > 1 else []
    return [*_of_register(source, run[0], waves), *alike]


def _of_register(source: Source, name: str, waves: Sequence[str]) -> list[str]:
    """A line for each run of waves with the same source column, and one on what is carried forward."""
    rows = [(source.variable(name, wave), wave) for wave in waves]
    lines = [
        _column_line(source, name, variable, [wave for _, wave in run])
        for variable, run in ((key, list(run)) for key, run in groupby(rows, key=lambda row: row[0]))
    ]
    for rule in source.spec["carry_forward"]:
        if name in rule["variables"]:
            holds = " and ".join(f"{key} is {code}" for key, code in rule.get("while", {}).items())
            lines.append(f"    carried forward to later waves{' while ' + holds if holds else ''}")
    return lines


def _column_line(source: Source, name: str, variable: Variable | None, waves: Sequence[str]) -> str:
    """`soc2000 = jbsoc00_cc of indresp, waves a to h: category, codes soc2000_minor (resources/...)`."""
    span = wave_range(source, waves)
    if variable is None:
        return f"  {name}: not asked in {span}"
    codes = f", codes {variable.codes} ({codes_text(source.codes[variable.codes])})" if variable.codes else ""
    return f"  {name} = {variable.variable} of {variable.file}, {span}: {variable.kind}{codes}. {variable.label}"


def wave_range(source: Source, waves: Sequence[str]) -> str:
    """`wave b`, `waves a to h`, or a list where the waves have gaps."""
    if len(waves) == 1:
        return f"wave {waves[0]}"
    return f"waves {waves[0]} to {waves[-1]}" if source.order.runs(waves) else f"waves {', '.join(waves)}"
