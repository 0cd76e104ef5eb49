"""`mobility explain`: where a number comes from."""

import shlex
from pathlib import Path

import pandas as pd

from mobility.cells import read_cells
from mobility.errors import ConfigError, DataError, nearest
from mobility.explain.delivered import data_lines
from mobility.explain.lineage import frame_module, lineage
from mobility.explain.listing import item_id, list_items, list_studies, list_tables, table_id
from mobility.keys import measured_by
from mobility.settings import Config, Item, ModelSpec, Study, TableSpec, load_config, load_study
from mobility.settings.specs import Quoted, specified
from mobility.statistics import COUNT_LIKE, DELIVERED, PRINTED, QUOTED
from mobility.storage import read_csv

MODEL_CODE = "src/mobility/models/ (fit), src/mobility/cells/estimates.py (table)"
COUNT_CODE = "src/mobility/cells/tabulate.py (count), src/mobility/uncertainty.py (error)"
ADJUSTED_CODE = "src/mobility/cells/adjusted.py (tests of other tables side by side)"
QUOTE_CODE = "src/mobility/cells/quoted.py (arithmetic on the cells of other tables)"


def explain(root: Path, study: str | None = None, table: str | None = None, *place: str | None) -> str:
    """What one asks of a number, or with less the list of what can be asked next.

    study, table : name of a study, number or name of a table. place : row and column, each an id or its label.
    """
    config = load_config(root)
    if study is None:
        return list_studies(root, config)
    loaded = load_study(root, study)
    if table is None:
        return list_tables(loaded)
    name, (row, column) = table_id(loaded, table), [*place, None, None][:2]
    if row is None:
        return list_items(loaded, name)
    row = item_id(loaded, name, "rows", row)
    if column is None:
        return list_items(loaded, name, ["columns"], shlex.quote(row))
    return explain_cell(root, study, name, row, column)


def explain_cell(root: Path, study_name: str, table: str, row: str, column: str) -> str:
    """How a cell came about: its number, its spec, its rows with losses, source columns, choices in force, the code."""
    config = load_config(root)
    study = load_study(root, study_name, config.choices.get(study_name))
    name = table_id(study, table)
    spec = study.tables[name]
    if spec.statistic.job == PRINTED:
        raise ConfigError(f"{spec.number} is a reference table shown as printed; nothing is computed for it.")
    row, column = item_id(study, name, "rows", row), item_id(study, name, "columns", column)
    cell = _find_cell(_cells(root, study, name), spec, row, column)
    parts = [_number(cell, spec), _published(root, study_name, cell)]
    if spec.statistic.job == QUOTED:
        parts += _explain_quoted(study, cell)
    elif spec.frame:
        parts += _explain_count(root, config, study, spec, cell)
    else:
        parts += _explain_estimate(root, config, study, spec, cell)
    parts += [_choices(study, name), data_lines(root, config, study)]
    return "\n".join(part for part in parts if part)


def _explain_count(root: Path, config: Config, study: Study, spec: TableSpec, cell: pd.Series) -> list[str]:
    """A counted cell: what is counted of whom, from which columns, after which losses."""
    sample = study.samples[spec.sample]
    columns = [*_counted(spec), *(step.column for step in sample.keep)]
    return [
        _definition(study, spec, cell["row"], cell["column"]),
        *lineage(root, config, study, spec.frame, columns),
        f"Sample `{spec.sample}` ({study.folder}/samples.yaml): {sample.describe}",
        *_rows(read_csv(root / "results/checks" / study.name / "losses" / f"{spec.table}.csv")),
        f"Code: {frame_module(study, spec.frame)} (frame `{spec.frame}`), {COUNT_CODE}",
    ]


def _counted(spec: TableSpec) -> list[str]:
    """Columns of the frame that a table's cells are counted from."""
    measured = [
        name for axis in (spec.rows, spec.columns) for item in axis.items for name in measured_by(item).values()
    ]
    return [*filter(None, (spec.rows.of, spec.columns.of)), *measured, *measured_by(spec).values()]


def _explain_estimate(root: Path, config: Config, study: Study, spec: TableSpec, cell: pd.Series) -> list[str]:
    """An estimate: the models behind it with their samples, source columns and losses."""
    losses = read_csv(root / "results/checks" / study.name / "losses" / "models.csv")
    found, frames = [], []
    for name in _models_behind(study, spec, cell):
        model = study.models[name]
        sample = study.samples[model.sample]
        exposure = [model.exposure] if model.exposure else []
        own = [model.outcome.column, *model.columns.values(), *model.sides, *exposure]
        columns = [*own, *(step.column for step in sample.keep)]
        frames.append(model.frame)
        found += [
            f"Model ({study.folder}/{model.where}): {model.label}. {model.describe}",
            f"  sample `{model.sample}`: {sample.describe}",
            *_association(model),
            f"  regressors: {study.folder}/terms: {', '.join(model.blocks) or 'none'}; errors: {model.covariance.kind}",
            *lineage(root, config, study, model.frame, columns),
            *_rows(losses[losses["step"] == name]),
        ]
    made = [f"{frame_module(study, frame)} (frame `{frame}`)" for frame in dict.fromkeys(frames)]
    return [*found, f"Code: {', '.join([*made, MODEL_CODE])}"]


def _association(model: ModelSpec) -> list[str]:
    """What a layer model says of its table."""
    if (own := model.association) is None:
        return []
    layers = f" in each `{own.layer}`" if own.layer else ""
    pattern = ", ".join([*own.pattern, *(["levels"] if own.levels else [])])
    left_out = f"; {len(own.excluded)} cells left out" if own.excluded else ""
    return [f"  table: `{own.origin}` by `{own.destination}`{layers}; pattern: {pattern}{left_out}"]


def _explain_quoted(study: Study, cell: pd.Series) -> list[str]:
    """A number of the text: its sentence, and the cells that it is made from with what to type for them."""
    row = next((item for item in study.tables[cell["table"]].rows.items if item.id == cell["row"]), None)
    if row is not None and row.of_table:
        return [
            f"Test: row {row.of_row} of {study.tables[row.of_table].number}; adjusted p-values are for all rows here",
            f"Next: mobility explain {study.name} {row.of_table} {row.of_row} {cell['column']}",
            f"Code: {ADJUSTED_CODE}",
        ]
    claim = study.claims[cell["row"]]
    lines = [f"Statement ({study.folder}/claims.yaml): {claim.statement}, {claim.section}"]
    wanted = claim.cells
    if wanted is None:
        return [*lines, f"Not estimated: {claim.not_estimated}", f"Code: {QUOTE_CODE}"]
    rows, columns = (", ".join(names or ["all"]) for names in (wanted.rows, wanted.columns))
    return [
        *lines,
        f"Made from {study.tables[wanted.table].number} ({claim.value}): rows {rows}; columns {columns}",
        *_steps(wanted),
        f"Next: mobility explain {study.name} {wanted.table}",
        f"Code: {QUOTE_CODE}",
    ]


def _steps(wanted: Quoted) -> list[str]:
    """What is done with the cells that a statement speaks of."""
    others = [("less the cell of", wanted.less), ("over the cell of", wanted.over)]
    places = [
        f"  {words} {axis} {name}" for words, place in others if place for axis, name in vars(place).items() if name
    ]
    of = [f"  their {wanted.of}, not their value"] if wanted.of != "value" else []
    return [*of, *places, *(["  1 less the number"] if wanted.one_less else [])]


def _rows(steps: pd.DataFrame) -> list[str]:
    """The chain of rows of a table or model: from those delivered to those used."""
    return [
        "Rows, from those delivered to those used:",
        *(
            f"  {step.rows_out:>11,} left {step.rows_dropped:>11,} dropped: {step.reason}"
            for step in steps.itertuples()
        ),
    ]


def _models_behind(study: Study, spec: TableSpec, cell: pd.Series) -> list[str]:
    """Models that a cell's row or column names; for a statement of the text those that it is computed from."""
    items, claim = [*spec.rows.items, *spec.columns.items], study.claims.get(cell["row"])
    own = "".join(row.specification for row in spec.rows.items if row.id == cell["row"])
    named = [specified(item.model, own) for item in items if item.id in (cell["row"], cell["column"]) and item.model]
    return list(dict.fromkeys([*named, *(effect.model for effect in (claim.effects if claim else ()))]))


def _cells(root: Path, study: Study, table: str) -> pd.DataFrame:
    path = root / "results/restricted" / study.name / f"{table}.csv"
    if not path.is_file():
        raise DataError(f"{path} is not there. Run `make report` first.")
    return read_cells(path)


def _find_cell(cells: pd.DataFrame, spec: TableSpec, row: str, column: str) -> pd.Series:
    for key, value in (("row", row), ("column", column)):
        if value not in set(cells[key]):
            raise ConfigError(f"{spec.number} has no {key} `{value}`; {nearest(value, list(cells[key].unique()))}.")
    return cells[(cells["row"] == row) & (cells["column"] == column)].iloc[0]


def _number(cell: pd.Series, spec: TableSpec) -> str:
    shown = "without a number" if pd.isna(cell["value"]) else f"{cell['value']:.6g}"
    head = f"{spec.number}, {cell['row']}, {cell['column']}: {cell['statistic']} {shown}"
    if pd.notna(cell["std_error"]):
        bounds = f", 95 % {cell['ci_low']:.4g} to {cell['ci_high']:.4g}" if pd.notna(cell["ci_low"]) else ""
        head += f" (standard error {cell['std_error']:.4g}{bounds})"
    words = (("n", "{:,} observations"), ("base", " of {:,}"), ("persons", ", {:,} persons"))
    counts = "".join(text.format(cell[name]) for name, text in words if pd.notna(cell[name]))
    said = ": ".join(str(cell[name]) for name in ("flag", "note") if pd.notna(cell[name]) and cell[name])
    return "\n".join([head, *(f"  {line}" for line in (counts, said) if line)])


def _published(root: Path, study: str, cell: pd.Series) -> str:
    path = root / "results/checks" / study / "backtest.csv"
    if not path.is_file():
        return ""
    backtest = read_csv(path)
    keys = ["table", "row", "column"]
    found = backtest[(backtest[keys] == cell[keys].to_list()).all(axis=1)]
    if found.empty or pd.isna(found["published"].iloc[0]):
        return "Published: not printed, or not legible."
    return f"Published: {found['published'].iloc[0]:.6g}; verdict: {found['verdict'].iloc[0]}"


def _definition(study: Study, spec: TableSpec, row: str, column: str) -> str:
    lines = [f"Definition ({study.folder}/{spec.where}), frame `{spec.frame}`:"]
    for name, axis, value in (("row", spec.rows, row), ("column", spec.columns, column)):
        item = next(item for item in axis.items if item.id == value)
        lines.append(f"  {name}: {'; '.join(_meant(item, axis.of, spec.exposure))}")
    if spec.tests:
        lines.append(f"  of the shares of {spec.tests}: mobility explain {study.name} {spec.tests}")
    within = f"share within the {spec.within}, " if "within" in spec.statistic.keys else ""
    if spec.statistic.judged_as != COUNT_LIKE and spec.statistic.name not in DELIVERED:
        lines.append(f"  {within}errors clustered by {study.design_of(spec.frame)[0] or study.unit_of(spec.frame)}")
    return "\n".join(lines)


def _meant(item: Item, of: str, exposure: str) -> list[str]:
    """What a row or column item counts, in words."""
    found = []
    if item.column:
        since = f", less the same in {item.since}" if item.since else ""
        found.append(f"row {item.before} against row {item.after}, in column {item.column}{since}")
    elif item.tells:
        found.append(f"{item.tells} of the row's test")
    elif item.everyone:
        found.append("every observation of the sample")
    elif item.before:
        found.append(f"{of} is {item.after}, less {of} is {item.before}")
    elif of:
        found.append(f"{of} is {' or '.join(item.of)}")
    over = f" over the sum of {exposure}" if exposure else ""
    return found + [f"{key} of {column}{over}" for key, column in measured_by(item).items()]


def _choices(study: Study, table: str) -> str:
    touching = [choice for choice in study.choices.values() if table in choice.tables]
    if not touching:
        return ""
    lines = [f"Choices in force ({study.folder}/choices.yaml):"]
    for choice in touching:
        reading = study.readings[choice.name]
        changed = "" if reading == choice.default else f" (default: {choice.default})"
        lines.append(f"  {choice.name} = {reading}{changed}: {choice.alternatives[reading]}")
    return "\n".join(lines)
