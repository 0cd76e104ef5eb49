"""The finding of a figure, computed from the cells that it shows: said where it is certain, else nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp, hypot

from mobility.errors import RenderError, nearest
from mobility.render.numbers import NOT_APPLICABLE, PER_CENT, rounded
from mobility.render.table import Cell, Table
from mobility.render.words import interval_text
from mobility.settings.finding import CHANGE, FRACTION, HIGHEST, NUMBER, PERCENT, Finding, Place

INVENTED, PARTLY = "Invented data: ", "Partly invented data: "
SURE = 1.96  # standard errors
NEAR, WITHIN = 0.02, 0.05  # of a fraction: how far the share may lie from it, and how far the share may be off
FRACTIONS = {
    0.1: "one in ten", 0.2: "one in five", 0.25: "one in four", 1 / 3: "one in three", 0.4: "two in five",
    0.5: "one in two", 0.6: "three in five", 2 / 3: "two in three", 0.75: "three in four", 0.8: "four in five",
    0.9: "nine in ten",
}  # fmt: skip


@dataclass(frozen=True)
class Told:
    """A finding with where it is shown.

    anchor, number : of the figure, table or indicator. numbers : those that it rests on, as what each is, the number as
    shown and its 95 % interval (empty where it has none).
    """

    sentence: str
    anchor: str
    number: str
    numbers: tuple[tuple[str, str, str], ...] = ()


def numbers_behind(finding: Finding | None, table: Table, where: str) -> tuple[tuple[str, str, str], ...]:
    """The numbers that a finding rests on: what each is, as shown, and its interval."""
    places = [place for one in finding.computed.values() for place in _places(one, table, where)] if finding else []
    rows, columns = ({item.id: item for item in items} for items in (table.rows, table.columns))
    found = []
    for row, column in dict.fromkeys(places):
        cell = _cell((row, column), table, where)
        what = f"{rows[row].label}, {columns[column].label}"
        unit = "" if cell.statistic.ending else cell.statistic.unit
        found.append((f"{what}: {unit}" if unit else what, cell.text, interval_text(cell, cell.decimals)))
    return tuple(found)


def _places(place: Place, table: Table, where: str) -> list[tuple[str, str]]:
    """Cells that a place of a sentence is computed from; of a highest or lowest one that cell and the next."""
    if "" not in place.cell:
        return [place.cell, *([place.than] if all(place.than) else [])]
    ranked = _ranked(place, table, where)
    return [spot for _, _, spot in ranked[:2]]


def say(finding: Finding | None, table: Table, where: str) -> str:
    """The finding in words; empty where a number of it is held back, unreliable or within its error of another answer.

    `where` names the figure's file. Raises `RenderError` where it names a row or column that the table does not have.
    """
    if finding is None:
        return ""
    found = {name: _word(place, table, where) for name, place in finding.computed.items()}
    if not all(found.values()):
        return ""
    return marked(finding.says.format(**found), table)


def marked(words: str, table: Table) -> str:
    """A sentence on a table with a capital; it begins by saying so where the data are invented."""
    return (PARTLY if table.origin.mixed else INVENTED) * table.synthetic + words[:1].upper() + words[1:]


def _word(place: Place, table: Table, where: str) -> str:
    if place.form == CHANGE:
        return _change(place, table, where)
    if "" in place.cell:
        return _extreme(place, table, where)
    cell = _cell(place.cell, table, where)
    if not _is_usable(cell):
        return ""
    return {FRACTION: _fraction, NUMBER: _number, PERCENT: _percent}[place.form](cell)


def _cell(place: tuple[str, str], table: Table, where: str) -> Cell:
    if place not in table.cells:
        known = [[row.id for row in table.rows], [column.id for column in table.columns]]
        (word, strange, ids), *_ = [
            (word, name, own)
            for word, name, own in zip(("row", "column"), place, known, strict=True)
            if name not in own
        ]
        raise RenderError(
            f"{where}: the finding names the {word} {strange}, which {table.id} lacks or the figure leaves out; "
            f"{nearest(strange, ids)}. Mend `finding` of the figure."
        )
    return table.cells[place]


def _is_usable(cell: Cell) -> bool:
    return cell.value is not None and not cell.flag


def _number(cell: Cell) -> str:
    """A number as it is shown, without its stars."""
    return cell.text.rstrip("*")


def _percent(cell: Cell) -> str:
    """The size of the change in per cent that a difference of logarithms is: 100 |exp(b) - 1|."""
    return f"{rounded(100 * abs(exp(cell.value or 0.0) - 1), 0)}%"


def _fraction(cell: Cell) -> str:
    """A share as the nearest simple fraction, else out of 100; nothing where it may well be another one."""
    value = cell.value or 0.0
    if cell.statistic.power != PER_CENT or not 0 <= value <= 1 or SURE * (cell.std_error or 0.0) > WITHIN:
        return ""
    fraction = min(FRACTIONS, key=lambda one: abs(one - value))
    return FRACTIONS[fraction] if abs(fraction - value) <= NEAR else f"{rounded(100 * value, 0)} in 100"


def _differ(first: Cell, second: Cell) -> bool:
    """Whether two numbers differ beyond their errors; by what is shown where neither has an error."""
    if first.value is None or second.value is None:
        return False
    error = hypot(first.std_error or 0.0, second.std_error or 0.0)
    return abs(first.value - second.value) > SURE * error and first.text != second.text


def _change(place: Place, table: Table, where: str) -> str:
    cell = _cell(place.cell, table, where)
    before = _cell(place.than, table, where) if all(place.than) else Cell("", value=0.0)
    if not (_is_usable(cell) and _is_usable(before)):
        return ""
    if not _differ(cell, before):
        return place.unsure
    return place.up if (cell.value or 0.0) > (before.value or 0.0) else place.down


def _extreme(place: Place, table: Table, where: str) -> str:
    """The label with the highest or lowest number, where it stands out from the next and none is held back."""
    ranked = _ranked(place, table, where)
    if not all(_is_usable(cell) for cell, _, _ in ranked):
        return ""
    certain = all(_differ(first[0], second[0]) for first, second in list(pairwise(ranked))[:1])
    return ranked[0][1] if certain else ""


def _ranked(place: Place, table: Table, where: str) -> list[tuple[Cell, str, tuple[str, str]]]:
    """Cells of a row or column with their labels and places, the one that is asked for first.

    A cell that cannot be, as of moves from an area to itself, is none of them.
    """
    row, column = place.cell
    items: Sequence = table.columns if row else table.rows
    spots = [((row or item.id, column or item.id), item.label) for item in items]
    found = [(_cell(spot, table, where), label, spot) for spot, label in spots]
    found = [one for one in found if one[0].text != NOT_APPLICABLE]
    return sorted(found, key=lambda one: one[0].value or 0.0, reverse=place.form == HIGHEST)
