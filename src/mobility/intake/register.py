"""Words and forms that the registers of all sources share."""

from collections.abc import Mapping, Sequence
from pathlib import Path

VERIFIED = "verified"
DOUBTFUL = ("from_memory", "uncertain")
CONFIDENCES = (VERIFIED, "partly_verified", *DOUBTFUL)


def absent_columns(path: Path, rows: Sequence[Mapping[str, str]], columns: Sequence[str]) -> list[str]:
    """What is said of a register without rows, or without some of its columns."""
    if not rows:
        return [f"{path}: no rows."]
    absent = [column for column in columns if column not in rows[0]]
    return [f"{path}: no column {', '.join(absent)}; it has {', '.join(map(str, rows[0]))}."] if absent else []
