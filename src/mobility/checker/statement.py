"""What is said of a study to whoever decides: the answer in a sentence, what was hidden, what to look at by hand."""

import hashlib
import platform
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from operator import itemgetter
from typing import Any

import pandas as pd

from mobility import __version__
from mobility.checker.beside import Beside, beside_of
from mobility.checker.outputs import (
    HELD_BACK,
    LOOK,
    MAY_LEAVE,
    REPEATS,
    USUAL,
    Output,
    defined_cells,
    evidence_of,
    in_words,
    looked_at,
    outputs_of,
    parts_of,
    place,
)
from mobility.checker.points import GROUP, POINTS, Point
from mobility.checker.rules import RULES
from mobility.checker.sentences import Sentence, sentences_of
from mobility.checker.smallest import Group, smallest
from mobility.disclosure.record import PROTECTS
from mobility.intake.provenance import record_of
from mobility.render.formats import STUDY, TABLE, formats_of
from mobility.settings import Study
from mobility.settings.counted import units_of

SOFTWARE = ("pandas", "numpy", "scipy", "statsmodels", "linearmodels", "snakemake")
TO_FILL = ("Name and project number", "Purpose, and where it will be published")
BEFORE = "Outputs released before"


@dataclass(frozen=True)
class Look:
    """The cells of an output that stand under a point.

    cells : of each its row and column in words, its note, and the numbers that the point shows beside it. notes : of
    the table, where the point asks the same of all its cells.
    """

    point: Point
    output: Output
    cells: tuple[tuple[str, str, str, tuple[float, ...]], ...]
    notes: tuple[str, ...] = ()

    @property
    def lines(self) -> list[tuple[str, str, str, tuple[float, ...]]]:
        """The cells as the page lists them: the columns of a row of which a note says the same are one line.

        None where the point asks the same of all that are shown.
        """
        if self.point.by_table and len(self.cells) == self.output.shown:
            return []
        if not self.point.noted:
            return list(self.cells)
        columns: dict[tuple[str, str], list[str]] = {}
        for row, column, note, _ in self.cells:
            columns.setdefault((row, note), []).append(column)
        return [(row, "; ".join(own), note, ()) for (row, note), own in columns.items()]

    @property
    def smallest(self) -> float:
        """The fewest persons of a group whose members share a category; missing where the point is about no group."""
        return self.cells[0][3][0] if self.point.beside == GROUP else float("nan")


@dataclass(frozen=True)
class Known:
    """Cells of an output that say nothing of anybody. why : as the spec says it, or `OF_NOBODY`. places : in words."""

    output: Output
    why: str
    places: tuple[str, ...]


@dataclass(frozen=True)
class Statement:
    """All that a page for the output checker says of a study.

    outputs : tables and figures. hidden : cells that were hidden, as words and evidence. rules : each rule with how
    many cells it judged, how many break it, and which. looks : what to look at by hand. threshold : least persons.
    provenance : of the data. sums : SHA-256 of the released tables that were judged, as `sha256sum` prints them.
    earlier : folders of earlier runs whose output left and was taken to be known. medians : how many are rounded since
    too few persons have them. groups : the smallest ones behind any number that leaves; as_small : how many more are as
    small as the last. known : cells that would be looked at if they said anything of anybody. beside : other files.
    """

    study: Study
    outputs: tuple[Output, ...]
    hidden: tuple[Mapping[str, Any], ...]
    rules: tuple[Mapping[str, Any], ...]
    looks: tuple[Look, ...]
    threshold: int
    provenance: Mapping[str, Any]
    sums: str = ""
    earlier: tuple[str, ...] = ()
    medians: int = 0
    groups: tuple[Group, ...] = ()
    as_small: int = 0
    known: tuple[Known, ...] = ()
    beside: tuple[Beside, ...] = ()

    @property
    def sentences(self) -> list[Sentence]:
        """Sentences of the study's own texts that count somebody."""
        return list(sentences_of(self.study))

    @property
    def digest(self) -> str:
        """SHA-256 of the file of sums, which a decision on paper names."""
        return hashlib.sha256(self.sums.encode()).hexdigest()

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
    def refused(self) -> list[str]:
        """Numbers of outputs that break a rule, and names of other files that do."""
        broken = [output.number for output in self.outputs if output.broken]
        return list(dict.fromkeys([*broken, *(file.name for file in self.beside if file.broken)]))

    @property
    def all_hidden(self) -> list[Output]:
        """Tables of which every number is hidden."""
        return [output for output in self.tables if output.why_held and not output.broken]

    @property
    def verdict(self) -> str:
        """The answer in a word: may_leave, look_at_by_hand, or held_back, where a rule is broken or nothing is left."""
        if self.refused or (self.all_hidden and not self._sum("shown")):
            return HELD_BACK
        return LOOK if self.looks else MAY_LEAVE

    @property
    def points(self) -> list[tuple[Point, str, list[Look]]]:
        """What to look at by hand: each point, what it asks here, and the outputs that it is about."""
        found = [(point, [look for look in self.looks if look.point is point]) for point in POINTS]
        return [(point, point.asks.format(threshold=self.threshold), looks) for point, looks in found if looks]

    @property
    def to_look_at(self) -> int:
        """How many cells stand under all points."""
        return sum(len(look.cells) for look in self.looks)

    @property
    def answer(self) -> str:
        """May this leave? In one sentence."""
        if self.refused:
            breaks = "breaks" if len(self.refused) == 1 else "break"
            return f"No: of {self._asked_out}, {', '.join(self.refused)} {breaks} a rule."
        if self.verdict == HELD_BACK:
            numbers = _counted(self._sum("hidden"), "number")
            return f"No: each of the {numbers} of {self.units} is hidden, and none is left."
        if not self.threshold:
            return f"Yes: the data are open, and {self._asked_out} may be published as they are."
        if not self.looks:
            return f"Yes: {self._asked_out}{self._rest}."
        outputs = len({look.output.name for look in self.looks})
        by_hand = f"{_counted(self.to_look_at, 'cell')} of {_counted(outputs, 'table')}"
        return f"Yes, once somebody has looked at {by_hand} by hand: {self._asked_out}{self._rest}."

    @property
    def _asked_out(self) -> str:
        shown, figures = self._sum("shown"), len(self.outputs) - len(self.tables)
        what = f"{_counted(shown, 'number')} in {_counted(len(self.tables), 'table')}"
        return what + (f" and {_counted(figures, 'figure')}" if figures else "")

    @property
    def _rest(self) -> str:
        """On how many persons, or what else is counted, the numbers rest, and what is hidden."""
        shown, hidden, empty, apart = map(self._sum, ("shown", "hidden", "empty", "apart"))
        gone = f"{_counted(hidden, 'cell')} {_be(hidden)} hidden" if hidden else "nothing had to be hidden"
        multiples = {output.rounded_to for output in self.tables if output.rounded_to > 0}
        rounded = "".join(f"are rounded to a multiple of {base:g}, or " for base in multiples)
        kinds = ((empty, "are zeros"), (apart, "have no persons on record and are judged by no rule"))
        others = "".join(f", {count:,} {words}" for count, words in kinds if count)
        own = f": {shown - empty - apart:,} " if others else " each "
        names = ", ".join(output.number for output in self.all_hidden)
        gone += f", which leaves no number of {names}" if names else ""
        return f"{' ' + rounded if rounded else own}rest on at least {self.threshold} {self.units}{others}; {gone}"

    @property
    def units(self) -> str:
        """What the numbers that are judged are of, in the plural: persons; `moves or areas`."""
        told = dict.fromkeys(unit for output in self.tables if _judged(output) for unit in output.units.split(" or "))
        return " or ".join(filter(None, told)) or "persons"

    def _sum(self, name: str) -> int:
        return sum(getattr(output, name) for output in self.tables)

    @property
    def mitigated(self) -> str:
        """What was done so that it may leave, in words."""
        if not self.threshold:
            return "none: open data"
        cells = sum(output.shown + output.hidden for output in self.tables)
        among = [output for output in self.tables if output.hidden]
        hidden, reasons = self._sum("hidden"), Counter(cell["reason"] for cell in self.hidden)
        others, repeated = reasons.pop(PROTECTS, 0), reasons.pop(REPEATS, 0)
        own = f"{sum(reasons.values()):,} rest on too few {self.units} themselves"
        why = f"{own}, {others:,} would give such a cell back by subtraction" + (
            f", {repeated:,} repeat one of these" if repeated else ""
        )
        said = [f"suppression of {hidden:,} of {cells:,} cells, in {len(among)} of {len(self.tables)} tables ({why})"]
        rounded = {output.rounded_to for output in self.tables if output.rounded_to > 0}
        many = sum(output.rounded_to > 0 for output in self.tables)
        told = [f"rounding to a multiple of {base:g}, in {_counted(many, 'table')}" for base in rounded]
        if self.medians:
            told.append(
                f"rounding of {_counted(self.medians, 'median')} that fewer than {self.threshold} {self.units} have"
            )
        return (
            "; ".join([*told, *(said if hidden else [])]) or f"none was needed: no number rests on too few {self.units}"
        )

    @property
    def facts(self) -> dict[str, str]:
        """The form of a request for output, as trusted research environments ask for it.

        What only a person knows is blank.
        """
        about, origin = self.study.about, self.provenance
        samples = {
            self.study.samples[spec.sample].describe: units_of(self.study, spec.frame)
            for spec in self.study.tables.values()
            if spec.sample in self.study.samples
        }
        packages = ", ".join(f"{name} {version(name)}" for name in SOFTWARE)
        return {
            **dict.fromkeys(TO_FILL, ""),
            BEFORE: self._before,
            "Output": f"{about.title}. {about.summary}".strip(),
            "Data": f"{origin['label']}{' (invented: nobody in them exists)' if origin['synthetic'] else ''}",
            "Class of access": f"{origin['access']}. {' '.join(origin['access_reasons'])}",
            "Threshold": self._threshold,
            "Mitigation": self.mitigated,
            "Samples": "; ".join(f"{words} (counted: {units})" for words, units in samples.items()) or "whole files",
            "Weights": about.weight or "none but those that a table names",
            "Software": f"mobility {__version__}, Python {platform.python_version()}, {packages}",
        }

    @property
    def _threshold(self) -> str:
        """The least number of persons, where it comes from, and what a lab that asks for the usual one has to know."""
        if not self.threshold:
            return "none: open data"
        own = f"{self.threshold} distinct persons, that of the class of access (disclosure.threshold in config.yaml)"
        if self.threshold >= USUAL:
            return own
        fewer = self._sum("under_usual")
        rest = f"{_counted(fewer, 'number')} {'rests' if fewer == 1 else 'rest'} on fewer than {USUAL} {self.units}"
        return f"{own}. {rest}: a lab that asks for {USUAL} sets it there, and runs again"

    @property
    def _before(self) -> str:
        """The earlier runs that were taken into account; a blank to fill in where there are none."""
        if not self.earlier:
            return ""
        known = "what they showed was taken to be known, and what they hid stays hidden"
        return f"{', '.join(self.earlier)} ({known}); any others are to be named by whoever asks"

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
    sums: str = "",
    earlier: Sequence[str] = (),
    beside: Mapping[str, pd.DataFrame] | None = None,
) -> Statement:
    """The statement of a study from the record of the disclosure step and from what it released.

    record : a row a cell (docs/explanation/disclosure.md). released : cells of each table that is to leave.
    sums : SHA-256 of all files. earlier : folders of earlier runs whose output left. beside : by name the other files.
    """
    cells = evidence_of(record, released)
    names = tuple(study.about.sources)
    closed = {name for name in cells if record_of(provenance, names, study.sources_of(name))["access"] != "open"}
    outputs = outputs_of(study, cells, threshold, closed)
    judged = {output.name: cells[output.name] for output in outputs if threshold and _judged(output)}
    return Statement(
        study,
        tuple(outputs),
        tuple(row for name, own in cells.items() for row in _hidden(study, name, own)),
        tuple(_rules(study, pd.concat([judged.get(name, own.iloc[:0]) for name, own in cells.items()]), threshold)),
        tuple(_looks(study, outputs, cells, threshold)),
        threshold,
        provenance,
        sums,
        tuple(earlier),
        sum(int((own["leaves"] & own["median_step"].notna()).sum()) for own in cells.values()),
        *smallest(study, judged),
        tuple(_known(study, outputs, cells, threshold)),
        tuple(beside_of(beside or {}, cells, threshold)),
    )


def _looks(
    study: Study, outputs: Sequence[Output], cells: Mapping[str, pd.DataFrame], threshold: int
) -> Iterator[Look]:
    """The cells under each point of each table that has any."""
    for output in (output for output in outputs if output.form == "table"):
        spec = study.tables[output.name]
        for point in (point for point in POINTS if point.name in output.by_hand):
            found = in_words(spec, looked_at(point, spec, cells[output.name], threshold))
            own = [(row, column, cell.note if point.noted else "", _beside(point, cell)) for row, column, cell in found]
            order = itemgetter(2, 3) if point.beside == GROUP else itemgetter(2)  # the smallest group first
            yield Look(point, output, tuple(sorted(own, key=order)), tuple(spec.notes) if point.by_table else ())


def _known(
    study: Study, outputs: Sequence[Output], cells: Mapping[str, pd.DataFrame], threshold: int
) -> Iterator[Known]:
    """The cells of each table that are as they are by definition, or of a group without members, by why."""
    for output in (output for output in outputs if output.form == "table" and output.defined):
        spec = study.tables[output.name]
        found = pd.concat([defined_cells(point, spec, cells[output.name], threshold) for point in POINTS])
        for why, own in found.groupby("defined", sort=False):
            yield Known(output, str(why), tuple(f"{row} / {column}" for row, column, _ in in_words(spec, own)))


def _beside(point: Point, cell: Any) -> tuple[float, ...]:
    return tuple(float(getattr(cell, name)) for name, _ in point.beside)


def _judged(output: Output) -> bool:
    return output.form == "table" and output.judged


def _hidden(study: Study, name: str, cells: pd.DataFrame) -> list[dict[str, Any]]:
    """Hidden cells of a table: where, why, which they protect, and what is left open."""
    spec = study.tables[name]
    return [
        {
            "table": name,
            "place": place(spec, cell.row, cell.column),
            "reason": cell.reason,
            "persons": cell.persons,
            "rows": cell.n,
            "fewest": cell.fewest,
            "protects": _protected(study, cell.protects) or ("what it repeats" if cell.reason == REPEATS else "itself"),
            "low": cell.interval_low,
            "high": cell.interval_high,
            "of": cell.interval_of,
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


def _rules(study: Study, cells: pd.DataFrame, threshold: int) -> Iterator[dict[str, Any]]:
    """Each rule in words, with the cells that it judged and that break it; none where the data are open."""
    parts = parts_of(cells)
    for rule in RULES if threshold else ():
        own = parts[rule.of]
        broken = own[rule.breaks(own, threshold)]
        specs = [study.tables[table] for table in broken["table"]]
        yield {
            "name": rule.name,
            "asks": rule.asks.format(threshold=threshold),
            "judged": int(rule.judged(own).sum()),
            "broken": len(broken),
            "without": rule.without,
            "cells": [
                f"{spec.number}: {place(spec, cell.row, cell.column)}"
                for spec, cell in zip(specs, broken.itertuples(), strict=True)
            ],
        }


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _be(count: int) -> str:
    return "is" if count == 1 else "are"
