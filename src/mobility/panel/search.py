"""Searching what a delivery calls its columns: by words in names, labels and value labels, over all of its waves."""

import csv
import io
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mobility.errors import DataError
from mobility.intake.check import check_command
from mobility.intake.find import Folders, shown
from mobility.intake.formats import Described, UnreadableFile, describe_columns
from mobility.panel.columns import find_columns
from mobility.panel.find import DeliveredFile, list_files
from mobility.panel.register import VARIABLE_COLUMNS, Source, Variable
from mobility.storage import read_rows

STEM = 5  # letters by which words are compared: promotion and promoted, training and trained
SHORTEST = 4
FEW_VALUES = 6
CANDIDATES = 3
LEAST_WORDS = 2
WORD = re.compile(r"[a-z]+")


@dataclass(frozen=True, eq=False)
class Column:
    """A column of a delivery over its waves: file and name without their prefix, its texts, and the waves with it."""

    file: str
    name: str
    label: str
    values: Mapping[object, str]
    waves: tuple[str, ...]

    @property
    def text(self) -> str:
        """Everything that can be searched, in lower case."""
        return " ".join([self.name, self.label, *self.values.values()]).lower()


@dataclass(frozen=True)
class Catalogue:
    """Columns of a delivery, and files that could not be read or that have no labels."""

    columns: tuple[Column, ...]
    unread: tuple[str, ...]
    unlabelled: tuple[str, ...]


def catalogue_of(files: Sequence[DeliveredFile], source: Source) -> Catalogue:
    """Columns of all files with the labels of the first wave that has any."""
    found: dict[tuple[str, str], list[tuple[str, Described]]] = {}
    unread, unlabelled = [], []
    for item in files:
        try:
            described = describe_columns(item.path, item.format)
        except UnreadableFile as error:
            unread.append(f"{item.path} {error}")
            continue
        if not any(column.label or column.values for column in described):
            unlabelled.append(item.path.name)
        for column in described:
            name = column.name.removeprefix(source.waves[item.wave].prefix)
            found.setdefault((item.file, name), []).append((item.wave, column))
    columns = [_column(file, name, seen) for (file, name), seen in found.items()]
    return Catalogue(tuple(columns), tuple(unread), tuple(unlabelled))


def _column(file: str, name: str, seen: Sequence[tuple[str, Described]]) -> Column:
    label = next((column.label for _, column in seen if column.label), "")
    values = next((column.values for _, column in seen if column.values), {})
    return Column(file, name, label, values, tuple(dict.fromkeys(wave for wave, _ in seen)))


def find_words(catalogue: Catalogue, words: Sequence[str]) -> list[Column]:
    """Columns in whose name, label or value labels every word stands, in either case and as part of a word too."""
    wanted = [word.lower() for word in words]
    return [column for column in catalogue.columns if all(word in column.text for word in wanted)]


def candidates(variable: Variable, catalogue: Catalogue, source: Source) -> list[Column]:
    """The columns whose texts share most with a variable's label; rare words of the delivery count for more.

    Columns that the register has under another name are left out.
    The score of a column is the sum over the shared words of ln(columns / columns with the word); a column needs two.
    """
    names = {column.name for column in catalogue.columns if column.file == variable.file}
    others = [other.variable for other in source.variables if other.file == variable.file]
    taken = {name for text in others for name in find_columns(text, names).columns}
    free = [column for column in catalogue.columns if column.file == variable.file and column.name not in taken]
    stems = {column: _stems(column.text) for column in free}
    having = Counter(stem for found in stems.values() for stem in found)
    wanted = _stems(f"{variable.name} {variable.label}")
    scores = {
        column: sum(math.log(len(stems) / having[stem]) for stem in wanted & found)
        for column, found in stems.items()
        if len(wanted & found) >= LEAST_WORDS
    }
    return sorted(scores, key=lambda column: (-scores[column], column.name))[:CANDIDATES]


def _stems(text: str) -> frozenset[str]:
    return frozenset(word[:STEM] for word in WORD.findall(text.lower().replace("_", " ")) if len(word) >= SHORTEST)


def register_line(variable: Variable, column: Column, source: Source) -> str:
    """The line of variables.csv that takes a column for a variable, in the waves that have it."""
    rows = read_rows(source.folder / "variables.csv")
    row = next(row for row in rows if (row["name"], row["variable"]) == (variable.name, variable.variable))
    evidence = f"seen in a delivery: {column.label or column.name}"
    changed = {"variable": column.name, "waves": _waves(column.waves, source), "confidence": "partly_verified"}
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(
        [{**row, **changed, "evidence": evidence}[c] for c in VARIABLE_COLUMNS]
    )
    return text.getvalue()


def _waves(letters: Iterable[str], source: Source) -> str:
    """Waves as the register writes them: b-h, or b,d."""
    there = sorted(letters, key=source.order.names.index)
    return f"{there[0]}-{there[-1]}" if len(there) > 1 and source.order.runs(there) else ",".join(there)


def column_text(column: Column, source: Source) -> str:
    """One line: file, name, waves, label and the first value labels."""
    values = [
        f"{code:g} {text}" if isinstance(code, float) else f"{code} {text}" for code, text in column.values.items()
    ]
    more = f", and {len(values) - FEW_VALUES} more" if len(values) > FEW_VALUES else ""
    labels = f" [{'; '.join(values[:FEW_VALUES])}{more}]" if values else ""
    return f"{column.file}: {column.name} (waves {_waves(column.waves, source)}) {column.label}{labels}".rstrip()


def find_text(folders: Folders, source: Source, words: Sequence[str]) -> str:
    """Text of `mobility find`: the columns of a delivery that speak of all the words.

    Raises `DataError` where none does, `DeliveryError` where there is no such folder.
    """
    catalogue, where = catalogue_of(list_files(folders, source), source), shown(folders)
    if not catalogue.columns:
        raise DataError(
            f"{shown(folders)}: no file of {source.name} that can be read. Run `{check_command(folders, source.name)}`."
        )
    found = find_words(catalogue, words)
    notes = [f"Without labels, so searched by name only: {', '.join(catalogue.unlabelled)}"] * bool(
        catalogue.unlabelled
    )
    notes += [f"Not searched: {text}" for text in catalogue.unread]
    if not found:
        tail = "\n".join(["", *notes]) if notes else ""
        raise DataError(
            f"{where}: none of {len(catalogue.columns)} columns has {' and '.join(words)} in its name or labels. "
            f"Try fewer words, or the first letters of one.{tail}"
        )
    return "\n".join([*[column_text(column, source) for column in found], f"{len(found)} columns.", *notes])
