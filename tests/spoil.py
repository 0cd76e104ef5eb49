"""Files of a project or a delivery spoilt for a test."""

from pathlib import Path


def spoil(path: Path, old: str, new: str, times: int = 1) -> None:
    """Replace text that must be there, the first `times` or, for -1, every one."""
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{path}: no {old!r}"
    path.write_text(text.replace(old, new, times), encoding="utf-8")
