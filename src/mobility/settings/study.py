"""A study: its spec files as objects, and what can be asked of them together."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from mobility.errors import ConfigError, SpecError, nearest
from mobility.settings.choices import Choice
from mobility.settings.claims import Claim
from mobility.settings.figures import FigureSpec
from mobility.settings.frames import PERSON, FrameSpec
from mobility.settings.indicators import IndicatorIndex
from mobility.settings.models import ModelSpec
from mobility.settings.samples import Sample
from mobility.settings.sources import is_mapped
from mobility.settings.tables import TableSpec
from mobility.settings.terms import Term
from mobility.storage import read_rows

NEEDS = ("required", "optional")


@dataclass(frozen=True)
class Use:
    """A source as a study uses it.

    name : what the study calls it. source : a folder of sources/. required, optional : harmonised variables.
    rows : the file whose rows are those of the panel; empty for the main file of the source.
    """

    name: str
    source: str
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    rows: str = ""

    @property
    def place(self) -> str:
        """The name under which the panel of a registered source lies."""
        return f"{self.source}.{self.rows}" if self.rows else self.source


@dataclass(frozen=True)
class Report:
    """The published work that a study reproduces; all empty where study.yaml names none."""

    title: str = ""
    authors: tuple[str, ...] = ()
    year: int | None = None
    publisher: str = ""


@dataclass(frozen=True)
class Data:
    """How the data of a study are named on its page. access : open, safeguarded, special, secure."""

    label: str = ""
    licence: str = ""
    access: str = ""
    citation: str = ""


@dataclass(frozen=True)
class About:
    """study.yaml: what the study is, what it reads, and how its page is ordered.

    report : the published work. sources : what it reads, by its names for them.
    module : of src/mobility/studies, which makes its frames. data : their names.
    sections : headings of its pages. findings : ids of the figures and indicators whose findings the overview says;
    empty for the first ones. measures : whether its module hands on measures in every cell besides its tables.
    weight : column of its frames that weights shares and models, empty for none.
    planted : what of the published numbers an invented delivery is drawn to, a sentence beside the comparison.
    """

    study: str
    title: str
    sources: Mapping[str, Use]
    module: str
    sections: tuple[str, ...]
    summary: str = ""
    report: Report = Report()
    data: Data = Data()
    weight: str = ""
    planted: str = ""
    findings: tuple[str, ...] = ()
    measures: bool = False

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> "About":
        """From study.yaml. A single `source` bears its own name; the `variables` of several stand under their names."""
        variables, uses = raw.get("variables", {}), {}
        for name, source in named_sources(raw).items():
            wanted = variables if "source" in raw else variables.get(name, {})
            required, optional = (tuple(wanted.get(need, ())) for need in NEEDS)
            uses[name] = Use(name, source, required, optional, wanted.get("rows", ""))
        own = {
            key: raw[key]
            for key in ("study", "title", "module", "summary", "weight", "planted", "measures")
            if key in raw
        }
        work = {**raw.get("report", {}), "authors": tuple(raw.get("report", {}).get("authors", ()))}
        report, data = Report(**work), Data(**raw.get("data", {}))
        sections, findings = (tuple(map(str, raw.get(key, ()))) for key in ("sections", "findings"))
        return cls(**own, sections=sections, findings=findings, report=report, data=data, sources=uses)

    @property
    def without_words(self) -> "About":
        """What numbers rest on: without what only pages show."""
        return About(self.study, "", self.sources, self.module, (), weight=self.weight, measures=self.measures)

    @property
    def used(self) -> set[tuple[str, str]]:
        """Sources with the files whose rows are taken."""
        return {(use.source, use.rows) for use in self.sources.values()}

    def reads(self, source: str) -> bool:
        """Whether a source is among those of the study."""
        return any(use.source == source for use in self.sources.values())

    @property
    def required(self) -> tuple[str, ...]:
        """Required variables of all sources."""
        return tuple(dict.fromkeys(name for use in self.sources.values() for name in use.required))

    @property
    def optional(self) -> tuple[str, ...]:
        """Optional variables of all sources."""
        return tuple(dict.fromkeys(name for use in self.sources.values() for name in use.optional))


def named_sources(raw: Mapping[str, Any]) -> Mapping[str, str]:
    """Sources of a study.yaml by the study's names for them."""
    return {raw["source"]: raw["source"]} if "source" in raw else raw["sources"]


@dataclass(frozen=True)
class Study:
    """A folder of `studies/` or `examples/`, its spec files read and checked, under one reading of every choice.

    frames : what its frames hold (frames.yaml), where it says so.
    indicators : the page that goes through its indicators, where it has one.
    readings : the chosen alternative of every choice, by which the other files were read.
    about : its study.yaml. samples, tables, figures, choices, models, claims : by name. terms : by name of their file.
    """

    folder: Path
    about: About
    samples: Mapping[str, Sample] = field(default_factory=dict)
    tables: Mapping[str, TableSpec] = field(default_factory=dict)
    figures: Mapping[str, FigureSpec] = field(default_factory=dict)
    choices: Mapping[str, Choice] = field(default_factory=dict)
    models: Mapping[str, ModelSpec] = field(default_factory=dict)
    terms: Mapping[str, Sequence[Term]] = field(default_factory=dict)
    claims: Mapping[str, Claim] = field(default_factory=dict)
    frames: Mapping[str, FrameSpec] = field(default_factory=dict)
    indicators: IndicatorIndex | None = None
    readings: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The folder's name, which is the study's identifier in every cell."""
        return self.folder.name

    @property
    def root(self) -> Path:
        """The project's folder."""
        return self.folder.parent.parent

    @cached_property
    def without_words(self) -> "Study":
        """What jobs that count, fit and judge are given: they cannot depend on words and figures, which pages show.

        Its choices are answered (`readings`). Models and regressors keep their words, which commands for other programs
        repeat.
        """
        return Study(
            self.folder,
            self.about.without_words,
            samples=self.samples,
            tables={name: spec.without_words for name, spec in self.tables.items()},
            models=self.models,
            terms=self.terms,
            claims={name: claim.without_words for name, claim in self.claims.items()},
            frames=self.frames,
            readings=self.readings,
        )

    @property
    def mappings(self) -> dict[str, Path]:
        """By name of the source, the mapping of each that is the study's own file, there or not."""
        own = [use.name for use in self.about.sources.values() if is_mapped(self.root, use.source)]
        several = len(self.about.sources) > 1
        return {name: self.folder / (f"mapping_{name}.yaml" if several else "mapping.yaml") for name in own}

    @property
    def places(self) -> dict[str, str]:
        """By name of the source, the name under which its panel lies: a registered source's, or the study's own."""
        several, own = len(self.about.sources) > 1, self.mappings
        return {
            use.name: use.place if use.name not in own else f"{self.name}.{use.name}" if several else self.name
            for use in self.about.sources.values()
        }

    @property
    def quoted_tables(self) -> list[str]:
        """Tables from whose cells the numbers of the report's text are made, and tests adjusted together."""
        of_tests = {row.of_table for table in self.tables.values() for row in table.rows.items if row.of_table}
        return sorted(of_tests | {claim.cells.table for claim in self.claims.values() if claim.cells})

    @property
    def finders(self) -> list[str]:
        """What states a finding that the overview can say: figures and indicators."""
        return [*self.figures, *(one.id for one in (self.indicators.indicators if self.indicators else ()))]

    def groups(self, name: str) -> list[dict[str, str]]:
        """Rows of `groups/<name>.csv` as text; raises `SpecError` where there is no such file."""
        return groups_of(self.folder)(name)

    @property
    def used_frames(self) -> set[str]:
        """Frames of which there is a sample."""
        return {sample.frame for sample in self.samples.values()}

    def unit_of(self, frame: str) -> str:
        """Column of a frame with the persons, or the areas, whose rows belong together."""
        return self.frames[frame].unit if frame in self.frames else PERSON

    def design_of(self, frame: str) -> tuple[str, str]:
        """Columns of a frame with the clusters and the strata of the errors of counted tables, empty for none."""
        return (self.frames[frame].cluster, self.frames[frame].strata) if frame in self.frames else ("", "")

    def sources_of(self, table: str) -> tuple[str, ...]:
        """The study's names of the sources that a table is made from: those of its frame, or of its models' frames."""
        spec, every = self.tables[table], tuple(self.about.sources)
        fitted = [self.models[model].frame for model, _ in spec.fits if model in self.models]
        frames = [self.frames[name] for name in filter(None, [spec.frame, *fitted]) if name in self.frames]
        named = {name for frame in frames for name in frame.sources or every}
        return tuple(name for name in every if name in named) or every

    def models_of(self, table: str) -> list[ModelSpec]:
        """Models that a table shows, in their order; every model for `all`."""
        return in_order(self.models, table)

    def chosen(self, overrides: Mapping[str, str] | None = None) -> dict[str, str]:
        """Every choice's value: as loaded, or what `overrides` says. Raises `ConfigError` on an unknown one."""
        return {**self.readings, **chosen_readings(self.name, self.folder, self.choices, overrides or {})}


def chosen_readings(
    study: str, folder: Path, choices: Mapping[str, Choice], overrides: Mapping[str, str]
) -> dict[str, str]:
    """Every choice's value: the default, or what `overrides` says. Raises `ConfigError` on an unknown one."""
    chosen = {name: choice.default for name, choice in choices.items()}
    where, see = "config.yaml, choices:", f"See {folder / 'choices.yaml'}."
    for name, value in overrides.items():
        if not chosen:
            raise ConfigError(f"{where} {study} has no choices. Take `{study}` out of `choices`.")
        if name not in chosen:
            raise ConfigError(f"{where} {study} has no choice `{name}`; {nearest(name, list(chosen))}. {see}")
        allowed = list(choices[name].alternatives)
        if value not in allowed:
            raise ConfigError(f"{where} {study}.{name} is `{value}`; {nearest(value, allowed)}. {see}")
        chosen[name] = value
    return chosen


@cache
def groups_of(folder: Path) -> Callable[[str], list[dict[str, str]]]:
    """Reads group files of a study's folder, each once: rows of `groups/<name>.csv` as text.

    What it returns raises `SpecError` on a file that is not there.
    """

    @cache
    def read(name: str) -> list[dict[str, str]]:
        path = folder / "groups" / f"{name}.csv"
        allowed = [file.stem for file in path.parent.glob("*.csv")]
        if name not in allowed:
            raise SpecError(f"{folder}: no groups/{name}.csv; {nearest(name, allowed)}. Mend the spec's `groups`.")
        return read_rows(path)

    return read


def in_order(models: Mapping[str, ModelSpec], table: str) -> list[ModelSpec]:
    """Models of a table (of every table for `all`), table_9 before table_10."""
    own = (model for model in models.values() if table in ("all", model.table))
    return sorted(own, key=lambda model: (_natural(model.table), model.order))


def _natural(text: str) -> list[str | int]:
    """Sorting key in which table_9 comes before table_10."""
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", text)]
