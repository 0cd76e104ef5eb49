"""Columns, waves and files of a delivery, from the registers of a source or from its mapping: one form for both."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from mobility.errors import SpecError, nearest
from mobility.panel.columns import first_name
from mobility.panel.register import Source, Variable, load_source
from mobility.settings import validate
from mobility.storage import read_rows, read_words

MAPPING = "mapping.yaml"
WAVE = "wave"
NUMERIC = ("integer", "amount")
WHOLE = re.compile(r"-?(0|[1-9]\d*)")


@dataclass(frozen=True)
class Column:
    """A harmonised name: its kind, its valid codes with their labels (None: no list), and its kinds of missing."""

    name: str
    kind: str
    label: str = ""
    codes: Mapping[Any, str] | None = None
    missing: Mapping[Any, str] | None = None

    def code(self, word: str, where: str) -> Any:
        """The code that `word` writes or labels, or a number where there is no list; `SpecError` with the nearest."""
        by_word = self._by_word
        if word in by_word:
            return by_word[word]
        if self.codes is None:
            return as_number(word, where) if self.kind in NUMERIC else typed(word)
        if self.kind == "whole_part" and WHOLE.fullmatch(word.partition(".")[0]) and str(int(float(word))) in by_word:
            return as_number(word, where)
        raise SpecError(f"{where}: `{self.name}` has no code or label `{word}`; {nearest(word, list(by_word))}.")

    @cached_property
    def _by_word(self) -> dict[str, Any]:
        """Codes by their labels and by themselves as text."""
        listed = {**(self.codes or {}), **(self.missing or {})}
        return {label: code for code, label in listed.items()} | {str(code): code for code in listed}

    @property
    def labels(self) -> dict[int, str]:
        """Labels of the codes, for the forms that carry them; none of text, of a range and of whole parts."""
        if self.kind == "whole_part":
            return {}
        named = {code: label for code, label in (self.codes or {}).items() if label != str(code)}
        return {**named, **(self.missing or {})} if named and all(isinstance(code, int) for code in named) else {}


@dataclass(frozen=True)
class Sheet:
    """One file: its path in the delivery, the waves whose rows it holds, and its columns by their names in it.

    texts : names of columns that hold numbers as text.
    """

    path: Path
    waves: tuple[str, ...]
    columns: Mapping[str, Column]
    texts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Book:
    """All files of a delivery. `columns`: what can be drawn, by harmonised name, with the codes of all waves.

    person : the identifier by which the rows of a file are sorted. mapping : the mapping to put beside the file.
    """

    waves: tuple[str, ...]
    columns: Mapping[str, Column]
    sheets: tuple[Sheet, ...]
    person: str
    mapping: Mapping[str, Any] | None = None


def typed(word: str) -> int | str:
    """A whole number, or the word as it is written."""
    return int(word) if WHOLE.fullmatch(word) else word


def as_number(word: str, where: str) -> float | int:
    """The number that `word` writes; raises `SpecError` where it is none."""
    try:
        number = int(word) if WHOLE.fullmatch(word) else float(word)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise SpecError(f"{where}: `{word}` is no number. Write one.")
    return number


def read_book(root: Path, name: str, words: Mapping[str, Any], form: Mapping[str, str]) -> Book:
    """Files of a delivery of `sources/<name>`.

    Parameters
    ----------
    words : of `planted.yaml`. `files`: path of each file of the registers, with the columns of `waves.csv` and `form`
        in braces; a source with a `mapping.yaml` has the one file that it names. `absent`, `texts`: of the registers.
    form : `form` and `ending` of the delivery.

    Raises `SpecError` on a malformed register or mapping, on a path with another word in braces, on an unknown name.
    """
    where = root / "sources" / name / MAPPING
    return _mapped(where, root) if where.is_file() else _registered(load_source(root, name), words, form)


def _mapped(where: Path, root: Path) -> Book:
    """The one file of a mapping; its codes are words, whole numbers where they look like ones."""
    mapping = read_words(where)
    validate(mapping, root, "mapping", str(where), SpecError)
    missing = {typed(word): word for word in mapping.get("missing", [])}
    named = {mapping["person"]: Column("person", "identifier"), mapping["wave"]: Column(WAVE, "integer")}
    for name, entry in mapping["variables"].items():
        labels = {typed(code): label for code, label in entry.get("labels", {}).items()}
        named[entry["column"]] = Column(name, entry["kind"], codes=labels or None, missing=missing)
    # the name alone, so that a mapping of the true file never leads the invented one to its place
    path = Path(Path(mapping["file"].rpartition(":")[2]).name)
    columns = {column.name: column for column in named.values()}
    return Book((), columns, (Sheet(path, (), named),), "person", {**mapping, "file": path.name})


def _registered(source: Source, words: Mapping[str, Any], form: Mapping[str, str]) -> Book:
    register, paths = source.folder / "waves.csv", words.get("files", {})
    absent, texts = words.get("absent", ()), words.get("texts", {})
    for key, names in (("absent", absent), ("texts", texts)):
        for name in set(names) - set(source.names):
            raise SpecError(f"{key}: no variable `{name}` in variables.csv; {nearest(name, source.names)}.")
    held_at_all = [variable for variable in source.variables if variable.name not in absent]
    rows = dict(zip(source.waves, read_rows(register), strict=True))
    unknown = set(paths) - {variable.file for variable in source.variables}
    if unknown:
        files = sorted({variable.file for variable in source.variables})
        raise SpecError(
            f"files: no `{min(unknown)}` in {source.folder / 'variables.csv'}; {nearest(min(unknown), files)}."
        )
    if not paths:
        files = sorted({variable.file for variable in source.variables})
        example = f"{files[0]}: '{{prefix}}{files[0]}.{{ending}}'"
        raise SpecError(f"files: no file to write. Name the path of each of {', '.join(files)}, as {example}.")
    sheets = []
    for wave, row in rows.items():
        for file, path in paths.items():
            held = [each for each in held_at_all if each.file == file and wave in each.waves]
            named = {first_name(source.column(each, wave)): _column(source, each) for each in held}
            as_text = tuple(column for column, each in named.items() if wave in texts.get(each.name, ()))
            sheets.append(Sheet(_path(path, {**row, **form}, register), (wave,), named, as_text))
            _fail_if_not_found(sheets[-1].path, file, wave, source)
    columns: dict[str, Column] = {}
    for variable in held_at_all:
        new, old = _column(source, variable), columns.get(variable.name)
        codes = {**new.codes, **old.codes} if old and old.codes and new.codes else new.codes
        columns[variable.name] = Column(new.name, new.kind, new.label, codes, new.missing)
    return Book(tuple(rows), columns, tuple(sheets), source.spec["person"])


def _fail_if_not_found(path: Path, file: str, wave: str, source: Source) -> None:
    """Raise `SpecError` on a name that the reader would not know as the file of the wave, such as one of all waves."""
    pattern = source.spec["file_pattern"]
    match = re.compile(pattern, re.IGNORECASE).match(path.name.lower())
    found = (match["wave"], match["file"] or source.spec["main_file"]) if match else ()
    if found != (source.waves[wave].in_files, file):
        raise SpecError(
            f"files: `{path.name}` is not found as {file} of wave {wave}: file_pattern in "
            f"{source.folder / 'source.yaml'} is {pattern}. Mend its path; columns of waves.csv stand in braces."
        )


def _column(source: Source, variable: Variable) -> Column:
    """A row of `variables.csv` with its codes: labels where the list has them."""
    allowed = source.allowed(variable)
    if allowed is None:
        return Column(variable.name, variable.kind, variable.label, None, source.missing)
    entries = source.codes[variable.codes]
    if "file" in entries:
        rows = read_rows(source.root / entries["file"])
        entries = {int(row["code"]): row["title"] for row in rows}
    codes = {code: str(entries.get(code, code)) for code in sorted(allowed)}
    return Column(variable.name, variable.kind, variable.label, codes, source.missing)


def _path(template: str, words: Mapping[str, str], register: Path) -> Path:
    try:
        return Path(template.format_map(words))
    except KeyError as error:
        word = str(error.args[0])
        raise SpecError(f"files: `{template}`: no `{word}`; {nearest(word, list(words))}, from {register}.") from None
