"""`mobility check` for a source of moves: what a delivery holds, what is wrong with it, and what would be lost."""

from collections.abc import Sequence

import pandas as pd

from mobility.areas.codes import Areas, country_of
from mobility.errors import DeliveryError
from mobility.flows.delivery import JOINED, MOVES, FlowDelivery, examine_flows
from mobility.flows.provenance import access_of
from mobility.flows.read import read_flows, read_square
from mobility.flows.register import FlowSource, FoundFlows, find_flow_files
from mobility.intake.check import CheckReport, report_of, wanted_variables
from mobility.intake.find import Folders, shown
from mobility.official.tables import ONCE, Statistic
from mobility.official.text import some
from mobility.settings import Study


def check_flows(
    folders: Folders, source: FlowSource, areas: Areas, years: Sequence[int] = (), studies: Sequence[Study] = ()
) -> CheckReport:
    """Look at a delivery as a run would; every problem of every file is in the report, and nothing is written.

    Parameters
    ----------
    years : years of moves; by default those that are there.
    studies : studies of the run. What those of this source require must be there; everything else is optional.
    """
    found = find_flow_files(folders, source)
    own = [study for study in studies if study.about.reads(source.name)]
    years = years or sorted({item.year for item in found if item.registered.file == source.main})
    problems: list[str] = []
    notes: Sequence[str] = ()
    lines = [source.spec["title"], f"Folder: {shown(folders)}", "", "Files:"]
    if years:
        required = wanted_variables(own, source.name, "required")
        delivery = examine_flows(folders, source, years, areas, required, source.read)
        problems += delivery.problems
        lines += _files(delivery, source) + _others(found, source, problems) + _coverage(delivery, source)
        lines += ["", "Studies:", *_studies(own, problems)] if own else []
        lines += access_of(delivery, source).lines
        notes = delivery.notes
    else:
        problems.append(f"{source.main}: no file of this name below {shown(folders)}. Unpack it there")
    return report_of(lines, problems, notes, folders, source.name)


def check_flow_table(study: Study, mapping: str) -> CheckReport:
    """Read a study's own moves as a run would; raises as `read_flows`."""
    found = read_flows(study.folder, mapping)
    lines = [study.about.title, f"Files: {', '.join(map(str, found.paths))}", "", "Moves:"]
    for year, rows in found.frame.groupby("year"):
        areas = rows["origin"].nunique()
        lines.append(f"  {year}: {len(rows):,} rows, {areas} areas of origin, {rows['moves'].sum():,.0f} moves")
    dropped = found.losses[found.losses["rows_dropped"] > 0]
    lines += [f"  {step.rows_dropped:,} rows dropped: {step.reason}" for step in dropped.itertuples()]
    lines += ["", f"No problem found. Set `studies: [{study.name}]` in config.yaml, then `make report`."]
    return CheckReport("\n".join(lines), ())


def _files(delivery: FlowDelivery, source: FlowSource) -> list[str]:
    """Lines about each file that was read: years, boundaries, areas, suppressed values; or what is lost without it."""
    totals = delivery.panel[delivery.panel["measure"] == MOVES].groupby("year")["value"].sum()
    lines = []
    for file in (source.main, *source.read):
        rows = delivery.report[delivery.report["file"] == file].drop_duplicates(["name", "year"])
        if rows.empty:
            lines.append(f"  {file}: nothing read. Lost without it: {source.without(file)}")
            continue
        lines.append(f"  {file}: {_names(rows['name'])}")
        of_year = rows["vintage"] == rows["year"].astype("str")
        kinds = rows.assign(vintage=rows["vintage"].mask(of_year, "their year"))
        for (vintage, count, suppressed), same in kinds.groupby(["vintage", "areas", "suppressed"], sort=False):
            text = f"    {spans(same['year'])}: {f'{count} areas' if count else 'one value a year'}"
            text += f" on the boundaries of {vintage}" if vintage else ""
            text += f", {same['rows'].sum():,} rows"
            text += f", {suppressed} suppressed" if suppressed else ""
            text += f", {totals[same['year']].sum():,.0f} moves" if file == source.main else ""
            lines.append(text)
    return lines


def _names(listed: Sequence[str]) -> str:
    """Names of files, of several the first and the last."""
    names = list(dict.fromkeys(name for text in listed for name in text.split(JOINED)))
    return names[0] if len(names) == 1 else f"{len(names)} files, {names[0]} to {names[-1]}"


def _others(found: Sequence[FoundFlows], source: FlowSource, problems: list[str]) -> list[str]:
    """Lines about files that a run does not read; square matrices are looked through."""
    lines = []
    for item in found:
        if item.registered.file in (source.main, *source.read):
            continue
        lines.append(f"  {item.registered.file}: {item.path.name}, not read by a run")
        if item.registered.layout == "square":
            try:
                frame = read_square(item.path, item.year, "none").frame
                lines.append(f"    {item.year}: {frame['origin'].nunique()} areas, {frame['moves'].sum():,.0f} moves")
            except DeliveryError as error:
                problems += error.problems
    return lines


def _coverage(delivery: FlowDelivery, source: FlowSource) -> list[str]:
    """For each statistic of areas, the areas that people leave for which it has no value in the year that counts."""
    pairs = delivery.panel[["measure", "year", "origin"]].drop_duplicates()
    moves = pairs[pairs["measure"] == MOVES]
    senders = {
        year: {code for code in part["origin"] if country_of(code) in source.spec["countries"]}
        for year, part in moves.groupby("year")
    }
    lines = []
    for statistic in source.statistics.values():
        own = pairs[(pairs["measure"] == statistic.measure) & pairs["origin"].notna()]
        if len(own) and not statistic.groups and not statistic.of:
            lines.append(_lacking(own, statistic, senders))
    head = (
        "Areas that people leave and their value in the year before; moves from one without leave the samples with it:"
    )
    return ["", head, *lines] if lines else []


def _lacking(own: pd.DataFrame, statistic: Statistic, senders: dict[int, set[str]]) -> str:
    """How many areas a statistic has, and which areas of the moves it lacks in which years."""
    there = {year: set(part["origin"]) for year, part in own.groupby("year")}
    lacking: dict[tuple[str, ...], list[int]] = {}
    for year, codes in senders.items():
        before = statistic.year if statistic.needed == ONCE else year - 1
        if before in there:
            lacking.setdefault(tuple(sorted(codes - there[before])), []).append(year)
    parts = [
        f"{len(codes)} of the areas of the moves of {spans(years)} {'have' if len(codes) > 1 else 'has'} none "
        f"({some(codes)})"
        for codes, years in lacking.items()
        if codes
    ]
    return f"  {statistic.measure}: {own['origin'].nunique()} areas; {'; '.join(parts) or 'every area has one'}"


def _studies(studies: Sequence[Study], problems: Sequence[str]) -> list[str]:
    state = "cannot run until the problems are mended" if problems else "can run"
    return [f"  {study.name}: {state}" for study in studies]


def spans(years: Sequence[int]) -> str:
    """Years in words: 2014-2017, 2019."""
    runs: list[list[int]] = []
    for year in sorted(map(int, years)):
        if runs and year == runs[-1][-1] + 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)
