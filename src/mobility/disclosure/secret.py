"""The secret by which numbers are rounded up or down: a file that stays with whoever has the data.

Who knows how rows are named, as of a table of counts, could make every draw again without it, for each number that may
be behind a rounded one. One key serves all studies that are told beside each other, and all their releases.
"""

import re
import secrets
from pathlib import Path

from mobility.errors import DataError
from mobility.storage import write_secret

LENGTH = 32  # bytes
DIGITS = re.compile(rf"[0-9a-fA-F]{{{2 * LENGTH}}}")


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
