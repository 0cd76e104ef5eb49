"""Where every cell of a study comes from: from specs, registers, code and what was released."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path

import pandas as pd

from mobility.cells import read_cells
from mobility.cells.adjusted import NAME as ADJUSTED
from mobility.cells.adjusted import adjusted_cells
from mobility.cells.estimates import MAKERS, asked_of
from mobility.cells.odds import odds_cells
from mobility.cells.quoted import quote_cells
from mobility.cells.stage import weight_of
from mobility.cells.tabulate import COUNTERS
from mobility.estimators import ESTIMATORS
from mobility.explain.code import frame_line, line_of
from mobility.explain.lineage import Variables, made_from, names_of
from mobility.explain.parts import errors_of, parts_of
from mobility.intake.reader import Request
from mobility.keys import measured_by
from mobility.models import FAMILIES
from mobility.readers import reader_of
from mobility.render.origins import Basis, Made, Origin, Origins, Place, Reading, Variable
from mobility.render.words import rounding_of
from mobility.settings import Item, ModelSpec, Sample, Study, TableSpec
from mobility.settings.claims import Claim, Quoted
from mobility.settings.models import specified
from mobility.statistics import CURVE, ESTIMATED, PRINTED, QUOTED
from mobility.storage import read_csv

Used = tuple[str, tuple[str, ...]]  # a frame and columns of it


def origins_of(study: Study, wanted: Mapping[str, Request], released: Path) -> Origins:
    """Where each cell of a study comes from.

    Parameters
    ----------
    study : under the readings in force. wanted : what the study reads, by the names under which it lies.
    released : folder of its released cells and losses, the only results that are looked at.
    """
    return _Builder(study, wanted, released).build()


@dataclass(frozen=True)
class _Builder:
    study: Study
    wanted: Mapping[str, Request]
    released: Path

    @property
    def folder(self) -> str:
        """The study's folder below the project's."""
        return self.study.folder.relative_to(self.study.root).as_posix()

    def build(self) -> Origins:
        """Bases first, then the cells that rest on them; numbers of the text last, which rest on other cells."""
        bases = {basis.id: basis for basis in [*map(self._table, self._counted), *map(self._model, self._fitted)]}
        cells: dict[Place, Origin] = {}
        tables = [spec for spec in self.study.tables.values() if spec.statistic.job != PRINTED]
        for spec in sorted(tables, key=lambda spec: spec.statistic.job == QUOTED):
            cells |= self._cells(spec, cells)
        return Origins(cells, bases, self._frames, self._variables)

    @property
    def _counted(self) -> list[TableSpec]:
        return [spec for spec in self.study.tables.values() if spec.frame]

    @property
    def _fitted(self) -> list[ModelSpec]:
        return list(self.study.models.values())

    @cached_property
    def _released(self) -> dict[str, pd.DataFrame]:
        """Released cells of every table that is made from data."""
        made = [name for name, spec in self.study.tables.items() if spec.statistic.job != PRINTED]
        return {name: read_cells(self.released / f"{name}.csv") for name in made}

    @cached_property
    def _used(self) -> dict[str, Used]:
        """By id of a basis its frame and the columns that are used of it."""
        study = self.study
        found = {spec.table: (spec.frame, _counted_columns(study, spec)) for spec in self._counted}
        return found | {_model_id(model.model): (model.frame, _model_columns(study, model)) for model in self._fitted}

    @cached_property
    def _frames(self) -> dict[str, tuple[str, tuple[Made, ...]]]:
        """Of every frame that is used, what a row is and how each used column is made."""
        used: dict[str, list[str]] = {}
        for frame, columns in self._used.values():
            used.setdefault(frame, []).extend(columns)
        rows = {name: spec.rows for name, spec in self.study.frames.items()}
        return {
            frame: (rows.get(frame, ""), tuple(made_from(self.study, self.wanted, frame, dict.fromkeys(columns))))
            for frame, columns in used.items()
        }

    @property
    def _samples(self) -> dict[str, Sample]:
        """By id of a basis its sample."""
        found = {spec.table: self.study.samples[spec.sample] for spec in self._counted}
        return found | {_model_id(model.model): self.study.samples[model.sample] for model in self._fitted}

    def _sources(self, frame: str, columns: Iterable[str], sample: Sample) -> list[str]:
        """Variables behind columns; of a column whose categories are variables, as published series, those kept."""
        made = {one.column: one.sources for one in self._frames[frame][1]}
        for step in sample.keep:
            values = tuple(map(str, step.values or ()))
            if values and set(values) <= set(made.get(step.column, ())):
                made[step.column] = values
        return list(dict.fromkeys(name for column in columns for name in made[column]))

    @cached_property
    def _variables_of(self) -> dict[str, dict[str, Variable]]:
        """By id of a basis the variables behind it."""
        found, sets = {}, dict[str, Variables]()
        for name, (frame, columns) in self._used.items():
            read = self._read_by(frame)
            of = "" if len(read) == len(self.wanted) else "-".join(read)
            sets.setdefault(of, Variables(self.study, read, of))
            found[name] = sets[of].of(self._sources(frame, columns, self._samples[name]))
        return found

    @cached_property
    def _names(self) -> dict[str, set[str]]:
        return {place: set(names_of(request)) for place, request in self.wanted.items()}

    def _read_by(self, frame: str) -> Mapping[str, Request]:
        """Those of a study's several sources that hold most of the variables of a frame; all where these lack one."""
        named = {name for one in self._frames[frame][1] for name in one.sources}
        held = {place: named & known for place, known in self._names.items()}
        most = {place: self.wanted[place] for place, own in held.items() if 2 * len(own) > len(named)}
        covered = set().union(*(held[place] for place in most))
        return most if most and covered == named else self.wanted

    @property
    def _variables(self) -> dict[str, Variable]:
        return {key: variable for own in self._variables_of.values() for key, variable in own.items()}

    @cached_property
    def _losses(self) -> dict[str, tuple[str, ...]]:
        """By step, the lines of its chain as released."""
        losses = read_csv(self.released / "losses.csv")
        told = tuple(filter(None, [rounding_of(losses.to_dict("records"))]))
        return {
            str(step): (
                *(f"{_count(row.rows_out)} left, {_count(row.rows_dropped)} dropped: {row.reason}" for row in rows),
                *told,
            )
            for step, rows in ((step, group.itertuples()) for step, group in losses.groupby("step", sort=False))
        }

    def _table(self, spec: TableSpec) -> Basis:
        """What the cells of a counted table rest on."""
        weight, errors = weight_of(spec, self.study), errors_of(self.study, spec)
        cells = self._released[spec.table]
        facts = [
            ("Definition", (f"{self.folder}/{spec.where}: {spec.statistic.name}, {spec.statistic.says}",)),
            ("Weights", (f"`{weight}`",) if weight else ()),
            ("Standard errors", (errors,) if errors and cells["std_error"].notna().any() else ()),
            ("Sample", self._sample(self.study.samples[spec.sample])),
        ]
        made = line_of(odds_cells if spec.tests else COUNTERS[spec.statistic.name])
        return self._basis(spec.table, spec.number, facts, spec.table, [f"cells: {made}"])

    def _model(self, model: ModelSpec) -> Basis:
        """What the cells made from a model rest on."""
        estimators = asked_of(model, self.study, list(self.study.tables))
        shown = [spec for spec in self.study.tables.values() if any(name == model.model for name, _ in spec.fits)]
        makers = {spec.statistic.name: spec.statistic.says for spec in shown if spec.statistic.name in MAKERS}
        facts = [
            ("Model", (f"{self.folder}/{model.where}: {model.label}. {model.describe}",)),
            ("Outcome", (_outcome(model),)),
            ("Table", _association(model)),
            ("Regressors", (f"{self.folder}/terms: {', '.join(model.blocks) or 'none'}",)),
            ("Standard errors", (_errors(model),)),
            ("Sample", self._sample(self.study.samples[model.sample])),
        ]
        code = [f"fit ({ESTIMATORS[name].label}): {line_of(FAMILIES[name].fit)}" for name in estimators]
        code += [f"cells ({name}, {says}): {line_of(MAKERS[name])}" for name, says in makers.items()]
        table = self.study.tables.get(model.table)
        title = f"{table.number}, {model.label}" if table else model.label
        return self._basis(_model_id(model.model), title, facts, model.table, code, model.model)

    def _basis(
        self,
        name: str,
        title: str,
        facts: Sequence[tuple[str, tuple[str, ...]]],
        table: str,
        code: list[str],
        step: str = "",
    ) -> Basis:
        frame, columns = self._used[name]
        spec = self.study.frames.get(frame)
        readers = {request.source: reader_of(request.root, request.source) for request in self.wanted.values()}
        read = [f"reading ({source}): {line_of(reader.read)}" for source, reader in readers.items()]
        made = frame_line(self.study.about.module, frame, spec.module if spec else "")
        return Basis(
            id=name,
            title=title,
            facts=tuple((heading, lines) for heading, lines in facts if lines),
            chain=self._losses.get(step or name, ()),
            frame=frame,
            columns=columns,
            variables=tuple(self._variables_of[name]),
            choices=_readings(self.study, table),
            code=(*read, f"frame `{frame}`: {made}", *code),
        )

    def _sample(self, sample: Sample) -> tuple[str, ...]:
        kept = (
            f"kept: `{step.column}` {'known' if step.values is None else ' or '.join(map(str, step.values))}; "
            f"else: {step.otherwise}"
            for step in sample.keep
        )
        return (f"`{sample.name}` ({self.folder}/samples.yaml): {sample.describe}", *kept)

    def _cells(self, spec: TableSpec, known: Mapping[Place, Origin]) -> dict[Place, Origin]:
        """Origins of the cells of one table; `known` : those of the tables that numbers of the text are made from."""
        cells = self._released[spec.table]
        shown = cells[cells["statistic"] != "std_error"]
        statistic = dict(zip(zip(shown["row"], shown["column"], strict=True), shown["statistic"], strict=True))
        found = {}
        for row, column in product(spec.rows.items, spec.columns.items):
            place = (spec.table, row.id, column.id)
            if spec.statistic.name == ADJUSTED:
                found[place] = self._adjusted(row, known)
            elif spec.statistic.job == QUOTED:
                found[place] = self._quoted(self.study.claims[row.id], known)
            elif spec.frame:
                parts = parts_of(spec, row, column, str(statistic.get(place[1:], "")))
                found[place] = Origin(parts, (spec.table,), _compared(spec, row))
            else:
                models = models_behind(self.study, spec, row, column)
                found[place] = Origin(_asked(spec, row, column), tuple(map(_model_id, models)))
        return found

    def _adjusted(self, row: Item, known: Mapping[Place, Origin]) -> Origin:
        """A test of another table beside others, its p-value adjusted for all rows here."""
        tests = self.study.tables[row.of_table]
        places = tuple((tests.table, row.of_row, column) for column in tests.columns.ids)
        bases = dict.fromkeys(base for place in places for base in known[place].bases)
        parts = [("Test", f"row {row.of_row} of {tests.number}; adjusted p-values are for all rows here")]
        return Origin((*parts, ("Code", line_of(adjusted_cells))), tuple(bases), places)

    def _quoted(self, claim: Claim, known: Mapping[Place, Origin]) -> Origin:
        """A number of the text: its statement, and the cells that it is made from."""
        head = [("Statement", f"{claim.statement} ({claim.section})"), ("Code", line_of(quote_cells))]
        if claim.cells is None:
            return Origin((*head, ("Not estimated", claim.not_estimated)))
        spec = self.study.tables[claim.cells.table]
        rows, columns = claim.cells.rows or spec.rows.ids, claim.cells.columns or spec.columns.ids
        places = tuple((spec.table, row, column) for row, column in product(rows, columns))
        bases = dict.fromkeys(base for place in places for base in known[place].bases)
        parts = [*head, ("Made from", _quotes(claim, spec))]
        return Origin(tuple(parts), tuple(bases), places)


def models_behind(study: Study, spec: TableSpec, row: Item, column: Item) -> list[str]:
    """Models that a cell's row or column names; for a statement of the text those that it is computed from."""
    claim = study.claims.get(row.id)
    named = [specified(item.model, row.specification) for item in (row, column) if item.model]
    return list(dict.fromkeys([*named, *(effect.model for effect in (claim.effects if claim else ()))]))


def _model_id(model: str) -> str:
    return f"model-{model}"


def _counted_columns(study: Study, spec: TableSpec) -> tuple[str, ...]:
    """Columns of the frame that a table's cells are counted from."""
    specs = [spec, *([study.tables[spec.tests]] if spec.tests else [])]
    measured = [
        name
        for one in specs
        for axis in (one.rows, one.columns)
        for name in [axis.of, *(column for item in axis.items for column in measured_by(item).values())]
    ]
    own = [*measured, *measured_by(spec).values(), *_design(study, spec.frame)]
    return tuple(dict.fromkeys([*filter(None, own), *_kept(study.samples[spec.sample])]))


def _model_columns(study: Study, model: ModelSpec) -> tuple[str, ...]:
    """Columns of the frame that a model reads."""
    own = [model.outcome.column, *model.columns.values(), *model.sides, model.exposure, *_design(study, model.frame)]
    return tuple(dict.fromkeys([*filter(None, own), *_kept(study.samples[model.sample])]))


def _design(study: Study, frame: str) -> list[str]:
    """Columns of clusters, strata and weights, where the study says what they are made from."""
    described = study.frames[frame].columns if frame in study.frames else {}
    return [name for name in (*study.design_of(frame), study.about.weight) if name in described]


def _kept(sample: Sample) -> list[str]:
    return [step.column for step in sample.keep]


def _compared(spec: TableSpec, row: Item) -> tuple[Place, ...]:
    """Cells that a test compares."""
    if not spec.tests:
        return ()
    columns = filter(None, (row.column, row.since))
    return tuple((spec.tests, name, column) for column in columns for name in (row.before, row.after))


def _asked(spec: TableSpec, row: Item, column: Item) -> tuple[tuple[str, str], ...]:
    """What a table of estimates asks of its models in one cell."""
    estimator = column.estimator or row.estimator
    parts = [("Estimator", ESTIMATORS[estimator].label)] if estimator in ESTIMATORS else []
    if "measure" in spec.statistic.item_keys:
        parts.append(("Measure", column.measure))
    if column.pair:
        parts.append(("Classes", " against ".join(" or ".join(classes) for classes in column.pair)))
    if spec.statistic.job == CURVE and row.choice:
        parts.append(("Reading", f"{row.choice} = {row.alternative}"))
    for term, given in (("At", row.at), ("Over", row.over), ("Less that at", row.than)):
        if given and spec.statistic.job == ESTIMATED:
            parts.append((term, ", ".join(f"`{name}` {value}" for name, value in given.items())))
    return tuple(parts)


def _outcome(model: ModelSpec) -> str:
    outcome = model.outcome
    if outcome.values:
        return f"1 where `{outcome.column}` is {' or '.join(map(str, outcome.values))}, else 0"
    exposure = f", over the exposure `{model.exposure}`" if model.exposure else ""
    return f"`{outcome.column}` ({outcome.kind}){exposure}"


def _errors(model: ModelSpec) -> str:
    errors = model.covariance
    cluster = f" by `{errors.cluster}`" if errors.kind == "clustered" and errors.cluster else ""
    return f"{errors.kind}{cluster}; small-sample factor: {errors.factor}"


def _association(model: ModelSpec) -> tuple[str, ...]:
    """What a layer model says of its table."""
    if (own := model.association) is None:
        return ()
    layers = f" in each `{own.layer}`" if own.layer else ""
    pattern = ", ".join([*own.pattern, *(["levels"] if own.levels else [])])
    left_out = f"; {len(own.excluded)} cells left out" if own.excluded else ""
    return (f"`{own.origin}` by `{own.destination}`{layers}; pattern: {pattern}{left_out}",)


def _quotes(claim: Claim, spec: TableSpec) -> str:
    """The cells that a statement speaks of, and what is done with them."""
    wanted = claim.cells
    assert wanted is not None
    rows, columns = (", ".join(names or ["all"]) for names in (wanted.rows, wanted.columns))
    return "; ".join([f"{spec.number} ({claim.value}): rows {rows}; columns {columns}", *_steps(wanted)])


def _steps(wanted: Quoted) -> list[str]:
    """What is done with the cells that a statement speaks of."""
    others = [("less the cell of", wanted.less), ("over the cell of", wanted.over)]
    places = [
        f"{words} {axis} {name}" for words, place in others if place for axis, name in vars(place).items() if name
    ]
    of = [f"their {wanted.of}, not their value"] if wanted.of != "value" else []
    return [*of, *places, *(["1 less the number"] if wanted.one_less else [])]


def _readings(study: Study, table: str) -> tuple[Reading, ...]:
    """Answers to the choices that can change a table."""
    touching = [choice for choice in study.choices.values() if table in choice.tables]
    return tuple(
        Reading(choice.name, answer, answer == choice.default, choice.alternatives[answer])
        for choice in touching
        for answer in [study.readings[choice.name]]
    )


def _count(value: float) -> str:
    return "not told" if pd.isna(value) else f"{int(value):,}"
