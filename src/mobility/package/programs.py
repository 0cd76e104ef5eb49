"""From each table and figure to the program that makes it: rule, script, function with its line, and its files."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from importlib import import_module
from pathlib import Path
from typing import Any

from mobility.explain.code import line_of
from mobility.explain.origins import origins_of
from mobility.readers import requests
from mobility.render.formats import TABLE, formats_of
from mobility.render.origins import Origins
from mobility.settings import Config, Study
from mobility.statistics import COUNTED, CURVE, ESTIMATED, PRINTED, QUOTED

# By what makes a table: the rule, where {study} is the study's name, and its script.
RULES: Mapping[str, tuple[str, str]] = {
    COUNTED: ("tabulate_{study}", "tabulate.py"),
    ESTIMATED: ("fit_models_{study}", "fit_models.py"),
    CURVE: ("draw_curve", "draw_curve.py"),
    QUOTED: ("judge_{study}", "judge.py"),
    PRINTED: ("judge_{study}", "judge.py"),
}
FIGURES = ("render_{study}", "render_study.py")


@dataclass(frozen=True)
class Program:
    """One table or figure: as numbered, its spec, the rule and script, the functions with their lines, its files.

    number, title : as shown. spec, script : files. rule : of the workflow. program : files and lines of the functions
    that made its numbers. output : released cells. report : files that show it.
    """

    study: str
    number: str
    title: str
    spec: str
    rule: str
    script: str
    program: str
    output: str
    report: str

    def record(self) -> dict[str, str]:
        """Its fields in their order."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


def programs_of(root: Path, config: Config, study: Study) -> list[Program]:
    """Every table of a study, then every figure."""
    origins = origins_of(study, requests(root, config, [study]), root / "results/released" / study.name)
    tables = [_table(study, name, origins) for name in study.tables]
    return [*tables, *(_figure(study, name) for name in study.figures)]


def _table(study: Study, name: str, origins: Origins) -> Program:
    spec = study.tables[name]
    rule, script = RULES[spec.statistic.job]
    own = [origin for place, origin in origins.cells.items() if place[0] == name]
    bases = dict.fromkeys(base for origin in own for base in origin.bases)
    lines = dict.fromkeys(_place(line) for base in bases for line in origins.bases[base].code)
    lines |= dict.fromkeys(words for origin in own for term, words in origin.parts if term == "Code")
    return Program(
        study.name,
        spec.number,
        spec.title,
        f"{_folder(study)}/{spec.where}",
        rule.format(study=study.name),
        f"workflow/scripts/{script}",
        "; ".join(lines) if spec.statistic.job != PRINTED else "shown as printed",
        f"results/released/{study.name}/{name}.csv",
        ", ".join(f"reports/{study.name}/{form.address(name)}" for form in formats_of(TABLE)),
    )


def _figure(study: Study, name: str) -> Program:
    spec = study.figures[name]
    draw = import_module(f"mobility.render.charts.{spec.kind.name}").draw
    rule, script = FIGURES
    return Program(
        study.name,
        spec.number,
        spec.title,
        f"{_folder(study)}/figures/{name}.yaml",
        rule.format(study=study.name),
        f"workflow/scripts/{script}",
        line_of(draw),
        f"results/released/{study.name}/{spec.table}.csv",
        f"reports/{study.name}/figures/{name}.svg",
    )


def _folder(study: Study) -> str:
    return study.folder.relative_to(study.root).as_posix()


def _place(line: str) -> str:
    """`src/..., line N (function)` of a line of code, without what it does."""
    return line[line.index("src/") :]


def as_rows(programs: list[Program]) -> list[dict[str, Any]]:
    """Programs as rows of a CSV."""
    return [program.record() for program in programs]
