"""The classes of data access, from the loosest to the strictest, each with the least threshold that it allows."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class AccessClass:
    """A class of data access.

    minimum : the least number of distinct persons that `disclosure.threshold` of config.yaml may name for it.
    title : what the archives call it.
    """

    name: str
    minimum: int
    title: str


CLASSES = (
    AccessClass("open", 0, "open data"),
    AccessClass("safeguarded", 3, "end-user licence, or registration"),
    AccessClass("special", 10, "special licence"),
    AccessClass("secure", 10, "secure access: data that never leave a secure lab"),
)
ACCESS = tuple(each.name for each in CLASSES)
MINIMUM = {each.name: each.minimum for each in CLASSES}
STRICTEST = ACCESS[-1]


def strictest(classes: Iterable[str]) -> str:
    """The strictest of some classes; that of a run which reads data of all of them."""
    return max(classes, key=ACCESS.index)
