"""`mobility checker`: the answers of the last run, and where the pages behind them lie."""

from pathlib import Path

from mobility.checker import ANSWERS, ENTRY, PLACE
from mobility.errors import DataError, nearest
from mobility.storage import read_rows


def told(root: Path, study: str | None = None) -> str:
    """The answer of a study, or of every one, in a sentence each, and the page to open.

    Raises `DataError` where there is no such page yet, or no such study in it.
    """
    folder = root / PLACE
    if not (folder / ANSWERS).is_file():
        raise DataError(f"{folder / ANSWERS} is not there. Run `make report` first.")
    answers = {row["study"]: row["answer"] for row in read_rows(folder / ANSWERS)}
    if study is None:
        lines = [f"{name}: {answer}" for name, answer in answers.items()]
        return "\n".join([*lines, f"Pages for the output checker (restricted): {folder / ENTRY}"])
    if study not in answers:
        near = nearest(study, list(answers))
        raise DataError(f"{folder}: nothing on `{study}`; {near}. Name a study of the last run.")
    return f"{answers[study]}\nPage for the output checker (restricted): {folder / study}.html"
