"""From the spec files of a study to a `Study`: read, spread out, checked against their schemas and each other."""

import pickle
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from mobility.errors import ConfigError, MobilityError, SpecError, nearest
from mobility.estimators import ESTIMATORS
from mobility.settings.families import members
from mobility.settings.indicators import IndicatorIndex, index_problems
from mobility.settings.kinds import closed_rules
from mobility.settings.readings import under, unstated
from mobility.settings.schema import check, read_schema
from mobility.settings.sources import is_mapped
from mobility.settings.specs import (
    FRAMES,
    Choice,
    Claim,
    FigureSpec,
    FrameSpec,
    Item,
    ModelSpec,
    Sample,
    TableSpec,
    Term,
)
from mobility.settings.study import NEEDS, About, Study, chosen_readings, groups_of, in_order, named_sources
from mobility.storage import read_yaml_once

STUDY_FOLDERS = ("studies", "examples")


def study_folder(root: Path, study: str, where: str = "name of a study") -> Path:
    """Folder of a study or example; raises `ConfigError` that says `where`, with the nearest names."""
    allowed = {path.parent.name: parent for parent in STUDY_FOLDERS for path in (root / parent).glob("*/study.yaml")}
    if study in allowed:
        return Path(allowed[study]) / study
    raise ConfigError(f"{where}: no folder for `{study}`; {nearest(study, list(allowed))}. Mend the name.")


def load_study(root: Path, study: str, overrides: Mapping[str, str] | None = None) -> Study:
    """Read and check every spec file of a study under the default readings of its choices, but for `overrides`.

    Raises
    ------
    SpecError
        Lists every problem of every file.
    ConfigError
        No such study, or an override of a choice or alternative that it does not have.
    """
    return _load(root, study, tuple(sorted((overrides or {}).items())))


def under_reading(study: Study, choice: str, alternative: str) -> Study:
    """The study under another answer to one of its choices; its specs are read anew only where the choice says so."""
    readings = {**study.readings, choice: alternative}
    if set(study.choices[choice].changes) == {FRAMES}:
        return replace(study, readings=readings)
    return load_study(study.root, study.name, readings)


@cache
def load_about(root: Path, study: str) -> About:
    """What the study.yaml of a study says, without its other files. Raises as `load_study` does."""
    files = _opened(root, study, ())
    about = files.one("study")
    files.raise_problems()
    return About.read(about)


def _opened(root: Path, study: str, overrides: tuple[tuple[str, str], ...]) -> "_Files":
    """The files of a study, which are read as its choices say."""
    files = _Files(root, root / study_folder(root, study))
    choices = {name: Choice.read(name, entry) for name, entry in files.one("choices").items()}
    files.problems += [
        f"{files.folder}/choices.yaml, {name}: default `{choice.default}` is none of its alternatives; "
        f"{nearest(choice.default, list(choice.alternatives))}."
        for name, choice in choices.items()
        if choice.default not in choice.alternatives
    ]
    files.raise_problems()
    files.decide(choices, chosen_readings(study, files.folder, choices, dict(overrides)))
    return files


@cache
def _load(root: Path, study: str, overrides: tuple[tuple[str, str], ...]) -> Study:
    files = _opened(root, study, overrides)
    raw = {kind: files.family(kind) for kind in ("tables", "models", "figures")}
    terms = files.all("terms")
    single = {name: files.one(name) for name in ("samples", "claims", "frames")}
    single["indicators"] = files.listed("indicators")
    about = files.one("study")
    files.raise_problems()
    files.problems += _source_problems(root, about, files.where("study.yaml"))
    files.raise_problems()
    loaded = _build(files, about, single, raw, terms)
    problems = _cross_check(loaded, raw)
    if problems:
        raise SpecError("\n".join(problems))
    return loaded


class _Files:
    """Reader of the spec files of a folder; problems are kept until all have been read."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.root, self.folder, self.problems = root, folder, list[str]()
        self.groups = groups_of(folder)
        self.choices: Mapping[str, Choice] = {}
        self.chosen: Mapping[str, str] = {}

    def decide(self, choices: Mapping[str, Choice], chosen: Mapping[str, str]) -> None:
        """From here on, what depends on a choice is read as chosen."""
        self.choices, self.chosen = choices, chosen

    def one(self, name: str) -> dict[str, Any]:
        """`<name>.yaml` checked by its schema; empty where there is none (study.yaml and samples.yaml must be)."""
        path = self.folder / f"{name}.yaml"
        if not path.is_file() and name not in ("study", "samples"):
            return {}
        return self._checked(self._read(path), name, path)

    def listed(self, name: str) -> dict[str, Any]:
        """`<name>.yaml` with its families listed out, checked by its schema; empty where there is none."""
        path = self.folder / f"{name}.yaml"
        raw = self._read(path) if path.is_file() else {}
        if not raw or not isinstance(raw, Mapping):
            return self._checked(raw, name, path) if path.is_file() else {}
        try:
            (spread,) = members(raw, self.groups, self._where(path))
        except MobilityError as error:
            self.problems.append(str(error))
            return {}
        return self._checked(spread, name, path)

    def all(self, kind: str) -> dict[str, dict[str, Any]]:
        """Every file of a folder, checked, by its name without ending."""
        return {path.stem: self._checked(self._read(path), kind, path) for path in self._paths(kind)}

    def family(self, kind: str) -> list[tuple[str, dict[str, Any]]]:
        """(file, spec) of every spec of a folder, families spread out, each checked by its schema."""
        found = []
        for path in self._paths(kind):
            raw = self._read(path)
            if not isinstance(raw, Mapping):
                self._checked(raw, kind.rstrip("s"), path)
                continue
            try:
                spread = members(raw, self.groups, self._where(path))
            except MobilityError as error:
                self.problems.append(str(error))
                continue
            if kind == "models" and "for" in raw:
                spread = _numbered(spread)
            found += [(path.stem, self._checked(spec, kind.rstrip("s"), path)) for spec in spread]
        return found

    def raise_problems(self) -> None:
        """Raise `SpecError` with every problem met, each once."""
        if self.problems:
            raise SpecError("\n".join(dict.fromkeys(self.problems)))

    def _paths(self, kind: str) -> list[Path]:
        return sorted((self.folder / kind).glob("*.yaml"))

    def where(self, name: str) -> str:
        """A file of the folder as messages name it."""
        return self._where(self.folder / name)

    def _where(self, path: Path) -> str:
        return str(path.relative_to(self.root))

    def _read(self, path: Path) -> Any:
        kind = path.stem if path.parent == self.folder else path.parent.name
        try:
            raw = read_yaml_once(path)
            self.problems += unstated(raw, kind, self.choices, self._where(path))
            return under(raw, self.choices, self.chosen, self._where(path))
        except MobilityError as error:
            self.problems.append(str(error))
            return {}

    def _checked(self, content: Any, schema: str, path: Path) -> dict[str, Any]:
        where = self._where(path)
        try:
            _check_once(self.root, schema, pickle.dumps(content), where)
            if schema in ("table", "model"):
                _check_estimators(content, where)
        except MobilityError as error:
            self.problems.append(str(error))
            return {}
        return content


@cache
def _check_once(root: Path, schema: str, content: bytes, where: str) -> None:
    """`schema.check` of pickled content: most files say the same under every reading of a study."""
    unpickled = pickle.loads(content)
    check(unpickled, closed_rules(schema, read_schema(root, schema), unpickled), schema, where, SpecError)


def _source_problems(root: Path, about: Mapping[str, Any], where: str) -> list[str]:
    """What is wrong with the sources of a study.yaml: none or no such source, and what each of them needs beside it."""
    if ("source" in about) == ("sources" in about):
        return [f"{where}: give `source`, or for several `sources` by names of your own, and not both."]
    named, variables, problems = named_sources(about), about.get("variables", {}), []
    several = "sources" in about
    homes = list(named) if several else [*NEEDS, "rows"]
    strange = [key for key in variables if key not in homes]
    problems += [f"{where}, variables: unknown key `{key}`, {nearest(key, homes)}." for key in strange]
    for name, source in named.items():
        try:
            mapped = is_mapped(root, source)
        except MobilityError as error:
            problems.append(f"{where}: {error}")
            continue
        if mapped:
            absent = [key for key in ("label", "access") if key not in about.get("data", {})]
            problems += [f"{where}, data: missing `{key}`, which a study on a file of its own needs." for key in absent]
        elif "variables" not in about or (several and name not in variables):
            place = f"variables.{name}" if several else "variables"
            problems.append(f"{where}: missing `{place}`, the variables of {source} that the study reads.")
    return problems


def _numbered(models: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Models of a family in the order of their group file; one with specifications has an order within."""
    return [{"order": at, **spec} if "specifications" not in spec else dict(spec) for at, spec in enumerate(models, 1)]


def _check_estimators(spec: Mapping[str, Any], where: str) -> None:
    """Estimators of a model, or of the rows, columns and stars of a table, that the register does not have."""
    shows = [spec[axis]["show"] for axis in ("rows", "columns") if axis in spec]
    listed = [item.get("estimator") for show in shows if isinstance(show, list) for item in show]
    lists = [*spec.get("estimators", ()), *(name for show in shows for name in _of_fits(show))]
    for name in [name for name in (spec.get("stars"), *listed, *lists) if name is not None]:
        if name not in ESTIMATORS:
            raise SpecError(f"{where}: no estimator `{name}`; {nearest(name, list(ESTIMATORS))}.")


def _of_fits(show: Any) -> Sequence[str]:
    return show.get("estimators", ()) if isinstance(show, Mapping) else ()


def _build(
    files: _Files,
    about: Mapping[str, Any],
    single: Mapping[str, Mapping[str, Any]],
    raw: Mapping[str, list[tuple[str, dict[str, Any]]]],
    terms: Mapping[str, Mapping[str, Any]],
) -> Study:
    regressors = {name: tuple(map(Term.read, content["terms"])) for name, content in terms.items()}
    models = [model for file, spec in raw["models"] for model in ModelSpec.read(spec, file, regressors)]
    without_tables = Study(
        files.folder,
        About.read(about),
        samples={name: Sample.read(name, entry) for name, entry in single["samples"].items()},
        figures={spec["figure"]: FigureSpec.read(spec) for _, spec in raw["figures"]},
        choices=files.choices,
        readings=files.chosen,
        models={model.model: model for model in models},
        terms=regressors,
        claims={name: Claim.read(name, entry) for name, entry in single["claims"].items()},
        frames={name: FrameSpec.read(entry) for name, entry in single["frames"].items()},
        indicators=IndicatorIndex.read(single["indicators"]) if single["indicators"] else None,
    )
    tables = {
        spec["table"]: TableSpec.read(spec, file, *(_items(spec[axis], without_tables) for axis in ("rows", "columns")))
        for file, spec in raw["tables"]
    }
    return Study(**{**vars(without_tables), "tables": tables})


def _items(axis: Mapping[str, Any], study: Study) -> list[Item]:
    """Rows or columns of a table spec, listed.

    `{groups: NAME}` stands for that file's rows, `{models: TABLE}` for the fits of the table's models (named by their
    estimator, those of a file with `specifications` by their label), `{choices: TABLE}` for the default readings and
    each other one that can change the table, `{claims: models}` for the entries of claims.yaml that rest on effects of
    models, `{claims: cells}` for all others.
    """
    show = axis["show"]
    if not isinstance(show, Mapping):
        return [Item.read(item) for item in show]
    if "models" in show:
        return _fits(show, study)
    if "choices" in show:
        return _readings(show["choices"], study.choices.values())
    if "claims" in show:
        of_models = show["claims"] == "models"
        own = [claim for claim in study.claims.values() if bool(claim.effects) == of_models]
        return [Item(claim.name, f"{claim.statement} ({claim.section})") for claim in own]
    return _of_group(show["groups"], study)


def _of_group(name: str, study: Study) -> list[Item]:
    """A row of a group file each; raises `SpecError` on one without an id or a label."""
    rows = study.groups(name)
    bare = [(line, key) for line, row in enumerate(rows, start=2) for key in ("id", "label") if not row[key].strip()]
    if bare:
        line, key = bare[0]
        raise SpecError(f"{study.folder}/groups/{name}.csv, line {line}: no {key}, which a table needs. Mend the line.")
    return [Item.read({key: row[key] for key in ("id", "label", "under") if row.get(key)}) for row in rows]


def _fits(show: Mapping[str, Any], study: Study) -> list[Item]:
    return [
        Item(
            id=f"{model.model}__{estimator}",
            label=model.label if model.specification else ESTIMATORS[estimator].label,
            under=model.describe if show["models"] == "all" else model.label,
            model=model.model,
            estimator=estimator,
        )
        for model in in_order(study.models, show["models"])
        for estimator in show.get("estimators", model.estimators)
    ]


def _readings(table: str, choices: Iterable[Choice]) -> list[Item]:
    return [Item("baseline_spec", "Default readings")] + [
        Item(
            id=f"{choice.name}={alternative}",
            label=choice.label(alternative),
            choice=choice.name,
            alternative=alternative,
        )
        for choice in choices
        for alternative in (choice.alternatives if table in choice.tables else ())
        if alternative != choice.default
    ]


def _cross_check(study: Study, raw: Mapping[str, list[tuple[str, dict[str, Any]]]]) -> list[str]:
    """Names in one spec file that another one does not have."""
    problems: list[str] = []
    if study.about.study != study.name:
        found = f"`study: {study.about.study}` is not the folder's name"
        problems.append(f"{study.folder}/study.yaml: {found}. Write `study: {study.name}`.")
    for kind in ("tables", "models", "figures"):
        problems += _misnamed(study.folder, kind, raw[kind])
        problems += _unknown(study, _named_by_files(kind, raw[kind]))
    problems += _unknown(study, _named_by_specs(study))
    problems += _unknown(study, [Reference("study.yaml", "finding", name) for name in study.about.findings])
    problems += [found for table in study.tables.values() for found in _table_problems(table, study)]
    changed = [(choice.name, frame) for choice in study.choices.values() for frame in choice.frames]
    problems += _unknown(study, [Reference(f"choices.yaml, {choice}", "frame", frame) for choice, frame in changed])
    if study.indicators:
        of_index = index_problems(study.indicators, study.tables, list(study.figures))
        problems += [f"{study.folder}/indicators.yaml: {problem}" for problem in of_index]
    made = [(name, source) for name, frame in study.frames.items() for source in frame.sources]
    problems += _unknown(study, [Reference(f"frames.yaml, {name}", "source", source) for name, source in made])
    named = [(choice.name, table) for choice in study.choices.values() for table in choice.tables]
    problems += _unknown(study, [Reference(f"choices.yaml, {choice}", "table", table) for choice, table in named])
    for claim in study.claims.values():
        place = f"claims.yaml, {claim.name}"
        problems += _unknown(study, [Reference(place, "model", effect.model) for effect in claim.effects])
        problems += _unquotable(study, claim)
    return problems


def _table_problems(table: TableSpec, study: Study) -> list[str]:
    """A frame that is not its sample's, ids that stand twice, and rows and columns without what the statistic reads."""
    where, problems = f"{study.folder}/{table.where}", []
    sample = study.samples.get(table.sample)
    if sample and table.frame and sample.frame != table.frame:
        problems.append(f"{where}: frame `{table.frame}`, and sample `{sample.name}` is of `{sample.frame}`. Mend one.")
    for axis, ids in (("rows", table.rows.ids), ("columns", table.columns.ids)):
        twice = [name for name, count in Counter(ids).items() if count > 1]
        problems += [f"{where}, {axis}: `{name}` stands more than once. Give each an id of its own." for name in twice]
    strange = [row for row in table.larger or {} if row not in table.rows.ids]
    problems += [f"{where}: `larger` names the row `{row}`; {nearest(row, table.rows.ids)}." for row in strange]
    for key in table.statistic.item_required:
        lacking = [
            axis
            for axis in (table.rows.items, table.columns.items)
            if any(getattr(item, key) in (None, "") for item in axis)
        ]
        if len(lacking) == 2:
            problems.append(f"{where}: statistic {table.statistic.name} needs `{key}` in each row, or in each column.")
    return problems + _test_problems(table, study, where) + _adjusted_problems(table, study, where)


def _adjusted_problems(table: TableSpec, study: Study, where: str) -> list[str]:
    """Rows of a table of adjusted tests that are in no table of tests, and what its columns tell that those do not."""
    problems = []
    of_tests = [name for name, other in study.tables.items() if other.tests]
    for row in table.rows.items if table.statistic.name == "adjusted" else ():
        tests = study.tables.get(row.of_table)
        if tests is None or not tests.tests:
            known = nearest(row.of_table, of_tests)
            problems.append(f"{where}, {row.id}: of_table `{row.of_table}` is no table of tests; {known}.")
        elif row.of_row not in tests.rows.ids:
            known = nearest(row.of_row, tests.rows.ids)
            problems.append(f"{where}, {row.id}: of_row `{row.of_row}` is not in {tests.where}; {known}.")
        else:
            told = {column.tells for column in tests.columns.items}
            lacking = [one.tells for one in table.columns.items if one.tells not in told]
            problems += [f"{where}: {tests.where} does not tell `{name}`. Take one of its columns." for name in lacking]
    return problems


def _test_problems(table: TableSpec, study: Study, where: str) -> list[str]:
    """A table of tests whose table of shares is not there or of other rows, and names that this one does not have."""
    if not table.tests:
        return []
    shares = study.tables.get(table.tests)
    if shares is None or shares.statistic.name != "proportion":
        proportions = [name for name, other in study.tables.items() if other.statistic.name == "proportion"]
        return [
            f"{where}: tests `{table.tests}`, which is no table of proportions; {nearest(table.tests, proportions)}."
        ]
    if (shares.frame, shares.sample) != (table.frame, table.sample):
        own = f"{shares.frame}, {shares.sample}"
        return [f"{where}: frame and sample are not those of `{table.tests}`, which are {own}. Mend one."]
    return [
        f"{where}, {row.id}: {key} `{name}` is not in {shares.where}; {nearest(name, known)}."
        for row in table.rows.items
        for known, named in (
            (shares.rows.ids, {"from": row.before, "to": row.after}),
            (shares.columns.ids, {"column": row.column, "since": row.since or row.column}),
        )
        for key, name in named.items()
        if name not in known
    ]


class Reference(NamedTuple):
    """A name, empty for none, of what `key` says, and the place where it stands."""

    place: str
    key: str
    name: str


def _named_by_files(kind: str, raw: list[tuple[str, dict[str, Any]]]) -> list[Reference]:
    keys = ("section", "sample") if kind == "tables" else ("section", "sample", "table")
    return [Reference(f"{kind}/{file}.yaml", key, spec.get(key, "")) for file, spec in raw for key in keys]


def _named_by_specs(study: Study) -> list[Reference]:
    terms = [Reference(model.where, "terms", name) for model in study.models.values() for name in model.blocks]
    tables = study.tables.values()
    return terms + [Reference(table.where, "model", name) for table in tables for name, _ in dict.fromkeys(table.fits)]


def _unknown(study: Study, references: Iterable[Reference]) -> list[str]:
    """Problems of the references whose name is not where it should be."""
    homes: dict[str, tuple[Sequence[str], str]] = {
        "section": (study.about.sections, "study.yaml"),
        "sample": (list(study.samples), "samples.yaml"),
        "terms": (list(study.terms), "terms/"),
        "table": (list(study.tables), "tables/"),
        "model": (list(study.models), "models/"),
        "frame": (sorted(study.used_frames), "samples.yaml"),
        "source": (list(study.about.sources), "study.yaml"),
        "finding": (study.finders, "figures/ or indicators.yaml"),
    }
    return [
        f"{study.folder}/{place}: {key} `{name}` is not in {homes[key][1]}; {nearest(name, homes[key][0])}."
        for place, key, name in references
        if name and name not in homes[key][0]
    ]


def _unquotable(study: Study, claim: Claim) -> list[str]:
    """Tables, rows and columns that a claim on cells names and the study does not have."""
    wanted, where = claim.cells, f"{study.folder}/claims.yaml, {claim.name}"
    if wanted is None:
        return []
    if wanted.table not in study.tables:
        return [f"{where}: table `{wanted.table}` is not in tables/; {nearest(wanted.table, list(study.tables))}."]
    table = study.tables[wanted.table]
    places = [place for place in (wanted.less, wanted.over) if place]
    named = {
        "row": (table.rows.ids, [*wanted.rows, *(place.row for place in places)]),
        "column": (table.columns.ids, [*wanted.columns, *(place.column for place in places)]),
    }
    return [
        f"{where}: {one} `{name}` is not in {table.where}; {nearest(name, known)}."
        for one, (known, names) in named.items()
        for name in names
        if name and name not in known
    ]


def _misnamed(folder: Path, kind: str, raw: list[tuple[str, dict[str, Any]]]) -> list[str]:
    """Specs not named as their file, two of one name, and two tables or figures of one number."""
    key, problems = kind.rstrip("s"), []
    alone = Counter(file for file, _ in raw)
    for file, spec in raw:
        if alone[file] == 1 and spec[key] != file:
            where = f"{folder}/{kind}/{file}.yaml"
            problems.append(f"{where}: `{key}: {spec[key]}` is not the file's name. Write `{key}: {file}`.")
    for what in (key, "number") if kind != "models" else (key,):
        times = Counter(spec[what] for _, spec in raw)
        for name in [name for name, count in times.items() if count > 1]:
            same = ", ".join(dict.fromkeys(f"{kind}/{file}.yaml" for file, spec in raw if spec[what] == name))
            problems.append(f"{folder}: {same} are all `{name}`. Give each a {what} of its own.")
    return problems
