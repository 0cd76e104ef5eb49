"""Typed settings: `config.yaml` and the spec files of a study, each checked against its closed schema.

A schema is a file of `workflow/schemas/`; what it forbids is reported here in one message that lists every problem.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from mobility.errors import ConfigError, MobilityError, SpecError, nearest
from mobility.storage import read_mapping, read_rows, read_yaml

SYNTHETIC = "synthetic"
MAPPED_SOURCES = ("table", "flows")  # files that a study describes by its own mapping.yaml
STUDY_FOLDERS = ("studies", "examples")
ESTIMATOR_LABELS = {
    "ols": "OLS",
    "logit": "Logit",
    "probit": "Probit",
    "nbreg": "Negative binomial",
    "within": "Within persons",
}
ALPHABET = "abcdefghijklmnopqrstuvwxyz"
WAVE_RANGE = re.compile(r"([a-z])(?:-([a-z]))?")
YEAR_RANGE = re.compile(r"(\d{4})(?:-(\d{4}))?")
FLOWS = "flows"  # kind of a source whose waves are years of moves
PANEL = "panel"  # kind of a source that names none
WAVE_EXAMPLES = {FLOWS: "2014-2018", PANEL: "a-h"}


@dataclass(frozen=True)
class Config:
    """`config.yaml`, checked: WHAT to run."""

    sources: Mapping[str, str]
    waves: Mapping[str, tuple[str, ...]]
    studies: tuple[str, ...]
    choices: Mapping[str, Mapping[str, str]]
    thresholds: Mapping[str, int]
    synthetic: Mapping[str, Any]

    def is_synthetic(self, source: str) -> bool:
        """Whether the source is the invented delivery."""
        return self.sources.get(source) == SYNTHETIC


@dataclass(frozen=True)
class Study:
    """A folder of `studies/` or `examples/`, its spec files read and checked."""

    folder: Path
    spec: Mapping[str, Any]
    samples: Mapping[str, Any]
    tables: Mapping[str, Mapping[str, Any]]
    figures: Mapping[str, Mapping[str, Any]]
    choices: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    models: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    terms: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    claims: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    frames: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The folder's name, which is the study's identifier in every cell."""
        return self.folder.name

    @property
    def quoted_tables(self) -> list[str]:
        """Tables from whose cells the numbers of the report's text are made."""
        return sorted({claim["cells"]["table"] for claim in self.claims.values() if "cells" in claim})

    def groups(self, name: str) -> list[dict[str, str]]:
        """Rows of `groups/<name>.csv` as text; raises `SpecError` where there is no such file."""
        path = self.folder / "groups" / f"{name}.csv"
        allowed = [file.stem for file in path.parent.glob("*.csv")]
        if name not in allowed:
            raise SpecError(f"{self.folder}: no groups/{name}.csv; {nearest(name, allowed)}. Mend the spec's `groups`.")
        return read_rows(path)

    def items(self, axis: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The shown rows or columns of a table spec.

        `{groups: NAME}` stands for that file's rows, `{models: TABLE}` for the fits of the table's models (named by
        their estimator, those of a file with `specifications` by their label), `{claims: models}` for the entries of
        claims.yaml that rest on effects of models, `{claims: cells}` for the others.
        """
        show = axis["show"]
        if not isinstance(show, Mapping):
            return [dict(item) for item in show]
        if "models" in show:
            return self._model_items(show)
        if "choices" in show:
            return self._choice_items(show["choices"])
        if "claims" in show:
            return self._claim_items(of_models=show["claims"] == "models")
        keys = ("id", "label", "under")
        return [{key: row[key] for key in keys if row.get(key)} for row in self.groups(show["groups"])]

    def terms_of(self, model: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """Regressors of a model: those of its files of terms/, in their order."""
        return [term for name in model["terms"] for term in self.terms[name]]

    def models_of(self, table: str) -> list[Mapping[str, Any]]:
        """Models that a table shows, in their order; every model for `all`."""
        return sorted(
            (model for model in self.models.values() if table in ("all", model["table"])),
            key=lambda model: (_natural(model["table"]), model["order"]),
        )

    def _choice_items(self, table: str) -> list[dict[str, Any]]:
        """The baseline, and every other reading of a choice that can change the table."""
        items: list[dict[str, Any]] = [{"id": "baseline_spec", "label": "Default readings"}]
        for name, entry in self.choices.items():
            for alternative in entry["alternatives"] if table in entry.get("tables", []) else []:
                if alternative != entry["default"]:
                    label = f"{name}: {alternative}".replace("_", " ")
                    reading = {"choice": name, "alternative": alternative}
                    items.append({"id": f"{name}={alternative}", "label": label, **reading})
        return items

    def _claim_items(self, of_models: bool) -> list[dict[str, Any]]:
        """Statements of the text that rest on effects of models (`from`), or all others."""
        return [
            {"id": name, "label": f"{claim['statement']} ({claim['section']})"}
            for name, claim in self.claims.items()
            if ("from" in claim) == of_models
        ]

    def _model_items(self, show: Mapping[str, Any]) -> list[dict[str, Any]]:
        return [
            {
                "id": f"{model['model']}__{estimator}",
                "label": model["label"] if "file" in model else ESTIMATOR_LABELS[estimator],
                "under": model["describe"] if show["models"] == "all" else model["label"],
                "model": model["model"],
                "estimator": estimator,
            }
            for model in self.models_of(show["models"])
            for estimator in show.get("estimators", model["estimators"])
        ]

    def chosen(self, overrides: Mapping[str, str] | None = None) -> dict[str, str]:
        """Every choice's value: the default, or what `overrides` says. Raises `ConfigError` on an unknown one."""
        chosen = {name: entry["default"] for name, entry in self.choices.items()}
        for name, value in (overrides or {}).items():
            if not chosen:
                raise ConfigError(
                    f"config.yaml, choices: {self.name} has no choices. Take `{self.name}` out of `choices`."
                )
            if name not in chosen:
                raise ConfigError(
                    f"config.yaml, choices: {self.name} has no choice `{name}`; {nearest(name, list(chosen))}. "
                    f"See {self.folder / 'choices.yaml'}."
                )
            allowed = list(self.choices[name]["alternatives"])
            if value not in allowed:
                raise ConfigError(
                    f"config.yaml, choices: {self.name}.{name} is `{value}`; {nearest(value, allowed)}. "
                    f"See {self.folder / 'choices.yaml'}."
                )
            chosen[name] = value
        return chosen


def load_config(root: Path, overrides: Mapping[str, Any] | None = None) -> Config:
    """Read and check `config.yaml` of the project folder `root`; `overrides` replaces whole top-level keys.

    Raises
    ------
    ConfigError
        Lists every unknown key, wrong value, study without a folder and wave range that runs backwards.
    """
    path = root / "config.yaml"
    if not path.is_file():
        raise ConfigError(f"no config.yaml in {root.resolve()}. Go to the project's folder and run again.")
    rules = _schema(root / "workflow" / "schemas" / "config.schema.yaml")
    raw = _with_numbers({**read_mapping(path), **(overrides or {})}, rules)
    validate(raw, root, "config", "config.yaml", ConfigError)
    problems: list[str] = []
    for study in dict.fromkeys([*raw["studies"], *raw["choices"]]):
        try:
            loaded = load_study(root, study)
            loaded.chosen(raw["choices"].get(study))
            problems += _source_problems(loaded, raw, root)
        except MobilityError as error:
            problems.append(str(error))
    waves = {}
    for source, text in raw["waves"].items():
        try:
            waves[source] = parse_waves(text, f"config.yaml, waves.{source}")
        except ConfigError as error:
            problems.append(str(error))
    if problems:
        raise ConfigError("\n".join(problems))
    return Config(
        sources=raw["sources"],
        waves=waves,
        studies=tuple(raw["studies"]),
        choices=raw["choices"],
        thresholds=raw["disclosure"]["threshold"],
        synthetic=raw["synthetic"],
    )


def _with_numbers(value: Any, rules: Mapping[str, Any]) -> Any:
    """`value` with whole numbers where the schema wants them: what the command line gives arrives as text."""
    if isinstance(value, Mapping):
        parts, others = rules.get("properties", {}), rules.get("additionalProperties")
        unknown = others if isinstance(others, Mapping) else {}
        return {key: _with_numbers(part, parts.get(key, unknown)) for key, part in value.items()}
    return int(value) if rules.get("type") == "integer" and isinstance(value, str) and value.isdecimal() else value


def _source_problems(study: Study, raw: Mapping[str, Any], root: Path) -> list[str]:
    """Keys of `config.yaml` that the study's source needs and that are not there."""
    source = study.spec["source"]
    if source in MAPPED_SOURCES:
        return []
    examples = (("sources", SYNTHETIC), ("waves", WAVE_EXAMPLES.get(source_kind(root, source), "a-h")))
    return [
        f"config.yaml, {key}: nothing about `{source}`, which {study.name} reads. Write `{source}: {example}` there."
        for key, example in examples
        if source not in raw[key]
    ]


def source_kind(root: Path, source: str) -> str:
    """Kind of a folder of `sources/`: `flows` (moves between areas), or `panel` where its source.yaml names none."""
    path = root / "sources" / source / "source.yaml"
    return read_mapping(path).get("kind", PANEL) if path.is_file() else PANEL


def _natural(text: str) -> list[str | int]:
    """Sorting key in which table_9 comes before table_10."""
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", text)]


def parse_waves(text: str | int, where: str) -> tuple[str, ...]:
    """Letters of a wave expression such as `a-e,g`, or years of one such as `2014,2016-2018`, in their order.

    Raises `ConfigError` on any other text, on letters beside years, and on `h-a`.
    """
    parts = str(text).replace(" ", "").split(",")
    pattern = YEAR_RANGE if any(YEAR_RANGE.fullmatch(part) for part in parts) else WAVE_RANGE
    waves: list[str] = []
    for part in parts:
        match = pattern.fullmatch(part)
        if match is None:
            example = "a-h, or a-e,g; for years 2014-2018, or 2014,2016-2018"
            raise ConfigError(f"{where}: `{text}` is not a list of waves. Write for example {example}.")
        first, last = match[1], match[2] or match[1]
        if first > last:
            raise ConfigError(f"{where}: the range `{part}` runs backwards. Write {last}-{first}.")
        if pattern is YEAR_RANGE:
            waves += map(str, range(int(first), int(last) + 1))
        else:
            waves += [letter for letter in ALPHABET if first <= letter <= last]
    return tuple(sorted(set(waves)))


def study_folder(root: Path, study: str) -> Path:
    """Folder of a study or example; raises `ConfigError` with the nearest names."""
    allowed = {path.parent.name: parent for parent in STUDY_FOLDERS for path in (root / parent).glob("*/study.yaml")}
    if study in allowed:
        return Path(allowed[study]) / study
    raise ConfigError(f"config.yaml, studies: no folder for `{study}`; {nearest(study, list(allowed))}. Mend the name.")


@cache
def load_study(root: Path, study: str) -> Study:
    """Read and check every spec file of a study; all its problems are listed in one `SpecError`."""
    folder = root / study_folder(root, study)
    problems: list[str] = []

    def read(path: Path, schema: str) -> Any:
        try:
            content = read_yaml(path)
            validate(content, root, schema, str(path.relative_to(root)), SpecError)
        except MobilityError as error:
            problems.append(str(error))
            return {}
        return content

    def read_if_there(name: str) -> Any:
        return read(folder / f"{name}.yaml", name) if (folder / f"{name}.yaml").is_file() else {}

    def read_all(kind: str) -> dict[str, Any]:
        return {path.stem: read(path, kind.rstrip("s")) for path in sorted((folder / kind).glob("*.yaml"))}

    models = each_specification(read_all("models"))
    loaded = Study(
        folder,
        spec=read(folder / "study.yaml", "study"),
        samples=read(folder / "samples.yaml", "samples"),
        tables=read_all("tables"),
        figures=read_all("figures"),
        choices=read_if_there("choices"),
        models=models,
        terms={path.stem: read(path, "terms").get("terms", []) for path in sorted((folder / "terms").glob("*.yaml"))},
        claims=read_if_there("claims"),
        frames=read_if_there("frames"),
    )
    problems = problems or _cross_check(loaded)
    if problems:
        raise SpecError("\n".join(problems))
    return loaded


def each_specification(files: Mapping[str, Any]) -> dict[str, Any]:
    """Models by name. A file with `specifications` is a model for each of them, `table_8__model_1` and so on."""
    models: dict[str, Any] = {}
    for stem, spec in files.items():
        shared = {key: value for key, value in spec.items() if key != "specifications"}
        if "specifications" not in spec:
            models[stem] = spec
        for order, own in enumerate(spec.get("specifications", []), start=1):
            name = f"{spec['model']}__{own['id']}"
            own_keys = {"model": name, "file": stem, "label": own["label"], "order": order, "terms": own["terms"]}
            models[f"{stem}__{own['id']}"] = {**shared, **own_keys}
    return models


def _cross_check(study: Study) -> list[str]:
    """Names in one spec file that another one does not have."""
    problems = []

    def check(place: str, key: str, spec: Mapping[str, Any], known: Sequence[str], home: str) -> None:
        if key in spec and spec[key] not in known:
            hint = nearest(spec[key], list(known))
            problems.append(f"{study.folder}/{place}.yaml: {key} `{spec[key]}` is not in {home}; {hint}.")

    if study.spec["study"] != study.name:
        where = f"{study.folder}/study.yaml"
        problems.append(
            f"{where}: `study: {study.spec['study']}` is not the folder's name. Write `study: {study.name}`."
        )
    specs = {"table": study.tables, "figure": study.figures, "model": study.models}
    for kind, found in specs.items():
        for stem, spec in found.items():
            place = f"{kind}s/{stem}"
            if spec[kind] != stem:
                where = f"{study.folder}/{place}.yaml"
                problems.append(f"{where}: `{kind}: {spec[kind]}` is not the file's name. Write `{kind}: {stem}`.")
            check(place, "section", spec, study.spec["sections"], "study.yaml")
            check(place, "sample", spec, list(study.samples), "samples.yaml")
            for name in spec.get("terms", []):
                check(place, "terms", {"terms": name}, list(study.terms), "terms/")
            if kind != "table":
                check(place, "table", spec, list(study.tables), "tables/")
    for kind, found in (("table", study.tables), ("figure", study.figures)):
        numbers = Counter(spec["number"] for spec in found.values())
        for number in [number for number, times in numbers.items() if times > 1]:
            same = ", ".join(f"{kind}s/{stem}.yaml" for stem, spec in found.items() if spec["number"] == number)
            problems.append(f"{study.folder}: {same} are all `{number}`. Give each a number of its own.")
    for stem, spec in study.tables.items():
        for item in _listed(spec["columns"]):
            check(f"tables/{stem}", "model", item, list(study.models), "models/")
    for name, claim in study.claims.items():
        for origin in claim.get("from", []):
            check(f"claims ({name})", "model", origin, list(study.models), "models/")
        problems += _claim_problems(study, f"{study.folder}/claims.yaml, {name}", claim.get("cells"))
    return problems


def _claim_problems(study: Study, where: str, wanted: Mapping[str, Any] | None) -> list[str]:
    """Tables, rows and columns that a claim on cells names and the study does not have."""
    if wanted is None:
        return []
    if wanted["table"] not in study.tables:
        return [
            f"{where}: table `{wanted['table']}` is not in tables/; {nearest(wanted['table'], list(study.tables))}."
        ]
    problems = []
    for axis, one in (("rows", "row"), ("columns", "column")):
        known = [item["id"] for item in study.items(study.tables[wanted["table"]][axis])]
        others = [wanted[key][one] for key in ("less", "over") if one in wanted.get(key, {})]
        problems += [
            f"{where}: {one} `{name}` is not in tables/{wanted['table']}.yaml; {nearest(name, known)}."
            for name in [*wanted.get(axis, []), *others]
            if name not in known
        ]
    return problems


def _listed(axis: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return axis["show"] if isinstance(axis["show"], list) else []


def validate(content: Any, root: Path, schema: str, where: str, error: type[MobilityError]) -> None:
    """Check `content` against `workflow/schemas/<schema>.schema.yaml`; raise `error` with every problem in it."""
    from jsonschema import Draft202012Validator

    rules = _schema(root / "workflow" / "schemas" / f"{schema}.schema.yaml")
    try:
        found = sorted(Draft202012Validator(rules).iter_errors(content), key=lambda item: list(map(str, item.path)))
    except RecursionError:
        raise error(f"{where}: a part refers to itself (`&` and `*`). Write it out and run again.") from None
    if found:
        lines = [f"{where}: {_explain(problem)}" for problem in found]
        raise error("\n".join([*lines, f"What is allowed: workflow/schemas/{schema}.schema.yaml."]))


@cache
def _schema(path: Path) -> Any:
    return read_yaml(path)


def _explain(problem: Any) -> str:
    """One schema problem in plain words: where, what was found, what is allowed or nearest."""
    place = ".".join(str(part) for part in problem.path) or "top level"
    if problem.validator == "additionalProperties":
        allowed = list(problem.schema.get("properties", {}))
        unknown = [str(key) for key in problem.instance if key not in allowed]
        return "; ".join(f"{place}: unknown key `{key}`, {nearest(key, allowed)}" for key in unknown)
    if problem.validator == "required":
        missing = [key for key in problem.validator_value if key not in problem.instance]
        return f"{place}: missing {', '.join(f'`{key}`' for key in missing)}"
    if problem.validator == "enum":
        return f"{place}: `{problem.instance}`; {nearest(str(problem.instance), problem.validator_value)}"
    if problem.validator == "pattern":
        form = problem.schema.get("description", f"the form {problem.validator_value}")
        return f"{place}: `{problem.instance}` is not of the right form. {form.rstrip('.')}"
    if problem.validator == "oneOf" and problem.context:
        return f"{place}: {'; or '.join(sorted({_explain(part) for part in problem.context}))}"
    return f"{place}: {problem.message}"
