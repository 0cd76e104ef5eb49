"""What a user can get wrong, one class a kind of mistake; all are shown without a traceback, with exit code 2."""

import re
from collections.abc import Collection, Sequence
from itertools import takewhile

EXIT_CODE = 2
NO_PATTERN = (re.error, OverflowError)  # what `re.compile` raises of a text that is no regular expression


class MobilityError(Exception):
    """A mistake that the user can mend. The message says what, where, what is allowed and the next command."""


class ConfigError(MobilityError):
    """`config.yaml` or a profile asks for something that does not exist."""


class SpecError(MobilityError):
    """A register or a spec file of a source or a study is not as its schema says."""


class DataError(MobilityError):
    """A frame between two stages does not have the columns or values that the stage needs."""


class CatalogueDrift(MobilityError):
    """The panel's variables are no longer those of the committed catalogue."""


class RenderError(MobilityError):
    """A page, workbook or figure cannot be made from the released cells."""


class RunError(MobilityError):
    """A run cannot begin here: another one is at work, or the folder cannot be written into."""


class PackageError(MobilityError):
    """What is to be handed on may not leave, or is not what the last run made."""


class DeliveryError(MobilityError):
    """Problems of a delivery of data, all of them listed at once.

    Parameters
    ----------
    problems : one message a problem, each naming file, wave and column.
    where : the folder that was looked at.
    next_command : what to type once they are mended.
    """

    def __init__(
        self, problems: Sequence[str], where: str = "the delivery", next_command: str = "mobility check"
    ) -> None:
        self.problems = tuple(problems)
        count = "1 problem" if len(self.problems) == 1 else f"{len(self.problems)} problems"
        lines = [f"{count} in {where}:", *(f"  - {problem}" for problem in self.problems)]
        super().__init__("\n".join([*lines, f"Mend them, then run `{next_command}`."]))


LONGEST = 100  # letters of a word that are compared
LONG_LIST = 12  # names; longer lists are not searched by eye


def spelt_like(word: str, allowed: Collection[str], count: int = 3) -> list[str]:
    """`word`'s closest neighbours in `allowed`, whatever the case.

    Of several that are as like it, one of the same letters in another order comes first (4135 for 4153), then one that
    begins in the same way.
    """
    from difflib import SequenceMatcher, get_close_matches

    by_lower = {str(name).lower(): str(name) for name in allowed}
    own = str(word)[:LONGEST].lower()

    def likeness(name: str) -> tuple[float, bool, int]:
        same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(name, own, strict=False)))
        return SequenceMatcher(None, name, own).ratio(), sorted(name) == sorted(own), same

    close = get_close_matches(own, list(by_lower), n=max(len(by_lower), 1), cutoff=0.6)
    return [by_lower[name] for name in sorted(close, key=likeness, reverse=True)[:count]]


def nearest(word: str, allowed: Collection[str], count: int = 3) -> str:
    """`word`'s closest neighbours in `allowed`, or those that hold it, as the end of a message; all where none does."""
    names = [str(name) for name in allowed]
    close = spelt_like(word, names, count)
    if not close and word and len(names) > LONG_LIST:
        close = [name for name in names if str(word) in name][: 2 * count]
    if close:
        return "nearest: " + ", ".join(close)
    return "allowed: " + ", ".join(sorted(str(name) for name in allowed))
