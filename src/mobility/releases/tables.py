"""The released tables of every study, with the names of rows and columns, verdicts and what they are made from."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mobility.errors import DataError
from mobility.explain.delivered import provenance_of
from mobility.releases.layout import TABLES
from mobility.settings import Config, Study
from mobility.settings.identifiers import ROW, identifiers_of_table
from mobility.storage import read_rows

BACKTEST = "backtest.csv"
CELL_COLUMNS = (
    "study", "table", "row", "column", "statistic", "choice", "value", "std_error", "ci_low", "ci_high", "stars", "n",
    "base", "persons", "flag", "note",
)  # fmt: skip


def copy_tables(root: Path, config: Config, study: Study, released: Path, folder: Path) -> dict[str, Any]:
    """Copy a study's released tables and its back test; gives what the manifest says of the study.

    Raises
    ------
    DataError
        A table that is not there, or whose columns are not those of released cells.
    """
    place = folder / TABLES / study.name
    place.mkdir(parents=True)
    for table in study.tables:
        path = released / study.name / f"{table}.csv"
        if not path.is_file():
            raise DataError(f"{path}: not there. Run `make report`, then stage again.")
        rows = read_rows(path)
        if rows and not set(CELL_COLUMNS) <= set(rows[0]):
            missing = ", ".join(sorted(set(CELL_COLUMNS) - set(rows[0])))
            raise DataError(f"{path}: no released cells: without {missing}. Run `make report`, then stage again.")
        shutil.copyfile(path, place / path.name)
    if (released / study.name / BACKTEST).is_file():
        shutil.copyfile(released / study.name / BACKTEST, place / BACKTEST)
    return _described(root, config, study)


def _described(root: Path, config: Config, study: Study) -> dict[str, Any]:
    """Title, access and sources of a study, and of each table its number, title, notes and names."""
    provenance = provenance_of(root, config, study)
    about = study.about
    return {
        "title": about.title,
        "synthetic": bool(provenance["synthetic"]),
        "access": provenance["access"],
        "sources": provenance["label"],
        "citation": about.data.citation,
        "licence": about.data.licence,
        "readings": {name: answer for name, answer in study.readings.items() if answer != study.choices[name].default},
        "tables": {name: _table(study, name) for name in study.tables},
    }


def _table(study: Study, name: str) -> Mapping[str, Any]:
    spec = study.tables[name]
    found: dict[str, dict[str, str]] = {"rows": {}, "columns": {}}
    for one in identifiers_of_table(study, name):
        found["rows" if one.kind == ROW else "columns"][one.id] = one.label
    notes: Sequence[str] = spec.notes
    return {"number": spec.number, "title": spec.title, "notes": list(notes), **found}
