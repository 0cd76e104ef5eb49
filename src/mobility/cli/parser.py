"""What the commands share: the parser, and the names that their examples use."""

import argparse
from pathlib import Path
from typing import Any, NoReturn

from mobility.errors import EXIT_CODE

Commands = argparse._SubParsersAction

RELEASES = Path("releases")  # what `release` lays out and `serve` answers from
SOURCE, STUDY = "ukhls", "gatsby"  # that messages and helps take for an example, the source also by default


class Parser(argparse.ArgumentParser):
    """A parser whose complaints end with what to type: `after`, words that go after its name."""

    def __init__(self, *, after: str = "", **options: Any) -> None:
        super().__init__(**options)
        self.after = after

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
