"""`mobility explain` and `mobility backtest`: where a number comes from, and how near it is to print."""

import inspect
import re
from importlib import import_module
from pathlib import Path

import pandas as pd

from mobility.backtest.compare import summarise
from mobility.cells import read_cells
from mobility.errors import ConfigError, DataError, nearest
from mobility.settings import MAPPED_SOURCES, Study, load_config, load_study
from mobility.storage import parquet_record, read_csv, read_yaml
from mobility.verdicts import count_verdicts, verdict_sentence, why_few_match

FILES = 10


def table_id(study: Study, table: str) -> str:
    """A table's name in the cells from what a reader types (`3.3`, `Table 3.3`, `table_3_3`); `ConfigError` if none."""
    typed = table.lower().replace("table", "").strip(" _").replace(".", "_")
    for name in (table, typed, f"table_{typed}", f"figure_{typed.removeprefix('figure').strip(' _')}"):
        if name in study.tables:
            return name
    numbered = {name: name.removeprefix("table_") for name in study.tables if re.match(r"table_[a-z]?\d", name)}
    short = [numbered[name].replace("_", ".").upper() if name in numbered else name for name in study.tables]
    raise ConfigError(f"{study.name} has no table `{table}`; {nearest(typed.replace('_', '.').upper(), short)}.")


def explain_cell(root: Path, study_name: str, table: str, row: str, column: str) -> str:
    """How a cell came about: its number, its spec, its sample with losses, the choices in force, the code."""
    config = load_config(root)
    study = load_study(root, study_name)
    name = table_id(study, table)
    spec = study.tables[name]
    if spec["statistic"] == "published":
        raise ConfigError(f"{spec['number']} is a reference table shown as printed; nothing is computed for it.")
    cell = _find_cell(_cells(root, study, name), spec, row, column)
    if "frame" not in spec:
        return _explain_estimate(root, study, name, cell, study.chosen(config.choices.get(study_name)))
    sample = study.samples[spec["sample"]]
    losses = read_csv(root / "results/checks" / study_name / "losses" / f"{name}.csv")
    blocks = [
        _number(cell, spec),
        _published(root, study_name, cell),
        _definition(study, spec, row, column),
        f"Sample `{spec['sample']}` ({study.folder}/samples.yaml): {sample['describe']}",
        *(
            f"  {step.rows_out:>9,} left   {step.rows_dropped:>9,} dropped: {step.reason}"
            for step in losses.itertuples()
        ),
        _choices(study, name, study.chosen(config.choices.get(study_name))),
        _code(study, spec),
        _data(root, study),
    ]
    return "\n".join(block for block in blocks if block)


def _explain_estimate(root: Path, study: Study, table: str, cell: pd.Series, chosen: dict[str, str]) -> str:
    """How an estimate came about: its number, the models behind it with their samples and losses, choices and code."""
    spec = study.tables[table]
    path = root / "results/checks" / study.name / "losses" / "models.csv"
    losses = read_csv(path)
    blocks = [_number(cell, spec), _published(root, study.name, cell)]
    for name in _models_behind(study, spec, cell):
        model = study.models[name]
        blocks += [
            f"Model ({study.folder}/models/{model.get('file', name)}.yaml): {model['label']}. {model['describe']}",
            f"  sample `{model['sample']}`: {study.samples[model['sample']]['describe']}",
            f"  regressors: {study.folder}/terms: {', '.join(model['terms'])}; errors: {model['covariance']['kind']}",
        ]
        steps = losses[losses["step"] == name].itertuples()
        blocks += [f"  {step.rows_out:>9,} left   {step.rows_dropped:>9,} dropped: {step.reason}" for step in steps]
    frame = f"src/mobility/studies/{study.spec['module']}.py (frame)"
    code = f"Code: {frame}, src/mobility/models/ (fit), src/mobility/cells/estimates.py (table)"
    return "\n".join(block for block in [*blocks, _choices(study, table, chosen), code, _data(root, study)] if block)


def _models_behind(study: Study, spec: dict, cell: pd.Series) -> list[str]:
    """Models that a cell's row or column names; for a statement of the text those that it is computed from."""
    items = [*study.items(spec["rows"]), *study.items(spec["columns"])]
    named = [item["model"] for item in items if item["id"] in (cell["row"], cell["column"]) and "model" in item]
    of_claim = [origin["model"] for origin in study.claims.get(cell["row"], {}).get("from", [])]
    return list(dict.fromkeys([*named, *of_claim]))


def backtest_text(root: Path, study_name: str, table: str | None) -> str:
    """The released back test in words: a line a table, or every cell of one table; then what the page says of it."""
    study = load_study(root, study_name)
    path = root / "results/released" / study_name / "backtest.csv"
    if not path.is_file():
        raise DataError(f"{path} is not there. Run `make report` first.")
    backtest = read_csv(path, keep_default_na=True)
    if table is None:
        return "\n\n".join([summarise(backtest).to_string(index=False), _said(backtest)])
    rows = backtest[backtest["table"] == table_id(study, table)]
    columns = ["row", "column", "statistic", "published", "ours", "std_error", "difference", "verdict"]
    why = why_few_match(rows.to_dict("records"), _provenance(root, study)["synthetic"])
    return "\n\n".join(filter(None, [rows[columns].round(5).to_string(index=False), _said(rows), why]))


def _said(backtest: pd.DataFrame) -> str:
    sentence = verdict_sentence(count_verdicts(backtest.to_dict("records")))
    return sentence or "None of these numbers is published."


def _cells(root: Path, study: Study, table: str) -> pd.DataFrame:
    path = root / "results/restricted" / study.name / f"{table}.csv"
    if not path.is_file():
        raise DataError(f"{path} is not there. Run `make report` first.")
    return read_cells(path)


def _find_cell(cells: pd.DataFrame, spec: dict, row: str, column: str) -> pd.Series:
    for key, value in (("row", row), ("column", column)):
        if value not in set(cells[key]):
            raise ConfigError(f"{spec['number']} has no {key} `{value}`; {nearest(value, list(cells[key].unique()))}.")
    return cells[(cells["row"] == row) & (cells["column"] == column)].iloc[0]


def _number(cell: pd.Series, spec: dict) -> str:
    head = f"{spec['number']}, {cell['row']}, {cell['column']}: {cell['statistic']} {cell['value']:.6g}"
    if pd.notna(cell["std_error"]):
        bounds = f", 95 % {cell['ci_low']:.4g} to {cell['ci_high']:.4g}" if pd.notna(cell["ci_low"]) else ""
        head += f" (standard error {cell['std_error']:.4g}{bounds})"
    counts = f"  {cell['n']:,} observations of {cell['base']:,}, {cell['persons']:,} persons"
    said = ": ".join(str(cell[name]) for name in ("flag", "note") if pd.notna(cell[name]) and cell[name])
    return "\n".join([head, counts, *([f"  {said}"] if said else [])])


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


def _definition(study: Study, spec: dict, row: str, column: str) -> str:
    lines = [f"Definition ({study.folder}/tables/{spec['table']}.yaml), frame `{spec['frame']}`:"]
    for axis, value in (("rows", row), ("columns", column)):
        item = next(item for item in study.items(spec[axis]) if item["id"] == value)
        lines.append(f"  {axis[:-1]}: {'; '.join(_meant(item, spec[axis].get('of'), spec.get('exposure')))}")
    within = f"share within the {spec.get('within', 'row')}, " if spec["statistic"] in ("share", "change") else ""
    if spec["statistic"] != "count":
        lines.append(f"  {within}errors clustered by person (in flows the area left)")
    return "\n".join(lines)


def _meant(item: dict, of: str | None, exposure: str | None) -> list[str]:
    """What a row or column item counts, in words."""
    found = []
    if item.get("all"):
        found.append("every observation of the sample")
    elif "from" in item:
        found.append(f"{of} is {item['to']}, less {of} is {item['from']}")
    elif of:
        found.append(f"{of} is {' or '.join(map(str, item.get('of', [item['id']])))}")
    if "sum" in item:
        found.append(f"sum of {item['sum']} over the sum of {exposure}")
    if "mean" in item:
        found.append(f"mean of {item['mean']}")
    return found


def _choices(study: Study, table: str, chosen: dict[str, str]) -> str:
    touching = [name for name, entry in study.choices.items() if table in entry.get("tables", [])]
    if not touching:
        return ""
    lines = [f"Choices in force ({study.folder}/choices.yaml):"]
    for name in touching:
        entry = study.choices[name]
        changed = "" if chosen[name] == entry["default"] else f" (default: {entry['default']})"
        lines.append(f"  {name} = {chosen[name]}{changed}: {entry['alternatives'][chosen[name]]}")
    return "\n".join(lines)


def _code(study: Study, spec: dict) -> str:
    module = import_module(f"mobility.studies.{study.spec['module']}")
    _, line = inspect.getsourcelines(module.make_frames)
    return "\n".join(
        [
            f"Code: src/mobility/studies/{study.spec['module']}.py, line {line} (frame), "
            "src/mobility/cells/tabulate.py (count), src/mobility/transitions/uncertainty.py (error)",
        ]
    )


def _place(study: Study) -> str:
    """Folder of what was read for a study: its own for a mapped file, else that of its source."""
    return study.name if study.spec["source"] in MAPPED_SOURCES else study.spec["source"]


def _provenance(root: Path, study: Study) -> dict:
    return read_yaml(root / "results/checks" / _place(study) / "provenance.yaml")


def _data(root: Path, study: Study) -> str:
    place, provenance = _place(study), _provenance(root, study)
    record = parquet_record(root / "results/restricted" / place / "panel.parquet")
    kind = "SYNTHETIC data: no person in it exists" if provenance["synthetic"] else "real data"
    files = [f"  {item['file']} sha256 {item['sha256'][:16]}" for item in provenance["files"][:FILES]]
    if len(provenance["files"]) > FILES:
        files.append(f"  and {len(provenance['files']) - FILES} more: results/checks/{place}/provenance.yaml")
    head = f"Data: {provenance['label']}; {kind}; panel of {record['rows']:,} rows, code version {record['version']}"
    return "\n".join([head, *files])
