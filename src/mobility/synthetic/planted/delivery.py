"""A whole delivery of a source that needs no life histories, drawn from its registers and its `planted.yaml`."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from mobility.errors import SpecError, nearest
from mobility.storage import write_csv, write_text
from mobility.synthetic.folder import TITLE, Draft
from mobility.synthetic.planted.columns import MAPPING, WAVE, Book, Column, Sheet, read_book
from mobility.synthetic.planted.draws import holds
from mobility.synthetic.planted.spec import Planted, read_planted, read_words_of
from mobility.synthetic.planted.truth import effects_table, truth_table
from mobility.synthetic.response import divisor_of
from mobility.synthetic.streams import stream
from mobility.synthetic.unplanted import draw_answers
from mobility.synthetic.writers import Labels, find_form, shrink, write_spss, write_stata, write_tab

SPEC = "planted.yaml"
DOES_NOT_APPLY, BLANK = -9, " "  # as a number, and in a column of text
VERSION = 1
Data = Mapping[str, np.ndarray]
WRITERS: Mapping[str, Callable[[pd.DataFrame, Labels, Path], None]] = {
    ".dta": write_stata,
    ".tab": write_tab,
    ".sav": write_spss,
    ".csv": lambda frame, labels, path: write_csv(frame, path),
}


def draft(root: Path, size: str, seed: int, file_format: str, source: str) -> Draft:
    """Draw a delivery of `sources/<source>`; raises `MobilityError` on an unknown size or format and a bad spec."""
    words, book = _read(root, source, file_format)
    planted = read_planted(words, root / "sources" / source / SPEC, book)
    divisor = divisor_of(size)
    planted = replace(planted, rows={wave: max(1, round(rows / divisor)) for wave, rows in planted.rows.items()})
    drawn = draw_rows_of(planted, seed)
    written = book.sheets[0].path.suffix[1:] if book.mapping is not None else file_format
    record = {"size": size, "seed": seed, "format": written, "version": VERSION}

    def write(folder: Path) -> None:
        write_files(book, _answers(book, planted, drawn, seed), drawn[WAVE], folder)
        _write_truth(planted, drawn, source, folder / "truth")

    return Draft(write, _notice(book, planted, record), record)


def own_names(root: Path, source: str, file_format: str) -> list[str]:
    """What a delivery of the source has in its folder."""
    _, book = _read(root, source, file_format)
    return sorted({sheet.path.parts[0] for sheet in book.sheets} | ({MAPPING} if book.mapping else set()))


def _read(root: Path, source: str, file_format: str) -> tuple[Mapping[str, Any], Book]:
    path, form = root / "sources" / source / SPEC, find_form(file_format)
    words = read_words_of(path, root)
    try:
        book = read_book(root, source, words, {"form": file_format, "ending": form.ending})
    except SpecError as error:
        text = str(error)
        raise SpecError(f"{path}, {text}" if text.startswith("files: ") else text) from None
    return words, book


def draw_rows_of(planted: Planted, seed: int) -> dict[str, np.ndarray]:
    """Values of every planted name and `wave`, as they are before any is hidden; rows by wave, in their order."""
    count = sum(planted.rows.values())
    drawn: dict[str, np.ndarray] = {WAVE: np.repeat(list(planted.rows), list(planted.rows.values()))}
    for draw in planted.draws:
        drawn |= draw.draw(drawn, count, stream(seed, f"planted {draw.names[0]}"))
    return drawn


def _answers(book: Book, planted: Planted, drawn: Data, seed: int) -> dict[str, np.ndarray]:
    """Values of every column of the book: planted ones with some hidden, others from their list of codes alone."""
    answers = {}
    for name, column in book.columns.items():
        rng = stream(seed, f"unplanted {name}")
        if name == WAVE:
            answers[name] = drawn[WAVE].astype(int)
        elif name not in drawn:
            codes = None if column.codes is None else list(column.codes)
            answers[name] = draw_answers(column.kind, codes, column.missing or {}, len(drawn[WAVE]), rng)
        else:
            hidden = _hide(drawn[name], planted.hidden.get(name, {}), stream(seed, f"hidden {name}"))
            spared = planted.spared.get(name)
            count = len(drawn[WAVE])
            answers[name] = np.where(holds(spared, drawn, count), drawn[name], hidden) if spared else hidden
    return answers


def _hide(values: np.ndarray, kinds: Mapping, rng: np.random.Generator) -> np.ndarray:
    """Values with a share of them replaced by each kind of missing."""
    chance, edge = rng.random(len(values)), 0.0
    for kind, share in kinds.items():
        if isinstance(kind, str):
            values = values.astype(object)
        values = np.where((chance >= edge) & (chance < edge + share), kind, values)
        edge += share
    return values


def write_files(book: Book, answers: Data, waves: np.ndarray, folder: Path) -> None:
    """Every file of the waves that are drawn, its rows by person, and the mapping if there is one.

    answers : by harmonised name, a value a row. waves : of the rows. Raises `SpecError` on a value outside its list.
    """
    for sheet in book.sheets:
        rows = np.flatnonzero(np.isin(waves, sheet.waves)) if sheet.waves else np.arange(len(waves))
        if len(rows):
            rows = rows[np.argsort(answers[book.person][rows], kind="stable")]
            _write(sheet, {name: values[rows] for name, values in answers.items()}, folder)
    if book.mapping is not None:
        write_text(yaml.safe_dump(dict(book.mapping), sort_keys=False, allow_unicode=True), folder / MAPPING)


def _write_truth(planted: Planted, drawn: Data, source: str, folder: Path) -> None:
    for study, truths in planted.truths.items():
        write_csv(truth_table(truths, drawn), folder / f"{study}.csv")
    write_csv(effects_table(planted.draws), folder / f"{source}_effects.csv")


def _write(sheet: Sheet, answers: Data, folder: Path) -> None:
    """One file; raises `SpecError` on a value outside the list of the column in these waves, and on its ending."""
    ending = sheet.path.suffix.lower()
    if ending not in WRITERS:
        raise SpecError(
            f"{sheet.path}: no form `{ending}`; {nearest(ending, list(WRITERS))}. Mend the name of the file."
        )
    for name, column in sheet.columns.items():
        _check(column, answers[column.name], f"{sheet.path}, column {name}")
    frame = pd.DataFrame({name: shrink(answers[column.name]) for name, column in sheet.columns.items()})
    for name in sheet.texts:
        frame[name] = [BLANK if value == DOES_NOT_APPLY else f"{value:g}" for value in frame[name]]
    labels = {name: column.label for name, column in sheet.columns.items()}
    codes = {name: each.labels for name, each in sheet.columns.items() if each.labels and name not in sheet.texts}
    path = folder / sheet.path
    path.parent.mkdir(parents=True, exist_ok=True)
    WRITERS[ending](frame, Labels(labels, codes), path)


def _check(column: Column, values: np.ndarray, where: str) -> None:
    if column.codes is None:
        return
    found = np.trunc(values.astype(float)) if column.kind == "whole_part" else values
    odd = set(pd.unique(found).tolist()) - set(column.codes) - set(column.missing or {})
    if odd:
        code = min(odd, key=str)
        known = nearest(str(code), [str(each) for each in column.codes])
        raise SpecError(
            f"{where}: `{column.name}` is drawn as {code}, which its list has not; {known}. Draw it by wave."
        )


def _notice(book: Book, planted: Planted, record: Mapping[str, object]) -> str:
    """What the reader of the folder has to know, in plain words."""
    drawn = {name for draw in planted.draws for name in draw.names}
    unplanted = sorted(set(book.columns) - drawn - {WAVE, book.person}) or ["none"]
    lines = [
        f"{TITLE} They were drawn by a computer, in the layout of the true files, to try",
        "out a pipeline before the licensed data arrive. No finding about people may be drawn from them.",
        "",
        f"Size: {record['size']}. Seed: {record['seed']}. Form: {record['format']}. Version: {record['version']}.",
        "",
        f"What is planted stands in `sources/{planted.path.parent.name}/{SPEC}`; in `truth/` stand the cells that",
        "tables should show on average given what was drawn before, and the planted effects.",
        *(["", planted.note.strip()] if planted.note else []),
        "",
        "Drawn from their lists of codes alone, whatever else the row says: " + ", ".join(unplanted) + ".",
    ]
    return "\n".join(lines) + "\n"
