"""A delivery of the source of moves: the moves of several years and the statistics of areas, as one long frame."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mobility.areas.codes import Areas, country_of
from mobility.errors import DeliveryError
from mobility.flows.detailed import BAND, read_detailed
from mobility.flows.register import FlowSource, FoundFlows, files_of_year, find_flow_files
from mobility.flows.statistics import REPORT_COLUMNS, SEXES, Statistics, read_statistic
from mobility.intake.check import check_command
from mobility.intake.find import Folders, is_invented, shown
from mobility.intake.losses import LossTable
from mobility.official.tables import Statistic
from mobility.official.text import FEW, some

MOVES = "moves"
JOINED = " + "  # between the names of the parts of a year
COLUMNS = ("measure", "year", "origin", "destination", "group", "sex", "age", "value")


@dataclass(frozen=True)
class FlowDelivery:
    """What a folder holds for some years of moves.

    panel : measure, year, origin, destination (missing for statistics), group (of people; missing but in tables of
        the census), sex, age (for moves the first year of five; both missing where not split) and value, sorted by all
        but the value; codes as in the files. The README of the source says the units.
    losses : what reading dropped. report : a row a file and year: boundaries, rows, areas, suppressed values.
    problems : none where the delivery can be run. notes : what is missing or worth knowing.
    folders : of the delivery. paths : files that were read.
    """

    folders: Folders
    years: tuple[int, ...]
    panel: pd.DataFrame
    losses: pd.DataFrame
    report: pd.DataFrame
    paths: tuple[Path, ...]
    problems: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Part:
    """What was read of one file (of one year, for moves): values of `measure`, and all that is said of them."""

    measure: str
    values: pd.DataFrame
    report: pd.DataFrame
    losses: Sequence[dict[str, Any]] = ()
    paths: Sequence[Path] = ()
    problems: Sequence[str] = ()
    notes: Sequence[str] = ()


def read_flow_delivery(
    folders: Folders,
    source: FlowSource,
    years: Sequence[int],
    areas: Areas,
    required: Sequence[str] = (),
    optional: Sequence[str] = (),
) -> FlowDelivery:
    """As `examine_flows`, but raises one `DeliveryError` with every problem of every file."""
    delivery = examine_flows(folders, source, years, areas, required, optional)
    if not delivery.problems:
        return delivery
    command = check_command(folders, source.name)
    undrawn = _undrawn(folders, source, years)
    raise DeliveryError(
        [undrawn] if undrawn else delivery.problems, shown(folders), "make report" if undrawn else command
    )


def _undrawn(folders: Folders, source: FlowSource, years: Sequence[int]) -> str:
    """What to do where an invented delivery has no moves of a wanted year; empty where it is not that."""
    files = [item for item in find_flow_files(folders, source) if item.registered.file == source.main]
    drawn = sorted({item.year for item in files})
    if not is_invented([item.path for item in files]) or set(years) <= set(drawn):
        return ""
    return (
        f"config.yaml, waves.{source.name}: the invented delivery has moves of {_listed(drawn)} only. Write "
        f"`{source.name}: {drawn[0]}-{drawn[-1]}`, or give the folder of the true files in `sources`"
    )


def examine_flows(
    folders: Folders,
    source: FlowSource,
    years: Sequence[int],
    areas: Areas,
    required: Sequence[str] = (),
    optional: Sequence[str] = (),
) -> FlowDelivery:
    """Find and read a delivery without raising on what is wrong in it.

    Parameters
    ----------
    years : years ending in June in which people moved. Statistics are read for the year before the first to the last.
    required : files of `files.csv` besides that of the moves; an absent one, or one without a needed year, is a
        problem. In `optional` it is a note.

    Raises
    ------
    DeliveryError
        There is no folder to look into.
    SpecError
        A name of `required` or `optional` is no file that is read.
    """
    source.fail_if_unread([*required, *optional])
    found = find_flow_files(folders, source)
    parts = [_moves(found, source, year, areas) for year in years]
    for statistic in source.statistics.values():
        if statistic.file not in {*required, *optional}:
            continue
        read = read_statistic(found, statistic, years, areas, source.spec["countries"])
        parts.append(_statistic(read, statistic, source, shown(folders), statistic.file in required))
    return FlowDelivery(
        folders,
        tuple(years),
        panel=_panel(parts),
        losses=LossTable([row for part in parts for row in part.losses]).frame(),
        report=pd.concat([part.report for part in parts], ignore_index=True),
        paths=tuple(dict.fromkeys(path for part in parts for path in part.paths)),
        problems=tuple(dict.fromkeys(problem for part in parts for problem in part.problems)),
        notes=tuple(dict.fromkeys(note for part in parts for note in part.notes)),
    )


def _moves(found: Sequence[FoundFlows], source: FlowSource, year: int, areas: Areas) -> _Part:
    """Moves of a year between different areas by sex and five-year age band."""
    nothing, none = pd.DataFrame(), pd.DataFrame(columns=REPORT_COLUMNS)
    try:
        files = files_of_year(found, source, year)
        flows = read_detailed([item.path for item in files], year, ("sex", "age_band"), "none")
    except DeliveryError as error:
        return _Part(MOVES, nothing, none, problems=error.problems)
    frame, losses = flows.frame, LossTable(flows.losses.to_dict("records"))
    problems = _strange_codes(frame["origin"].cat.categories, files[0].vintage, source, year, areas)
    between = frame["origin"] != frame["destination"]
    frame = losses.keep("read", "within one area (i = j)", frame, between, "origin")
    senders = [code for code in frame["origin"].unique() if country_of(code) in source.spec["countries"]]
    name = JOINED.join(path.name for path in flows.paths)
    row = (source.main, MOVES, name, year, str(files[0].vintage), losses.rows[0]["rows_in"], len(senders), 0)
    age = (frame["age_band"].cat.codes * BAND).astype("Int16")
    values = frame.assign(age=age).rename(columns={"moves": "value"}).drop(columns="age_band")
    steps = [{**line, "step": f"{line['step']} {year}"} for line in losses.rows]
    return _Part(MOVES, values, pd.DataFrame([row], columns=REPORT_COLUMNS), steps, flows.paths, problems)


def _strange_codes(codes: Collection[str], vintage: int, source: FlowSource, year: int, areas: Areas) -> list[str]:
    """Unknown codes, and codes that are not those of the vintage that the register gives."""
    own = {code for code in codes if country_of(code) in source.spec["countries"]}
    # The other countries are one code each; an authority of theirs would be a file of another kind.
    unknown = [code for code in codes if areas.outcome(code, vintage).treatment != ("kept" if code in own else "whole")]
    other = sorted(code for code in unknown if code in own and code in areas.known)
    problems = [
        f"{source.main} of {year}: unknown area code `{code}`; {areas.near(code)}. Mend the code"
        for code in [code for code in unknown if code not in other][:FEW]
    ]
    if other:
        fitting = areas.vintages(own & areas.known)
        fits = f"together they are those of {fitting[0]} to {fitting[-1]}" if fitting else "no vintage has all codes"
        problems.append(
            f"{source.main} of {year}: codes that are not of {vintage}: {some(other)}; {fits}. Mend the boundary "
            f"vintage in {source.folder / 'files.csv'}, or take the right file"
        )
    return problems


def _statistic(read: Statistics, statistic: Statistic, source: FlowSource, where: str, required: bool) -> _Part:
    """Values of a statistic; what is missing of it is a problem where it is required, else a note."""
    absent = _absent(read, statistic, where)
    problems, notes = list(read.problems), list(read.notes)
    if absent and required:
        problems.append(f"{absent}. Unpack it there; lost without it: {source.without(statistic.file)}")
    elif absent:
        notes.append(f"{absent}. Lost without it: {source.without(statistic.file)}")
    return _Part(statistic.measure, read.frame, read.report, read.losses, read.paths, problems, notes)


def _absent(read: Statistics, statistic: Statistic, where: str) -> str:
    """What a statistic lacks; empty where it lacks nothing."""
    if not read.paths:
        return f"{statistic.file}: no file below {where}"
    if not read.missing:
        return ""
    years = sorted(set(read.report["year"]))
    unread = f"; headings not read as a year: {some([f'`{name}`' for name in read.unread])}" if read.unread else ""
    return f"{statistic.file}: nothing of {_listed(read.missing)} (years found: {_listed(years) or 'none'}{unread})"


def _listed(years: Sequence[int]) -> str:
    return ", ".join(map(str, years))


def _panel(parts: Sequence[_Part]) -> pd.DataFrame:
    """The parts under each other, sorted; the codes of origins and destinations are categories of one list."""
    there = sorted((part for part in parts if len(part.values)), key=lambda part: part.measure)
    areas = _category(there, "origin", "destination")
    types = {
        "measure": pd.CategoricalDtype(sorted({part.measure for part in there})),
        "year": "int16",
        "origin": areas,
        "destination": areas,
        "group": _category(there, "group"),
        "sex": pd.CategoricalDtype(SEXES),
        "age": "Int16",
        "value": "float64",
    }
    frames = [_typed(part, types) for part in there]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=COLUMNS).astype(types)


def _category(parts: Sequence[_Part], *columns: str) -> pd.CategoricalDtype:
    """Every word of the columns, sorted."""
    there = [part.values[name] for part in parts for name in columns if name in part.values]
    words = {word for values in there for word in values.dropna().unique()}
    return pd.CategoricalDtype(pd.Index(sorted(words), dtype="str"))


def _typed(part: _Part, types: Mapping[str, Any]) -> pd.DataFrame:
    place = types["measure"].categories.get_loc(part.measure)
    measure = pd.Categorical.from_codes(np.full(len(part.values), place), dtype=types["measure"])
    values = part.values.assign(measure=measure)
    return values.reindex(columns=list(COLUMNS)).astype(types)
