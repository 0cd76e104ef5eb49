"""Reader of a source of published series: the files that are there, and a clear line on those that are not."""

from collections.abc import Sequence

from mobility.access import Access, Marked, class_of, strictest
from mobility.intake.check import CheckReport, report_of, wanted_variables
from mobility.intake.find import shown
from mobility.intake.provenance import follow, record
from mobility.intake.reader import Delivery, Reader, Request
from mobility.series.delivery import CPI, PRICES, SeriesDelivery, examine_series, read_series
from mobility.series.register import SeriesSource, find_series_files, load_series_source, own_files
from mobility.settings import Study
from mobility.storage import file_hashes, read_csv

WORDS = {"wave_word": "year", "units": "areas"}


def _source(request: Request) -> SeriesSource:
    return load_series_source(request.root, request.source)


def _prices(request: Request) -> dict[int, float]:
    """Consumer prices index by year, 2015 = 100."""
    table = read_csv(request.root / "resources" / PRICES)
    own = table[table["series"] == CPI]
    return dict(zip(own["year"].astype("int64").tolist(), own["value"].astype("float64").tolist(), strict=True))


def _read(request: Request) -> Delivery:
    """Every series that studies want, one row an area, group and year."""
    source = _source(request)
    found = find_series_files(request.root, request.folders, source)
    delivery = read_series(found, source, _prices(request), [*request.required, *request.optional])
    years = sorted({int(year) for year in delivery.panel.loc[delivery.panel["value"].notna(), "year"]})
    origin = record(
        source.name,
        source.spec["title"],
        _access(delivery, source),
        source.spec["citation"],
        years,
        bool(years) and follow(years),
        file_hashes(delivery.paths),
        [*delivery.notes, *_missing(delivery, source)],
        licence=source.spec.get("licence", ""),
        **WORDS,
    )
    return Delivery(delivery.panel, delivery.losses, delivery.report, origin)


def _access(delivery: SeriesDelivery, source: SeriesSource) -> Access:
    read = {source.files[name].access for name in delivery.report["file"]}
    return class_of(map(Marked, delivery.paths), source.name, strictest({source.spec["access"], *read}))


def _missing(delivery: SeriesDelivery, source: SeriesSource) -> list[str]:
    """One sentence on the indicators of which no file is there."""
    indicators = list(dict.fromkeys(source.series[name].indicator for name in delivery.absent))
    return [f"Files to bring for {', '.join(indicators)}: they are named in the tables."] * bool(indicators)


def _check(request: Request, studies: Sequence[Study]) -> CheckReport:
    """Look at the files as a run would: what is there, what is wrong, and what to bring for the rest."""
    source = _source(request)
    found = find_series_files(request.root, request.folders, source)
    names = [name for need in ("required", "optional") for name in wanted_variables(studies, source.name, need)]
    delivery = examine_series(found, source, _prices(request), names)
    lines = [source.spec["title"], f"Folder: {shown(request.folders)}", "", "Files:"]
    lines += [
        f"  {row.name}: {row.measure}, {row.values} values, {row.first} to {row.last}"
        + (f", {row.suppressed} suppressed" if row.suppressed else "")
        for row in delivery.report.itertuples(index=False)
    ]
    lines += ["", "Series:"]
    spans = delivery.panel.dropna(subset=["value"]).groupby("series")["year"].agg(["min", "max"])
    for name in dict.fromkeys(delivery.panel["series"]):
        series = source.series[name]
        told = delivery.absent.get(name) or (
            f"{spans.at[name, 'min']} to {spans.at[name, 'max']}" * (name in spans.index)
        )
        lines.append(f"  {series.indicator} {name}: {told or 'no value'}")
    lines += _access(delivery, source).lines
    return report_of(lines, delivery.problems, delivery.notes, request.folders, source.name)


def _describe(request: Request, names: Sequence[str]) -> list[str]:
    """How each series is computed, and the files that it can be read from."""
    source = _source(request)
    chosen = [source.series[name] for name in names]
    lines = [
        f"  {series.indicator} {series.name}: {series.title}; {series.computation.says} (files: "
        f"{', '.join(file.file for file in source.files_of(series))})"
        for series in chosen
    ]
    return [f"Files and computations (sources/{request.source}, files.csv and series.csv):", *lines]


SERIES = Reader(
    read=_read,
    check=_check,
    files=lambda request: [
        str(item.path) for item in find_series_files(request.root, request.folders, _source(request))
    ],
    held=lambda request: len(own_files(request.folders, _source(request))),
    names=lambda request: list(_source(request).series),
    describe=_describe,
)
