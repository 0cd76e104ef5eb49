"""What a study's page and its PDF hold, put in order once for both."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from typing import Any

from mobility.render.findings import Told
from mobility.render.indicators import Shown
from mobility.render.origins import Origins
from mobility.render.table import MadeFrom, Table, credit, origin_of
from mobility.render.words import LOSS_HEADINGS, count_text, counted, rounding_of
from mobility.settings import About, Choice, Sample
from mobility.settings.identifiers import Identifier
from mobility.statistics import STATISTICS, Statistic
from mobility.verdicts import count_verdicts, of_study, told_apart

READABLE, LEGIBLE = 100, 2000  # rows, and cells
WHOLE = "in the whole of"  # of a line of losses: a wave or year goes as a whole
AIR = 12  # pixels of a picture that its drawing keeps above it
READ, ROWS_READ = "read", "rows read"  # a word of each step of reading, and its first reason


@dataclass(frozen=True)
class Picture:
    """A drawn figure: its words, the table it shows, what its marks say (JSON) and its files relative to the page.

    id, number, title, section : as the spec has them. finding : what it shows, a sentence. unit : of its axis.
    alt : for who cannot see it. notes : sentences under it. svg, png, csv : paths of its files.
    """

    id: str
    number: str
    title: str
    section: str
    finding: str
    unit: str
    alt: str
    notes: tuple[str, ...]
    table: Table
    marks: str
    svg: str
    png: str
    csv: str

    @cached_property
    def view(self) -> tuple[int, int, int]:
        """Width of the picture, where what is below its title begins, and the height from there, in pixels.

        A page says title, finding and unit in its own words, which wrap where the screen is narrow.
        """
        drawn = json.loads(self.marks)
        (width, height), start = drawn["size"], max(0, drawn["drawing"][0] - AIR)
        return width, start, height - start


@dataclass(frozen=True)
class Section:
    """A heading with its figures and tables in reading order."""

    heading: str
    blocks: tuple[Picture | Table, ...]

    @property
    def anchor(self) -> str:
        """The heading as an id."""
        return "section-" + re.sub(r"[^a-z0-9]+", "-", self.heading.lower()).strip("-")


@dataclass(frozen=True)
class Report:
    """A study with everything that its page and its PDF say.

    indicators : those of its page of indicators, if it has one. readings : the answer in force to each of the choices;
    where one is not named, it is the default. findings : what it shows first. ranking : places of the readings of the
    choices by the back test, empty where they were not run: choice, alternative, rank. names : by table, what is typed
    for its rows and columns.
    about : its study.yaml. provenance : of what was read. sections : in their order. losses, commands : rows of the
    loss table, and of the commands in Stata and R. origins : what stands behind each number. samples : of samples.yaml.
    """

    about: About
    provenance: Mapping[str, Any]
    sections: tuple[Section, ...]
    losses: tuple[dict, ...]
    choices: tuple[Choice, ...]
    commands: tuple[dict, ...] = ()
    indicators: Shown | None = None
    origins: Origins = field(default_factory=Origins)
    readings: Mapping[str, str] = field(default_factory=dict)
    samples: tuple[Sample, ...] = ()
    findings: tuple[Told, ...] = ()
    ranking: tuple[Mapping[str, Any], ...] = ()
    names: Mapping[str, tuple[Identifier, ...]] = field(default_factory=dict)

    def answer(self, choice: Choice) -> str:
        """The answer to a choice in this run."""
        return self.readings.get(choice.name, choice.default)

    def answer_text(self, choice: Choice) -> str:
        """The answer in force in words, with what config.yaml calls it between backticks, and the others."""
        answer = self.answer(choice)
        others = [f"{words} (`{name}`)" for name, words in choice.alternatives.items() if name != answer]
        here = f"Here: {choice.alternatives.get(answer, answer)} (`{choice.name}: {answer}`)."
        return f"{here} Instead: {'; '.join(others)}." if others else here

    @cached_property
    def commands_of(self) -> dict[str, list[dict]]:
        """By table, its models in Stata and in R: describe, estimator, stata, r."""
        tables: dict[str, list[dict]] = {record["table"]: [] for record in self.commands}
        for record in self.commands:
            tables[record["table"]].append(record)
        return tables

    @cached_property
    def origin(self) -> MadeFrom:
        """What all its numbers together were made from, in words."""
        return origin_of(self.about, self.provenance)

    @property
    def synthetic(self) -> bool:
        """Whether the data, or some of them, are made up."""
        return self.origin.synthetic

    @cached_property
    def tables(self) -> list[Table]:
        """Every table, those that hold a figure's numbers included."""
        return [block for section in self.sections for block in section.blocks if isinstance(block, Table)]

    @cached_property
    def pictures(self) -> list[Picture]:
        """Every figure."""
        return [block for section in self.sections for block in section.blocks if isinstance(block, Picture)]

    @cached_property
    def tucked(self) -> set[str]:
        """Ids of the tables that only hold a figure's numbers: they stand folded under it."""
        return {picture.table.id for picture in self.pictures if picture.table.id.startswith("figure_")}

    @cached_property
    def filed(self) -> set[str]:
        """Ids of the tables that are too long to read, whatever they hold: they are in the files only."""
        return {table.id for table in self.tables if len(table.rows) > READABLE or len(table.cells) > LEGIBLE}

    def anchor_of(self, table: Table) -> str:
        """Where a table stands; one that holds a figure's numbers has a name other than the figure's."""
        return f"{table.id}--data" if table.id in self.tucked else table.id

    @cached_property
    def size(self) -> str:
        """How much it holds, in words: the same on its pages and on the index."""
        shown, tucked = len(self.tables) - len(self.tucked), len(self.tucked)
        parts = [counted(shown, "table"), *([counted(len(self.pictures), "figure")] if self.pictures else [])]
        return " and ".join(parts) + (f", the numbers of {tucked} of these as tables too" if tucked else "")

    @cached_property
    def statistics(self) -> tuple[Statistic, ...]:
        """Kinds of numbers that its tables hold, in the order of the register."""
        found = {cell.statistic.name for table in self.tables for cell in table.cells.values()}
        found |= {table.statistic.name for table in self.tables}
        return tuple(one for one in STATISTICS.values() if one.name in found and one.says)

    @property
    def source(self) -> str:
        """Where the data come from and whether they are real, in two sentences."""
        return f"{self.origin.source} {self.origin.provenance}"

    @cached_property
    def loss_groups(self) -> tuple[tuple[str, tuple[dict, ...]], ...]:
        """Losses under the tables and models they belong to, in order; those with the same chain stand under one."""
        numbers = {table.id: table.number for table in self.tables}
        heads: dict[tuple, list[str]] = {}
        runs: dict[tuple, tuple[dict, ...]] = {}
        for step, run in groupby(self.losses, key=lambda loss: loss["step"]):
            lines = tuple(run)
            same = tuple(tuple(str(loss[name]) for name in loss if name != "step") for loss in lines)
            heads.setdefault(same, []).append(numbers.get(step, str(step).replace("__", " ").replace("_", " ")))
            runs.setdefault(same, lines)
        return tuple((", ".join(heads[same]), lines) for same, lines in runs.items())

    @property
    def whole_waves_lost(self) -> tuple[str, ...]:
        """Sentences on the models and tables that lose whole waves (years), because nobody has a value there."""
        return tuple(
            f"{heading}: {loss['reason']}."
            for heading, lines in self.loss_groups
            for loss in lines
            if WHOLE in str(loss["reason"])
        )

    @property
    def units(self) -> str:
        """What the rows are about: persons, or areas in moves between areas."""
        return self.provenance.get("units", "persons")

    @property
    def loss_headings(self) -> dict[str, str]:
        """Headings of the table of losses by column."""
        return {**LOSS_HEADINGS, "persons_out": f"{self.units.capitalize()} after"}

    @property
    def losses_rounded(self) -> str:
        """That the numbers of the losses are rounded, in a sentence; empty where they are exact."""
        return rounding_of(self.losses)

    @property
    def rows_read(self) -> str:
        """How many rows of how many units, or sources, were read, in a sentence; empty where the losses do not say."""
        if not self.losses:
            return ""
        read = [loss for loss in self.losses if READ in str(loss["step"]).split(" ") and loss["reason"] == ROWS_READ]
        told = [str(loss["rows_in"]) for loss in read or self.losses[:1]]
        if not all(told):
            return ""
        rows = sum(int(float(number)) for number in told)
        about = "About " if self.losses_rounded else ""
        if len(read) > 1 and not str(read[0]["step"]).startswith(READ):
            # A study of several sources, whose names come first: who stands in several would count in each.
            return f"{about}{count_text(rows)} rows of {len(read)} sources read."
        units = count_text(self.losses[0]["persons_out"])
        behind = f" of {units} {self.units}" if units else ""
        return f"{about}{count_text(rows)} rows{behind} read."

    @cached_property
    def compared(self) -> list[Mapping[str, Any]]:
        """The back test of all tables, a record a number."""
        return [record for table in self.tables for record in table.backtest]

    @cached_property
    def verdict(self) -> str:
        """How the numbers compare with the published ones, in words; empty where none was compared."""
        return of_study(self.compared, self.about.planted, self.synthetic)

    @cached_property
    def verdicts(self) -> dict[str, int]:
        """How many of its numbers got each verdict."""
        return count_verdicts(self.compared)

    @cached_property
    def told_apart(self) -> dict[str, int]:
        """What these verdicts can hide, in words and as counts."""
        return told_apart(self.compared)

    @property
    def credit(self) -> str:
        """The report behind the study, in a sentence; empty where `study.yaml` names none."""
        return credit(self.about, self.tables)


def natural_key(number: str) -> list[tuple[int, int, str]]:
    """Sort key that puts `Table 3.9` before `Table 3.10` and both before `Table A1`."""
    parts = re.findall(r"\d+|[^\d\s.]+", number)
    return [(0, int(part), "") if part.isdigit() else (1, 0, part.lower()) for part in parts]


def arrange(headings: Sequence[str], tables: list[Table], pictures: list[Picture]) -> tuple[Section, ...]:
    """Figures and tables under their headings: the study's order first, others after; a figure before its table."""
    tables = sorted(tables, key=lambda table: natural_key(table.number))
    pictures = sorted(pictures, key=lambda picture: natural_key(picture.number))
    found = list(
        dict.fromkeys([*headings, *(table.section for table in tables), *(picture.section for picture in pictures)])
    )
    sections = [Section(heading, tuple(_blocks(heading, tables, pictures))) for heading in found]
    return tuple(section for section in sections if section.blocks)


def _blocks(heading: str, tables: list[Table], pictures: list[Picture]) -> list[Picture | Table]:
    here = [picture for picture in pictures if picture.section == heading]
    blocks: list[Picture | Table] = []
    for table in (table for table in tables if table.section == heading):
        blocks += [picture for picture in here if picture.table.id == table.id]
        blocks.append(table)
    return blocks + [picture for picture in here if picture not in blocks]
