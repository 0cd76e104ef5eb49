"""The stage that judges every table of a study, and its losses."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pandas as pd

from mobility.cells import read_cells
from mobility.cells.quoted import quote_cells
from mobility.cells.stage import weight_of
from mobility.disclosure.coded import Frame
from mobility.disclosure.earlier import earlier_releases, lines_since
from mobility.disclosure.elsewhere import read_records
from mobility.disclosure.fits import Fits
from mobility.disclosure.losses import release_losses
from mobility.disclosure.numbers import Table
from mobility.disclosure.release import Former, Together, release_tables, release_together
from mobility.disclosure.rounding import Rounder, rounded_losses
from mobility.disclosure.secret import read_key
from mobility.disclosure.steps import chains_of, frames_told
from mobility.errors import ConfigError
from mobility.settings import Study
from mobility.settings.counted import counted_in
from mobility.statistics import QUOTED
from mobility.storage import write_csv

RECORD = "disclosure.csv"


@dataclass(frozen=True)
class Terms:
    """On what terms a study is released.

    access : class of its data's access. threshold : smallest number of distinct persons. elsewhere : records
    (`disclosure.csv`) of other studies of the same source. rounder : by which counts and shares are rounded, None where
    they are hidden instead. earlier : folders of earlier runs whose output left.
    """

    access: str
    threshold: int
    elsewhere: Sequence[str] = ()
    rounder: Rounder | None = None
    earlier: Sequence[str] = ()

    @classmethod
    def of(
        cls,
        access: str,
        thresholds: Mapping[str, int],
        elsewhere: Sequence[str],
        key: Sequence[str],
        base: int,
        earlier: Sequence[str],
    ) -> "Terms":
        """Terms by the settings: thresholds by class of access, `base` 0 for hiding; `key` is the file of that, if any.

        Raises as `read_key`.
        """
        rounder = Rounder(base, read_key(Path(*key))) if base else None
        return cls(access, thresholds[access], list(elsewhere), rounder, earlier)

    def check(self) -> None:
        """Raise `ConfigError` where rounding would leave less open than the threshold asks."""
        if self.rounder and self.rounder.base < self.threshold:
            raise ConfigError(
                f"config.yaml, disclosure.base: {self.rounder.base}; the data are {self.access}, whose threshold is "
                f"{self.threshold} persons. Write `base: {self.threshold}` or more."
            )


def release_study(
    study: Study,
    cells: Iterable[str | Path],
    restricted: Path,
    released: Path,
    checks: Path,
    losses: pd.DataFrame,
    terms: Terms,
) -> list[str]:
    """Write what may leave of a study: its tables judged together, then the numbers of its text, then its losses.

    Numbers of the text are made from released cells and judged again, so that none gives back a cell that is held back.
    Gives the names of all numbers judged, by which they are known in other studies.

    Parameters
    ----------
    cells : files of restricted cells, one a table. restricted : folder of the study's frames and of the rows of its
    fits, and for the record of every cell, `disclosure.csv`. released, checks : folders for released cells, and for
    `losses.csv` and `disclosure/<table>.csv`. losses : of the whole study. terms : threshold and mitigation.
    """
    terms.check()
    access, threshold = terms.access, terms.threshold
    paths = {path.stem: path for path in map(Path, cells)}
    quoted = [table for table in paths if study.tables[table].statistic.job == QUOTED]
    own = {table: path for table, path in paths.items() if table not in quoted}
    frames = frames_told(study, own, restricted / "frames") if threshold > 0 else {}
    chains = chains_of(study, losses, frames) if threshold > 0 else []
    tables = [_table(study, read_cells(path, evidence=True), table, frames) for table, path in own.items()]
    earlier, then = earlier_releases(study, terms.earlier) if threshold > 0 else ([], [])
    shut = lines_since(study, losses, terms.earlier, threshold)
    fits, former = Fits.read(restricted, losses), Former(earlier, then, read_records(terms.elsewhere), shut)
    together = release_together(tables, chains, access, threshold, former, terms.rounder, fits=fits)
    judged = dict(zip(own, together.tables, strict=True))
    for table, found in judged.items():
        write_csv(found.cells, released / f"{table}.csv")
    for table in quoted:
        parts = pd.concat([read_cells(released / f"{name}.csv") for name in study.quoted_tables], ignore_index=True)
        said = _table(study, quote_cells(parts, study, table), table, {})
        (judged[table],) = release_tables([said], access, threshold)
        write_csv(judged[table].cells, released / f"{table}.csv")
    for table, found in judged.items():
        write_csv(found.record, checks / "disclosure" / f"{table}.csv")
    if judged:
        reasons = [*(found.reasons for found in judged.values()), together.steps]
        write_csv(pd.concat(reasons, ignore_index=True), restricted / RECORD)
    write_csv(losses, checks / "losses.csv")
    write_csv(losses_told(losses, threshold, terms.rounder, together), released / "losses.csv")
    return together.names.tolist()


def losses_told(losses: pd.DataFrame, threshold: int, rounder: Rounder | None, together: Together) -> pd.DataFrame:
    """What may leave of the losses of a study beside its tables, rounded where numbers of these are."""
    told = release_losses(losses, threshold, together.lines, together.known)
    return rounded_losses(told, rounder.base, threshold) if rounder and threshold > 0 else told


def _table(study: Study, cells: pd.DataFrame, name: str, frames: Mapping[str, Frame]) -> Table:
    spec = study.tables[name]
    places = product(spec.rows.items, spec.columns.items)
    counted = {(row.id, column.id): counted_in(study, spec, row, column) for row, column in places}
    return Table(
        cells,
        spec,
        study.samples.get(spec.sample),
        frames.get(spec.frame),
        weight_of(spec, study),
        study.unit_of(spec.frame),
        study.tables.get(spec.tests),
        counted=counted,
    )
