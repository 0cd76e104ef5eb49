"""How many numbers leave, counted once: for the study's page of disclosure and for the output checker's pages."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mobility.render.numbers import CONFIDENTIAL, UNRELIABLE

if TYPE_CHECKING:
    import pandas as pd

IN_WORDS = (
    "Counted are the lines of the released files. A number is one with a value: an estimate and a standard error that "
    "has a line of its own are two, and what is repeated from print counts too. A line without one is held back, or it "
    "has none to tell: words, and what cannot be estimated."
)


@dataclass(frozen=True)
class Counts:
    """Lines of released cells: with a number, of these on a small base; held back; without one to tell."""

    numbers: int = 0
    small_base: int = 0
    held_back: int = 0
    without: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(one + two for one, two in zip(vars(self).values(), vars(other).values(), strict=True)))

    @property
    def lines(self) -> int:
        """All of them."""
        return self.numbers + self.held_back + self.without

    @property
    def all_held_back(self) -> bool:
        """Whether no number leaves, and at least one is held back."""
        return self.held_back > 0 and not self.numbers


NONE_COUNTED = Counts()


def counts_of(cells: "pd.DataFrame") -> Counts:
    """The counts of released cells, a line a number, with `value` and `flag`."""
    held, known = cells["flag"] == CONFIDENTIAL, cells["value"].notna()
    return Counts(
        numbers=int((known & ~held).sum()),
        small_base=int((known & (cells["flag"] == UNRELIABLE)).sum()),
        held_back=int(held.sum()),
        without=int((~known & ~held).sum()),
    )
