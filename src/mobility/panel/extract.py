"""Reader of an extract: one file of persons, made for a project, whose mapping stands with the source."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from mobility.access import Access, Marked, class_of
from mobility.errors import DeliveryError, SpecError, nearest
from mobility.intake.check import CheckReport, check_command, closing, wanted_variables
from mobility.intake.find import delivered, folders_of, is_invented, shown, walk
from mobility.intake.mapped import MAPPING, mapped_columns, mapped_lines
from mobility.intake.provenance import follow, record
from mobility.intake.reader import Delivery, Reader, Request
from mobility.panel.table_source import FEW, TablePanel, load_mapping, read_mapped
from mobility.settings import Study, source_spec, validate
from mobility.storage import file_hashes


def _mapping(request: Request) -> Path:
    return request.root / "sources" / request.source / MAPPING


def _about(request: Request) -> Mapping[str, Any]:
    """`source.yaml`; raises `SpecError` where it is not as its schema says."""
    about, where = source_spec(request.root, request.source), _mapping(request).with_name("source.yaml")
    validate(about, request.root, "extract", str(where), SpecError)
    return about


def _files(request: Request) -> list[str]:
    """The mapped file, wherever it lies below the folder."""
    name = Path(load_mapping(_mapping(request), request.root)["file"]).name.lower()
    return sorted(str(path) for path in walk(*folders_of(request.folders)) if path.name.lower() == name)


def _locate(request: Request) -> Path:
    """Path of the one file of the extract; raises `DeliveryError` where there is none, or more than one."""
    folder, where, again = shown(request.folders), _mapping(request), f"mobility check --source {request.source}"
    below = delivered(request.folders, request.source)
    found, name = _files(request), load_mapping(where, request.root)["file"]
    if not found:
        near = nearest(name, [path.name for path in below][:FEW])
        raise DeliveryError([f"{folder}: no file `{name}` below it; {near}. Mend `file` in {where}"], folder, again)
    if len(found) > 1:
        raise DeliveryError(
            [f"{folder}: {name} lies there {len(found)} times: {', '.join(found)}. Leave one"], found[0]
        )
    return Path(found[0])


def _wanted(request: Request) -> Mapping[str, Any]:
    """The mapping with the variables that are wanted, every one where none is named.

    Raises `SpecError` where it lacks a required one.
    """
    where = _mapping(request)
    mapping = load_mapping(where, request.root)
    mapped = mapping["variables"]
    for name in request.required:
        if name not in mapped:
            raise SpecError(f"{where}: no variable `{name}`, which a study reads; {nearest(name, list(mapped))}.")
    names = {*request.required, *request.optional} or set(mapped)
    return {**mapping, "variables": {name: entry for name, entry in mapped.items() if name in names}}


def _read(request: Request) -> tuple[TablePanel, pd.DataFrame]:
    """The extract, and a row a variable with the rows that have a value."""
    mapping = _wanted(request)
    found = read_mapped(mapping, _mapping(request), _locate(request))
    rows = [
        (found.path.name, name, entry["column"], len(found.panel), int(found.panel[name].notna().sum()))
        for name, entry in mapping["variables"].items()
    ]
    return found, pd.DataFrame(rows, columns=["file", "name", "column", "rows", "valid"])


def read_extract(request: Request) -> Delivery:
    """Read an extract: `person`, `wave` and the wanted variables.

    Raises
    ------
    SpecError
        `source.yaml` or the mapping is not as its schema says, or the mapping lacks a required variable.
    DeliveryError
        No folder or file; absent columns, values without a label, persons twice in a wave.
    """
    found, listed = _read(request)
    spec, waves = _about(request), sorted(map(int, found.panel["wave"].unique()))
    origin = record(
        request.source,
        spec["title"],
        _access(found, request),
        spec["citation"],
        waves,
        follow(waves),
        file_hashes([found.path]),
        found.notes,
        synthetic=is_invented([found.path]),
        wave_word=load_mapping(_mapping(request), request.root).get("wave_label", "wave"),
    )
    return Delivery(found.panel, found.losses, listed, origin)


def _access(found: TablePanel, request: Request) -> Access:
    return class_of([Marked(found.path, found.header)], request.source, _about(request).get("access", ""))


def _check(request: Request, studies: Sequence[Study]) -> CheckReport:
    """Read an extract as a run of the studies would, and say what is there; a refusal is its problem."""
    required, optional = (tuple(wanted_variables(studies, request.source, need)) for need in ("required", "optional"))
    wanted = Request(request.root, request.source, request.place, request.folders, (), required, optional)
    again = check_command(request.folders, request.source)
    head = [str(_about(request)["title"]), f"Mapping: {_mapping(request)}"]
    try:
        found, listed = _read(wanted)
    except DeliveryError as error:
        return CheckReport("\n".join([*head, *closing(error.problems, request.source, again)]), tuple(error.problems))
    lines = [f"File: {found.path}", "", "Rows by wave:"]
    lines += [f"  {wave}: {rows:,}" for wave, rows in found.panel["wave"].value_counts().sort_index().items()]
    lines += [f"  {row.rows_dropped:,} dropped: {row.reason}" for row in found.losses.itertuples() if row.rows_dropped]
    lines += ["", "Rows with a value:"]
    lines += [f"  {row.name} ({row.column}): {row.valid:,} of {row.rows:,}" for row in listed.itertuples(index=False)]
    lines += _access(found, wanted).lines
    lines += ["", "Worth knowing:", *(f"  - {note}" for note in found.notes)] if found.notes else []
    return CheckReport("\n".join([*head, *lines, *closing((), request.source, again)]), ())


EXTRACT = Reader(
    read=read_extract,
    check=_check,
    files=_files,
    held=lambda request: len(_files(request)),
    names=lambda request: list(mapped_columns(_mapping(request))),
    describe=lambda request, names: mapped_lines(_mapping(request), names),
)
