"""The folders of `sources/`: their kind, and their waves by whatever names and in whatever order they declare."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from mobility.errors import ConfigError, SpecError, nearest
from mobility.storage import read_mapping, read_rows

KIND = "panel"  # of a source that names none
WAVE = re.compile(r"\w+")
RANGE = re.compile(r"(\w+)(?:-(\w+))?")


@dataclass(frozen=True)
class Waves:
    """The waves of a source in the order of the rows of its `waves.csv`: letters, years, quarters, anything named.

    names : column `wave`. path : the register, for messages. example : waves that a message may propose.
    """

    names: tuple[str, ...]
    path: Path
    example: str

    def parse(self, text: str | int, where: str) -> tuple[str, ...]:
        """Waves of an expression such as `a-e,g`, `2014,2016-2018` or `2014Q3-2015Q2`, each once, in their order.

        Raises `ConfigError` on any other text, on waves that the register lacks and on a range that runs backwards.
        """
        ranges = [RANGE.fullmatch(part) for part in str(text).replace(" ", "").split(",")]
        if None in ranges:
            raise ConfigError(f"{where}: `{text}` is not a list of waves. Write for example {self.example}.")
        ends = [(match[1], match[2] or match[1]) for match in ranges if match]
        self.fail_if_unknown([wave for pair in ends for wave in pair], where)
        chosen: set[str] = set()
        for first, last in ends:
            low, high = self.names.index(first), self.names.index(last)
            if low > high:
                raise ConfigError(f"{where}: the range `{first}-{last}` runs backwards. Write {last}-{first}.")
            chosen.update(self.names[low : high + 1])
        return tuple(wave for wave in self.names if wave in chosen)

    def fail_if_unknown(self, waves: Sequence[str], where: str) -> None:
        """Raise `ConfigError` on waves that the register lacks, with the nearest."""
        unknown = list(dict.fromkeys(wave for wave in waves if wave not in self.names))
        if unknown:
            near = nearest(unknown[0], self.names)
            hint = f"; {near}" if near.startswith("nearest") else ""
            raise ConfigError(
                f"{where}: no wave {', '.join(unknown)} in {self.path}, which has {self.names[0]}-{self.names[-1]}"
                f"{hint}. Write for example {self.example}, or add the wave's row to the register."
            )

    def text(self, waves: Sequence[str]) -> str:
        """The expression of waves, shortest: `a-c,e`; the inverse of `parse`."""
        runs: list[list[str]] = []
        for wave in waves:
            if runs and self.runs([runs[-1][-1], wave]):
                runs[-1].append(wave)
            else:
                runs.append([wave])
        return ",".join(run[0] if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)

    def runs(self, waves: Sequence[str]) -> bool:
        """Whether waves follow each other in the register without a gap."""
        places = [self.names.index(wave) for wave in waves]
        return places == list(range(places[0], places[0] + len(places)))


def source_names(root: Path) -> list[str]:
    """Folders of `sources/` that hold a register."""
    return sorted(path.parent.name for path in (root / "sources").glob("*/source.yaml"))


def owner_of(root: Path, delivery: str) -> str:
    """The source that an invented delivery is read by, which has its name or says that it stands in for it."""
    names = source_names(root)
    owners = (name for name in names if delivery in source_spec(root, name).get("invented", {}).values())
    return delivery if delivery in names else next(owners, delivery)


def source_spec(root: Path, source: str) -> Mapping[str, Any]:
    """`source.yaml` of a source; raises `ConfigError` with the nearest names where there is none."""
    path = root / "sources" / source / "source.yaml"
    if not path.is_file():
        known = nearest(source, source_names(root))
        raise ConfigError(f"no sources/{source}/source.yaml; {known}. Mend the name of the source.")
    return _read_spec(path, path.stat().st_mtime_ns)


@cache
def _read_spec(path: Path, _date: int) -> Mapping[str, Any]:
    return read_mapping(path)


def source_kind(root: Path, source: str) -> str:
    """Kind of a source, which says who reads it."""
    return str(source_spec(root, source).get("kind", KIND))


def is_mapped(root: Path, source: str) -> bool:
    """Whether a source is a study's own file, which the study's mapping describes."""
    return bool(source_spec(root, source).get("mapped", False))


def shipped_with(root: Path, source: str) -> str:
    """Folder of the project with open files of a source, which are read by default; empty where there is none."""
    return str(source_spec(root, source).get("shipped", ""))


def has_waves(root: Path, source: str) -> bool:
    """Whether a source has a register of waves, from which config.yaml chooses; an extract is read whole."""
    return (root / "sources" / source / "waves.csv").is_file()


def files_read(root: Path, source: str, rows: str, names: Iterable[str]) -> frozenset[str]:
    """Files of a source that hold some variables, in whatever wave; none where it has no register of variables.

    rows : the file whose rows are wanted, empty for the main file. What it holds itself, as what every file carries,
    is read from it.
    """
    path, spec = root / "sources" / source / "variables.csv", source_spec(root, source)
    if not path.is_file():
        return frozenset()
    own, keys = rows or str(spec.get("main_file", "")), [file.get("key") for file in spec.get("files", {}).values()]
    wanted = set(names) - {spec.get("person"), *spec.get("carried", ()), *keys}
    held = [row.get("file", "").split("/") for row in read_rows(path) if row.get("name") in wanted]
    return frozenset({own, *(own if own in files else files[0] for files in held)})


def load_waves(root: Path, source: str) -> Waves:
    """The waves of a source; every problem of its `waves.csv` is listed in one `SpecError`."""
    path, spec = root / "sources" / source / "waves.csv", source_spec(root, source)
    rows = read_rows(path)
    problems = wave_problems(path, rows)
    if problems:
        raise SpecError("\n".join(problems))
    return waves_of(path, [row["wave"] for row in rows], spec)


def waves_of(path: Path, names: Sequence[str], spec: Mapping[str, Any]) -> Waves:
    """The waves of a register whose rows were read; `example` of the source's `spec` is what messages propose."""
    return Waves(tuple(names), path, str(spec.get("example", "-".join([*names[:1], *names[-1:]]))))


def wave_problems(path: Path, rows: Sequence[Mapping[str, str]]) -> list[str]:
    """What is wrong with the names of waves in a `waves.csv`, each problem with its line."""
    if not rows:
        return [f"{path}: no rows."]
    if "wave" not in rows[0]:
        return [f"{path}: no column wave; it has {', '.join(map(str, rows[0]))}."]
    problems, seen = [], set()
    for line, row in enumerate(rows, start=2):
        wave = row["wave"]
        if not wave or not WAVE.fullmatch(wave):
            problems.append(f"{path}, line {line}: wave `{wave}` is no name of letters and digits. Mend the line.")
        if wave in seen:
            problems.append(f"{path}, line {line}: wave {wave} stands in an earlier line too. Keep one of the two.")
        seen.add(wave)
    return problems
