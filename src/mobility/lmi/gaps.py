"""Gaps in printed tables of occupations by place, filled and then made to agree with the printed totals (C.8.2, C.8.3).

A place is a state, a region or an industry; a part an occupation, which belongs to one group of occupations.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from mobility.models.raking import Axes, Raked, Target, rake


@dataclass(frozen=True, eq=False)
class Book:
    """What is printed of one measure, NaN where nothing is.

    of : k places in `groups` of the group of each part. parts, by_group : places x k parts, places x groups.
    whole, whole_group : of all places together, k and groups. by_place : places, over all parts; everything : the one
    number over all.
    places, names, groups : labels of the places, the parts and the groups.
    """

    places: tuple[str, ...]
    names: tuple[str, ...]
    groups: tuple[str, ...]
    of: np.ndarray
    parts: np.ndarray
    by_group: np.ndarray
    whole: np.ndarray
    whole_group: np.ndarray
    by_place: np.ndarray
    everything: float

    def hide(self, share: float, seed: int) -> tuple["Book", np.ndarray]:
        """The book without a share of the printed cells of parts, drawn with a seed, and which these are."""
        drawn = np.random.default_rng(seed).random(self.parts.shape) < share
        hidden = drawn & np.isfinite(self.parts)
        return replace(self, parts=np.where(hidden, np.nan, self.parts)), hidden

    def filled(self, made: np.ndarray) -> np.ndarray:
        """The printed cells, and where none is the numbers `made`."""
        return np.where(np.isnan(self.parts), made, self.parts)

    def times(self, other: "Book") -> "Book":
        """The product of two measures with the same cells: jobs times mean pay are bills."""
        return replace(
            self,
            parts=self.parts * other.parts,
            by_group=self.by_group * other.by_group,
            whole=self.whole * other.whole,
            whole_group=self.whole_group * other.whole_group,
            by_place=self.by_place * other.by_place,
            everything=self.everything * other.everything,
        )

    def without_gaps(self) -> "Book":
        """The same with 0 for parts that have no number in the whole: they are no target of raking."""
        return replace(self, whole=np.nan_to_num(self.whole))


def _share(book: Book) -> np.ndarray:
    """The group's jobs in the place, shared out as in the whole."""
    return np.asarray(book.by_group[:, book.of] * (book.whole / book.whole_group[book.of]))


def _remainder(book: Book) -> np.ndarray:
    """What the printed places leave of the whole, over the places without a number by their jobs in the group."""
    left = np.maximum(book.whole - np.nansum(book.parts, axis=0), 0)
    size = np.where(np.isnan(book.parts), book.by_group[:, book.of], 0)
    total = size.sum(axis=0)
    return np.asarray(left * np.divide(size, total, out=np.zeros(size.shape), where=total > 0))


def _c_8_3(book: Book) -> np.ndarray:
    """w_k w_r / w."""
    return np.asarray(book.whole * (book.by_place / book.everything)[:, None])


def _group(book: Book) -> np.ndarray:
    """w_k w_gr / w_g, g the group of the part."""
    return np.asarray(book.whole * book.by_group[:, book.of] / book.whole_group[book.of])


# From a book to a number for every cell of its parts, printed or not; the first is the published one.
JOBS: Mapping[str, Callable[[Book], np.ndarray]] = {"share": _share, "remainder": _remainder}
PAY: Mapping[str, Callable[[Book], np.ndarray]] = {"c_8_3": _c_8_3, "group": _group}


def raked(values: np.ndarray, book: Book) -> Raked:
    """Cells of parts raked to the printed totals of groups by place and of parts in the whole.

    The totals by place are scaled to those in the whole, group by group (consistency scaling 4a, 4b of C.8.3), since
    rounding makes them differ.

    Parameters
    ----------
    values : places x parts, at least 0, without gaps.

    Returns
    -------
    Raked array place x group x part, 0 where the part is of another group; sums over groups are the parts.

    Raises
    ------
    DataError
        As `models.raking.rake`.
    """
    k = len(book.names)
    x = np.zeros((len(book.places), len(book.groups), k))
    x[:, book.of, np.arange(k)] = values
    whole = np.bincount(book.of, weights=book.whole, minlength=len(book.groups))
    sums = book.by_group.sum(axis=0)
    scale = np.divide(whole, sums, out=np.ones(len(whole)), where=sums > 0)
    labels = {"place": book.places, "group": book.groups, "part": book.names}
    targets = [
        Target("groups by place", ("place", "group"), book.by_group * scale),
        Target("parts in the whole", ("part",), book.whole),
    ]
    return rake(x, Axes(("place", "group", "part"), labels), targets)
