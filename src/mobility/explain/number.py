"""`mobility explain`: where a number comes from, as released."""

import shlex
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from mobility.cells import read_cells
from mobility.errors import ConfigError, DataError, nearest
from mobility.explain.delivered import data_lines
from mobility.explain.lineage import made_lines, source_lines
from mobility.explain.listing import item_id, list_items, list_studies, list_tables, table_id
from mobility.explain.measure import explain_measure
from mobility.explain.origins import origins_of
from mobility.lmi.store import UNITS
from mobility.readers import requests
from mobility.render.origins import Basis, Origin, Origins
from mobility.settings import Study, TableSpec, load_config, load_study, not_made
from mobility.settings.identifiers import COLUMN
from mobility.statistics import PRINTED
from mobility.storage import read_placed

QUOTED_SHOWN = 12


def explain(
    root: Path,
    study: str | None = None,
    table: str | None = None,
    *place: str | None,
    asked: Mapping[str, str] | None = None,
) -> str:
    """What one asks of a number, or with less the list of what can be asked next.

    study, table : name of a study, number or name of a table. place : row and column, each an id or its label. asked :
    of a study that hands on measures, in place of a table one of them and of a row an occupation, and by dimension what
    else is asked for.
    """
    config = load_config(root)
    if study is None:
        return list_studies(root, config)
    loaded = load_study(root, study)
    if table is None:
        return list_tables(loaded)
    if loaded.about.measures and table in UNITS:
        occupation = {"occupation": place[0]} if place and place[0] else {}
        return explain_measure(root, study, table, {**occupation, **(asked or {})})
    name, (row, column) = table_id(loaded, table), [*place, None, None][:2]
    if row is None:
        return list_items(loaded, name)
    row = item_id(loaded, name, "rows", row)
    if column is None:
        return list_items(loaded, name, [COLUMN], shlex.quote(row))
    return explain_cell(root, study, name, row, column)


def explain_cell(root: Path, study_name: str, table: str, row: str, column: str) -> str:
    """How a released cell came about: number, what it is made from, rows with losses, columns, choices, code.

    Raises `ConfigError` on a table that is shown as printed, `DataError` where the study was not run yet.
    """
    config = load_config(root)
    study = load_study(root, study_name, config.choices.get(study_name))
    name = table_id(study, table)
    spec = study.tables[name]
    if spec.statistic.job == PRINTED:
        raise ConfigError(f"{spec.number} is a reference table shown as printed; nothing is computed for it.")
    row, column = item_id(study, name, "rows", row), item_id(study, name, "columns", column)
    released = root / "results/released" / study.name
    path = released / f"{name}.csv"
    if not path.is_file():
        raise DataError(not_made(config, study.name, path))
    cell = _find_cell(read_cells(path), spec, row, column)
    origins = origins_of(study, requests(root, config, [study]), released)
    origin = origins.of(name, row, column)
    parts = [_number(cell, spec), _published(released, cell), *(f"{term}: {words}" for term, words in origin.parts)]
    for basis in origins.bases_of(origin):
        parts += _basis(study, origins, basis)
    return "\n".join(part for part in [*parts, _quoted(study, origin), data_lines(root, config, study)] if part)


def _basis(study: Study, origins: Origins, basis: Basis) -> list[str]:
    """What a cell rests on: definition, sample, losses, columns, choices, code."""
    rows, made = origins.frames[basis.frame]
    facts = [f"{heading}: " + "\n  ".join(lines) for heading, lines in basis.facts]
    chain = ["Rows, from those delivered to those used:", *(f"  {line}" for line in basis.chain)] if basis.chain else []
    return [
        *facts,
        *chain,
        f"Frame `{basis.frame}`{f': {rows}' if rows else ''}",
        *(line for one in made if one.column in basis.columns for line in made_lines(one)),
        *source_lines(origins.variables[name] for name in basis.variables),
        _choices(study, basis),
        "Code: " + "\n  ".join(basis.code),
    ]


def _choices(study: Study, basis: Basis) -> str:
    if not basis.choices:
        return ""
    folder = study.folder.relative_to(study.root).as_posix()
    lines = [f"Choices in force ({folder}/choices.yaml):"]
    for reading in basis.choices:
        changed = "" if reading.is_default else f" (default: {study.choices[reading.choice].default})"
        lines.append(f"  {reading.choice} = {reading.answer}{changed}: {reading.means}")
    return "\n".join(lines)


def _quoted(study: Study, origin: Origin) -> str:
    """What to type for the cells that a number is made from."""
    shown = [f"  mobility explain {shlex.join((study.name, *place))}" for place in origin.quotes[:QUOTED_SHOWN]]
    more = len(origin.quotes) - len(shown)
    rest = [f"  and {more} more: mobility explain {study.name} {origin.quotes[0][0]}"] if more else []
    return "\n".join(["Its parts:", *shown, *rest]) if shown else ""


def _find_cell(cells: pd.DataFrame, spec: TableSpec, row: str, column: str) -> pd.Series:
    for key, value in (("row", row), ("column", column)):
        if value not in set(cells[key]):
            raise ConfigError(f"{spec.number} has no {key} `{value}`; {nearest(value, list(cells[key].unique()))}.")
    return cells[(cells["row"] == row) & (cells["column"] == column)].iloc[0]


def _number(cell: pd.Series, spec: TableSpec) -> str:
    shown = "without a number" if pd.isna(cell["value"]) else f"{cell['value']:.6g}"
    head = f"{spec.number}, {cell['row']}, {cell['column']}: {cell['statistic']} {shown}"
    if pd.notna(cell["std_error"]):
        bounds = f", 95 % {cell['ci_low']:.4g} to {cell['ci_high']:.4g}" if pd.notna(cell["ci_low"]) else ""
        head += f" (standard error {cell['std_error']:.4g}{bounds})"
    words = (("n", "{:,} observations"), ("base", " of {:,}"), ("persons", ", {:,} persons"))
    counts = "".join(text.format(int(cell[name])) for name, text in words if pd.notna(cell[name]))
    said = ": ".join(str(cell[name]) for name in ("flag", "note") if pd.notna(cell[name]) and cell[name])
    return "\n".join([head, *(f"  {line}" for line in (counts, said) if line)])


def _published(released: Path, cell: pd.Series) -> str:
    path = released / "backtest.csv"
    if not path.is_file():
        return ""
    backtest = read_placed(path)
    keys = ["table", "row", "column"]
    found = backtest[(backtest[keys] == cell[keys].to_list()).all(axis=1)]
    if found.empty or pd.isna(found["published"].iloc[0]):
        return "Published: not printed, or not legible."
    return f"Published: {found['published'].iloc[0]:.6g}; verdict: {found['verdict'].iloc[0]}"
