"""A table for Word: a real table with its headings repeated on every page, caption, notes, what to cite.

A DOCX is XML in a zip: the few parts that a table needs are templates here, so that its bytes are the same on every
run and no further library is needed.
"""

import zipfile
from io import BytesIO
from pathlib import Path

from mobility.render.setting import set_out
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


def write(table: Table, path: Path) -> None:
    """Write a table as a Word document."""
    write_bytes(docx(table), path)


def docx(table: Table) -> bytes:
    """The document, the same bytes on every run from the same table."""
    setting, stream = set_out(table), BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, template in PARTS.items():
            text = environment().get_template(template).render(setting=setting)
            archive.writestr(zipfile.ZipInfo(name, CREATED), text, zipfile.ZIP_DEFLATED)
    return stream.getvalue()
