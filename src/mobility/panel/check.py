"""`mobility check`: what a delivery holds, what is wrong with it, and what each study would lose."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mobility.panel.delivery import Delivery, examine
from mobility.panel.links import link_lines, linked_shares
from mobility.panel.register import VERIFIED, Source
from mobility.settings import Study


@dataclass(frozen=True)
class CheckReport:
    """Text of the check, and the problems in it (none: the delivery can be run)."""

    text: str
    problems: tuple[str, ...]


def check_delivery(path: str | Path, source: Source, letters: Sequence[str], studies: Sequence[Study]) -> CheckReport:
    """Look at a delivery as a run would, and settle the register's uncertain rows against its headers.

    Every problem of every wave is in the report; nothing is written.
    """
    own = [study for study in studies if study.spec["source"] == source.name]
    required = wanted_variables(own, "required") or [source.spec["person"]]
    optional = wanted_variables(own, "optional")
    delivery = examine(path, source, letters, required, optional)
    lines = [f"{source.spec['title']}", f"Folder: {path}", "", *_files(delivery, letters), ""]
    lines += link_lines(linked_shares(delivery.waves, source))
    lines += _studies(delivery, own)
    lines += _settled(delivery, source)
    if delivery.notes:
        lines += ["", "Worth knowing:", *(f"  - {note}" for note in delivery.notes)]
    lines += closing(delivery.problems, source.name, f"mobility check {path}")
    return CheckReport("\n".join(lines), delivery.problems)


def closing(problems: Sequence[str], source: str, command: str) -> list[str]:
    """Last lines of a check: the problems with the command to look again, or what to do next."""
    if not problems:
        return ["", f"No problem found. Set sources.{source} to this folder in config.yaml, then `make report`."]
    count = f"{len(problems)} problem{'s' if len(problems) > 1 else ''}"
    return ["", f"{count} to mend:", *(f"  - {text}" for text in problems), f"Mend them, then run `{command}` again."]


def wanted_variables(studies: Sequence[Study], need: str) -> list[str]:
    """Names that the studies list under `variables`; `need` is required or optional."""
    names = [name for study in studies for name in study.spec.get("variables", {}).get(need, [])]
    return list(dict.fromkeys(names))


def _files(delivery: Delivery, letters: Sequence[str]) -> list[str]:
    """One line a wave: file, rows, variables of the studies that it has."""
    by_wave = {data.wave.letter: data for data in delivery.waves}
    paths = {item.wave: item.path for item in delivery.files}
    lines = ["Waves:"]
    for letter in letters:
        if letter not in by_wave:
            lines.append(f"  {letter}  not read")
            continue
        data = by_wave[letter]
        lines.append(
            f"  {letter}  {paths[letter].name:<28} {data.rows:>8,} rows  {len(data.present):>3} variables wanted"
        )
    return lines


def _studies(delivery: Delivery, studies: Sequence[Study]) -> list[str]:
    """What each study would lose: choices and results that rest on an absent optional variable."""
    lines = ["Studies:"]
    for study in studies:
        absent = {
            name: [data.wave.letter for data in delivery.waves if name not in data.present]
            for name in study.spec["variables"].get("optional", [])
        }
        lost = {name: waves for name, waves in absent.items() if len(waves) == len(delivery.waves)}
        state = "cannot run until the problems are mended" if delivery.problems else "can run"
        lines.append(f"  {study.name}: {state}")
        if lost and delivery.waves:
            lines.append(f"    without {', '.join(lost)}: choices that need them cannot be run")
    return lines


def _settled(delivery: Delivery, source: Source) -> list[str]:
    """The register's unconfirmed names, found or not found in this delivery's headers."""
    file, found, absent = source.spec["main_file"], set(), set()
    for data in delivery.waves:
        letter, header = data.wave.letter, set(data.header)
        for variable in source.variables if header else ():
            if variable.confidence == VERIFIED or variable.file != file or letter not in variable.waves:
                continue
            column = source.column(variable, letter)
            (found if column.lower() in header else absent).add(f"{variable.name} ({variable.variable})")
    lines = ["", "Names that the register calls unconfirmed, against the headers of this delivery:"]
    only_absent = sorted(absent - found)
    lines.append(f"  confirmed in every wave: {len(found - absent)}; in some waves only: {len(found & absent)}")
    lines.append(f"  not found: {len(only_absent)}{': ' if only_absent else ''}{', '.join(only_absent)}")
    return lines
