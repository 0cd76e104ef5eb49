"""What a job made before and need not make again: a record of what each thing was made from, and of its files."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from mobility.errors import DataError
from mobility.storage import file_hash, read_json, write_text


class Kept:
    """Things by name, each with the key of what it was made from and the hashes of its files; kept in `record`.

    A key holds everything that the thing depends on: specs, data and code. A file that is lost or was changed since
    is made again, whatever its key.
    """

    def __init__(self, record: str | Path) -> None:
        self.record = Path(record)
        self.before: dict[str, list[str]] = _read(self.record)
        self.after: dict[str, list[str]] = {}

    def holds(self, name: str, key: str, files: Iterable[Path]) -> bool:
        """Whether a thing is there as it would be made. Its files then are as good as new, and dated so."""
        paths = list(files)
        found = [key, *(file_hash(path) if path.is_file() else "" for path in paths)]
        if self.before.get(name) != found:
            return False
        for path in paths:
            path.touch()
        self.after[name] = found
        return True

    def note(self, name: str, key: str, files: Iterable[Path]) -> None:
        """Note that a thing was made."""
        self.after[name] = [key, *map(file_hash, files)]

    def save(self) -> None:
        """Write the record of what was held or noted; what was neither is forgotten."""
        write_text(json.dumps(self.after, indent=0) + "\n", self.record)


def key_of(*parts: object) -> str:
    """A key from the words of several values; values that compare equal must have the same words."""
    return hashlib.sha256("\n".join(map(repr, parts)).encode()).hexdigest()


def _read(record: Path) -> dict[str, list[str]]:
    """The record; empty where there is none or it is spoilt."""
    try:
        content = read_json(record)
    except DataError:
        return {}
    return content if isinstance(content, dict) else {}
