"""What is in files, as fingerprints: inputs count by content, whatever their dates are.

Large files are hashed once; their hash is kept with what the file system says of the file, until it says another thing.
"""

import hashlib
import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from mobility.errors import DataError
from mobility.storage import file_hash, read_json, write_text

LARGE = 1_000_000  # bytes from which a hash is kept; reading less costs nothing that is felt
ABSENT = "absent"
NO_FILE = "not a file"


class HashStore:
    """Hashes of files, each taken once in the life of the store; those of large files are kept in `path`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.taken: dict[str, str] = {}
        self.kept: dict[str, list] = read_notes(path)

    def hash_of(self, path: str | Path) -> str:
        """SHA-256 of a file; `absent` where there is none, `not a file` for a folder, a pipe or a device.

        The first answer holds: what a job is said to have read is what was there before it began.
        """
        name = str(path)
        if name not in self.taken:
            self.taken[name] = self._hash(Path(path))
        return self.taken[name]

    def _hash(self, path: Path) -> str:
        if not path.is_file():
            return NO_FILE if path.exists() else ABSENT
        if path.stat().st_size < LARGE:
            return file_hash(path)
        name, state = str(path.absolute()), state_of(path)
        if name not in self.kept or self.kept[name][:-1] != state:
            self.kept[name] = [*state, file_hash(path)]
            # A folder that cannot be written into costs another reading next time, no more.
            with suppress(DataError, OSError):
                write_text(json.dumps(self.kept, indent=0), self.path)
        return self.kept[name][-1]


def state_of(path: Path) -> list[int]:
    """What the file system says of a file: bytes, times of content and of entry in ns, inode.

    The time of the entry (ctime) cannot be set back, so that a file replaced with its size and date kept is seen.
    """
    found = path.stat()
    return [found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino]


def digest(paths: Iterable[str | Path], store: HashStore) -> str:
    """One fingerprint of several files: of their names and of what is in them, whatever their order."""
    lines = sorted(f"{path}\t{store.hash_of(path)}\n" for path in set(map(str, paths)))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def read_notes(path: Path) -> dict[str, Any]:
    """What was noted for later runs; nothing where the file is absent or spoilt."""
    try:
        content = read_json(path)
    except DataError:
        return {}
    return content if isinstance(content, dict) else {}
