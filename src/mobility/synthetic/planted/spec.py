"""`planted.yaml`: what is planted in a delivery, read once into rules; every error names the file and the draw."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from mobility.errors import SpecError, nearest
from mobility.settings import validate
from mobility.storage import read_rows, read_words
from mobility.synthetic.planted.columns import WAVE, Book, Column, as_number, typed
from mobility.synthetic.planted.draws import NUMBERS, Draw, Effects, Groups, Households, Numbers, Product, Rule, Shares
from mobility.synthetic.planted.expected import Conditions, Crossed, Way

NAME = "planted"
SUM = 1e-6  # shares that are off by less are 1


@dataclass(frozen=True)
class Truth:
    """Cells of one table: the probability of each outcome, or the effect of a name on it, in each group.

    outcomes : a draw and the codes wanted of it, by row or column. groups : condition, by the other. by_outcome :
    outcomes are the rows.
    """

    table: str
    outcomes: Mapping[str, tuple[Draw, Mapping[str, Any]]]
    groups: Mapping[str, Product]
    by_outcome: bool
    effect: str | None
    weight: str | None


@dataclass(frozen=True)
class Planted:
    """Draws in their order, shares of hidden answers by name and code, truths by study, and rows by wave.

    spared : by hidden name, codes of other names whose rows keep their answers.
    """

    path: Path
    note: str
    rows: Mapping[str, int]
    draws: tuple[Draw, ...]
    hidden: Mapping[str, Mapping[Any, float]]
    truths: Mapping[str, tuple[Truth | Crossed, ...]]
    spared: Mapping[str, Conditions]


def read_words_of(path: Path, root: Path) -> Mapping[str, Any]:
    """The words of a `planted.yaml` as its schema wants them; raises `SpecError`."""
    words = read_words(path)
    validate(words, root, NAME, str(path), SpecError)
    return words


def read_planted(words: Mapping[str, Any], path: Path, book: Book) -> Planted:
    """Rules for the names of a book.

    Raises `SpecError` on a name that neither the book nor `latent` has, or that is drawn later than it is used or
    twice, on a code outside its list, a wave that the register lacks, shares that do not add to 1, a draw without
    what its kind needs.
    """
    unknown = [wave for wave in words["rows"] if book.waves and wave not in book.waves]
    if unknown:
        raise SpecError(f"{path}, rows: no wave `{unknown[0]}` in waves.csv; {nearest(unknown[0], book.waves)}.")
    reader = _Reader(path, _columns(words, book))
    draws = tuple(reader.draw(entry) for entry in words["draws"])
    hidden = {
        name: {
            reader.known(name, f"{path}, hidden").code(code, f"{path}, hidden"): reader.number(share, f"hidden, {name}")
            for code, share in kinds.items()
        }
        for name, kinds in words.get("hidden", {}).items()
    }
    truths = {
        study: tuple(reader.truth(entry, f"{path}, truth, {study}, {entry['table']}") for entry in entries)
        for study, entries in words.get("truth", {}).items()
    }
    for name, kinds in hidden.items():
        if not 0 <= sum(kinds.values()) <= 1:
            raise SpecError(f"{path}, hidden, {name}: the shares add to {sum(kinds.values()):g}. Allowed: 0 to 1.")
    rows = {wave: int(count) for wave, count in words["rows"].items()}
    spared = {
        name: reader.conditions(codes, f"{path}, spared, {name}") for name, codes in words.get("spared", {}).items()
    }
    for name in spared.keys() - hidden.keys():
        raise SpecError(f"{path}, spared: nothing of `{name}` is hidden; {nearest(name, list(hidden))}. Mend its name.")
    return Planted(path, words.get("note", ""), rows, draws, hidden, truths, spared)


def _columns(words: Mapping[str, Any], book: Book) -> dict[str, Column]:
    """What can be drawn or asked for: the columns of the book, the latent ones, and the wave."""
    latent = {
        name: Column(name, "category", codes={typed(code): label for code, label in labels.items()})
        for name, labels in words.get("latent", {}).items()
    }
    return {**book.columns, **latent, WAVE: Column(WAVE, "category", codes={wave: wave for wave in words["rows"]})}


@dataclass
class _Reader:
    """The words of one file; `drawn` grows with the draws."""

    path: Path
    columns: Mapping[str, Column]
    drawn: dict[str, Draw | None] = field(default_factory=lambda: {WAVE: None})

    def column(self, name: str, where: str) -> Column:
        """The column of a name; raises `SpecError` where the book has none."""
        if name not in self.columns:
            raise SpecError(f"{where}: no variable `{name}`; {nearest(name, list(self.columns))}.")
        return self.columns[name]

    def known(self, name: str, where: str) -> Column:
        """The column of a name that is drawn by now."""
        column = self.column(name, where)
        if name not in self.drawn:
            raise SpecError(f"{where}: `{name}` is not drawn before; drawn: {', '.join(self.drawn)}. Move its draw up.")
        return column

    def code(self, name: str, word: str, where: str) -> Any:
        """The code of a column that a word of the file means."""
        return self.column(name, where).code(word, where)

    def number(self, word: str, where: str) -> float:
        """The number that a word of the file is."""
        return float(as_number(word, f"{self.path}, {where}"))

    def draw(self, entry: Mapping[str, Any]) -> Draw:
        """A draw, from then on among those drawn; raises `SpecError` where a name of it is drawn already."""
        names = tuple(entry["draw"])
        where = f"{self.path}, draw of {', '.join(names)}"
        for name in names:
            self.column(name, where)
            if name in self.drawn:
                raise SpecError(f"{where}: `{name}` is drawn already. Keep one of the two draws.")
        asked = self.conditions(entry.get("asked", {}), where)
        if asked and "otherwise" not in entry:
            raise SpecError(f"{where}: `asked` needs `otherwise`, what the other rows get.")
        if "once" in entry:
            self.known(entry["once"], where)
        rule = self.rule(entry, names, where)
        draw = Draw(
            names,
            rule,
            entry.get("once"),
            asked,
            self.code(names[0], entry["otherwise"], where) if "otherwise" in entry else None,
            self.number(entry["total"], f"draw of {names[0]}") if "total" in entry else None,
            int(entry["decimals"]) if "decimals" in entry else None,
        )
        self.drawn |= dict.fromkeys(names, draw)
        return draw

    def conditions(self, entry: Mapping[str, Any], where: str) -> Conditions:
        """Codes of names that are drawn by now."""
        return {
            name: tuple(self.known(name, where).code(word, where) for word in codes) for name, codes in entry.items()
        }

    def rule(self, entry: Mapping[str, Any], names: tuple[str, ...], where: str) -> Rule:
        """How a draw is made: shares, a range, values, households or effects; raises `SpecError` on others."""
        by = tuple(entry.get("by", ()))
        for name in by:
            self.known(name, where)
        if "shares" in entry:
            leaves = list(self.leaves(entry["shares"], (*by, *names), "share", where))
            return replace(self.shares(leaves, by, names, where), quota=entry.get("quota", ""))
        if len(names) > 1 and "sizes" not in entry:
            raise SpecError(f"{where}: only `shares` and `sizes` draw several names together. Write a draw for each.")
        if "range" in entry:
            first, last = (int(as_number(word, where)) for word in entry["range"])
            if first > last:
                raise SpecError(f"{where}: the range runs backwards. Write [{last}, {first}].")
            cells = tuple((self.code(names[0], str(value), where),) for value in range(first, last + 1))
            return Shares(names, Groups((), ((),), where), cells, np.full((1, len(cells)), 1 / len(cells)))
        if "values" in entry:
            keys, numbers = zip(*self.leaves(entry["values"], by, names[0], where), strict=True)
            return Numbers(names[0], Groups(by, keys, where), np.array(numbers))
        if "sizes" in entry:
            sizes = {int(as_number(size, where)): as_number(share, where) for size, share in entry["sizes"].items()}
            shares = self.whole(np.array([list(sizes.values())], dtype=float), [()], where)[0]
            return Households(names, np.array(list(sizes)), shares, where)
        return self.effects(entry, names, where)

    def leaves(
        self, content: Any, names: tuple[str, ...], column: str, where: str
    ) -> Iterator[tuple[tuple[Any, ...], float]]:
        """Codes of `names` and the number that stands for them, from levels of a mapping or the rows of a CSV."""
        if isinstance(content, str) and content.endswith(".csv"):
            yield from self._rows(self.path.parent / content, names, column)
        elif not names:
            yield (), float(as_number(content, where))
        elif isinstance(content, dict):
            for word, inner in content.items():
                code = self.code(names[0], word, where)
                for codes, number in self.leaves(inner, names[1:], column, f"{where}, {names[0]} {word}"):
                    yield (code, *codes), number
        else:
            raise SpecError(f"{where}: `{content}` stands where codes of `{names[0]}` are wanted, then {names[1:]}.")

    def _rows(self, path: Path, names: tuple[str, ...], column: str) -> Iterator[tuple[tuple[Any, ...], float]]:
        if not path.is_file():
            raise SpecError(f"{self.path}: no such file {path}. Mend its name, or write the numbers in place of it.")
        for line, row in enumerate(read_rows(path), start=2):
            absent = [name for name in (*names, column) if name not in row]
            if absent:
                raise SpecError(f"{path}: no column `{absent[0]}`; {nearest(absent[0], list(row))}.")
            where = f"{path}, line {line}"
            yield tuple(self.code(name, row[name], where) for name in names), float(as_number(row[column], where))

    def shares(
        self, leaves: list[tuple[tuple[Any, ...], float]], by: tuple[str, ...], names: tuple[str, ...], where: str
    ) -> Shares:
        """Shares (groups x cells) from codes and their share; raises `SpecError` where a cell stands twice."""
        keys = tuple(dict.fromkeys(codes[: len(by)] for codes, _ in leaves))
        cells = tuple(dict.fromkeys(codes[len(by) :] for codes, _ in leaves))
        shares = np.zeros((len(keys), len(cells)))
        for codes, share in leaves:
            place = keys.index(codes[: len(by)]), cells.index(codes[len(by) :])
            if shares[place]:
                raise SpecError(f"{where}: {' '.join(map(str, codes))} stands twice. Keep one.")
            shares[place] = share
        return Shares(names, Groups(by, keys, where), cells, self.whole(shares, keys, where))

    def whole(self, shares: np.ndarray, keys: Sequence[tuple[Any, ...]], where: str) -> np.ndarray:
        """Rows of shares, each from 0 up and of sum 1, made so to the last digit."""
        for row, key in zip(shares, keys, strict=True):
            group = f" of {' '.join(map(str, key))}" if key else ""
            if row.min() < 0:
                raise SpecError(f"{where}: a share{group} is {row.min():g}. Allowed: 0 to 1.")
            if abs(row.sum() - 1) > SUM:
                raise SpecError(f"{where}: the shares{group} add to {row.sum():g}, not to 1. Mend them.")
        return shares / shares.sum(axis=1, keepdims=True)

    def effects(self, entry: Mapping[str, Any], names: tuple[str, ...], where: str) -> Effects:
        """Terms with their effects on the scale of the link; raises `SpecError` where there are none."""
        if "effects" not in entry:
            raise SpecError(f"{where}: `link` needs `effects`.")
        terms = {
            term: (self.product(term, f"{where}, effects"), float(as_number(word, f"{where}, effects, {term}")))
            for term, word in entry["effects"].items()
        }
        words = [entry.get(key, default) for key, default in (("failure", "0"), ("success", "1"))]
        number = entry["link"] in NUMBERS
        codes = (None, None) if number else tuple(self.code(names[0], word, where) for word in words)
        sd = float(as_number(entry.get("sd", "0"), where))
        return Effects(names[0], entry["link"], terms, (codes[0], codes[1]), sd, where)

    def product(self, text: str, where: str) -> Product:
        """Factors of a term or a condition; none for `constant` and `all`."""
        factors = []
        for part in text.split("*") if text not in ("constant", "all") else ():
            name, equals, word = (piece.strip() for piece in part.partition("="))
            column = self.known(name, where)
            if not equals and column.codes is not None and not all(isinstance(code, int) for code in column.codes):
                raise SpecError(f"{where}: `{name}` holds words. Write {name}=CODE.")
            factors.append((name, column.code(word, where) if equals else None))
        return Product(tuple(factors))

    def truth(self, entry: Mapping[str, Any], where: str) -> Truth | Crossed:
        """What is true of the outcomes of a table by its groups, or of its rows by its columns."""
        if "columns" in entry:
            return self.crossed(entry, where)
        outcomes = {row: self.outcome(text, f"{where}, {row}") for row, text in entry["outcomes"].items()}
        groups = {row: self.product(text, where) for row, text in entry["groups"].items()}
        for name in (entry.get("effect"), entry.get("weight")):
            if name is not None:
                self.known(name, where)
        by_outcome = entry.get("rows") == "outcomes"
        return Truth(entry["table"], outcomes, groups, by_outcome, entry.get("effect"), entry.get("weight"))

    def crossed(self, entry: Mapping[str, Any], where: str) -> Crossed:
        """What is true of rows by columns; raises `SpecError` where a median is of no number, or a gap of no column."""
        median = self.drawn[self._known_name(entry["median"], where)] if "median" in entry else None
        if median is not None and not (isinstance(median.rule, Effects) and median.rule.link in NUMBERS):
            raise SpecError(f"{where}: the median is of a number with effects, not of `{entry['median']}`. Mend it.")
        if entry.get("weight"):
            self.known(entry["weight"], where)
        rows, columns = (
            {name: self.conditions(codes, f"{where}, {name}") for name, codes in entry[axis].items()}
            for axis in ("rows", "columns")
        )
        ways, of = (tuple(self.way(one, where) for one in entry.get(key, ())) for key in ("ways", "of"))
        among = self.conditions(entry.get("among", {}), where)
        pooled, gap = entry.get("pooled") == WAVE, tuple(entry.get("gap", ()))
        for name in set(gap) - set(columns):
            raise SpecError(f"{where}, gap: no column `{name}`; {nearest(name, list(columns))}. Mend its name.")
        return Crossed(entry["table"], ways, of, median, among, rows, columns, entry.get("weight"), pooled, gap)

    def _known_name(self, name: str, where: str) -> str:
        self.known(name, where)
        return name

    def way(self, entry: Mapping[str, Any], where: str) -> Way:
        """Names with the codes wanted of each, in the order of their draws."""
        found = []
        for name, codes in self.conditions(entry, where).items():
            draw = self.drawn[name]
            if draw is None or not draw.has_chance:
                raise SpecError(f"{where}: `{name}` has no shares or probability. Take names that are drawn with one.")
            found.append((name, draw, codes))
        order = list(self.drawn)
        return tuple(sorted(found, key=lambda part: order.index(part[0])))

    def outcome(self, text: str, where: str) -> tuple[Draw, Mapping[str, Any]]:
        """The draw that gives the names of `text`, and their codes."""
        wanted = dict(self.product(text, where).factors)
        draws = {id(self.drawn[name]): self.drawn[name] for name in wanted}
        (draw,) = draws.values() if len(draws) == 1 else (None,)
        if draw is None or None in wanted.values() or not draw.has_chance:
            raise SpecError(f"{where}: `{text}` is not NAME=CODE of one draw with shares or a probability. Mend it.")
        return draw, wanted
