"""Rounding in place of hiding: numbers of rows as multiples of a base, shares from these, and what they leave open.

A number `n` becomes the multiple below it or the one above, the upper with probability `(n mod base) / base`, so that
it is right on average. The very rows that are counted and a secret of whoever has the data (`secret.py`) decide the
draw: the same rows have the same number wherever and whenever they are shown, and nobody without the secret can make
the draw again. Whoever sees `r` knows that `r - base < n < r + base`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from math import erfc, sqrt
from typing import NamedTuple

import numpy as np
import pandas as pd

from mobility.cells import NOT_ESTIMABLE, ROUNDED
from mobility.disclosure.links import Rows
from mobility.disclosure.numbers import Number, Table, Told
from mobility.disclosure.views import View, classes_of
from mobility.disclosure.words import without_small
from mobility.intake.losses import ROUNDED_TO
from mobility.uncertainty import normal_interval, share_interval, stars_of

TABLES = ("share", "proportion", "count", "change", "comparison")  # whose numbers are counts and shares of rows
NO_BASE = ": its base is 0"  # ends the note of a cell, whether nobody is in its base or few are
DESIGN = 1  # decimals of the ratio of an error's square to that of a simple random sample, from which it is made again
ENOUGH = 30  # persons on both sides of a share of which that ratio tells nothing about few
Z_OF_TWO = sqrt(2)
DRAW_BYTES = 8


@dataclass(frozen=True)
class Rounder:
    """Rounding to multiples of `base`. key : the secret that decides which way, 32 bytes (`secret.py`)."""

    base: int
    key: bytes = field(repr=False)

    def draw(self, mark: int) -> float:
        """A number of 0 to 1 for the rows with a mark (`View.mark`), which nobody can tell without the key."""
        drawn = blake2b(int(mark).to_bytes(DRAW_BYTES, "big"), key=self.key, digest_size=DRAW_BYTES).digest()
        return int.from_bytes(drawn, "big") / 2 ** (8 * DRAW_BYTES)


class Part(NamedTuple):
    """A number of rows: n, their weight, and its draw, 0 to 1."""

    n: int
    weight: float
    draw: float


class Share(NamedTuple):
    """A rounded share: the numbers of rows in it and of its base, and the share; NaN where that has no base."""

    n: float
    base: float
    value: float
    exact: float
    size: int


def rounds(table: Table) -> bool:
    """Whether the numbers of a table can be rounded: counts and shares of rows, and differences of these."""
    return table.counts and table.spec.statistic.name in TABLES


def to_base(n: float, draw: float, base: int) -> float:
    """A number rounded down or up to a multiple of `base`, up where the draw is below what is left over."""
    low = np.floor(n / base + 1e-12) * base
    return float(low + base * (draw < (n - low) / base - 1e-12))


def rounded_cells(table: Table, rounder: Rounder) -> pd.DataFrame:
    """The cells of a table from rounded numbers; persons are not told.

    Errors are those of a simple random sample of the rounded numbers, times the root of the design's effect on them to
    decimal; intervals are made from these. The effect is the cell's own where many persons are on both sides of its
    shares, else the median of those of its table, and 1 where it has none. A share whose base is rounded to 0 has no
    value, and says the same as one whose base is 0. Other cells without a value do not tell their numbers.
    """
    parts, lines = _Parts(table, rounder), [cell for _, cell in table.cells.iterrows()]
    shares = [[parts.share(pair, told) for pair in told.within] for told in table.told]
    effects = [parts.effect(own, float(cell["std_error"])) for own, cell in zip(shares, lines, strict=True)]
    known = [effect for effect in effects if effect is not None]
    usual = float(np.median(known)) if known else 1.0
    found = []
    for cell, told, own, effect in zip(lines, table.told, shares, effects, strict=True):
        made = _cell(parts, told, cell, own, usual if effect is None else effect)
        found.append(cell.to_dict() | {"persons": pd.NA, "note": f"{ROUNDED}{rounder.base}", **made})
    cells = pd.DataFrame(found, columns=list(table.cells)).set_index(table.cells.index)
    cells[["n", "base", "persons"]] = cells[["n", "base", "persons"]].apply(pd.to_numeric).astype("Int64")
    return cells


@dataclass(eq=False)
class _Parts:
    """Numbers of rows of a table, each counted once."""

    table: Table
    rounder: Rounder
    views: dict[frozenset, View] = field(default_factory=dict)
    weights: dict[frozenset, np.ndarray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        table = self.table
        frame = pd.DataFrame() if table.frame is None else table.frame
        self.rows = Rows(table.frame_name, frame, table.unit, table.spec.frame)
        self.rows.classes = classes_of(self.rows, table.told)
        self.kept = self.rows.kept(table.sample, table.weight)

    @property
    def base(self) -> int:
        """Of what its rounded numbers are multiples."""
        return self.rounder.base

    def of(self, number: Number, told: Told) -> Part:
        """A number of rows."""
        if told.tokens not in self.views:
            view = View(self.rows, self.kept, tuple(sorted(told.tokens)))
            heavy = self.rows.frame[self.table.weight].to_numpy("float64")[self.kept] if self.table.weight else None
            self.views[told.tokens] = view
            self.weights[told.tokens] = np.bincount(view.atoms, weights=heavy, minlength=view.size)
        view = self.views[told.tokens]
        mask = view.mask(number.where)
        weight = float(self.weights[told.tokens][mask].sum())
        return Part(int(view.counts[mask].sum()), weight, self.rounder.draw(view.mark(mask)))

    def share(self, pair: tuple[Number, Number], told: Told) -> Share:
        """A share from rounded numbers: of a weighted one the weighted number is rounded.

        That is nothing where the number of rows is shown as 0, and all where it is shown as the whole base: else it
        would tell that somebody is in the share, or outside it.
        """
        own, whole = (self.of(number, told) for number in pair)
        n, size = to_base(own.n, own.draw, self.base), to_base(whole.n, whole.draw, self.base)
        exact = own.weight / whole.weight if whole.weight else np.nan
        heavy = to_base(exact * whole.n, own.draw, self.base) if whole.weight else np.nan
        if whole.weight and n in (0, size):
            heavy = n
        return Share(n, size, min(heavy / size, 1.0) if size else np.nan, exact, whole.n)

    def effect(self, shares: Sequence[Share], error: float) -> float | None:
        """The design's effect on an error, to one decimal; None where it could tell of few persons, or there is none.

        That of n persons who are asked once is `n / (n - 1)`, and that of few who are asked often tells how often. That
        there is none, or an error of 0, tells that nobody is in a share, or one person.
        """
        least = max(ENOUGH, self.base) * self.rows.most + 2 * self.base  # both numbers are rounded
        if not shares or np.isnan(error) or any(min(one.n, one.base - one.n) < least for one in shares):
            return None
        simple = sum(one.exact * (1 - one.exact) / one.size for one in shares)
        return round(error**2 / simple, DESIGN) if simple > 0 else None


def _cell(parts: _Parts, told: Told, cell: Mapping, shares: Sequence[Share], effect: float) -> dict:
    """What a cell says from its rounded numbers, if it is of any."""
    if told.own is None and not shares:
        return {"note": cell["note"]}
    if pd.notna(cell["value"]) or any(one.size == 0 for one in shares):
        make = MAKERS["difference" if told.own is None else parts.table.spec.statistic.name]
        return make(parts, told, shares, effect)
    return {"n": pd.NA, "base": pd.NA, "note": cell["note"]}


def _share(parts: _Parts, told: Told, shares: Sequence[Share], effect: float) -> dict:
    (share,) = shares
    if np.isnan(share.value):
        return _none(share, parts.base)
    value, size = share.value, int(share.base)
    error = float(np.sqrt(effect * value * (1 - value) / size))
    low, high = share_interval(value, error, size, size)
    return {"value": value, "std_error": error, "ci_low": low, "ci_high": high, "n": share.n, "base": size}


def _none(share: Share, base: int) -> dict:
    blank = dict.fromkeys(("value", "std_error", "ci_low", "ci_high"), np.nan)
    return blank | {"n": share.n, "base": share.base, "flag": NOT_ESTIMABLE, "note": f"{ROUNDED}{base}{NO_BASE}"}


def _count(parts: _Parts, told: Told, shares: Sequence[Share], effect: float) -> dict:
    own = parts.of(told.numbers[0], told)
    n = to_base(own.n, own.draw, parts.base)
    return {"value": n, "n": n, "base": pd.NA}


def _difference(parts: _Parts, told: Told, shares: Sequence[Share], effect: float) -> dict:
    before, after = shares
    if np.isnan(before.value + after.value):
        return _none(after, parts.base)
    value = after.value - before.value
    error = float(np.sqrt(effect * sum(one.value * (1 - one.value) / one.base for one in shares)))
    low, high = normal_interval(value, error)
    found = {"value": value, "std_error": error, "ci_low": low, "ci_high": high, "n": after.n, "base": after.base}
    if parts.table.spec.statistic.name == "comparison":
        p_value = erfc(abs(value) / error / Z_OF_TWO) if error > 0 else np.nan
        both = {"n": before.n + after.n, "base": before.base + after.base}
        return found | both | {"stars": stars_of(p_value)}
    return found


MAKERS: Mapping[str, Callable[[_Parts, Told, Sequence[Share], float], dict]] = {
    "share": _share,
    "proportion": _share,
    "comparison": _share,
    "count": _count,
    "change": _difference,
    "difference": _difference,
}


def rounded_losses(losses: pd.DataFrame, base: int, threshold: int) -> pd.DataFrame:
    """Losses whose numbers are rounded down to a multiple of `base`, and what a step drops the difference of these.

    A number that is shown as `r` is one of the `base` numbers from `r` on, and each line says so (`rounded_to`). Small
    numbers in words are `fewer than` the threshold. losses : as they may leave exactly. Beside the exact numbers of a
    fit rounding leaves less open than the base: of 2,008 rows and a fit of 1,994 the steps between are told together.
    """
    found = losses.assign(**{ROUNDED_TO: base})
    for name in ("rows_in", "rows_out", "persons_out"):
        if name in found:
            found[name] = found[name] // base * base
    same = losses["rows_in"] - losses["rows_dropped"] == losses["rows_out"]
    found["rows_dropped"] = (found["rows_in"] - found["rows_out"]).where(same, losses["rows_dropped"])
    found["reason"] = [without_small(str(reason), threshold) for reason in found["reason"]]
    return found
