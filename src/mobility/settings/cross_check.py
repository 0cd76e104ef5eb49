"""What the spec files of a study say of each other: names that another file lacks, and what does not go together."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from mobility.errors import MobilityError, nearest
from mobility.settings.claims import Claim
from mobility.settings.indicators import index_problems
from mobility.settings.sources import is_mapped
from mobility.settings.study import NEEDS, Study, named_sources
from mobility.settings.tables import ADJUSTS, Defined, TableSpec

Specs = Mapping[str, list[tuple[str, dict[str, Any]]]]  # by kind, (file, spec) of each as its file says it


def cross_problems(study: Study, raw: Specs) -> list[str]:
    """Whatever in one spec file does not fit another one, a line each; none where all fits."""
    problems: list[str] = []
    if study.about.study != study.name:
        found = f"`study: {study.about.study}` is not the folder's name"
        problems.append(f"{study.folder}/study.yaml: {found}. Write `study: {study.name}`.")
    for kind, specs in raw.items():
        problems += _misnamed(study.folder, kind, specs)
    problems += _unknown(study, _references(study, raw))
    problems += [found for table in study.tables.values() for found in _table_problems(table, study)]
    if study.indicators:
        of_index = index_problems(study.indicators, study.tables, list(study.figures))
        problems += [f"{study.folder}/indicators.yaml: {problem}" for problem in of_index]
    return problems + [found for claim in study.claims.values() for found in _unquotable(study, claim)]


def source_problems(root: Path, about: Mapping[str, Any], where: str) -> list[str]:
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


class Reference(NamedTuple):
    """A name, empty for none, of what `key` says, and the place where it stands."""

    place: str
    key: str
    name: str


def _references(study: Study, raw: Specs) -> Iterator[Reference]:
    """Every name by which a spec file means something of another one."""
    for kind, specs in raw.items():
        keys = ("section", "sample", "table") if kind != "tables" else ("section", "sample")
        yield from (Reference(f"{kind}/{file}.yaml", key, spec.get(key, "")) for file, spec in specs for key in keys)
    for model in study.models.values():
        yield from (Reference(model.where, "terms", name) for name in model.blocks)
    for table in study.tables.values():
        yield from (Reference(table.where, "model", name) for name, _ in dict.fromkeys(table.fits))
    yield from (Reference("study.yaml", "finding", name) for name in study.about.findings)
    for choice in study.choices.values():
        place = f"choices.yaml, {choice.name}"
        yield from (Reference(place, "frame", name) for name in choice.frames)
        yield from (Reference(place, "table", name) for name in choice.tables)
    for name, frame in study.frames.items():
        yield from (Reference(f"frames.yaml, {name}", "source", source) for source in frame.sources)
    for claim in study.claims.values():
        yield from (Reference(f"claims.yaml, {claim.name}", "model", effect.model) for effect in claim.effects)


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


def _misnamed(folder: Path, kind: str, specs: list[tuple[str, dict[str, Any]]]) -> list[str]:
    """Specs not named as their file, two of one name, and two tables or figures of one number."""
    key, problems = kind.rstrip("s"), []
    alone = Counter(file for file, _ in specs)
    for file, spec in specs:
        if alone[file] == 1 and spec[key] != file:
            where = f"{folder}/{kind}/{file}.yaml"
            problems.append(f"{where}: `{key}: {spec[key]}` is not the file's name. Write `{key}: {file}`.")
    for what in (key, "number") if kind != "models" else (key,):
        times = Counter(spec[what] for _, spec in specs)
        for name in [name for name, count in times.items() if count > 1]:
            same = ", ".join(dict.fromkeys(f"{kind}/{file}.yaml" for file, spec in specs if spec[what] == name))
            problems.append(f"{folder}: {same} are all `{name}`. Give each a {what} of its own.")
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
    problems += [f"{where}, by_definition: {found}" for one in table.by_definition for found in _undefined(one, table)]
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
    return problems + problems_of_tests(table, study, where) + problems_of_adjusted(table, study, where)


def _undefined(one: Defined, table: TableSpec) -> Iterator[str]:
    """Rows, columns and estimators that cells are said to be in by definition, and that the table does not have."""
    fitted = sorted({item.estimator for item in (*table.rows.items, *table.columns.items) if item.estimator})
    for what, names, known in (
        ("row", one.rows, table.rows.ids),
        ("column", one.columns, table.columns.ids),
        ("estimator", (one.estimator,) if one.estimator else (), fitted),
    ):
        yield from (f"no {what} `{name}`; {nearest(name, known)}." for name in names if name not in known)


def problems_of_tests(table: TableSpec, study: Study, where: str) -> list[str]:
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
    told = {column.tells for column in table.columns.items}
    alone = [
        f"{where}: a column tells {name} and none {ADJUSTS[name]}, which it adjusts. Add a column that does."
        for name in sorted(told & set(ADJUSTS))
        if ADJUSTS[name] not in told
    ]
    return alone + [
        f"{where}, {row.id}: {key} `{name}` is not in {shares.where}; {nearest(name, known)}."
        for row in table.rows.items
        for known, named in (
            (shares.rows.ids, {"from": row.before, "to": row.after}),
            (shares.columns.ids, {"column": row.column, "since": row.since or row.column}),
        )
        for key, name in named.items()
        if name not in known
    ]


def problems_of_adjusted(table: TableSpec, study: Study, where: str) -> list[str]:
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
