"""The released tables of every study: names, cells with flags and verdicts, and what they are made from."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mobility.releases.layout import TABLES
from mobility.serve.loaded import Loaded, rows_of
from mobility.serve.refused import MISSING, Refused, wrong

Asked = Mapping[str, Any]
NUMBERS = ("value", "std_error", "ci_low", "ci_high", "n", "base", "persons")
TEXTS = ("stars", "flag", "note")
MARKS = ("release", "synthetic")  # columns of a CSV file beside the released ones
BACKTEST = "backtest.csv"
KEY = ("table", "row", "column", "statistic")
JSON, CSV = "json", "csv"
FORMS = (JSON, CSV)


def studies(loaded: Loaded, asked: Asked) -> dict[str, Any]:
    """The studies of the release with their tables."""
    return {
        "studies": [
            {
                "study": name,
                **{key: value for key, value in one.items() if key != "tables"},
                "tables": list(one["tables"]),
            }
            for name, one in loaded.manifest.studies.items()
        ]
    }


def study(loaded: Loaded, asked: Asked) -> dict[str, Any]:
    """A study and its tables, with number and title."""
    one = _study(loaded, asked["study"])
    tables = [
        {"table": name, "number": own["number"], "title": own["title"], "at": f"/tables/{asked['study']}/{name}"}
        for name, own in one["tables"].items()
    ]
    return {**one, "study": asked["study"], "tables": tables}


def table(loaded: Loaded, asked: Asked) -> dict[str, Any] | bytes:
    """A table: its cells as JSON, with names, flags and verdicts, or as CSV, the released columns and `MARKS`.

    Raises `Refused` (404) on a table that the study does not have.
    """
    one = _study(loaded, asked["study"])
    if asked["table"] not in one["tables"]:
        raise _missing("table", asked["table"], one["tables"])
    folder = loaded.folder / TABLES / asked["study"]
    if asked.get("format") == CSV:
        return _marked(loaded, one, folder / f"{asked['table']}.csv")
    about = one["tables"][asked["table"]]
    verdicts = {
        tuple(row[name] for name in KEY): row for row in rows_of(folder / BACKTEST) if row["table"] == asked["table"]
    }
    return {
        "study": {"study": asked["study"], **{key: value for key, value in one.items() if key != "tables"}},
        "table": {"table": asked["table"], **about},
        "cells": [_cell(row, verdicts) for row in rows_of(folder / f"{asked['table']}.csv")],
    }


def _marked(loaded: Loaded, study: Mapping[str, Any], path: Path) -> bytes:
    """A released CSV file with, in its last columns, the release and whether it is invented: a file that is saved has
    no headers of HTTP, and a comment before the header would be read as data.
    """
    invented = bool(loaded.manifest.synthetic or study["synthetic"])
    marks, text = (loaded.manifest.id, str(invented).lower()), io.StringIO()
    with path.open(encoding="utf-8", newline="") as stream:
        rows = csv.reader(stream)
        written = csv.writer(text, lineterminator="\n")
        written.writerow([*next(rows), *MARKS])
        written.writerows([*row, *marks] for row in rows)
    return text.getvalue().encode()


def _cell(row: Mapping[str, str], verdicts: Mapping[tuple[str, ...], Mapping[str, str]]) -> dict[str, Any]:
    compared = verdicts.get((row["table"], row["row"], row["column"], row["statistic"]), {})
    return {
        **{name: row[name] for name in ("row", "column", "statistic", "choice")},
        **{name: _number(row[name]) for name in NUMBERS},
        **{name: row[name].removeprefix("'") for name in TEXTS},
        "published": _number(compared.get("published", "")),
        "verdict": compared.get("verdict", ""),
    }


def _number(text: str) -> float | None:
    return float(text) if text else None


def _study(loaded: Loaded, name: str) -> Mapping[str, Any]:
    if name not in loaded.manifest.studies:
        raise _missing("study", name, loaded.manifest.studies)
    return loaded.manifest.studies[name]


def _missing(parameter: str, found: str, there: Mapping[str, Any]) -> Refused:
    refused = wrong(parameter, found, f"a {parameter} of this release", there)
    return Refused(MISSING, **refused.body)
