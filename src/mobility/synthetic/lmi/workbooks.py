"""Writing the invented workbooks of ASHE in the publisher's layout: notes, nine sheets, sub-totals between lines."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mobility.storage import read_register, read_rows
from mobility.synthetic.lmi import sheets as sheets_of
from mobility.synthetic.lmi.printed import (
    HOURS,
    MOMENTS,
    PAY,
    WITHOUT_OVERTIME,
    Moments,
    Numbers,
    cells_of,
    quality_of,
)
from mobility.synthetic.lmi.sheets import Row
from mobility.synthetic.lmi.world import World

YEAR = 2015
TABLES = "sources/ashe/tables.csv"
TITLES = {
    PAY: ("Weekly pay - Gross", "Weekly pay - Gross (£)"),
    WITHOUT_OVERTIME: ("Weekly pay - Excluding overtime", "Weekly pay - Excluding overtime (£)"),
    HOURS: ("Paid hours worked - Total",) * 2,
}
WRITTEN = {PAY: ("5", "14", "15", "16"), WITHOUT_OVERTIME: ("5", "14", "15"), HOURS: ("5", "14", "15", "16")}
HEADER = (
    ("", "", "Number", "", "Annual", "", "Annual"),
    ("", "", "of jobsb", "", "percentage", "", "percentage", "Percentiles"),
    ("Description", "Code", "(thousand)", "Median", "change", "Mean", "change", 10, 20, 25, 30, 40, 60, 70, 75, 80, 90),
)
NOTES = (
    "SYNTHETIC: nobody in this workbook exists.",
    "x = CV > 20%; .. = disclosive; : = not applicable; - = nil or negligible.",
)
FOOT = (
    "a  Employees on adult rates who have been in the same job for more than a year.",
    "SYNTHETIC: invented numbers.",
)
# The order of areas, and the publisher's words for them
ORDER = (
    *("K02000001", "E12000001", "E12000002", "E12000003", "E12000004", "E12000005", "E12000006", "E12000007"),
    *("E12000008", "E12000009", "W92000004", "S92000003", "N92000002"),
)
WHOLE, TOTAL_ONLY = "K02000001", "N92000002"
SMALL = ("K02000001", "E12000007")  # areas with lines of their own in a small delivery
SIZES = {1: 0, 2: 2, 3: 4, 4: 6}  # blanks before a description, by the digits of its code


@dataclass(frozen=True)
class Axis:
    """Lines of a classification: their codes and descriptions in order, and (k, codes) which codes each holds.

    place : of the dimension in the arrays. members : 1 where the line (row) holds the unit code (column).
    """

    place: int
    codes: tuple[str, ...]
    texts: tuple[str, ...]
    members: np.ndarray


@dataclass(frozen=True)
class Printed:
    """A table of a year: its lines, sums of this year and of the one before, and how its numbers are written.

    axis : its lines. now, before : arrays of sums. write : cells of a line from both. areas, detailed : that have a
    total, and those that have every line too. grouped : whether the totals of
    all areas stand first.
    """

    axis: Axis
    now: np.ndarray
    before: np.ndarray
    write: Callable[[Numbers, Numbers], list[list[str | float]]]
    areas: tuple[str, ...]
    detailed: tuple[str, ...]
    grouped: bool


def occupations(world: World) -> Axis:
    """Major groups, each with its sub-major, minor and unit groups below it."""
    root = world.root / "resources/classifications"
    groups = read_register(root / "lmi_groups.csv")
    labels = read_register(root / "lmi_occupations.csv")
    own = groups[groups["dimension"] == "occupation"]
    named = dict(zip(own["code"], own["label"], strict=True)) | dict(zip(labels["code"], labels["label"], strict=True))
    codes = sorted(named)
    members = np.array([[unit.startswith(code) for unit in world.codes.occupation] for code in codes], dtype=float)
    texts = tuple(" " * SIZES[len(code)] + named[code] for code in codes)
    return Axis(0, tuple(codes), texts, members)


def industries(world: World) -> Axis:
    """Sections, each with its divisions below it; a division has an equal share of its industry."""
    table = read_register(world.root / "resources/classifications/sic2007_divisions.csv")
    place = {division: at for at, own in enumerate(world.codes.divisions) for division in own}
    share = {division: 1 / len(own) for own in world.codes.divisions for division in own}
    codes, texts, members = [], [], []
    for section, rows in table.groupby("section"):
        held = np.zeros((len(rows), len(world.codes.industry)))
        for line, code in enumerate(map(int, rows["code"])):
            if code in place:
                held[line, place[code]] = share[code]
        codes += [str(section), *rows["code"]]
        texts += [rows["section_title"].iloc[0].upper(), *("  " + text for text in rows["title"])]
        members += [held.sum(axis=0), *held]
    return Axis(1, tuple(codes), tuple(texts), np.array(members))


def write_all(world: World, folder: Path, small: bool) -> None:
    """The tables of `WRITTEN` of 2015, and one of coefficients of variation."""
    for measure, tables in WRITTEN.items():
        moments = moments_of(world, measure)
        for table in tables:
            write_workbook(world, folder, f"{table}.{measure}a", small, moments)
        if measure == PAY:
            write_workbook(world, folder, f"14.{PAY}b", small, moments)


def moments_of(world: World, measure: str) -> tuple[Moments, Moments]:
    """Sums over jobs of this year and of the one before."""
    now, before = (MOMENTS[measure](world, year) for year in (YEAR, YEAR - 1))
    return now, before


def write_workbook(world: World, folder: Path, name: str, small: bool, moments: tuple[Moments, Moments]) -> None:
    """One workbook, such as `15.1a`; a small one has lines of the country and of London, and totals of all areas.

    moments : of its measure, as `moments_of`.
    """
    table = name.split(".")[0]
    row = next(row for row in read_rows(world.root / TABLES) if row["table"] == table)
    axis = occupations(world) if row["axis"] == "occupation" else industries(world)
    now, before = (own.summed(axis.members, axis.place) for own in moments)
    write = cells_of if name.endswith("a") else _quality
    areas = ORDER if row["regions"] == "yes" else (WHOLE,)
    detailed = tuple(area for area in areas if area != TOTAL_ONLY and (not small or area in SMALL))
    printed = Printed(axis, now, before, write, areas, detailed, row["axis"] == "industry")
    _write(folder, name[:-1], name[-1], printed, world)


def _quality(now: Numbers, _: Numbers) -> list[list[str | float]]:
    return quality_of(now)


def _write(folder: Path, name: str, kind: str, table: Printed, world: World) -> None:
    short, long = TITLES[name.split(".")[1]]
    folder.mkdir(parents=True, exist_ok=True)

    def sheets() -> Iterator[tuple[str, list[Row]]]:
        yield "Notes", [[text] for text in NOTES]
        for sheet in read_rows(world.root / "sources/ashe/sheets.csv"):
            jobs = sheet["sheet"].replace(" Full", " full").replace(" Part", " part").lower()
            title = f"Table {name}{kind}   {long} - For {jobs} employee jobsa: United Kingdom, {YEAR}"
            yield sheet["sheet"], [[title], [], *HEADER, *_lines(table, sheet, world), *([text] for text in FOOT)]

    sheets_of.write_workbook(folder / f"Table {name}{kind}   {short} {YEAR}{' CV' * (kind == 'b')}.xlsx", sheets())


def _lines(table: Printed, sheet: dict[str, str], world: World) -> Iterator[list[str | float]]:
    """Lines of a sheet: of each area its total and its lines, or first the totals of all and then their lines."""
    names = {row["code"]: row["name"] for row in reversed(read_rows(world.root / "sources/ashe/areas.csv"))}
    numbers = {area: _numbers(table, sheet, area, world) for area in table.areas}
    totals = [[names[area], area, *numbers[area][0]] for area in table.areas]
    for total, area in zip(totals, table.areas, strict=True):
        yield total
        if not table.grouped:
            yield from _details(table, area, names[area], numbers[area])
    if table.grouped:
        for area in table.areas:
            yield from _details(table, area, names[area], numbers[area])
    yield ["Not Classified", "", ":"]


def _details(table: Printed, area: str, name: str, numbers: list[list[str | float]]) -> Iterator[list[str | float]]:
    if area not in table.detailed:
        return
    for code, text, cells in zip(table.axis.codes, table.axis.texts, numbers[1:], strict=True):
        blanks = text[: len(text) - len(text.lstrip())]
        shown = text if area == WHOLE else f"{blanks}{name}, {text.lstrip()}"
        yield [shown, float(code) if code.isdecimal() and not code.startswith("0") else code, *cells]


def _numbers(table: Printed, sheet: dict[str, str], area: str, world: World) -> list[list[str | float]]:
    """Cells of an area's total and of its lines."""
    gender = slice(None) if sheet["gender"] == "all" else slice(int(sheet["gender"]) - 1, int(sheet["gender"]))
    status = slice(None) if sheet["status"] == "all" else slice(int(sheet["status"]) - 1, int(sheet["status"]))
    region = slice(None) if area == WHOLE else slice(*(world.codes.gss.index(area) + step for step in (0, 1)))
    made = []
    for sums in (table.now, table.before):
        own = sums[:, :, region, gender, status].sum(axis=(2, 3, 4))
        top = own[:, [len(code) == 1 for code in table.axis.codes]].sum(axis=1, keepdims=True)
        made.append(Numbers.of(np.concatenate([top, own], axis=1)))
    return table.write(*made)
