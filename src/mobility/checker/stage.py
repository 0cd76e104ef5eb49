"""The stage that reads what the disclosure step wrote of a study and says what of it may leave."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from mobility.cells import read_cells
from mobility.checker.beside import FILES
from mobility.checker.outputs import KEYS, WORDS
from mobility.checker.points import EVIDENCE
from mobility.checker.statement import Statement, statement_of
from mobility.intake.provenance import read_records
from mobility.settings import load_study
from mobility.storage import file_hash, read_csv

TEXT = [*KEYS, *WORDS]


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
    others = {path.name: path for other in FILES if (path := root / "results/released" / name / other).is_file()}
    threshold = thresholds[origin["access"]]
    before = [folder for folder in earlier if (root / folder / "results/released" / name).is_dir()]
    sums, beside = sums_of([*files.values(), *others.values()]), {name: read_csv(path) for name, path in others.items()}
    return statement_of(study, record, released, origin, threshold, sums, before, beside)


def sums_of(paths: Iterable[Path]) -> str:
    """What `sha256sum` prints of files, sorted by name: what was judged is known again by it."""
    return "".join(f"{file_hash(path)}  {path.name}\n" for path in sorted(paths, key=lambda path: path.name))
