"""The secret by which numbers are rounded up or down: a file that stays with whoever has the data.

Who knows how rows are named, as of a table of counts, could make every draw again without it, for each number that may
be behind a rounded one. One key serves all studies that are told beside each other, and all their releases.
"""

import re
import secrets
from collections.abc import Iterable
from pathlib import Path

from mobility.errors import ConfigError, DataError
from mobility.settings.config import KEY
from mobility.storage import write_secret

LENGTH = 32  # bytes
DIGITS = re.compile(rf"[0-9a-fA-F]{{{2 * LENGTH}}}")


def prepare_key(path: Path, earlier: Iterable[str] = ()) -> bool:
    """See that there is a key, and make one where there is none; whether one was made. Raises as the two below.

    Raises `ConfigError` where one of the folders of earlier runs whose output left has another key, or one where none
    is here.
    """
    for other in (Path(folder, KEY) for folder in earlier):
        if other.is_file() and not (path.is_file() and read_key(path) == read_key(other)):
            raise ConfigError(
                f"config.yaml, disclosure.earlier: numbers that left were rounded by {other}, and {path} is not that "
                f"key; a number that is rounded by two is narrowed down. Copy it there, or write `key: {other}` below "
                "`disclosure`."
            )
    made = make_key(path)
    read_key(path)
    return made


def make_key(path: Path) -> bool:
    """Make the key where there is none, by chance; whether one was made.

    Of two runs that find none at once, one makes it. Raises `DataError` where it cannot be written, and where its
    folder is not there: with a new key in a misspelt place numbers would be drawn anew.
    """
    return write_secret(f"{secrets.token_hex(LENGTH)}\n", path)


def read_key(path: Path) -> bytes:
    """The key, 32 bytes; raises `DataError` where the file cannot be read or holds no key."""
    try:
        text = path.read_bytes().decode("ascii", "replace").strip()
    except OSError as error:
        raise DataError(
            f"{path}: the key by which numbers are rounded cannot be read ({error.strerror}). Mend that, or name its "
            "file in config.yaml (`key` of `disclosure`); then run again."
        ) from None
    if not DIGITS.fullmatch(text):
        raise DataError(
            f"{path}: no key for rounding: {len(text)} letters, and {2 * LENGTH} hexadecimal digits are wanted. Bring "
            "the whole file back; where nothing rounded has left yet delete it, and `make report` makes another."
        )
    return bytes.fromhex(text)
