"""How values are drawn: shares of categories, numbers, effects on an outcome, households.

A rule draws values for `count` rows of `data`, the values drawn so far by harmonised name. One of categories also says
their probability in each row, from which the truth follows.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from mobility.errors import SpecError
from mobility.synthetic.effects import logistic

Data = Mapping[str, np.ndarray]
NUMBERS = ("normal", "lognormal")
BINARY = ("probit", "logit", "linear")
ROUNDING = 1e-9  # by which a share times a size may fall short of the whole number that is meant
EVERYONE = "everyone"  # of whom a quota is, where not of those asked


def holds(conditions: Mapping[str, tuple[Any, ...]], data: Data, count: int) -> np.ndarray:
    """(count,) whether each name holds one of its codes."""
    found = np.ones(count, dtype=bool)
    for name, codes in conditions.items():
        found &= pd.Series(data[name], dtype=data[name].dtype).isin(codes).to_numpy()
    return found


def whole_numbers(shares: np.ndarray, size: int) -> np.ndarray:
    """Numbers that add to `size`, each within 1 of its share of it: the largest remainders are rounded up."""
    exact = shares * size
    numbers = np.floor(exact + ROUNDING).astype(int)
    largest = np.argsort(numbers - exact, kind="stable")
    numbers[largest[: size - numbers.sum()]] += 1
    return numbers


@dataclass(frozen=True, eq=False)
class Groups:
    """Rows of a table by the values of `by`: `keys` holds one tuple a group, a single empty one without `by`."""

    by: tuple[str, ...]
    keys: tuple[tuple[Any, ...], ...]
    where: str

    def __post_init__(self) -> None:
        if len(set(self.keys)) < len(self.keys):
            twice = next(key for key in self.keys if self.keys.count(key) > 1)
            raise SpecError(f"{self.where}: {' '.join(map(str, twice))} stands twice. Keep one.")

    def places(self, data: Data, count: int, strict: bool = True) -> np.ndarray:
        """(count,) which group each row is in; `SpecError` on a row that is in none, or -1 where not `strict`."""
        if not self.by:
            return np.zeros(count, dtype=int)
        places = self._index.get_indexer(self._combined([data[name] for name in self.by]))
        if strict and (places < 0).any():
            row = int(np.argmax(places < 0))
            lost = ", ".join(f"{name} {data[name][row]}" for name in self.by)
            given = "; ".join(" ".join(map(str, key)) for key in self.keys[:5])
            raise SpecError(
                f"{self.where}: nothing for {lost}. Given ({' '.join(self.by)}): {given}"
                f"{' ...' if len(self.keys) > 5 else ''}. Add that group, or name whom the draw is `asked` of."
            )
        return places

    @cached_property
    def _values(self) -> list[pd.Index]:
        """The values of each column of `by` that any group has."""
        return [_index(_array([key[at] for key in self.keys])).unique() for at in range(len(self.by))]

    @cached_property
    def _index(self) -> pd.Index:
        return pd.Index(self._combined([_array([key[at] for key in self.keys]) for at in range(len(self.by))]))

    def _combined(self, columns: Sequence[np.ndarray]) -> np.ndarray:
        """A number for the values of each row, by their places among the few of their columns: 0 for any other."""
        codes = [values.get_indexer(_index(column)) + 1 for values, column in zip(self._values, columns, strict=True)]
        return np.ravel_multi_index(codes, [len(values) + 1 for values in self._values])


@dataclass(frozen=True, eq=False)
class Shares:
    """Categories by group: `cells` are combinations of codes of `names`, `shares` groups x cells with rows of sum 1.

    quota : `asked` or `everyone`, among whom in a group the shares are met exactly and not on average only; of
    everyone, asked or not, the last cell is the rest, and a cell is smaller where too few are asked. Empty: by chance.
    """

    names: tuple[str, ...]
    groups: Groups
    cells: tuple[tuple[Any, ...], ...]
    shares: np.ndarray
    quota: str = ""

    @property
    def rests_on(self) -> set[str]:
        """Names that its values hang on."""
        return {*self.groups.by}

    def draw(self, data: Data, count: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
        """Cells with the shares of each row's group, each row by itself."""
        places, u = self.groups.places(data, count), rng.random(count)
        chosen = np.empty(count, dtype=int)
        for place, rows in _by_place(places):
            chosen[rows] = np.searchsorted(np.cumsum(self.shares[place])[:-1], u[rows], side="right")
        return self._named(chosen)

    def fill(self, data: Data, count: int, sizes: np.ndarray, rng: np.random.Generator) -> dict[str, np.ndarray]:
        """Cells that have the shares of each group of `sizes` rows exactly, dealt out among its rows at random."""
        places = self.groups.places(data, count)
        chosen = np.empty(count, dtype=int)
        for place, rows in _by_place(places):
            wanted = whole_numbers(self.shares[place], int(sizes[place]))
            edges = np.minimum(np.cumsum(wanted)[:-1], len(rows))
            chosen[rng.permutation(rows)] = np.searchsorted(edges, np.arange(len(rows)), side="right")
        return self._named(chosen)

    def _named(self, chosen: np.ndarray) -> dict[str, np.ndarray]:
        return {name: _array([cell[at] for cell in self.cells])[chosen] for at, name in enumerate(self.names)}

    def probability(self, data: Data, count: int, wanted: Mapping[str, Any]) -> np.ndarray:
        """Sum of the shares of the cells that hold the codes, in each row's group."""
        hit = [all(cell[self.names.index(name)] == code for name, code in wanted.items()) for cell in self.cells]
        return (self.shares @ np.array(hit, dtype=float))[self.groups.places(data, count)]


def _by_place(places: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """Each place that there is, with its rows."""
    order = np.argsort(places.astype(np.int16) if places.max(initial=0) < 2**15 else places, kind="stable")
    ends = np.cumsum(np.bincount(places))
    for place, rows in enumerate(np.split(order, ends[:-1])):
        if len(rows):
            yield place, rows


@dataclass(frozen=True, eq=False)
class Numbers:
    """One number for everyone in a group.

    name : of the column. groups : of rows. numbers : one a group.
    """

    name: str
    groups: Groups
    numbers: np.ndarray

    @property
    def rests_on(self) -> set[str]:
        """Names that its values hang on."""
        return {*self.groups.by}

    def draw(self, data: Data, count: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
        """The number of each row's group; nothing is random."""
        return {self.name: self.numbers[self.groups.places(data, count)]}


@dataclass(frozen=True)
class Product:
    """A product of factors: (name, code) is 1 where the name holds the code, (name, None) its number."""

    factors: tuple[tuple[str, Any], ...]

    def of(self, data: Data, count: int) -> np.ndarray:
        """(count,) values; 1 without factors."""
        value = np.ones(count)
        for name, code in self.factors:
            value = value * (data[name].astype(float) if code is None else data[name] == code)
        return value


@dataclass(frozen=True, eq=False)
class Effects:
    """An outcome by a linear index of `terms`: one of two codes with the probability of the link, or a number.

    `codes`: (failure, success) of a binary link. Numbers are index + sd e, or exp of it for `lognormal`, e normal.
    """

    name: str
    link: str
    terms: Mapping[str, tuple[Product, float]]
    codes: tuple[Any, Any]
    sd: float
    where: str

    @property
    def rests_on(self) -> set[str]:
        """Names that its values hang on."""
        return {name for product, _ in self.terms.values() for name, _ in product.factors}

    def index(self, data: Data, count: int) -> np.ndarray:
        """(count,) sum of the effects."""
        return sum((effect * term.of(data, count) for term, effect in self.terms.values()), np.zeros(count))

    def success(self, data: Data, count: int) -> np.ndarray:
        """(count,) probability of the second code; raises `SpecError` on a linear one outside 0 to 1."""
        chance = _probability(self.index(data, count), self.link)
        if len(chance) and not (chance.min() >= 0 and chance.max() <= 1):
            rows = int(((chance < 0) | (chance > 1)).sum())
            raise SpecError(
                f"{self.where}: probabilities from {chance.min():.3g} to {chance.max():.3g} in {count} rows, {rows} of "
                "them outside 0 to 1. Make the effects smaller, or take logit or probit."
            )
        return chance

    def draw(self, data: Data, count: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
        """Outcomes of each row."""
        if self.link in NUMBERS:
            values = self.index(data, count) + self.sd * rng.standard_normal(count)
            return {self.name: np.exp(values) if self.link == "lognormal" else values}
        return {self.name: _array(self.codes)[(rng.random(count) < self.success(data, count)).astype(int)]}

    def probability(self, data: Data, count: int, wanted: Mapping[str, Any]) -> np.ndarray:
        """That of the code wanted."""
        chance = self.success(data, count)
        return {self.codes[0]: 1 - chance, self.codes[1]: chance}.get(wanted[self.name], np.zeros(count))


@dataclass(frozen=True, eq=False)
class Households:
    """Runs of rows of one wave: the household's number, counted over all waves, and that of the person within it.

    names : of the two columns. sizes, shares : persons in a household, and how often. where : as messages name the
    draw.
    """

    names: tuple[str, ...]
    sizes: np.ndarray
    shares: np.ndarray
    where: str

    @property
    def rests_on(self) -> set[str]:
        """Names that its values hang on."""
        return {"wave"}

    def draw(self, data: Data, count: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
        """Households of sizes drawn with the shares; the last one of a wave is cut where its rows end."""
        numbers, members, first = [], [], 1
        _, starts = np.unique(data["wave"], return_index=True)
        starts = np.sort(starts)
        for rows in np.diff([*starts, count]):
            size = rng.choice(self.sizes, size=rows, p=self.shares)
            size = size[: int(np.searchsorted(np.cumsum(size), rows)) + 1]
            run = np.repeat(np.arange(len(size)), size)[:rows]
            numbers.append(first + run)
            members.append(np.arange(rows) - np.repeat(np.cumsum(size) - size, size)[:rows] + 1)
            first += len(size)
        drawn = (np.concatenate(numbers), np.concatenate(members))
        return dict(zip(self.names, drawn, strict=False))


Rule = Shares | Numbers | Effects | Households


@dataclass(frozen=True, eq=False)
class Draw:
    """A rule, whom it is put to, and how its values are written.

    once : identifier within which all rows get the value of the first. asked : codes that each of these names must
    hold. otherwise : what the others get. total : sum of a number in each wave. decimals : of a number.
    """

    names: tuple[str, ...]
    rule: Rule
    once: str | None = None
    asked: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    otherwise: Any = None
    total: float | None = None
    decimals: int | None = None

    def draw(self, data: Data, count: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
        """(count,) values of each of the names."""
        found, first, back = self._units(data, count)
        if not len(first):
            return {name: np.full(count, self.otherwise) for name in self.names}
        drawn = {name: values[back] for name, values in self._of_units(found, len(first), data, count, rng).items()}
        return {name: self._written(values, data, count) for name, values in drawn.items()}

    @property
    def rests_on(self) -> set[str]:
        """Names that its values, or to whom it is put, hang on."""
        return {*self.asked, *self.rule.rests_on}

    @property
    def has_chance(self) -> bool:
        """Whether its values are categories with a probability."""
        return isinstance(self.rule, Shares) or (isinstance(self.rule, Effects) and self.rule.link in BINARY)

    def _of_units(
        self, units: Data, size: int, data: Data, count: int, rng: np.random.Generator
    ) -> dict[str, np.ndarray]:
        """(size,) values of those who get one of their own: by chance, or by the quota of their group."""
        if not (isinstance(self.rule, Shares) and self.rule.quota):
            return self.rule.draw(units, size, rng)
        base, number = (data, count) if self.rule.quota == EVERYONE else (units, size)
        groups = self.rule.groups
        sizes = np.bincount(groups.places(base, number, strict=False) + 1, minlength=len(groups.keys) + 1)[1:]
        return self.rule.fill(units, size, sizes, rng)

    def _units(self, data: Data, count: int) -> tuple[Data, np.ndarray, np.ndarray]:
        """What its values hang on of those who get one of their own, their rows, and whose each of the rows takes."""
        rows = np.flatnonzero(self.put_to(data, count))
        first = back = np.arange(len(rows))
        if self.once is not None:
            _, first, back = np.unique(data[self.once][rows], return_index=True, return_inverse=True)
        spread = np.zeros(count, dtype=int)
        spread[rows] = back
        return {name: data[name][rows[first]] for name in self.rule.rests_on}, first, spread

    def _written(self, values: np.ndarray, data: Data, count: int) -> np.ndarray:
        asked = self.put_to(data, count)
        if self.total is not None:
            _, wave = np.unique(data["wave"], return_inverse=True)
            values = values * (self.total / np.bincount(wave, values * asked))[wave]
        if self.decimals is not None:
            values = np.round(values, self.decimals)
            values = values.astype(np.int64) if self.decimals == 0 else values
        return values if asked.all() else np.where(asked, values, self.otherwise)

    def put_to(self, data: Data, count: int) -> np.ndarray:
        """(count,) whether the row gets a value of the rule."""
        return holds(self.asked, data, count)

    def probability(self, data: Data, count: int, wanted: Mapping[str, Any]) -> np.ndarray:
        """(count,) probability of the codes, 0 where the draw is not put to the row, of a draw that `has_chance`."""
        assert isinstance(self.rule, Shares | Effects), "only a draw that `has_chance` has probabilities"
        found, first, back = self._units(data, count)
        if not len(first):
            return np.zeros(count)
        return self.rule.probability(found, len(first), wanted)[back] * self.put_to(data, count)


def _probability(index: np.ndarray, link: str) -> np.ndarray:
    """Of a linear index, by functions that are not those of the models which are to find it again."""
    if link == "probit":
        from scipy.special import ndtr

        return ndtr(index)
    return logistic(index) if link == "logit" else index


def _index(values: np.ndarray) -> pd.Index:
    """An index of the same kind, where pandas would look through objects and copy those that are all text."""
    return pd.Index(values, dtype=values.dtype)


def _array(codes: Sequence[Any]) -> np.ndarray:
    """Codes as an array: of whole numbers, of numbers, or of objects."""
    kinds = {type(code) for code in codes}
    return np.array(codes, dtype=object if str in kinds else None)
