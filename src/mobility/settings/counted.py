"""What the numbers behind a cell count, in the plural (persons, areas, moves), as the specs of a study say it."""

from mobility.estimators import COUNT, TABLE
from mobility.settings.frames import FrameSpec
from mobility.settings.models import specified
from mobility.settings.study import Study
from mobility.settings.tables import Item, TableSpec

ROWS, AT_RISK = "rows", "people at risk"


def counted_in(study: Study, spec: TableSpec, row: Item, column: Item) -> str:
    """What the `persons` of a cell number: the units of a frame, or the events of a sum or model.

    A number of the text has those of the first cell that it is made from. Empty where nothing says it, as in a table
    that is repeated from print.
    """
    if spec.frame:
        frame = _frame(study, spec.frame)
        return frame.events if column.sum else frame.counted
    if row.of_table and row.of_table in study.tables:
        return _of_first(study, study.tables[row.of_table], (row.of_row,), ())
    claim = study.claims.get(row.id)
    if claim and claim.cells:
        return _of_first(study, study.tables[claim.cells.table], claim.cells.rows, claim.cells.columns)
    named = [claim.effects[0].model] if claim and claim.effects else []
    named += [specified(item.model, row.specification) for item in (column, row) if item.model]
    named += [name for name, _ in spec.fits] if not named else []
    model = next((study.models[name] for name in [row.id, *named] if name in study.models), None)
    if model is None:
        return ""
    frame = _frame(study, model.frame)
    return frame.events if model.outcome.kind in (COUNT, TABLE) else frame.counted


def units_of(study: Study, frame: str) -> str:
    """What distinct units of a frame are, in the plural."""
    return _frame(study, frame).counted


def _of_first(study: Study, spec: TableSpec, rows: tuple[str, ...], columns: tuple[str, ...]) -> str:
    """What the first of some cells of another table counts; no names are all of them."""
    row, column = (
        next(item for item in axis.items if not names or item.id == names[0])
        for axis, names in ((spec.rows, rows), (spec.columns, columns))
    )
    return counted_in(study, spec, row, column)


def _frame(study: Study, name: str) -> FrameSpec:
    return study.frames.get(name) or FrameSpec(rows=ROWS)
