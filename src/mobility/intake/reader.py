"""The contract of reading: what is wanted of a source, what comes of it, and what every reader can be asked."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from mobility.intake.check import CheckReport
from mobility.settings import Study
from mobility.settings.study import Data


@dataclass(frozen=True)
class Request:
    """What is to be read.

    root : the project's folder. source : a folder of sources/. place : under this name the results lie.
    folders : of the delivery. waves : in the order of the register. required, optional : harmonised names.
    rows : the file whose rows are wanted, empty for the source's main file. code : a fingerprint of the code that
    reads, under which a reader may keep what it reads of each file; empty: nothing is kept.
    mapping, data : of a source that is a study's own file: its mapping, and label, access and citation.
    """

    root: Path
    source: str
    place: str
    folders: tuple[str, ...] = ()
    waves: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    mapping: Path = Path()
    data: Data = field(default_factory=Data)
    rows: str = ""
    code: str = ""

    @property
    def title(self) -> str:
        """What is read, in words: `waves a to h`, or `file`."""
        return f"waves {self.waves[0]} to {self.waves[-1]}" if self.waves else "file"


@dataclass(frozen=True)
class Delivery:
    """What was read.

    panel : one frame, in the form of the kind of source. losses : a chain of rows (columns of `intake.losses`).
    report : what was found, a row a file, wave or variable. provenance : the record of `intake.provenance`.
    """

    panel: pd.DataFrame
    losses: pd.DataFrame
    report: pd.DataFrame
    provenance: Mapping[str, Any]


@dataclass(frozen=True)
class Reader:
    """Who reads one kind of source.

    read : raises `DeliveryError` with everything that is wrong. check : says it in a report, with what each of the
    studies would lose. files : of the user's, those on whose content the reading depends. held : how many files of a
    folder are the source's. names : harmonised names that it has. describe : lines on some of them, for `explain`.
    """

    read: Callable[[Request], Delivery]
    check: Callable[[Request, Sequence[Study]], CheckReport]
    files: Callable[[Request], list[str]]
    held: Callable[[Request], int]
    names: Callable[[Request], Collection[str]]
    describe: Callable[[Request, Sequence[str]], list[str]]
