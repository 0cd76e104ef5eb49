"""Figures of released cells: `draw` makes one from its table, `save` writes picture, print copy and data."""

from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mobility.errors import RenderError, nearest
from mobility.render.doubles import doubled, twins
from mobility.render.findings import say
from mobility.render.formats.csv import table_csv
from mobility.render.marks import marks_json
from mobility.render.numbers import LOW_BASE, NOT_APPLICABLE, NOT_AVAILABLE, SUPPRESSED
from mobility.render.table import Table, part_of
from mobility.settings import FigureSpec
from mobility.storage import write_bytes, write_csv, write_text

if TYPE_CHECKING:
    from mobility.render.charts.pointing import Figure
    from mobility.render.charts.sight import Flaw

DOTS_PER_INCH = 150
SMALL_WIDTH, SMALL_HEIGHT = 5.6, 1.9  # inches: of a small picture, and of its axes
PACKED = 4  # of 9: harder packing takes twice the time and saves a tenth of the file
SHORT_MARKS = {
    SUPPRESSED: "[c] confidential, held back.",
    NOT_AVAILABLE: "[x] not available.",
    NOT_APPLICABLE: "[z] not applicable.",
    LOW_BASE: "[low] unreliable.",
}


def without(table: Table, spec: FigureSpec) -> Table:
    """The table without the rows and columns that the figure's `leave_out` names; `RenderError` on an unknown one."""
    unwanted = spec.leave_out
    known = [row.id for row in table.rows] + [column.id for column in table.columns]
    strange = [name for name in unwanted if name not in known]
    if strange:
        raise RenderError(
            f"{spec.figure}: leave_out names {', '.join(strange)}, which is no row or column of {table.id}; "
            f"{nearest(strange[0], known)}. Mend figures/{spec.figure}.yaml."
        )
    rows = tuple(row for row in table.rows if row.id not in unwanted)
    columns = tuple(column for column in table.columns if column.id not in unwanted)
    cells = {(row.id, column.id): table.cell(row, column) for row in rows for column in columns}
    return part_of(table, rows, columns, cells)


def draw(spec: FigureSpec, table: Table, root: Path = Path()) -> "Figure":
    """Draw a figure's specification from its table; `root` is the project's folder, whose boundaries a map needs.

    Rows that a printed page has no room for are left out, and the foot says how many are shown of how many.
    """
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    from mobility.render.charts import style

    chart = import_module(f"mobility.render.charts.{spec.kind.name}")
    ground = (root,) if spec.kind.on_ground else ()
    shown: Table | None = table
    with matplotlib.rc_context(style.SETTINGS):
        while shown:
            figure = chart.draw(shown, _words(spec, table, style.Words, _cut(table, shown)), spec.own, *ground)
            shown = _shorter(shown, style.TALLEST / figure.get_figheight())
    # One canvas for the print copy and for the check of what it shows, so that text is measured once.
    figure.set_dpi(DOTS_PER_INCH)
    FigureCanvasAgg(figure)
    return figure


def _shorter(table: Table, part: float) -> Table | None:
    """The first rows of a table of whose picture a page shows this part; None where all fit, or one is left."""
    if part >= 1 or len(table.rows) == 1:
        return None
    rows = table.rows[: max(1, min(len(table.rows) - 1, int(part * len(table.rows))))]
    cells = {(row.id, column.id): table.cell(row, column) for row in rows for column in table.columns}
    return part_of(table, rows, table.columns, cells)


def _cut(table: Table, shown: Table) -> str:
    """That a figure shows only the first rows of its table; empty where it shows all."""
    of, here = len(table.rows), len(shown.rows)
    return f"The first {here} of {of} rows, as many as a page has room for. All: {table.number}." if here < of else ""


def flaws(spec: FigureSpec, table: Table, figure: "Figure") -> tuple["Flaw", ...]:
    """What a reader would trip over in a figure that was saved: seen in the picture, or in the numbers it draws."""
    from mobility.render.charts import sight

    return (*sight.flaws(figure), *(sight.Flaw(*flaw) for flaw in doubled(spec.kind.name, table)))


def small_lines(table: Table, y_label: str) -> "Figure":
    """A small picture of lines with their intervals, steps along the columns; the page around it has its title."""
    import matplotlib

    from mobility.figure_kinds import Lines
    from mobility.render.charts import lines, style

    foot = " ".join(filter(None, [table.source, table.origin.licence]))
    words = style.Words("", y_label or table.statistic.axis, table.origin.made, (foot,))
    with matplotlib.rc_context(style.SETTINGS):
        return lines.draw(table, words, Lines(intervals=True), SMALL_WIDTH, SMALL_HEIGHT)


def unit_of(spec: FigureSpec, table: Table) -> str:
    """What the numbers of a figure are, in words."""
    return spec.y_label or (table.unit if spec.kind.unit_of_table else table.statistic.axis)


def _words(spec: FigureSpec, table: Table, words: type, cut: str) -> object:
    finding = say(spec.finding, table, f"figures/{spec.figure}.yaml")
    subtitle = ". ".join(filter(None, [spec.title if finding else "", unit_of(spec, table)]))
    source = " ".join(filter(None, [table.source, table.origin.licence]))
    shown = [mark for mark, _ in table.marks if not (mark == NOT_APPLICABLE and spec.kind.skips_inapplicable)]
    marks = " ".join(text for mark, text in SHORT_MARKS.items() if mark in shown)
    return words(
        title=finding or spec.title,
        subtitle=subtitle,
        warning=table.origin.made,
        foot=tuple(filter(None, [cut, marks, twins(table), source])),
    )


def picture_bytes(figure: "Figure", kind: str) -> bytes:
    """A figure as SVG or PNG, the same bytes on every run: no date, no version, a fixed salt for its ids."""
    import matplotlib

    from mobility.render.charts import style

    metadata = {"svg": {"Date": None, "Creator": None}, "png": {"Software": None}}[kind]
    stream = BytesIO()
    own: dict[str, Any] = {"png": {"pil_kwargs": {"compress_level": PACKED}}, "svg": {}}[kind]
    with matplotlib.rc_context(style.SETTINGS):
        figure.savefig(stream, format=kind, dpi=DOTS_PER_INCH, metadata=metadata, **own)
    return stream.getvalue()


def save(figure: "Figure", table: Table, stem: Path) -> None:
    """Write a figure, drawn from `table`, as the `FIGURE_FILES` of this stem."""
    for kind in ("svg", "png"):
        write_bytes(picture_bytes(figure, kind), stem.with_suffix(f".{kind}"))
    write_csv(table_csv(table), stem.with_suffix(".csv"))
    write_text(marks_json(figure, table), stem.with_suffix(".json"))
