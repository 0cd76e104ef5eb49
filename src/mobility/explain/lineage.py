"""Where a frame's columns come from: source columns with their waves and codes, and the files that map the codes."""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

from mobility.errors import SpecError, nearest
from mobility.flows.register import load_flow_source
from mobility.panel.register import Source, Variable, load_source
from mobility.settings import FLOWS, MAPPED_SOURCES, Config, Study, source_kind
from mobility.storage import read_yaml

LABELS = 6
ENDS = ("origin_", "destination_")


def lineage(root: Path, config: Config, study: Study, frame: str, columns: Iterable[str]) -> list[str]:
    """Lines that say what columns of a frame are made from; a column that the study does not describe says so.

    Raises `SpecError` where `frames.yaml` names a variable that the source does not have.
    """
    columns = list(dict.fromkeys(columns))
    if study.about.source in MAPPED_SOURCES:
        return _of_mapping(study, columns)
    spec = study.frames.get(frame)
    described = spec.columns if spec else {}
    lines = [f"Frame `{frame}`: {spec.rows}"] if spec else []
    for column in columns:
        if column not in described:
            lines.append(f"  {column}: not described in frames.yaml")
            continue
        entry = described[column]
        lines.append(
            f"  {column} is made from {', '.join(map(_span, numbered_runs(entry.sources))) or 'the wave itself'}"
        )
        lines += [f"    codes mapped by {study.folder}/groups/{name}.csv" for name in entry.groups]
    names = dict.fromkeys(name for column in columns if column in described for name in described[column].sources)
    return [*lines, *_variables(root, config, study, list(names))]


def frame_module(study: Study, frame: str) -> str:
    """File of the module that makes a frame."""
    spec = study.frames.get(frame)
    module = (spec and spec.module) or study.about.module
    return f"src/mobility/studies/{module}.py"


def _variables(root: Path, config: Config, study: Study, names: Sequence[str]) -> list[str]:
    name = study.about.source
    if not names:
        return []
    if source_kind(root, name) == FLOWS:
        return _of_files(root, name, names)
    source, waves = load_source(root, name), config.waves[name]
    found = [line for run in numbered_runs(names) for line in _of_run(source, run, waves)]
    return [f"Source columns (sources/{name}/variables.csv, recodes.yaml), waves of this run:", *found]


def numbered_runs(names: Sequence[str]) -> list[list[str]]:
    """Names one after the other that differ in the number at their end only: `vocational_1` to `vocational_15`."""
    return [list(run) for _, run in groupby(names, key=lambda name: re.sub(r"\d+$", "", name))]


def _span(run: Sequence[str]) -> str:
    return f"`{run[0]}`" if len(run) == 1 else f"`{run[0]}` to `{run[-1]}`"


def _of_run(source: Source, run: Sequence[str], waves: Sequence[str]) -> list[str]:
    """Lines of the first name; the others of a numbered run are like it."""
    alike = [f"    and likewise {_span(run[1:])}"] if len(run) > 1 else []
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
    span = wave_range(waves)
    if variable is None:
        return f"  {name}: not asked in {span}"
    codes = f", codes {variable.codes} ({_codes(source.codes[variable.codes])})" if variable.codes else ""
    return f"  {name} = {variable.variable} of {variable.file}, {span}: {variable.kind}{codes}. {variable.label}"


def _codes(entry: Mapping[Any, Any]) -> str:
    if "file" in entry:
        return str(entry["file"])
    if "range" in entry:
        return "{} to {}".format(*entry["range"])
    shown = [f"{code} {label}" for code, label in list(entry.items())[:LABELS]]
    return ", ".join([*shown, *(["..."] if len(entry) > LABELS else [])])


def wave_range(waves: Sequence[str]) -> str:
    """`wave b`, `waves a to h`, or a list where the letters have gaps."""
    letters = sorted(waves)
    if len(letters) == 1:
        return f"wave {letters[0]}"
    whole = all(ord(later) - ord(earlier) == 1 for earlier, later in pairwise(letters))
    return f"waves {letters[0]} to {letters[-1]}" if whole else f"waves {', '.join(letters)}"


def _of_files(root: Path, name: str, wanted: Sequence[str]) -> list[str]:
    files = load_flow_source(root, name).files
    lines = [f"Files (sources/{name}/files.csv):"]
    for file in wanted:
        titles = [f"  {file}: {item.title}" for item in files if item.file == file]
        if not titles:
            known = nearest(file, sorted({item.file for item in files}))
            raise SpecError(f"frames.yaml: no file `{file}` in sources/{name}/files.csv; {known}. Mend `from`.")
        lines += list(dict.fromkeys(titles))
    return lines


def _of_mapping(study: Study, columns: Sequence[str]) -> list[str]:
    """Columns of a study's own file: those that the frame's columns are named after, all of them where none is."""
    mapping = read_yaml(study.folder / "mapping.yaml")
    variables = mapping.get("variables") or {
        key: {"column": mapping[key]} for key in ("origin", "destination", "moves") if key in mapping
    }
    names = {column.removeprefix(ENDS[0]).removeprefix(ENDS[1]) for column in columns}
    own = {name: variable for name, variable in variables.items() if name in names} or variables
    head = f"Source columns ({study.folder}/mapping.yaml) of {mapping['file']}:"
    return [head, *(f"  {name} = {_mapped(variable)}" for name, variable in own.items())]


def _mapped(variable: Mapping[str, Any]) -> str:
    labels = variable.get("labels", {})
    words = [str(variable["column"]), *([f"codes {_codes(labels)}"] if labels else [])]
    return ", ".join(words)
