"""The series of a source, computed from the files that are there; of the others what to bring."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

import pandas as pd

from mobility.errors import DeliveryError
from mobility.intake.losses import LossTable, panel_chain
from mobility.official.reading import FURTHER, Reading, twice
from mobility.official.register import FoundFile
from mobility.official.tables import EVERY_YEAR, Statistic
from mobility.official.text import some
from mobility.series.compute import KEYS, VALUES, WHOLE, Prices
from mobility.series.register import Series, SeriesSource

COLUMNS = ["series", *VALUES, "note"]
REPORT_COLUMNS = ["file", "measure", "name", "first", "last", "values", "suppressed"]
PRICES = "prices/price_indices_annual.csv"
CPI = "D7BT"


@dataclass
class Delivered:
    """What is known of the files while they are read: values by measure, and all that is said of them.

    report : a row a file and measure: file, name, measure, values, first and last year, suppressed. losses : rows that
    were left out. paths : files read. problems : none where the run can go on. notes : what is worth knowing.
    """

    values: dict[str, pd.DataFrame] = field(default_factory=dict)
    report: list[tuple[str, str, str, int, int, int, int]] = field(default_factory=list)
    losses: list[dict[str, Any]] = field(default_factory=list)
    paths: list[Path] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class SeriesDelivery:
    """Series of a source.

    panel : series, area, group, year, value, std_error, n, note; of a series that is not there a row for each area,
        group and year that it should have, without a value and with what to bring as the note.
    absent : by name of such a series, what to bring. losses, report, paths, problems, notes : as of every source.
    """

    panel: pd.DataFrame
    absent: Mapping[str, str]
    losses: pd.DataFrame
    report: pd.DataFrame
    paths: tuple[Path, ...]
    problems: tuple[str, ...]
    notes: tuple[str, ...]


def read_series(
    found: Sequence[FoundFile], source: SeriesSource, prices: Prices, names: Sequence[str] = ()
) -> SeriesDelivery:
    """As `examine_series`, but raises one `DeliveryError` with every problem of every file."""
    delivery = examine_series(found, source, prices, names)
    if delivery.problems:
        folder = str(delivery.paths[0].parent) if delivery.paths else source.name
        raise DeliveryError(delivery.problems, folder, f"mobility check --source {source.name}")
    return delivery


def examine_series(
    found: Sequence[FoundFile], source: SeriesSource, prices: Prices, names: Sequence[str] = ()
) -> SeriesDelivery:
    """Read the files and compute the series `names` (default: every one), without raising on what is wrong in a file.

    Raises `SpecError` on a name that is no series.
    """
    source.fail_if_unknown("series", names, "series.csv", list(source.series))
    wanted = [series for name, series in source.series.items() if not names or name in names]
    read = _read_measures(found, source, {measure for series in wanted for measure in _measures(series)})
    parts, absent = [_empty()], {}
    for series in wanted:
        missing = [measure for measure in series.inputs if measure not in read.values]
        if missing:
            absent[series.name] = _to_bring(series, source)
            parts.append(_absent(series, absent[series.name]))
            continue
        inputs = [_placed(read.values[measure], series) for measure in series.inputs]
        values = series.computation.compute(inputs, series.parameter, prices)
        read.problems += _disagreeing(series, values, read)
        parts.append(values.assign(series=series.name, note="")[COLUMNS])
    panel = pd.concat(parts, ignore_index=True).sort_values(["series", *KEYS], ignore_index=True)
    return SeriesDelivery(
        panel,
        absent,
        _losses(read, panel),
        pd.DataFrame(read.report, columns=REPORT_COLUMNS),
        tuple(dict.fromkeys(read.paths)),
        tuple(dict.fromkeys(read.problems)),
        tuple(dict.fromkeys(read.notes)),
    )


def _measures(series: Series) -> list[str]:
    return [*series.inputs, *filter(None, [series.agrees_with])]


def _read_measures(found: Sequence[FoundFile], source: SeriesSource, wanted: set[str]) -> Delivered:
    """Values of the measures; of several files with the same measure the first of tables.yaml counts."""
    read, origin = Delivered(), dict[str, str]()
    for statistic in source.statistics.values():
        own = [item for item in found if item.registered.file == statistic.file]
        if statistic.measure not in wanted or not own:
            continue
        if statistic.measure in origin:
            first = origin[statistic.measure]
            read.notes.append(f"{own[0].path.name} is not read for {statistic.measure}, which {first} gives")
            continue
        origin[statistic.measure] = own[0].path.name
        _read_measure(own, statistic, source, read)
    return read


def _read_measure(own: Sequence[FoundFile], statistic: Statistic, source: SeriesSource, read: Delivered) -> None:
    read.problems += twice(own, statistic)
    for item in own:
        reading = Reading(item, statistic, EVERY_YEAR, [], LossTable(counted="origin"))
        values = reading.values()
        given = values[values["value"].notna()]
        read.problems += reading.problems or ([] if len(values) else [_nothing(item, statistic, source)])
        read.losses += reading.losses.rows
        read.paths.append(item.path)
        years = given["year"] if len(given) else pd.Series([0])
        counts = (int(years.min()), int(years.max()), len(given), len(values) - len(given))
        read.report.append((statistic.file, statistic.measure, item.path.name, *counts))
        before = read.values.get(statistic.measure, given[:0])
        read.values[statistic.measure] = pd.concat([before, given], ignore_index=True) if len(before) else given


def _nothing(item: FoundFile, statistic: Statistic, source: SeriesSource) -> str:
    """What is said of a file in which no value stands where the register says."""
    registered = source.files[statistic.file]
    return (
        f"{item.path}: nothing read of {statistic.measure}. It may be another table or edition: this one has "
        f"{registered.columns}. Take {registered.title}, or mend {source.folder / 'tables.yaml'}"
    )


def _placed(values: pd.DataFrame, series: Series) -> pd.DataFrame:
    """Values with the area and group of the series where the file splits them by none."""
    named = values.rename(columns={"origin": "area"})
    filled = {"area": named["area"].fillna(series.areas[0]), "group": named["group"].fillna(WHOLE)}
    return named.assign(**filled)[VALUES]


def _to_bring(series: Series, source: SeriesSource) -> str:
    """What to bring for a series, in a line."""
    return f"not there, bring {source.files_of(series)[0].wanted}"


def _absent(series: Series, note: str) -> pd.DataFrame:
    """Rows without a value for all that a series should have."""
    every = product(series.areas, series.groups, range(series.first, series.last + 1))
    frame = pd.DataFrame(list(every), columns=KEYS)
    nothing = dict.fromkeys(("value", *FURTHER), float("nan"))
    return frame.assign(series=series.name, **nothing, note=note)[COLUMNS]


def _disagreeing(series: Series, values: pd.DataFrame, read: Delivered) -> list[str]:
    """Computed values that are not those that the publisher prints beside what they are computed from."""
    if series.agrees_with not in read.values:
        return []
    printed = _placed(read.values[series.agrees_with], series)
    both = values.merge(printed, on=KEYS, suffixes=("", "_printed"), validate="one_to_one")
    wrong = both[(both["value"] - both["value_printed"]).abs() > series.within]
    shown = [f"{row.year}: {row.value:.2f}, printed {row.value_printed:g}" for row in wrong.itertuples()]
    names = {name for _, measure, name, *_ in read.report if measure == series.agrees_with}
    return [
        f"{', '.join(sorted(names))}: {series.name} is not what the file prints ({some(shown)}). Its columns are not "
        "those of the register: take the edition that files.csv names, or mend tables.yaml"
    ] * bool(shown)


def _losses(read: Delivered, panel: pd.DataFrame) -> pd.DataFrame:
    """One chain from the rows of the files, each counted for every measure that is read from it, to the panel."""
    rows = panel_chain(pd.DataFrame(read.losses)) if read.losses else []
    losses = LossTable([{**row, "step": "read"} for row in rows], counted="series")
    if not rows:
        losses.start("read", panel)
        return losses.frame()
    losses.recount("read", "computed into the series", rows[-1]["rows_out"], panel, "values of a series")
    return losses.frame()


def _empty() -> pd.DataFrame:
    kinds = {**dict.fromkeys(COLUMNS, "str"), "year": "int64", **dict.fromkeys(("value", *FURTHER), "float64")}
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})
