"""What the commands share: the parser, and the names that their examples use."""

import argparse
import sys
from collections.abc import Collection, Iterable, Sequence
from itertools import takewhile
from pathlib import Path
from typing import Any, NoReturn

from mobility.errors import EXIT_CODE, nearest

Commands = argparse._SubParsersAction

RELEASES = Path("releases")  # what `release` lays out and `serve` answers from
SOURCE, STUDY = "ukhls", "gatsby"  # that messages and helps take for an example, the source also by default
OPTION = "--"


class Parser(argparse.ArgumentParser):
    """A parser that names the nearest of a misspelt word, and whose other complaints end with what to type.

    after : words that go after its name in an example. What follows a command is judged by the parser of that command.
    """

    def __init__(self, *, after: str = "", **options: Any) -> None:
        super().__init__(**options)
        self.after = after

    def parse_known_args(self, args: Iterable[str] | None = None, namespace: Any = None) -> Any:
        """As `argparse`, but nothing may be unknown: an option that is none is named before one that is missing."""
        given = sys.argv[1:] if args is None else list(args)
        self._refuse_strange_options(given)
        found, rest = super().parse_known_args(given, namespace)
        if rest:
            self.error(f"unrecognized arguments: {' '.join(rest)}")
        return found, rest

    def _refuse_strange_options(self, given: Sequence[str]) -> None:
        """Refuse an option that is none, of a parser of commands before the command."""
        known = [name for action in self._actions for name in action.option_strings if name.startswith(OPTION)]
        own = takewhile(lambda word: word != OPTION and (self._subparsers is None or word.startswith(OPTION)), given)
        for name in (word.partition("=")[0] for word in own if word.startswith(OPTION)):
            if not any(option.startswith(name) for option in known):
                self._refuse("option", name, known)

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            what = action.option_strings[-1] if action.option_strings else str(action.metavar or action.dest)
            self._refuse(what, str(value), list(action.choices))

    def _refuse(self, what: str, given: str, allowed: Collection[str]) -> NoReturn:
        message = f"{self.prog}: no {what} `{given}`; {nearest(given, allowed)}. `{self.prog} --help` says all.\n"
        self.exit(EXIT_CODE, message)

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and what to type next; exit code 2."""
        typed = f"{self.prog} {self.after}".strip()
        self.exit(EXIT_CODE, f"{self.prog}: {message}. Type for example `{typed}`; `{self.prog} --help` says all.\n")


def is_absent(given: str) -> bool:
    """Whether there is no folder or file of that name; of one that may not be looked at, what reads it says why."""
    try:
        return not Path(given).expanduser().exists()
    except (PermissionError, RuntimeError):
        return False
