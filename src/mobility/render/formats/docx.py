"""A table for Word: a real table with its headings repeated on every page, caption, notes, what to cite.

A DOCX is XML in a zip: the few parts that a table needs are templates here, so that its bytes are the same on every
run and no further library is needed.
"""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from mobility.render.paper import BOLD, HEAD_LINES, WORD_LINES, ems, grown, longest_word
from mobility.render.setting import Setting, set_out
from mobility.render.table import Table
from mobility.render.templating import environment
from mobility.storage import write_bytes

PARTS = {
    "[Content_Types].xml": "docx_types.xml.j2",
    "_rels/.rels": "docx_relations.xml.j2",
    "docProps/core.xml": "docx_core.xml.j2",
    "word/_rels/document.xml.rels": "docx_document_relations.xml.j2",
    "word/document.xml": "docx_document.xml.j2",
    "word/styles.xml": "docx_styles.xml.j2",
}
CREATED = (2000, 1, 1, 0, 0, 0)
TWIPS = 20  # a point
EDGE, BESIDE = 900, 120  # twips: the margin of a page, and what a column keeps free beside its text
ARIAL = 1.25  # of its width in the reports' serif, at most
LABEL_LINES, STUB = 2, 0.4  # lines of a label where columns press, and the part of a page that labels may take


@dataclass(frozen=True)
class Sheet:
    """A page: width and height in twips."""

    width: int
    height: int


@dataclass(frozen=True)
class Layout:
    """How a table stands in a document: its sheet, the size of its type (points), its columns, labels first (twips)."""

    sheet: Sheet
    size: float
    widths: tuple[int, ...]


UPRIGHT, SIDEWAYS, LARGE = Sheet(11906, 16838), Sheet(16838, 11906), Sheet(23811, 16838)  # A4, A4, A3
WAYS = (
    *((UPRIGHT, size) for size in (9.0, 8.0)),
    *((SIDEWAYS, size) for size in (9.0, 8.0, 7.5, 7.0)),
    *((LARGE, size) for size in (8.0, 7.5, 7.0)),
)


def write(table: Table, path: Path) -> None:
    """Write a table as a Word document."""
    write_bytes(docx(table), path)


def docx(table: Table) -> bytes:
    """The document, the same bytes on every run from the same table."""
    setting, stream = set_out(table), BytesIO()
    layout = layout_of(setting)
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, template in PARTS.items():
            text = environment().get_template(template).render(setting=setting, layout=layout)
            archive.writestr(zipfile.ZipInfo(name, CREATED), text, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def layout_of(setting: Setting) -> Layout:
    """The first of `WAYS` in which no word or number has to be broken; the last one serves always, columns pressed."""
    for sheet, size in WAYS:
        room = sheet.width - 2 * EDGE
        needs = list(_needs(setting, size, room))
        if sum(least for least, _ in needs) <= room:
            break
    widths = grown([least for least, _ in needs], [wanted for _, wanted in needs], room)
    pressed = min(1.0, room / sum(widths))
    return Layout(sheet, size, tuple(int(pressed * width) for width in widths))


def _needs(setting: Setting, size: float, room: float) -> Iterator[tuple[float, float]]:
    """Twips that the labels and each column need at least, and with which they stand well."""
    em = ARIAL * size * TWIPS
    labels = [setting.stub, *(line.label for line in setting.lines if line.texts)]
    full, word = max(map(ems, labels)), max(map(longest_word, labels))
    least = max(word * em, min(full * em / LABEL_LINES, STUB * room))
    yield least + BESIDE, max(least, min(full * em, STUB * room)) + BESIDE
    columns = zip(*(line.texts for line in setting.lines if line.texts), strict=True)
    for head, texts in zip(setting.heads, columns, strict=True):
        beneath = sum(other.spanner == head.spanner for other in setting.heads)
        heads = [longest_word(head.label), longest_word(head.spanner) / beneath]
        least = max(*(BOLD * own for own in heads), *map(longest_word if head.words else ems, texts))
        told = max(map(ems, texts)) / WORD_LINES if head.words else 0.0
        yield least * em + BESIDE, max(least, BOLD * ems(head.label) / HEAD_LINES, told) * em + BESIDE
