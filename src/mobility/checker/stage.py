"""The stage that reads what the disclosure step wrote of a study and says what of it may leave."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from mobility.cells import read_cells
from mobility.checker.outputs import KEYS
from mobility.checker.points import EVIDENCE
from mobility.checker.statement import Statement, statement_of
from mobility.intake.provenance import read_records
from mobility.settings import load_study
from mobility.storage import file_hash, read_csv

TEXT = [*KEYS, "reason", "protects"]


def read_record(path: Path) -> pd.DataFrame:
    """The record of the disclosure step, a row a cell, its counts as numbers."""
    record = read_csv(path, dtype=dict.fromkeys(TEXT, "str"), keep_default_na=False, na_values={})
    return record.assign(**{name: pd.to_numeric(record[name]) for name in EVIDENCE})


def read_statement(
    root: Path,
    name: str,
    provenances: Sequence[str | Path],
    thresholds: Mapping[str, int],
    choices: Mapping[str, str] | None = None,
    earlier: Sequence[str] = (),
) -> Statement:
    """What is said of a study of the project `root`, from its record and released cells.

    provenances : what its panels were read from. thresholds : least number of persons by class of access.
    choices : readings of the study that differ from the default. earlier : folders of earlier runs whose output left.
    """
    study, origin = load_study(root, name, choices), read_records(provenances)
    record = read_record(root / "results/restricted" / name / "disclosure.csv")
    files = {table: root / "results/released" / name / f"{table}.csv" for table in study.tables}
    released = {table: read_cells(path) for table, path in files.items()}
    digest, threshold = digest_of(files.values()), thresholds[origin["access"]]
    before = [folder for folder in earlier if (root / folder / "results/released" / name).is_dir()]
    return statement_of(study, record, released, origin, threshold, digest, before)


def digest_of(paths: Iterable[Path]) -> str:
    """SHA-256 of the list that `sha256sum` prints of files, by their names: what was judged is known again by it."""
    lines = (f"{file_hash(path)}  {path.name}\n" for path in sorted(paths, key=lambda path: path.name))
    return hashlib.sha256("".join(lines).encode()).hexdigest()
