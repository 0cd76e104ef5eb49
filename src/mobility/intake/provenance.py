"""What data were read from: real or invented, which files, whose access rules; in words that may reach a page."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mobility.access import Access, strictest
from mobility.storage import damaged, read_yaml

NEEDED = ("synthetic", "source", "label", "access", "access_reasons", "citation", "waves", "files", "notes")

MANY = 12  # waves that do not follow each other and are named each


def record(
    source: str,
    label: str,
    access: Access,
    citation: str,
    waves: Sequence[str | int],
    runs: bool,
    files: Mapping[Path, str],
    notes: Iterable[str] = (),
    **more: Any,
) -> dict[str, Any]:
    """Record of what one source was read from; `runs` says whether its waves follow each other without a gap.

    files : with their SHA-256.
    more : `synthetic`, and where the source has other words for them `wave_word` and `units`.
    """
    return {
        "synthetic": False,
        "source": source,
        "label": label,
        "access": access.name,
        "access_reasons": list(access.reasons),
        "citation": citation,
        **more,
        "waves": list(waves),
        "waves_shown": _shown(waves, runs),
        "files": [
            {"file": path.name, "sha256": content, "access": access.files.get(path, access.name)}
            for path, content in files.items()
        ],
        "notes": without_folders(notes, list(files)),
    }


def _shown(waves: Sequence[str | int], runs: bool) -> str:
    """Waves as a line under a table names them: from which to which, where there are many how many, else each."""
    ends = f"{waves[0]} to {waves[-1]}" if len(waves) > 2 else ""
    if ends and runs:
        return ends
    return f"{ends} ({len(waves)} in all)" if len(waves) > MANY else ", ".join(map(str, waves))


def follow(waves: Sequence[int]) -> bool:
    """Whether numbered waves follow each other without a gap."""
    return list(waves) == list(range(waves[0], waves[0] + len(waves)))


def read_records(paths: Iterable[str | Path]) -> dict[str, Any]:
    """The record of a study's data (`whole_record`) from the files that the reading of its sources wrote.

    Raises `DataError` where one of them is not whole.
    """
    parts = []
    for path in paths:
        part = read_yaml(path)
        absent = [key for key in NEEDED if not isinstance(part, Mapping) or key not in part]
        if absent:
            raise damaged(path, f"says nothing of {absent[0]}")
        parts.append(part)
    return whole_record(parts)


def whole_record(parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The record of a study's data: that of its one source, or of several together, which then holds their `parts`.

    Together they are invented where one of them is, and come under the strictest of their access rules. Where some
    are invented and others real, `mixed` says so, and the label which.
    """
    if len(parts) == 1:
        return dict(parts[0])
    mixed = len({bool(part["synthetic"]) for part in parts}) > 1
    units = {part.get("units", "persons") for part in parts}
    return {
        "synthetic": any(part["synthetic"] for part in parts),
        "source": ", ".join(dict.fromkeys(part["source"] for part in parts)),
        "mixed": mixed,
        "label": _labels(parts, mixed),
        "access": strictest(part["access"] for part in parts),
        "access_reasons": list(dict.fromkeys(reason for part in parts for reason in part["access_reasons"])),
        "citation": " ".join(dict.fromkeys(part["citation"] for part in parts if part["citation"])),
        **({"units": units.pop()} if len(units) == 1 else {}),
        "licence": "; ".join(dict.fromkeys(part["licence"] for part in parts if part.get("licence"))),
        "waves": [],
        "waves_shown": "",
        "files": [file for part in parts for file in part["files"]],
        "notes": [note for part in parts for note in part["notes"]],
        "parts": list(parts),
    }


def record_of(whole: Mapping[str, Any], names: Sequence[str], wanted: Collection[str]) -> Mapping[str, Any]:
    """The record of what a table or figure is made from: some of the sources that a study's whole record is of.

    names : the study's names for its sources, in the order of the record's parts. wanted : those of the table.
    """
    parts = whole.get("parts", ())
    if not parts:
        return whole
    return whole_record([part for name, part in zip(names, parts, strict=True) if name in wanted])


def _labels(parts: Sequence[Mapping[str, Any]], mixed: bool) -> str:
    """Data sets with their waves, each named once however many of its files are read."""
    groups: dict[tuple[str, str, bool], list[Mapping[str, Any]]] = {}
    for part in parts:
        whose = part["label"], part.get("wave_word", "wave"), bool(part["synthetic"])
        groups.setdefault(whose, []).append(part)
    return " and ".join(_labelled(*whose, own, mixed) for whose, own in groups.items())


def _labelled(label: str, word: str, synthetic: bool, parts: Sequence[Mapping[str, Any]], mixed: bool) -> str:
    shown = sorted({wave for part in parts for wave in str(part["waves_shown"]).split(", ")})
    several = "s" * (len(shown) > 1 or any(len(part["waves"]) > 1 for part in parts))
    kind = ("; invented" if synthetic else "; real") * mixed
    return f"{label} ({word}{several} {', '.join(shown)}{kind})"


def without_folders(notes: Iterable[str], paths: Iterable[Path]) -> list[str]:
    """Notes that name files by their names alone: they reach pages, which may be passed on."""
    notes = list(notes)
    for path in paths:
        notes = [note.replace(str(path), path.name) for note in notes]
    return notes
