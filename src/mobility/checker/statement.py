"""What is said of a study to whoever decides: the answer in a sentence, what was hidden, what to look at by hand."""

import platform
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import pandas as pd

from mobility import __version__
from mobility.checker.outputs import REFUSED, Output, cells_of, evidence_of, outputs_of, place
from mobility.checker.rules import RULES
from mobility.render.formats import STUDY, TABLE, formats_of
from mobility.settings import Study

SOFTWARE = ("pandas", "numpy", "scipy", "statsmodels", "linearmodels", "snakemake")
TO_FILL = ("Name and project number", "Purpose, and where it will be published", "Outputs released before")


@dataclass(frozen=True)
class Statement:
    """All that a page for the output checker says of a study.

    outputs : tables and figures. hidden : cells that were hidden, as words and evidence. threshold : least number of
    persons. provenance : of the data. rules : each rule with how many cells it judged and how many break it.
    """

    study: Study
    outputs: tuple[Output, ...]
    hidden: tuple[Mapping[str, Any], ...]
    rules: tuple[Mapping[str, Any], ...]
    threshold: int
    provenance: Mapping[str, Any]

    @property
    def tables(self) -> list[Output]:
        """The outputs that are tables, each number once."""
        return [output for output in self.outputs if output.form == "table"]

    @property
    def hidden_tables(self) -> list[tuple[Output, list[Mapping[str, Any]]]]:
        """The tables with hidden cells, each with these cells."""
        return [
            (output, [cell for cell in self.hidden if cell["table"] == output.name])
            for output in self.tables
            if output.hidden
        ]

    @property
    def refused(self) -> list[Output]:
        """Outputs that break a rule."""
        return [output for output in self.outputs if output.status == REFUSED]

    @property
    def points(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """What to look at by hand: what and why, then each output that it is about with its first cells."""
        if not self.threshold:
            return []
        found = [
            (
                text,
                [
                    (f"{output.number} ({_counted(count, 'cell')})", "; ".join(output.places.get(name, ())))
                    for output in self.tables
                    if (count := getattr(output, name))
                ],
            )
            for name, text in POINTS.items()
        ]
        kinds = dict.fromkeys(output.kind for output in self.tables if output.kind.by_hand)
        found += [
            (kind.by_hand, [(output.number, "") for output in self.tables if output.kind == kind]) for kind in kinds
        ]
        return [(text, outputs) for text, outputs in found if outputs]

    @property
    def answer(self) -> str:
        """May this leave? In one sentence."""
        shown, hidden = (sum(getattr(output, name) for output in self.tables) for name in ("shown", "hidden"))
        figures = len(self.outputs) - len(self.tables)
        what = f"{_counted(shown, 'number')} in {_counted(len(self.tables), 'table')}"
        what += f" and {_counted(figures, 'figure')}" if figures else ""
        if self.refused:
            named = ", ".join(dict.fromkeys(output.number for output in self.refused))
            return f"No: of {what}, {named} {'breaks' if len(self.refused) == 1 else 'break'} a rule."
        if not self.threshold:
            return f"Yes: the data are open, and {what} may be published as they are."
        gone = f"{_counted(hidden, 'cell')} {_be(hidden)} hidden" if hidden else "nothing had to be hidden"
        multiples = {output.rounded_to for output in self.tables if output.rounded_to > 0}
        rounded = "".join(f"are rounded to a multiple of {base:g}, or " for base in multiples)
        empty, apart = (sum(getattr(output, name) for output in self.tables) for name in ("empty", "apart"))
        kinds = ((empty, "count nobody"), (apart, "are not of persons"))
        others = "".join(f", {count:,} {words}" for count, words in kinds if count)
        own = f": {shown - empty - apart:,} " if others else " each "
        rest = f"{' ' + rounded if rounded else own}rest on at least {self.threshold} persons{others}; {gone}"
        if self.points:
            points = len(self.points)
            return f"Yes, once {_counted(points, 'point')} {_have(points)} been looked at by hand: {what}{rest}."
        return f"Yes: {what}{rest}."

    @property
    def facts(self) -> dict[str, str]:
        """The form of a request for output, as trusted research environments ask for it.

        What only a person knows is blank.
        """
        about, origin = self.study.about, self.provenance
        samples = {
            self.study.samples[spec.sample].describe: self.study.unit_of(spec.frame)
            for spec in self.study.tables.values()
            if spec.sample in self.study.samples
        }
        packages = ", ".join(f"{name} {version(name)}" for name in SOFTWARE)
        return {
            **dict.fromkeys(TO_FILL, ""),
            "Output": f"{about.title}. {about.summary}".strip(),
            "Data": f"{origin['label']}{' (invented: nobody in them exists)' if origin['synthetic'] else ''}",
            "Class of access": f"{origin['access']}. {' '.join(origin['access_reasons'])}",
            "Threshold": f"{self.threshold} distinct persons" if self.threshold else "none: open data",
            "Mitigation": "; ".join(dict.fromkeys(output.mitigation for output in self.tables)),
            "Samples": "; ".join(f"{words} (counted: each {unit})" for words, unit in samples.items()) or "whole files",
            "Weights": about.weight or "none but those that a table names",
            "Software": f"mobility {__version__}, Python {platform.python_version()}, {packages}",
        }

    @property
    def files(self) -> list[str]:
        """Files that are asked out, relative to `reports/`."""
        name = self.study.name
        own = [f"{name}/{form.address(name)}" for form in formats_of(STUDY)]
        own += [f"{name}/{folder}/" for form in formats_of(STUDY) for folder in form.folders]
        folders = Counter(folder for form in formats_of(TABLE) for folder in form.folders)
        counted = {folder: _counted(each * len(self.study.tables), "file") for folder, each in folders.items()}
        own += [f"{name}/{folder}/ ({count})" for folder, count in counted.items()]
        return own + [f"{name}/figures/ ({_counted(len(self.study.figures), 'figure')})"] * bool(self.study.figures)


def statement_of(
    study: Study,
    record: pd.DataFrame,
    released: Mapping[str, pd.DataFrame],
    provenance: Mapping[str, Any],
    threshold: int,
) -> Statement:
    """The statement of a study from the record of the disclosure step and from what it released.

    record : a row a cell (docs/explanation/disclosure.md). released : cells of each table that is to leave.
    """
    cells = {name: evidence_of(record, released[name], name) for name in study.tables}
    outputs = outputs_of(study, cells, threshold)
    return Statement(
        study,
        tuple(outputs),
        tuple(row for name, own in cells.items() for row in _hidden(study, name, own)),
        tuple(_rules([cells[output.name] for output in outputs if _judged(output)], threshold)),
        threshold,
        provenance,
    )


def _judged(output: Output) -> bool:
    return output.form == "table" and output.kind.of_persons


def _hidden(study: Study, name: str, cells: pd.DataFrame) -> list[dict[str, Any]]:
    """Hidden cells of a table: where, why, which they protect, and what is left open."""
    spec = study.tables[name]
    return [
        {
            "table": name,
            "place": place(spec, cell.row, cell.column),
            "reason": cell.reason,
            "persons": cell.persons,
            "protects": _protected(study, cell.protects),
            "low": cell.interval_low,
            "high": cell.interval_high,
        }
        for cell in cells[cells["reason"] != ""].itertuples()
    ]


def _protected(study: Study, protects: str) -> str:
    """Cells that a hidden cell protects, by the words of their tables."""
    named = []
    for text in filter(None, protects.split("; ")):
        table, *cell = text.split("/", 2)  # or words, where it protects what is no cell
        spec = study.tables.get(table)
        named.append(f"{spec.number}: {place(spec, *cell)}" if spec else text)
    return "; ".join(named)


def _rules(cells: Sequence[pd.DataFrame], threshold: int) -> list[dict[str, Any]]:
    """Each rule in words, with the cells that it judged and that break it; none where the data are open."""
    if not threshold:
        return []
    found = []
    for rule in RULES:
        own = [cells_of(rule, table) for table in cells]
        judged = sum(int(rule.judged(table).sum()) for table in own)
        broken = sum(int(rule.breaks(table, threshold).sum()) for table in own)
        found.append(
            {"name": rule.name, "asks": rule.asks.format(threshold=threshold), "judged": judged, "broken": broken}
        )
    return found


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _be(count: int) -> str:
    return "is" if count == 1 else "are"


def _have(count: int) -> str:
    return "has" if count == 1 else "have"


POINTS = {
    "nobody": "Cells in which nobody of a group is (class disclosure). A zero says of everybody in the sample's group "
    "that they are not in the category: is that sensitive, and not so by definition?",
    "everybody": "Cells in which everybody of a group is (class disclosure). Whoever is known to be in the group is "
    "known to be in the category: is that sensitive, and not so by definition?",
    "unknown": "Numbers for which no evidence of persons is on record. What do they rest on?",
    "unfitted": "Estimates without residual degrees of freedom on record. Are rows many times the coefficients?",
}
